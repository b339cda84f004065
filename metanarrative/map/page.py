"""The page shell: one self-contained file a view, with nothing to fetch and nothing to trust.

Takes the parts of a view (picture, data, words), gives the whole page as text. The policy in
its head names the hash of every script and style it carries, so anything that a record's title
might smuggle in is refused by the browser; the script of the page writes text with
``textContent`` only, and Trusted Types make that a rule that the browser keeps.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from metanarrative.map.pack import data_block, map_blocks, plain
from metanarrative.map.strings import nav_name, strings, view_title
from metanarrative.map.svg import esc
from metanarrative.map.translate import in_welsh


@dataclass(frozen=True)
class Page:
    """The parts of one page.

    Parameters
    ----------
    name : str
        Name of the view; the file is ``<name>.html``.
    lead : str
        One or two plain sentences under the title: what the picture shows.
    picture : str
        Markup made by this package only (SVG, a canvas, a grid); every text in it escaped.
    data : mapping
        What the script of the page needs: ``items``, ``groups``, ``columns`` and what the
        engine asks for. Written as escaped JSON.
    meta : mapping
        ``title, seed, versions, inputs, settings, notices, cite, lang, views, method, carries``.
    engine : {"svg", "atlas", "pyvis", "none"}
    controls, below : str
        More markup of ours: controls of the left panel, parts under the picture.
    wide : bool
        True for pages without side panels (index, aligned reader).
    styles : tuple of str
        Further style files of ``map/assets``.
    more : mapping
        Further data of the contract that the script of the page does not need.
    broad : bool
        True where the picture needs the room: filters and evidence share the left column.
    """

    name: str
    lead: str
    picture: str
    data: Mapping[str, Any]
    meta: Mapping[str, Any]
    engine: str = "svg"
    controls: str = ""
    below: str = ""
    limits: Sequence[str] = ()
    method: str = ""
    carries: str = ""
    wide: bool = False
    styles: tuple[str, ...] = ()
    broad: bool = False
    title: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


@cache
def asset(name: str) -> str:
    """Return the text of a file in ``map/assets``."""
    return (files("metanarrative.map") / "assets" / name).read_text(encoding="utf-8")


def sha256_of(text: str) -> str:
    """Return the hash of a script or style as a content policy writes it.

    Examples
    --------
    >>> sha256_of("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") + "'"


def columnar(items: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Turn rows into columns, which are shorter as JSON; a missing value becomes None.

    Examples
    --------
    >>> columnar([{"id": "a", "y": 1}, {"id": "b"}])
    {'id': ['a', 'b'], 'y': [1, None]}
    """
    keys: dict[str, None] = {}
    for item in items:
        for key in item:
            keys.setdefault(key)
    return {key: [item.get(key) for item in items] for key in keys}


def _footer(page: Page, words: Mapping[str, str]) -> str:
    meta = page.meta
    rows: list[tuple[str, str]] = []
    if page.method:
        rows.append((words["method"], page.method))
    if page.limits:
        rows.append((words["limits"], " ".join(page.limits)))
    if page.carries:
        rows.append((words["carries"], page.carries))
    settings = {**meta.get("settings", {}), **page.settings}
    if settings:
        rows.append((words["settings"], "; ".join(f"{key} = {value}" for key, value in sorted(settings.items()))))
    rows.append((words["seed"], str(meta.get("seed", ""))))
    versions = meta.get("versions", {})
    if versions:
        rows.append((words["versions"], ", ".join(f"{key} {value}" for key, value in sorted(versions.items()))))
    if meta.get("inputs"):
        rows.append((words["inputs"], str(meta["inputs"])))
    if meta.get("cite"):
        rows.append((words["cite"], str(meta["cite"])))
    items = "".join(f"<div><dt>{esc(key)}</dt><dd>{esc(value)}</dd></div>" for key, value in rows if value)
    return f'<footer class="foot" id="foot"><dl>{items}</dl></footer>'


def _nav(page: Page, words: Mapping[str, str], language: str) -> str:
    links = []
    for name in page.meta.get("views", ()):
        current = ' aria-current="page"' if name == page.name else ""
        links.append(f'<li><a href="{esc(name)}.html"{current}>{esc(nav_name(name, language))}</a></li>')
    if not links:
        return ""
    here = ' aria-current="page"' if page.name == "index" else ""
    home = f'<li><a class="home" href="index.html"{here}>{esc(nav_name("index", language))}</a></li>'
    return f'<nav class="views" aria-label="{esc(words["home"])}"><ul>{home}{"".join(links)}</ul></nav>'


def _left(page: Page, words: Mapping[str, str]) -> str:
    hint = words["search_hint" if page.data.get("citable") else "search_words"]
    return (
        f'<section class="side left" aria-label="{esc(words["filter"])}"><details class="fold" '
        f'id="controls" open><summary>{esc(words["search"])} · {esc(words["filter"])}</summary>\n<div '
        f'class="block"><label for="q">{esc(words["search"])}</label><input id="q" type="search" '
        f'autocomplete="off" spellcheck="false" placeholder="{esc(hint)}"><ol '
        f'id="hits" class="hits"></ol></div>\n{page.controls}\n<div id="legend"></div>\n<p '
        f'class="small"><button type="button" class="plain" id="reset">{esc(words["clear"])}</button>'
        "</p></details></section>"
    )


def _right(words: Mapping[str, str]) -> str:
    return (
        '<div class="side right"><section class="panel" id="panel" tabindex="-1" '
        f'aria-label="{esc(words["panel"])}"><h2>{esc(words["panel"])}</h2><p class="soft">'
        f"{esc(words['panel_empty'])}</p></section></div>"
    )


def _head(page: Page) -> dict[str, Any]:
    """Return what the data of every view begins with."""
    language = str(page.meta.get("lang", "en"))
    return {
        "schema": f"metanarrative.view.{page.name}/1",
        "view": page.name,
        "title": page.title or view_title(page.name, language),
        "project": page.meta.get("title", ""),
        "lang": language,
        "engine": page.engine,
    }


def contract(page: Page) -> dict[str, Any]:
    """Return the versioned data of a view, from which other tools can draw it.

    Parameters
    ----------
    page : Page

    Returns
    -------
    dict
        ``schema`` (``metanarrative.view.<name>/1``), what the page's own script reads (``items``
        in columns, ``groups``, ``columns`` and what its engine needs), and ``about``: lead,
        method, limits, what it carries, notices, seed, versions, input hash, how to cite.
    """
    meta = page.meta
    about = {
        "lead": page.lead,
        "method": page.method,
        "limits": list(page.limits),
        "carries": page.carries,
        "notices": list(meta.get("notices", ())),
        "seed": meta.get("seed"),
        "versions": dict(meta.get("versions", {})),
        "inputs": meta.get("inputs", ""),
        "cite": meta.get("cite", ""),
        "settings": {**meta.get("settings", {}), **page.settings},
    }
    found = plain({**_head(page), **page.data, **page.more, "about": about})
    return found if isinstance(found, dict) else {}


def render(page: Page) -> str:
    """Return the whole page.

    Parameters
    ----------
    page : Page

    Returns
    -------
    str
        UTF-8 text without a clock in it: the same parts give the same bytes.
    """
    language = str(page.meta.get("lang", "en"))
    if language == "cy":
        page = in_welsh(page)
    words = strings(language)
    if page.meta.get("digest"):
        words = {**words, "quotes": words["quotes_digest"]}
    title = page.title or view_title(page.name, language)
    style = asset("shell.css") + (asset("atlas.css") if page.engine in ("atlas", "pyvis") else "")
    style += "".join(asset(name) for name in page.styles)
    extra_scripts: list[str] = []
    style_source = sha256_of(style)
    styles = [style]
    if page.engine == "pyvis":
        from metanarrative.map.pyvis_engine import vis_assets

        vis_script, vis_style = vis_assets()
        extra_scripts.append(vis_script)
        styles.append(vis_style)
        # vis-network writes styles of its own on its canvas; only this engine may, and a hash
        # beside 'unsafe-inline' would switch the latter off
        style_source = "'unsafe-inline'"
    engine_scripts = {"atlas": ("raster.js", "atlas.js"), "pyvis": ("network.js",)}.get(page.engine, ())
    own = "".join(asset(name) for name in ("shell.js", *engine_scripts))
    scripts = [*extra_scripts, own] if page.engine != "none" else [asset("theme.js")]
    script_source = " ".join(sha256_of(script) for script in scripts)
    policy = (
        f"default-src 'none'; script-src {script_source}; style-src {style_source}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    data = {**_head(page), "strings": words, **page.data}
    # texts come behind the script of a map: its first picture does not wait for them
    blocks = map_blocks(data) if page.engine == "atlas" else (data_block(data), "")
    notices = "".join(f"<p>{esc(notice)}</p>" for notice in page.meta.get("notices", ()))
    notice = f'<div class="notice" role="note">{notices}</div>' if notices else ""
    project = str(page.meta.get("title", ""))
    interactive = page.engine != "none" and not page.wide
    bar = (
        (
            '<div class="bar"><p id="count" class="count" role="status"></p>'
            f'<div class="tools" id="tools" role="group" aria-label="{esc(words["save"])}">'
            f'<span class="soft" aria-hidden="true">{esc(words["save"])}</span>'
            + "".join(
                f'<button type="button" id="{kind}" title="{esc(words[kind])}" aria-label="{esc(words[kind])}">'
                f"{kind.upper()}</button>"
                for kind in ("csv", "svg", "png")
            )
            + "</div></div>"
        )
        if interactive
        else ""
    )
    keys = words["keys"] if page.engine == "atlas" else words["keys_svg"]
    table = (
        (
            f'<section class="tablebox"><details id="tabled"><summary><h2>{esc(words["table"])}</h2>'
            '</summary><p class="small soft" id="tnote"></p><div class="scroll" tabindex="0" '
            f'role="region" aria-label="{esc(words["table"])}"><table id="table"></table></div></details>'
            "</section>"
        )
        if interactive
        else ""
    )
    help_line = f'<p class="small soft keys" id="keys">{esc(keys)}</p>' if interactive else ""
    picture = f'<div class="stage" id="stage">{page.picture}</div>'
    middle = f'<div class="middle" id="main" tabindex="-1">{bar}{picture}{help_line}{page.below}</div>'
    body = (
        (
            f'<main><div class="work{" broad" if page.broad else ""}">'
            f"{_left(page, words)}{middle}{_right(words)}</div>{table}</main>"
        )
        if interactive
        else f'<main class="work one">{middle}</main>'
    )
    theme = f'<button type="button" id="theme" class="plain">{esc(words["theme"])}</button>'
    noscript = f'<noscript><p class="notice">{esc(words["noscript"])}</p></noscript>' if interactive else ""
    head_scripts = "".join(f"<script>{script}</script>\n" for script in scripts)
    eyebrow = f'<p class="eyebrow">{esc(project)}</p>' if project and page.name != "index" else ""
    parts = [
        f'<!doctype html>\n<html lang="{esc(language)}" data-view="{esc(page.name)}">\n<head>\n',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<meta charset="utf-8">\n',
        (
            '<meta name="referrer" content="no-referrer">\n<meta name="viewport" '
            'content="width=device-width, initial-scale=1">\n'
        ),
        '<meta name="color-scheme" content="light dark">\n<meta name="generator" content="metanarrative">\n',
        f"<title>{esc(title)}{' · ' + esc(project) if project else ''}</title>\n",
        "".join(f"<style>{sheet}</style>\n" for sheet in styles),
        f'</head>\n<body>\n<a class="skip" href="#main">{esc(words["skip"])}</a>\n',
        f'<header class="top"><div class="bar0">{_nav(page, words, language)}{theme}</div>{eyebrow}',
        f'<div class="intro"><div><h1>{esc(title)}</h1><p class="lead">{esc(page.lead)}</p></div>{notice}</div>',
        "</header>\n",
        f"{noscript}{body}\n{_footer(page, words)}\n",
        '<p id="live" class="hide" role="status" aria-live="polite"></p>\n' if page.engine != "none" else "",
        blocks[0] + "\n",
        head_scripts,
        blocks[1] + "\n" if blocks[1] else "",
        "</body>\n</html>\n",
    ]
    return "".join(parts)
