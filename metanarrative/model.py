"""The words of the house as frozen records; no behaviour beyond holding together.

A *record* is one entry as a source gave it; a *work* is what one or more records describe;
a *passage* is a piece of text with its place; a *problem* is anything that could not be read,
matched or computed, with where and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

from metanarrative.errors import MisalignedError

NATIONS = ("england", "wales", "uk", "scotland", "northern-ireland", "other")
"""Where a document applies or speaks from; ``uk`` means England and Wales or wider."""

FORCES = (
    "statute",
    "regulations",
    "statutory-code",
    "statutory-guidance",
    "guidance",
    "strategy",
    "white-paper",
    "review",
    "independent",
)
"""Legal force of a whole document, strongest first (not the force of a sentence)."""

LEVELS = ("macro", "meso", "micro")
"""National policy; local guidance and organisations; plans, interviews and practice."""

LANGUAGES = ("en", "cy", "mixed", "unknown")
"""Language of a passage; decided per passage, never from the nation."""


_NOTHING: Mapping[str, str] = MappingProxyType({})


# what a file holds by the hundred thousand is a named tuple: made four times as fast as a frozen dataclass
class Reference(NamedTuple):
    """One entry of a reference list, as the source gave it and as far as it was parsed."""

    raw: str
    doi: str = ""
    pmid: str = ""
    key: str = ""  # id of a record in the same source (row id, OpenAlex id, BibTeX key)
    first_author: str = ""  # family name, or "Family, Given"
    year: int | None = None
    title: str = ""
    venue: str = ""
    volume: str = ""
    page: str = ""  # first page
    context: str = ""  # the sentence that cites it, where the source has full text


class Block(NamedTuple):
    """One paragraph-like piece of a document in reading order, before passages are made."""

    text: str
    kind: str = "paragraph"  # paragraph | heading | list | table | note
    level: int = 0  # heading depth, 1 is the highest; 0 for what is not a heading
    number: str = ""  # printed number or path, e.g. "18(1)(a)" or "3.2"
    page: int | None = None  # page of the file, from 1
    section: str = ""  # headings above it, joined by " > "


class Record(NamedTuple):
    """One entry as its source gave it: file, line and raw text kept.

    ``authors`` are "Family, Given" where the source allows, else as printed; corporate authors
    are kept whole. ``extra`` holds every field that has no place of its own, by its own name.
    ``blocks`` are filled for documents with a body (policy texts, JATS full text).
    ``facets`` are what a document says of itself (nation, issuer, issued, type, force, level,
    site, expression_of, supersedes, valid_from, valid_to, licence); a manifest may overrule.
    """

    kind: str  # literature | policy
    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""  # normalised: lower case, no prefix
    pmid: str = ""
    type: str = ""  # article, book, chapter, report, thesis, conference, web, act ...
    language: str = ""  # BCP 47 as stated or found; "" unknown
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    url: str = ""
    key: str = ""  # the source's own id: BibTeX key, accession number, OpenAlex id
    references: tuple[Reference, ...] = ()
    blocks: tuple[Block, ...] = ()
    facets: Mapping[str, str] = _NOTHING
    extra: Mapping[str, str] = _NOTHING
    raw: str = ""  # the entry's own text; "" for binary documents
    source_file: str = ""
    line: int | None = None  # first line of the entry in its file, from 1


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read, matched or computed.

    ``severity`` is ``error`` when a whole record or document was lost, ``warning`` when it was
    kept but something in it was lost or doubtful, ``note`` when the reader only chose something
    that a person should know (an encoding, a delimiter).
    """

    code: str  # short and stable, e.g. "no-text-layer"
    message: str
    mend: str = ""
    severity: str = "warning"
    file: str = ""
    line: int | None = None
    subject: str = ""  # record id, work id, setting
    stage: str = ""

    def at(self, *, stage: str = "", file: str = "", subject: str = "") -> Problem:
        """Return the problem with empty places filled in."""
        return replace(
            self,
            stage=self.stage or stage,
            file=self.file or file,
            subject=self.subject or subject,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person ruled. ``id`` is made from the other fields, so it survives re-reading."""

    id: str
    when: str  # ISO 8601, UTC
    who: str
    kind: str
    subject: str
    verdict: str
    reason: str = ""
    file: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a stage did: counts for the run log and one sentence for people."""

    stage: str
    counts: Mapping[str, int | float | str]
    text: str = ""
    skipped: bool = False


@dataclass(frozen=True)
class Corpus:
    """Ids, columns and arrays that share their first axis and are subset together.

    Parameters
    ----------
    ids : sequence of str, shape (n,)
    columns : mapping of str to sequence, each of length n
        Lists, tuples or arrays; sparse matrices must have n rows.

    Raises
    ------
    MisalignedError
        If a column's length differs from the number of ids.

    Examples
    --------
    >>> works = Corpus(("w1", "w2", "w3"), {"year": (1990, 2001, 2010)})
    >>> recent = works.take([year > 2000 for year in works["year"]])
    >>> recent.ids, recent["year"]
    (('w2', 'w3'), (2001, 2010))
    """

    ids: tuple[str, ...]
    columns: Mapping[str, Any]

    def __post_init__(self) -> None:
        for name, column in self.columns.items():
            length = column.shape[0] if hasattr(column, "shape") else len(column)
            if length != len(self.ids):
                raise MisalignedError(
                    f"column {name!r} has {length} rows, the corpus {len(self.ids)}",
                    mend="build the column from the same ids, in the same order",
                )

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]

    def take(self, mask: Sequence[bool]) -> Corpus:
        """Return the rows where `mask` is true, in all columns at once."""
        if len(mask) != len(self.ids):
            raise MisalignedError(f"mask has {len(mask)} entries, the corpus {len(self.ids)}")
        rows = [row for row, keep in enumerate(mask) if keep]
        columns = {
            name: column[rows] if hasattr(column, "shape") else tuple(column[row] for row in rows)
            for name, column in self.columns.items()
        }
        return Corpus(tuple(self.ids[row] for row in rows), columns)
