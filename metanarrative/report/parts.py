"""The parts a report is made of, and the two ways of writing them down."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from metanarrative.model import Problem


@dataclass(frozen=True)
class Heading:
    """A heading; `level` 2 is a section."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Text:
    """A paragraph of plain text; ``soft`` marks what only explains."""

    text: str
    soft: bool = False


@dataclass(frozen=True)
class ToWrite:
    """A place that only a person can fill; shown as empty, never filled by the machine."""

    text: str


@dataclass(frozen=True)
class Table:
    """Rows under a caption. Every row may name the records it rests on."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """A drawing of ours with a caption and the page that holds the interactive one."""

    caption: str
    svg: str
    page: str = ""


@dataclass(frozen=True)
class Quote:
    """Words of a document with their place."""

    text: str
    place: str
    language: str = "en"


@dataclass(frozen=True)
class Bullets:
    """Short statements, each with the chapter that holds its evidence: (sentence, chapter)."""

    lines: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Report:
    """A title and its parts, in order; problems of what people wrote for it."""

    title: str
    parts: Sequence[Heading | Text | ToWrite | Table | Picture | Quote | Bullets] = field(default_factory=tuple)
    problems: Sequence[Problem] = ()


def shown(value: Any) -> str:
    """Return a value as readers see it.

    Examples
    --------
    >>> shown(None), shown(0.5), shown(12345), shown(True)
    ('–', '0.50', '12,345', 'yes')
    """
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return f"{value:.2f}"
    return " ".join(str(value).split())


def markdown(report: Report, *, notices: Sequence[str] = ()) -> str:
    """Return the report as Markdown; pictures become a line that names their page.

    Parameters
    ----------
    report : Report
    notices : sequence of str
        Lines that everything made from this corpus must carry; the page shell has them too.
    """
    lines = [f"# {_md(report.title)}", ""]
    for notice in notices:
        lines += [f"**{_md(notice)}**", ""]
    figures = tables = 0
    for part in report.parts:
        if isinstance(part, Heading):
            lines += [f"{'#' * part.level} {_md(part.text)}", ""]
        elif isinstance(part, Text):
            lines += [f"*{_md(part.text)}*" if part.soft else _md(part.text), ""]
        elif isinstance(part, ToWrite):
            lines += [f"> _To be written by a person:_ {_md(part.text)}", ""]
        elif isinstance(part, Quote):
            lines += [f"> {_md(part.text)}", ">", f"> — {_md(part.place)}", ""]
        elif isinstance(part, Bullets):
            lines += [*(f"- {_md(said)} (see {_md(chapter)})" for said, chapter in part.lines), ""]
        elif isinstance(part, Picture):
            figures += 1
            where = f" ([open the page]({part.page}))" if part.page else ""
            lines += [f"*Figure {figures}: {_md(part.caption)}*{where}", ""]
        else:
            tables += 1
            lines += [f"**Table {tables}: {_md(part.caption)}**", ""]
            lines.append("| " + " | ".join(_cell(c) for c in part.columns) + " |")
            lines.append("|" + " --- |" * len(part.columns))
            lines += ["| " + " | ".join(_cell(shown(v)) for v in row) + " |" for row in part.rows]
            lines.append("")
            if part.note:
                lines += [f"*{_md(part.note)}*", ""]
    return "\n".join(lines).rstrip() + "\n"


def body(report: Report) -> str:
    """Return the report as HTML for the page shell; all text is escaped, pictures are our own."""
    contents = [part for part in report.parts if isinstance(part, Heading) and part.level == 2]
    out = ['<div class="report"><nav class="contents" aria-label="Contents"><ol>']
    out += [f'<li><a href="#{_slug(p.text)}">{html.escape(p.text)}</a></li>' for p in contents]
    out.append("</ol></nav>")
    opened = False
    figures = tables = 0
    for part in report.parts:
        if isinstance(part, Heading):
            if part.level == 2:
                out.append("</section>" if opened else "")
                out.append(f'<section id="{_slug(part.text)}" class="chapter">')
                opened = True
            out.append(f"<h{part.level}>{html.escape(part.text)}</h{part.level}>")
        elif isinstance(part, Text):
            kind = ' class="soft"' if part.soft else ""
            out.append(f"<p{kind}>{_linked(part.text)}</p>")
        elif isinstance(part, ToWrite):
            out.append(f'<p class="towrite"><strong>To be written by a person:</strong> {html.escape(part.text)}</p>')
        elif isinstance(part, Quote):
            out.append(
                f'<figure class="quote"><blockquote lang="{html.escape(part.language)}">{html.escape(part.text)}'
                f"</blockquote><figcaption>{_linked(part.place)}</figcaption></figure>"
            )
        elif isinstance(part, Bullets):
            lines = (
                f'<li>{html.escape(said)} <a href="#{_slug(chapter)}">{html.escape(chapter)}</a></li>'
                for said, chapter in part.lines
            )
            out.append(f'<ul class="short">{"".join(lines)}</ul>')
        elif isinstance(part, Picture):
            figures += 1
            link = f' <a href="{html.escape(part.page)}">Open the interactive page</a>.' if part.page else ""
            out.append(
                f'<figure class="picture">{part.svg}<figcaption><b>Figure {figures}.</b> {html.escape(part.caption)}'
                f"{link}</figcaption></figure>"
            )
        else:
            tables += 1
            out.append(_table(part, tables))
    out.append("</section></div>" if opened else "</div>")
    return "\n".join(line for line in out if line)


def _table(part: Table, at: int) -> str:
    numeric = [
        bool(part.rows) and all(isinstance(row[i], (int, float)) or row[i] is None for row in part.rows)
        for i in range(len(part.columns))
    ]
    classes = [' class="num"' if right else "" for right in numeric]
    head = "".join(
        f'<th scope="col"{kind}>{html.escape(c)}</th>' for c, kind in zip(part.columns, classes, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{html.escape(shown(value))}</td>" for value, kind in zip(row, classes, strict=True))
        + "</tr>"
        for row in part.rows
    )
    note = f'<p class="soft small">{html.escape(part.note)}</p>' if part.note else ""
    label = f"Table {at}. {html.escape(part.caption)}"
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table><caption>{label}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{note}"
    )


def _linked(text: str) -> str:
    """Return escaped text in which the id of a work leads to its mark on the map.

    Examples
    --------
    >>> _linked("Leamy <2011> [wk_0a1b2c3d4e5f]")
    'Leamy &lt;2011&gt; <a class="wid" href="tradition.html#id=wk_0a1b2c3d4e5f">wk_0a1b2c3d4e5f</a>'
    """
    link = r'<a class="wid" href="tradition.html#id=\1">\1</a>'
    return re.sub(r"\[?\b(wk_[0-9a-f]{12})\b\]?", link, html.escape(text))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _md(text: str) -> str:
    # what Markdown would read as markup, and raw HTML, stays text
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def _cell(text: str) -> str:
    return _md(text)


def counts_line(counts: Mapping[str, int] | Iterable[tuple[str, int]]) -> str:
    """Return counts as words.

    Examples
    --------
    >>> counts_line({"must": 3, "should": 1})
    'must 3, should 1'
    """
    pairs = counts.items() if isinstance(counts, Mapping) else counts
    return ", ".join(f"{name} {number}" for name, number in pairs)
