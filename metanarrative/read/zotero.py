"""Zotero RDF: path -> records.

Every element with an item type is a work; attachments, notes, annotations and collections are not.
Journals and books stand as nodes of their own, inside the item or beside it, and lend it venue,
volume, issue and (as Zotero writes it) the DOI. Tags become keywords; notes and the names of
collections are kept under ``extra``. No entity is expanded and nothing is fetched.
Vocabulary: the RDF translator in https://github.com/zotero/translators.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from metanarrative.model import Problem, Record
from metanarrative.plugins import Reader
from metanarrative.read.documents import guarded, parse_xml, sniff_xml_root
from metanarrative.read.fields import keywords_from, language_tag, person, plain_text, work_type, year_problem
from metanarrative.read.tagged import Fields
from metanarrative.text import normal_doi, squash

__all__ = ["READER"]

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_NO_WORKS = ("attachment", "note", "annotation")
_CONTAINERS = ("Journal", "Periodical", "Book", "Series", "Newspaper", "Magazine", "Proceedings", "Website", "Document")
_PEOPLE = ("authors", "editors", "contributors", "seriesEditors", "translators", "bookAuthors")
_LINKS = ("link", "isReferencedBy", "isPartOf", "relation")
_ITEM = re.compile(r"<(?:[\w.-]+:)?itemType\b[^>]*>\s*([\w-]+)")


def _name(element: Any) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _words(element: Any) -> str:
    return squash(plain_text("".join(element.itertext())))


def _item_type(element: Any) -> str:
    return next((_words(child) for child in element if _name(child) == "itemType"), "")


def _people(element: Any) -> list[str]:
    """Return "Family, Given" of everyone listed below `element`; organisations whole."""
    names = []
    for one in element.iter("{*}Person", "{*}Organization"):
        parts = {_name(child): _words(child) for child in one}
        family, given = parts.get("surname", ""), parts.get("givenName", "") or parts.get("givenname", "")
        whole = person(f"{family}, {given}") if family and given else family or given or parts.get("name", "")
        if whole:
            names.append(whole)
    return names or ([person(text)] if (text := _words(element)) else [])


def _leaves(element: Any, prefix: str = "") -> list[tuple[str, str]]:
    """Return (name, text) of the plain properties of an item or container."""
    pairs = []
    for child in element:
        name = _name(child)
        if not name or name in _LINKS:
            continue
        if name in _PEOPLE:
            pairs += [(f"{prefix}{name}", each) for each in _people(child)]
        elif text := _words(child):
            if name == "identifier" and child.find("{*}URI") is not None:
                name = "uri"
            pairs.append((f"{prefix}{name}", text))
    return pairs


class _Graph:
    """The nodes of a file: by name, with their notes and collections."""

    def __init__(self, root: Any) -> None:
        self.nodes: dict[str, Any] = {}
        self.collections: dict[str, list[str]] = defaultdict(list)
        self.items: list[Any] = []
        self.n_other = 0
        for node in root:
            about = node.get(f"{_RDF}about") or ""
            if about:
                self.nodes.setdefault(about, node)
            kind = _item_type(node)
            if kind and kind not in _NO_WORKS:
                self.items.append(node)
            elif _name(node) == "Collection":
                title = next((_words(child) for child in node if _name(child) == "title"), "")
                for part in node.iter("{*}hasPart"):
                    self.collections[part.get(f"{_RDF}resource") or ""].append(title)
            elif _name(node) and (kind or _name(node) not in (*_CONTAINERS, "Memo")):
                self.n_other += 1

    def containers(self, item: Any) -> Iterator[Any]:
        """Yield the nodes an item is part of, innermost first."""
        seen: set[int] = set()
        front = [item]
        while front:
            node = front.pop(0)
            for link in node:
                if _name(link) != "isPartOf":
                    continue
                beside = self.nodes.get(link.get(f"{_RDF}resource") or "")
                for found in [*link, *([beside] if beside is not None else [])]:
                    if _name(found) and id(found) not in seen:
                        seen.add(id(found))
                        yield found
                        front.append(found)

    def notes(self, item: Any) -> list[str]:
        """Return the text of an item's notes, without markup."""
        found = []
        for link in item:
            if _name(link) == "isReferencedBy":
                node = self.nodes.get(link.get(f"{_RDF}resource") or "")
                node = link if node is None else node
                if text := squash(re.sub(r"<[^<>]{1,200}>", " ", _words(node))):
                    found.append(text)
        return found


def _doi(values: list[str]) -> str:
    return next((doi for value in values if "10." in value and (doi := normal_doi(value))), "")


def _record(item: Any, graph: _Graph, file: str, problems: list[Problem]) -> Record:
    from lxml import etree

    pairs = _leaves(item)
    for container in graph.containers(item):
        pairs += _leaves(container, "series " if _name(container) == "Series" else "in ")
    take = Fields(pairs)
    line = item.sourceline
    year, problem = year_problem(take.look("date"), file=file, line=line)
    if problem is not None:
        problems.append(problem)
    stated = take.first("itemType")
    doi = _doi(take.look("identifier", "in identifier")) or _doi(take.look("description", "uri"))
    pmid = next((found[1] for text in take.look("description") if (found := re.search(r"PMID:? ?(\d{4,9})", text))), "")
    about = item.get(f"{_RDF}about") or ""
    take.all("title", "in title")
    titles, venues = take.look("title"), take.look("in title")
    venue = venues[0] if venues else take.first("publicationTitle", "proceedingsTitle", "websiteTitle")
    people = take.all("authors") or take.all("contributors")
    return Record(
        kind="literature",
        title=titles[0] if titles else take.first("shortTitle"),
        authors=tuple(people),
        year=year,
        venue=venue or take.first("publisher"),
        volume=take.first("volume", "in volume"),
        issue=take.first("number", "in number"),
        pages=re.sub(r"\s*[–—]\s*", "-", take.first("pages", "in pages")),
        doi=doi,
        pmid=pmid,
        type=work_type(stated, _name(item)),
        language=language_tag(take.first("language")),
        abstract=take.first("abstract"),
        keywords=keywords_from(take.all("subject")),
        url=take.first("uri") or (about if about.startswith("http") else ""),
        key=about,
        extra=take.rest(
            itemType=stated,
            notes="\n".join(graph.notes(item)),
            collections="\n".join(dict.fromkeys(graph.collections.get(about, ()))),
        ),
        raw=etree.tostring(item, encoding="unicode", with_tail=False),
        source_file=file,
        line=line,
    )


def _sniff(head: str, data: bytes, name: str) -> int:
    if sniff_xml_root(head) != "RDF":
        return 0
    return 95 if "zotero.org/namespaces" in head else 60 if "purl.org/net/biblio" in head else 0


@guarded
def _read(source: Any) -> Iterator[Record | Problem]:
    root, problems = parse_xml(source)
    yield from problems
    if root is None:
        return
    graph = _Graph(root)
    for item in graph.items:
        said: list[Problem] = []
        record = _record(item, graph, source.name, said)
        yield from said
        yield record
    if not graph.items:
        yield Problem(
            code="empty",
            message="no item with a type stands in this RDF",
            mend="export from Zotero as Zotero RDF",
            severity="error",
            file=source.name,
        )
    if graph.n_other:
        yield Problem(
            code="other-nodes",
            message=f"{graph.n_other} attachments and other nodes are no works and were not read as such",
            mend="nothing to do",
            severity="note",
            file=source.name,
        )


def _count(source: Any) -> int:
    return sum(kind not in _NO_WORKS for kind in _ITEM.findall(source.text)) or 1


READER = Reader(
    name="zotero-rdf",
    title="Zotero RDF",
    kinds=("literature",),
    suffixes=(".rdf", ".xml"),
    sniff=_sniff,
    read=_read,
    count=_count,
)
