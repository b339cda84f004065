"""CSL-JSON, the exchange format of citation processors, and the base of Crossref's JSON.

Takes a list of items; gives literature records. Every variable without a place of its own goes
to ``extra`` under its own name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from metanarrative.model import Problem, Record, Reference
from metanarrative.read.fields import keywords_from, language_tag, work_type
from metanarrative.read.json_items import Item, item_reader, text_of
from metanarrative.text import normal_doi, squash, year_of

__all__ = ["READER", "csl_date", "csl_names", "first_text", "record_from", "without_markup"]

_TYPES = (
    "article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection dataset "
    "document entry entry-dictionary entry-encyclopedia event figure graphic hearing interview legal_case legislation "
    "manuscript map motion_picture musical_score pamphlet paper-conference patent performance periodical "
    "personal_communication post post-weblog regulation report review review-book software song speech standard thesis "
    "treaty webpage"
)
_TYPE_PATTERN = re.compile(rf'"type"\s*:\s*"(?:{"|".join(_TYPES.split())})"')
_PLACED_NAMES = """
id type title author issued container-title volume issue page DOI PMID language abstract keyword URL reference
"""
_PLACED = frozenset(_PLACED_NAMES.split())


def _sniff(head: str, data: bytes, name: str) -> int:
    start = head.lstrip("\ufeff \t\r\n")
    if not start.startswith(("[", "{")) or '"message-type"' in head or '"base_path"' in head:
        return 0
    if not _TYPE_PATTERN.search(head):
        return 0
    marks = sum(
        bool(re.search(pattern, head))
        for pattern in (
            r'"date-parts"',
            r'"issued"',
            r'"container-title"\s*:\s*"',
            r'"(?:family|literal)"\s*:',
            r'"id"\s*:',
            r'"citation-(?:key|label)"',
        )
    )
    return 85 if marks >= 3 else 55 if marks == 2 else 0


def csl_names(value: Any) -> tuple[str, ...]:
    """Return "Family, Given" names of a CSL name list.

    Examples
    --------
    >>> csl_names([{"family": "Eck", "given": "N.", "non-dropping-particle": "van"}, {"literal": "NHS Wales"}])
    ('van Eck, N.', 'NHS Wales')
    """
    names: list[str] = []
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, str):
            names.append(squash(entry))
            continue
        if not isinstance(entry, dict):
            continue
        family = " ".join(filter(None, (text_of(entry.get("non-dropping-particle")), text_of(entry.get("family")))))
        given = " ".join(filter(None, (text_of(entry.get("given")), text_of(entry.get("dropping-particle")))))
        whole = text_of(entry.get("literal")) or text_of(entry.get("name"))
        name = ", ".join(filter(None, (family, given, text_of(entry.get("suffix"))))) if family or given else whole
        if name:
            names.append(name)
    return tuple(names)


def csl_date(value: Any) -> str:
    """Return a CSL date as ISO 8601, as far as it is known.

    Examples
    --------
    >>> csl_date({"date-parts": [[2019, 2, 8]]}), csl_date({"date-parts": [["2010"]]}), csl_date({"raw": "May 2011"})
    ('2019-02-08', '2010', 'May 2011')
    """
    if isinstance(value, (str, int)):
        return str(value)
    if not isinstance(value, dict):
        return ""
    parts = value.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list):
        numbers = [int(str(part)) for part in parts[0][:3] if str(part).isdigit()]
        if numbers:
            return "-".join(f"{number:04d}" if place == 0 else f"{number:02d}" for place, number in enumerate(numbers))
    return text_of(value.get("raw")) or text_of(value.get("literal"))


def first_text(value: Any) -> str:
    """Return a text, or the first of a list of texts."""
    if isinstance(value, list):
        return next((text for entry in value if (text := text_of(entry))), "")
    return text_of(value)


def without_markup(text: str) -> str:
    """Return an abstract or title without XML or HTML marks and without the word Abstract.

    Examples
    --------
    >>> without_markup("<jats:title>Abstract</jats:title><jats:p>Care &amp; treatment.</jats:p>")
    'Care & treatment.'
    """
    from html import unescape

    text = re.sub(r"<(?:\w+:)?title>\s*(?:abstract|summary|crynodeb)\s*</(?:\w+:)?title>", " ", text, flags=re.I)
    text = re.sub(r"</?(?:\w+:)?(?:i|b|em|strong|sub|sup|italic|bold|sc|u)>", "", text)
    return squash(unescape(re.sub(r"</?[a-zA-Z][^<>]{0,200}>", " ", text)))


def record_from(
    item: Item,
    file: str,
    *,
    references: tuple[Reference, ...] = (),
    extra: Mapping[str, str] | None = None,
) -> Record:
    """Return the record of one CSL-like item; Crossref's lists of titles are understood too."""
    value = item.value
    date = next(
        (
            found
            for name in ("issued", "published-print", "published-online", "published")
            if (found := csl_date(value.get(name)))
        ),
        "",
    )
    more = {name: text_of(entry) for name, entry in value.items() if name not in _PLACED}
    more.update(extra or {})
    more["type as given"] = text_of(value.get("type"))
    more["issued"] = date if len(date) > 4 else ""
    title = first_text(value.get("title"))
    subtitle = first_text(value.get("subtitle"))
    if subtitle and subtitle.casefold() not in title.casefold():
        title = f"{title}: {subtitle}"
    keywords = value.get("keyword") or value.get("subject")
    return Record(
        kind="literature",
        title=without_markup(title),
        authors=csl_names(value.get("author")) or csl_names(value.get("editor")),
        year=year_of(date),
        venue=without_markup(first_text(value.get("container-title"))),
        volume=text_of(value.get("volume")),
        issue=text_of(value.get("issue")),
        pages=text_of(value.get("page")) or text_of(value.get("article-number")),
        doi=normal_doi(text_of(value.get("DOI"))),
        pmid="".join(re.findall(r"\d+", text_of(value.get("PMID")))[:1]),
        type=work_type(text_of(value.get("type"))),
        language=language_tag(text_of(value.get("language"))),
        abstract=without_markup(text_of(value.get("abstract"))),
        keywords=keywords_from([text.replace(",", ";") if ";" not in text else text for text in [text_of(keywords)]]),
        url=text_of(value.get("URL")),
        key=text_of(value.get("id")),
        references=references,
        extra=MappingProxyType({name: text for name, text in more.items() if text}),
        raw=item.raw,
        source_file=file,
        line=item.line,
    )


def _make(item: Item, file: str) -> Iterator[Record | Problem]:
    record = record_from(item, file)
    if record.title or record.doi or record.url or record.authors:
        yield record
    else:
        yield Problem(
            code="empty-entry",
            message=f"an item has no title, author, DOI or address (id {record.key!r})",
            mend="complete the item, or delete it",
            severity="error",
            file=file,
            line=item.line,
        )


READER = item_reader(
    name="csl-json",
    title="CSL-JSON",
    sniff=_sniff,
    lists=("items", "references", "data"),
    make=_make,
)
