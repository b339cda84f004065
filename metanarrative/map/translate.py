"""Put a page's own words into Welsh, last of all, and leave the words of the corpus alone.

The views write English. Where a page is to be Welsh, whole texts of its markup and of its data
are looked up here: as they stand, as a pattern with figures in it, or sentence by sentence. What
is not in the catalogue stays as it is. Titles, names, venues and quotations are never looked up.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from metanarrative.map.welsh import EXACT, ONLY, PATTERNS

if TYPE_CHECKING:
    from metanarrative.map.page import Page

KEPT = frozenset({"id", "t", "by", "v", "q", "doi", "lang", "s", "terms", "network", "colour", "shape", "strings"})
"""Keys of a page's data whose texts are the corpus's, or no words at all."""

OURS = frozenset({"flow"})
"""Views whose marks have names of ours, not of the corpus."""

_BRACE = re.compile(r"\{(\w+)\}")
_SENTENCE = re.compile(r"(?<=[.?])\s+(?=[A-Z0-9“(])")
_INSIDE = r"(?:(?!\. [A-Z0-9“]).)"
"""What a brace may hold: it never runs over the end of a sentence."""
_NUMBERED = re.compile(r"([\d,]+ )([^\d].*)")
_NAMED = re.compile(r"(.{1,120}?: )(.+)")
_TEXT = re.compile(r"(<(?:script|style)\b.*?</(?:script|style)>)|>([^<>]+)<", re.DOTALL)
_WORDS = re.compile(r'\b(aria-label|title|placeholder|data-label)="([^"]*)"')


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    made = []
    for english, welsh in PATTERNS:
        parts = _BRACE.split(english)
        body = "".join(re.escape(part) if i % 2 == 0 else f"(?P<{part}>{_INSIDE}+?)" for i, part in enumerate(parts))
        # an empty brace is allowed where nothing stands between it and a word: "metanarrative{version}"
        made.append((re.compile(body.replace(f"(?P<version>{_INSIDE}+?)", "(?P<version>.*?)")), english, welsh))
    return tuple(made)


def welsh(text: str, view: str = "") -> str:
    """Return a text in Welsh where the catalogue has it, else the text itself.

    Parameters
    ----------
    text : str
    view : str
        Name of the view, for words that only one view uses.

    Examples
    --------
    >>> welsh("Title"), welsh("← more in Wales"), welsh("A title of the corpus")
    ('Teitl', '← mwy yn: Cymru', 'A title of the corpus')
    >>> welsh("12 works in 3 clusters"), welsh("must"), welsh("must", "force")
    ('Gweithiau: 12; clystyrau: 3', 'must', 'rhaid')
    """
    found = _found(text.strip(), view)
    if found is None:
        return text
    lead = text[: len(text) - len(text.lstrip())]
    return f"{lead}{found}{text[len(text.rstrip()) :]}"


def _found(text: str, view: str) -> str | None:
    if not text:
        return None
    if text in EXACT:
        return EXACT[text]
    if text in ONLY.get(view, ()):
        return ONLY[view][text]
    for pattern, english, template in _patterns():
        match = pattern.fullmatch(text)
        if match:
            values = {name: _found(value, view) or value for name, value in match.groupdict().items()}
            if _BRACE.sub("", template) == _BRACE.sub("", english) and values == match.groupdict():
                continue  # nothing of ours in it
            return _BRACE.sub(lambda brace: values[brace[1]], template)  # noqa: B023  (used at once)
    parts = _SENTENCE.split(text)
    if len(parts) > 1:
        made = [_found(part, view) for part in parts]
        if any(made):
            return " ".join(said or part for said, part in zip(made, parts, strict=True))
    for cut in (_NUMBERED, _NAMED):
        split = cut.fullmatch(text)
        said = _found(split[2], view) if split else None
        if split and said:
            return split[1] + said
    return None


def markup(text: str, view: str = "") -> str:
    """Return markup of ours with its texts and spoken names in Welsh.

    Examples
    --------
    >>> markup('<p title="Title">Accept</p><script>var a = "Accept"</script>')
    '<p title="Teitl">Derbyn</p><script>var a = "Accept"</script>'
    """

    def node(match: re.Match[str]) -> str:
        if match[1] is not None:
            return match[1]
        return f">{html.escape(welsh(html.unescape(match[2]), view), quote=True)}<"

    def attribute(match: re.Match[str]) -> str:
        return f'{match[1]}="{html.escape(welsh(html.unescape(match[2]), view), quote=True)}"'

    # a text node may share its brackets with the next one, so the closing one is looked at again
    out, at = [], 0
    for match in _TEXT.finditer(text):
        out.append(_WORDS.sub(attribute, text[at : match.start()]))
        out.append(node(match))
        at = match.end()
    out.append(_WORDS.sub(attribute, text[at:]))
    return "".join(out)


def data_of(value: Any, view: str, key: str = "") -> Any:
    """Return data of a page with the texts that are ours in Welsh."""
    if isinstance(value, Mapping):
        return {
            name: item if name in KEPT and not (name == "t" and _ours(view, key)) else data_of(item, view, str(name))
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [data_of(item, view, key) for item in value]
    return welsh(value, view) if isinstance(value, str) else value


def _ours(view: str, key: str) -> bool:
    return key == "columns" or (view in OURS and key == "items")


def in_welsh(page: Page) -> Page:
    """Return the page with its own words in Welsh."""
    view = page.name
    return replace(
        page,
        title=welsh(page.title, view),
        lead=welsh(page.lead, view),
        method=welsh(page.method, view),
        limits=[welsh(line, view) for line in page.limits],
        carries=welsh(page.carries, view),
        picture=markup(f"<i>{page.picture}</i>", view)[3:-4],
        controls=markup(f"<i>{page.controls}</i>", view)[3:-4],
        below=markup(f"<i>{page.below}</i>", view)[3:-4],
        data=data_of(page.data, view),
        meta={
            **page.meta,
            "notices": [welsh(line, view) for line in page.meta.get("notices", ())],
            "cite": welsh(str(page.meta.get("cite", "")), view),
            "inputs": welsh(str(page.meta.get("inputs", "")), view),
        },
    )
