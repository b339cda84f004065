"""Legislation in the XML of legislation.gov.uk (CLML), English and Welsh.

Takes an Act, Measure or instrument; gives one document whose blocks carry the printed path of
their provision ("18(1)(a)", "Sch 1 para 3(2)"). The nation is read from the document's own
series and title, never from its territorial extent: an Act of Senedd Cymru is part of the law
of "E+W". Words quoted to amend another law stay in place but are marked, since they are not a
provision of this document. The number of the law is the key, the same for both languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from metanarrative.model import Block, Problem, Record, Reference
from metanarrative.plugins import Reader
from metanarrative.read.documents import Outline, document, guarded, parse_xml, sniff_xml_root
from metanarrative.text import squash, year_of

__all__ = ["QUOTED", "READER"]

QUOTED = "[quoted amendment]"
"""Last step of ``Block.section`` where the words are to be put into another law."""

_WELSH_SERIES = frozenset({"asc", "anaw", "mwa", "nawm", "dccc", "wsi", "wdsi"})
_SERIES = {
    "asp": "scotland",
    "ssi": "scotland",
    "sdsi": "scotland",
    "nia": "northern-ireland",
    "nisr": "northern-ireland",
    "nisi": "northern-ireland",
    "nisro": "northern-ireland",
    "apni": "northern-ireland",
    "mnia": "northern-ireland",
}
_TYPES = {
    "asc": ("act", "Senedd Cymru"),
    "anaw": ("act", "National Assembly for Wales"),
    "mwa": ("measure", "National Assembly for Wales"),
    "nawm": ("measure", "National Assembly for Wales"),
    "wsi": ("statutory instrument", "Welsh Ministers"),
    "ukpga": ("act", "UK Parliament"),
    "uksi": ("statutory instrument", "UK Government"),
}
_LEVELS = {
    "Group": 1,
    "Part": 1,
    "EUPart": 1,
    "EUTitle": 1,
    "Schedule": 1,
    "Chapter": 2,
    "EUChapter": 2,
    "EUSection": 3,
    "Pblock": 3,
    "PsubBlock": 4,
    "P1group": 5,
    "P2group": 6,
    "P3group": 6,
}
_SKIPPED = frozenset(
    {
        "Metadata",
        "Commentaries",
        "Contents",
        "Resources",
        "Versions",
        "Footnotes",
        "MarginNotes",
        "FootnoteRef",
        "MarginNoteRef",
        "CommentaryRef",
        "EnactingTextOmitted",
        "Figure",
        "Image",
        "Math",
        "Formula",
    }
)
_PROVISION = re.compile(r"P([1-7])$")


def _sniff(head: str, data: bytes, name: str) -> int:
    root = sniff_xml_root(head)
    if root == "Legislation" and "legislation.gov.uk" in head[:4000]:
        return 98
    return 70 if root == "Legislation" else 0


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def _text(element: Any) -> str:
    """Return the words inside `element` without note marks and without amendments of blocks."""
    parts: list[str] = [element.text or ""]
    for child in element:
        name = _local(child)
        if name and name not in _SKIPPED and name != "BlockAmendment":
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _child(element: Any, *names: str) -> Any:
    return next((child for child in element if _local(child) in names), None)


class _Walker:
    """Goes through the body in reading order and collects blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.outline = Outline()
        self.schedule = ""
        self.provisions = 0  # first-level provisions, those of quoted amendments included
        self.own = 0
        self.prospective = 0

    def walk(self, element: Any, path: str = "", kind: str = "paragraph", quoted: bool = False) -> None:
        name = _local(element)
        if not name or name in _SKIPPED:
            return
        if name in _LEVELS:
            self._division(element, name, path, kind, quoted)
        elif found := _PROVISION.match(name):
            self._provision(element, int(found.group(1)), path, quoted)
        elif name == "BlockAmendment":
            for child in element:
                self.walk(child, f"{path} “", "paragraph", True)
        elif name == "AppendText":
            self._append(_text(element))
        elif name == "Text":
            self._add(_text(element), path, kind, quoted)
            # text of an item may itself hold amendments
            for child in element:
                if _local(child) == "BlockAmendment":
                    self.walk(child, path, kind, quoted)
        elif name == "Tabular":
            self._table(element, path, quoted)
        elif name in ("ListItem",):
            for child in element:
                self.walk(child, path, "list", quoted)
        elif name in ("Number", "Pnumber", "Title", "Subtitle", "TitleBlock", "Reference"):
            return
        else:
            for child in element:
                self.walk(child, path, kind, quoted)

    def _division(self, element: Any, name: str, path: str, kind: str, quoted: bool) -> None:
        block = _child(element, "TitleBlock")
        number = squash(_text(n)) if (n := _child(element, "Number")) is not None else ""
        title_element = _child(block if block is not None else element, "Title")
        title = squash(_text(title_element)) if title_element is not None else ""
        heading = f"{number} {title}".strip()
        # headings inside an amendment belong to the other law: they are told but open no section
        if quoted:
            if heading:
                self.blocks.append(Block(heading, kind="heading", level=6, number=number, section=self._section(True)))
        elif heading:
            level = _LEVELS[name]
            if self.schedule and name != "Schedule":
                level += 1
            self.outline.enter(heading, level)
            self.blocks.append(Block(heading, kind="heading", level=level, number=number, section=self.outline.section))
        before = self.schedule
        if name == "Schedule" and not quoted:
            digits = re.search(r"\d+[A-Z]*", number)
            self.schedule = f"Sch {digits.group()}" if digits else "Sch"
        reference = _child(element, "Reference")
        if reference is not None and squash(_text(reference)):
            self._add(_text(reference), path, "note", quoted)
        for child in element:
            self.walk(child, path, kind, quoted)
        self.schedule = before

    def _provision(self, element: Any, depth: int, path: str, quoted: bool) -> None:
        found = _child(element, "Pnumber")
        printed = squash(_text(found)).strip("().[] ") if found is not None else ""
        if depth == 1:
            self.provisions += 1
            self.own += not quoted
            self.prospective += any(e.get("Status") == "Prospective" for e in (element, *element.iterancestors()))
        if not printed:
            inner = path
        elif depth == 1 or (quoted and path.endswith("“")):
            base = path if quoted else (f"{self.schedule} para " if self.schedule else "")
            inner = f"{base}{printed}" if depth == 1 else f"{base}({printed})"
        else:
            inner = f"{path}({printed})"
        kind = "paragraph" if depth <= 2 else "list"
        for child in element:
            self.walk(child, inner, kind, quoted)

    def _section(self, quoted: bool) -> str:
        section = self.outline.section
        return (f"{section} > {QUOTED}" if section else QUOTED) if quoted else section

    def _add(self, text: str, path: str, kind: str, quoted: bool) -> None:
        text = squash(text)
        if text:
            number = f"{path}”" if "“" in path else path
            number = number.replace(" “”", "")
            self.blocks.append(Block(text, kind=kind, number=number, section=self._section(quoted)))

    def _append(self, text: str) -> None:
        text = squash(text)
        if text and self.blocks and self.blocks[-1].kind != "heading":
            last = self.blocks.pop()
            gap = "" if text[0] in ".,;:)”’" else " "
            self.blocks.append(
                Block(f"{last.text}{gap}{text}", last.kind, last.level, last.number, last.page, last.section)
            )
        elif text:
            self._add(text, "", "paragraph", False)

    def _table(self, element: Any, path: str, quoted: bool) -> None:
        rows = []
        for row in element.iter():
            if _local(row) == "tr":
                cells = [squash(_text(cell)) for cell in row if _local(cell) in ("td", "th")]
                if any(cells):
                    rows.append("\t".join(cells))
        if rows:
            number = f"{path}”" if "“" in path else path
            self.blocks.append(
                Block(
                    "\n".join(rows),
                    kind="table",
                    number=number.replace(" “”", ""),
                    section=self._section(quoted),
                )
            )


def _metadata(root: Any) -> dict[str, str]:
    """Return what the document says of itself, by simple names."""
    said: dict[str, str] = {}
    wanted = {
        "Year": "year",
        "Number": "number",
        "EnactmentDate": "issued",
        "Made": "issued",
        "DocumentCategory": "category",
        "DocumentMainType": "main_type",
        "DocumentMinorType": "minor_type",
        "DocumentStatus": "status",
        "ISBN": "isbn",
    }
    metadata = _child(root, "Metadata")
    for element in metadata.iter() if metadata is not None else ():
        name = _local(element)
        if name in wanted:
            said.setdefault(wanted[name], element.get("Value") or element.get("Date") or "")
        elif name in ("title", "language", "valid", "publisher", "modified", "subject"):
            said.setdefault(f"dc_{name}", squash(_text(element)))
        elif name == "ComingIntoForce":
            dates = sorted(child.get("Date", "") for child in element if child.get("Date"))
            if dates:
                said.setdefault("in_force", dates[0])
        elif name == "AlternativeNumber":
            said.setdefault("alternative_number", f"{element.get('Category', '')} {element.get('Value', '')}")
    return said


def _law_of(uri: str) -> tuple[str, str, str]:
    """Return (series, year, number) of a legislation.gov.uk address."""
    found = re.search(r"legislation\.gov\.uk/(?:id/)?([a-z]{3,5})/([^/?#\s]+)/(\d+)", uri)
    return found.groups() if found else ("", "", "")  # type: ignore[return-value]


def _nation(series: str, title: str) -> str:
    if series in _WELSH_SERIES or re.search(r"\((?:Wales|Cymru)\)", title):
        return "wales"
    if re.search(r"\((?:England and Wales|Cymru a Lloegr|Lloegr a Chymru)\)", title):
        return "uk"
    if re.search(r"\((?:England|Lloegr)\)", title):
        return "england"
    return _SERIES.get(series, "uk" if series else "")


def _references(root: Any, own: str) -> list[Reference]:
    """Return the laws that are cited, each once, with the sentence that cites it first."""
    cited: dict[str, Reference] = {}
    for element in root.iter():
        if _local(element) != "Citation":
            continue
        series, year, number = _law_of(element.get("URI", ""))
        raw = squash(_text(element))
        key = f"{series}/{year}/{number}" if series else ""
        if not raw or key == own or (key or raw) in cited:
            continue
        parent = element.getparent()
        while parent is not None and _local(parent) not in ("Text", "Title", "P", "LongTitle"):
            parent = parent.getparent()
        title = re.sub(r"\s*\((?:c|p|asc|anaw|dccc|mwa|nawm|asp)\.? ?\d+\)\s*$", "", raw)
        cited[key or raw] = Reference(
            raw=raw,
            key=key,
            year=year_of(year or element.get("Year", "") or raw),
            title=title if re.search(r"[^\W\d_]{4}", title) else "",
            context=squash(_text(parent))[:600] if parent is not None else "",
        )
    return list(cited.values())


@guarded
def _read(source: Any) -> Iterator[Record | Problem]:
    root, problems = parse_xml(source)
    yield from problems
    if root is None:
        return
    said = _metadata(root)
    series, uri_year, uri_number = _law_of(root.get("IdURI", "") or root.get("DocumentURI", ""))
    walker = _Walker()
    for part in root:
        if _local(part) in _SKIPPED:
            continue
        _main(part, walker)
    for element in root.iter():
        if _local(element) == "Footnote":
            text = squash(_text(element))
            if text:
                walker.blocks.append(Block(text, kind="note", number=element.get("id", ""), section="Footnotes"))
    if not any(block.kind != "heading" for block in walker.blocks):
        yield Problem(
            code="empty",
            message="no provisions were found: this is a contents page or a list, not the text of a law",
            mend="fetch the address with /data.xml behind the whole law, not its contents",
            severity="error",
            file=source.name,
        )
        return
    title = said.get("dc_title") or next(
        (squash(_text(e)) for e in root.iter() if _local(e) == "Title" and _local(e.getparent()).endswith("Prelims")),
        "",
    )
    annotations = sum(_local(element) == "Commentary" for element in root.iter())
    if annotations:
        yield Problem(
            code="annotations-dropped",
            message=f"{annotations} editors' annotations were left out: they are not part of the law",
            mend="nothing to do",
            severity="note",
            file=source.name,
        )
    kind, issuer = _TYPES.get(series, ("", ""))
    category = said.get("category", "")
    force = "statute" if category == "primary" else "regulations" if category == "secondary" else ""
    key = f"{series}/{uri_year}/{uri_number}" if series else ""
    language = (
        root.get("{http://www.w3.org/XML/1998/namespace}lang") or said.get("dc_language") or _from_uri(root) or ""
    )
    yield document(
        source,
        walker.blocks,
        title=title,
        language=language[:2],
        year=year_of(said.get("year") or uri_year),
        facets={
            "nation": _nation(series, title),
            "issuer": issuer,
            "issued": said.get("issued", ""),
            "type": kind or said.get("minor_type", ""),
            "force": force,
            "level": "macro",
            "valid_from": said.get("dc_valid") or said.get("in_force") or root.get("RestrictStartDate", ""),
            "licence": "Open Government Licence v3.0" if series else "",
        },
        extra={
            "number": said.get("number") or uri_number,
            "alternative_number": said.get("alternative_number", ""),
            "series": series,
            "status": said.get("status", ""),
            "extent": root.get("RestrictExtent", ""),
            "isbn": said.get("isbn", ""),
            "provisions": str(walker.provisions),
            "own_provisions": str(walker.own),
            "prospective_provisions": str(walker.prospective or ""),
            "stated_language": language,
        },
        references=_references(root, key),
        type="legislation",
        url=root.get("DocumentURI", ""),
        key=key,
    )


def _main(element: Any, walker: _Walker) -> None:
    """Walk Primary, Secondary and the like: introduction, body, schedules, notes."""
    for part in element:
        name = _local(part)
        if name.endswith("Prelims"):
            for inner in part.iter():
                if _local(inner) == "LongTitle":
                    walker.blocks.append(Block(squash(_text(inner)), section=""))
                elif _local(inner) in ("PrimaryPreamble", "SecondaryPreamble", "Correction"):
                    walker.walk(inner)
        elif name in ("ExplanatoryNotes", "EarlierOrders"):
            title = _child(part, "Title")
            heading = squash(_text(title)) if title is not None else "Explanatory note"
            walker.outline.enter(heading, 1)
            walker.blocks.append(Block(heading, kind="heading", level=1, section=walker.outline.section))
            for child in part:
                walker.walk(child, "", "note")
        elif name == "SignedSection":
            _signed(part, walker)
        elif name == "Body":
            for child in part:
                if _local(child) == "SignedSection":
                    _signed(child, walker)
                else:
                    walker.walk(child)
        else:
            walker.walk(part)


def _signed(element: Any, walker: _Walker) -> None:
    text = squash(" ".join(_text(e) for e in element.iter() if not len(e) and _local(e) not in _SKIPPED))
    if text:
        walker.blocks.append(Block(text, kind="note", section=walker.outline.section))


def _from_uri(root: Any) -> str:
    return "cy" if root.get("DocumentURI", "").endswith("/welsh") else ""


def _count(source: Any) -> int:
    return len(re.findall(rb"<(?:\w+:)?Legislation[\s>]", source.data)) and 1


READER = Reader(
    name="clml",
    title="Legislation (legislation.gov.uk XML)",
    kinds=("policy",),
    suffixes=(".xml",),
    sniff=_sniff,
    read=_read,
    count=_count,
)
