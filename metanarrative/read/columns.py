"""Which column of a table means what: the header names of databases, old and new.

Takes header rows; gives the field each column fills and the vendor whose export it is. Vendors
rename their headers from year to year, so names are compared without case, spaces and signs,
and every name a column has ever had stands here. What is not known goes to ``extra``.
"""

from __future__ import annotations

from collections.abc import Sequence

from metanarrative.text import fold

__all__ = ["FIELDS", "known_headers", "plain_name", "roles", "vendor_of"]

# field -> header names, best first: where a table has several, the first in this order wins
_NAMES: dict[str, tuple[str, ...]] = {
    "title": (
        "title", "document title", "article title", "item title", "display name", "primary title", "work title",
        "paper title", "title display", "publication title original", "titel", "teitl", "ti", "t1",
    ),
    "authors": (
        "author full names", "authors", "author", "authors full name", "author names",
        "authorships author display name", "author display",
        "author s", "first authors", "authorships", "authors raw", "author/s", "author list", "awduron", "autoren",
        "inventor names", "au", "af",
    ),
    "year": (
        "year", "publication year", "pub year", "pubyear", "year published", "published year", "date published",
        "publication date", "date", "cover date", "issued", "blwyddyn", "jahr", "py", "y1",
    ),
    "abstract": ("abstract", "abstracts", "abstract note", "summary", "description", "crynodeb", "ab", "n2",
                 "abstract inverted index"),
    "venue": (
        "source title", "journal/book", "journal", "publication title", "publication name", "journal title", "venue",
        "source", "publication", "primary location source display name", "locations source display name",
        "primary location display name", "host venue display name", "source display name", "so",
        "source title/anthology title", "journal name", "booktitle", "book title", "book series title",
        "container title",
        "secondary title", "jo", "jf", "t2",
    ),
    "volume": ("volume", "journal volume", "biblio volume", "vol", "vl"),
    "issue": ("issue", "journal issue", "number", "issue number", "biblio issue", "is"),
    "pages": ("pages", "page range", "pagination", "page numbers", "art no", "article number"),
    "first_page": ("page start", "start page", "beginning page", "first page", "biblio first page", "bp", "sp"),
    "last_page": ("page end", "end page", "ending page", "last page", "biblio last page", "ep"),
    "doi": ("doi", "item doi", "book doi", "digital object identifier", "doi link", "ids doi", "do", "di"),
    "pmid": ("pmid", "pubmed id", "ids pmid", "pubmed", "pm"),
    "type": (
        "document type", "type", "publication type", "content type", "item type", "type of reference", "category",
        "reference type", "entrytype", "article type", "dt", "type crossref",
    ),
    "language": ("language of original document", "language", "languages", "iaith", "la"),
    "keywords": (
        "author keywords", "keywords", "keyword", "keywords author", "keywords display name", "index keywords",
        "mesh terms", "ieee terms", "geiriau allweddol", "de", "kw", "fields of study",
    ),
    "url": ("url", "link", "source url", "url s", "pdf link", "landing page url", "primary location landing page url",
            "dimensions url", "source urls", "ur"),
    "key": (
        "id", "eid", "ut", "ut unique wos id", "unique wos id", "lens id", "publication id", "work id", "openalex id",
        "openalexid", "record id", "citation key", "key", "rec number", "accession number", "document identifier",
        "ids openalex",
    ),
    "references": (
        "references", "cited references", "cited reference", "referenced works", "reference list", "bibliography", "cr",
    ),
    "nation": ("nation", "country nation", "region name", "regionname", "jurisdiction", "cenedl"),
    "text": ("text", "note", "notes", "passage", "full text", "quote", "testun"),
}  # fmt: skip
FIELDS = tuple(_NAMES)

# names so short or common that alone they say nothing about a file
_WEAK_NAMES = """
au ab date de description do id is issue key la language link note notes number py so source summary text ti type
url volume category
"""
_WEAK = frozenset(_WEAK_NAMES.split())


def plain_name(header: str) -> str:
    """Return a header without case, marks and signs.

    Examples
    --------
    >>> plain_name("Author(s) ID"), plain_name("authorships.author.display_name"), plain_name("DOI ")
    ('authorsid', 'authorshipsauthordisplayname', 'doi')
    """
    return "".join(c for c in fold(header) if c.isalnum())


_ROLE: dict[str, tuple[str, int]] = {}
for _field, _names in _NAMES.items():
    for _rank, _name in enumerate(_names):
        _ROLE.setdefault(plain_name(_name), (_field, _rank))
_WEAK_PLAIN = frozenset(plain_name(name) for name in _WEAK)

_VENDORS: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = tuple(
    (vendor, frozenset(map(plain_name, all_of)), frozenset(map(plain_name, any_of)))
    for vendor, all_of, any_of in (
        ("scopus", ("Source title",), ("EID", "Author(s) ID", "Art. No.", "Language of Original Document")),
        ("wos", ("TI", "SO"), ("UT", "PT", "CR")),
        ("wos", ("Article Title", "Source Title"), ("UT (Unique WOS ID)", "Cited References", "WoS Categories")),
        ("pubmed", ("PMID", "Journal/Book"), ("Citation", "Create Date", "PMCID")),
        ("ieee", ("Document Title", "Publication Title"), ("IEEE Terms", "Date Added To Xplore", "PDF Link")),
        ("springer", ("Item Title", "Item DOI"), ("Content Type", "Publication Title")),
        ("lens", ("Lens ID", "Title"), ("Source Title", "Publication Type")),
        ("dimensions", ("Publication ID", "Title"), ("Dimensions URL", "Cited references", "PubYear")),
        (
            "openalex",
            ("id", "display_name"),
            ("referenced_works", "authorships.author.display_name", "ids.openalex", "publication_year"),
        ),
        ("openalex", ("Work ID",), ("Title", "Publication year", "Display name")),
        ("asreview", ("title",), ("label_included", "included", "asreview_label", "final_included", "record_id")),
    )
)


def vendor_of(header: Sequence[str]) -> str:
    """Return the vendor whose export has this header, or ``generic``.

    Examples
    --------
    >>> vendor_of(["Authors", "Title", "Year", "Source title", "EID"])
    'scopus'
    >>> vendor_of(["title", "abstract"])
    'generic'
    """
    names = {plain_name(cell) for cell in header}
    for vendor, all_of, any_of in _VENDORS:
        if all_of <= names and any_of & names:
            return vendor
    return "generic"


def known_headers(cells: Sequence[str]) -> tuple[int, int]:
    """Return how many cells are known header names, and how many of them say something alone.

    Examples
    --------
    >>> known_headers(["Title", "Year", "id", "something"])
    (3, 2)
    """
    found = [name for name in map(plain_name, cells) if name in _ROLE]
    return len(set(found)), len({name for name in found if name not in _WEAK_PLAIN})


def roles(header: Sequence[str]) -> dict[str, list[int]]:
    """Return the columns that fill each field, best first.

    Examples
    --------
    >>> roles(["Authors", "Author full names", "Title", "Cited by"])
    {'title': [2], 'authors': [1, 0]}
    """
    ranked: dict[str, list[tuple[int, int]]] = {}
    for column, cell in enumerate(header):
        role = _ROLE.get(plain_name(cell))
        if role:
            ranked.setdefault(role[0], []).append((role[1], column))
    return {name: [column for _, column in sorted(ranked[name])] for name in FIELDS if name in ranked}
