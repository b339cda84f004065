"""One record in the form in which records are compared: folded, split, classified once.

Comparing needs the same normal forms again and again (the words of a title, the family names,
whether it is an erratum or part two of something), so they are computed once a record.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from metanarrative.dedupe.twins import Layout, names_in
from metanarrative.text import family_name, first_page, fold, normal_doi, normal_title, year_of
from metanarrative.text.titles import SERIES_WORDS, title_numbers


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ABSENT = frozenset(
    {"", "unknown", "untitled", "no title", "not available", "na", "n a", "none", "null", "title unknown"}
)
_NOTICES = (
    ("retraction", r"retraction\b|notice of retraction|withdrawal notice|withdrawn\b"),
    ("retracted", r"retracted\b"),
    ("concern", r"expression of concern"),
    (
        "correction",
        r"erratum|errata\b|corrigend|correction (?:to|for)\b|correction$|(?:publisher|author)s? correction"
        r"|corrections and clarifications|addendum",
    ),
    (
        "reply",
        r"(?:authors? )?(?:reply|response|rejoinder|rebuttal) (?:to|by|from)\b|(?:the )?authors? (?:reply|respon)"
        r"|re (?=\w+ \w+ \w+ \w+)|in (?:reply|response)\b",
    ),
    ("comment", r"(?:a )?(?:invited )?comment(?:s|ary)? (?:on|to)\b|letter to the editor\b"),
    ("book review", r"book reviews?\b|review of the book"),
)
_NOTICE_START = tuple((name, re.compile(rf"(?:{pattern})")) for name, pattern in _NOTICES)
_NOTICE_END = (
    ("correction", re.compile(r"\b(?:erratum|corrigendum|correction)$")),
    ("reply", re.compile(r"\b(?:a reply|authors? reply|a rejoinder|a response)$")),
    ("comment", re.compile(r"\ba (?:comment|commentary)$")),
    ("protocol", re.compile(r"\bprotocol(?: for .{0,80})?$")),
)
_PROTOCOL_START = re.compile(r"(?:study |trial |review )?protocol (?:for|of)\b")
_NOTICE_TYPE = re.compile(r"erratum|corrigend|correction|retract", re.IGNORECASE)
_CONFERENCE_TYPE = re.compile(r"conference|proceeding|cpaper|^conf$|meeting[ -]abstract|poster|congress", re.IGNORECASE)
_CONFERENCE_VENUE = re.compile(r"\b(?:conference|symposium|workshop|congress|colloquium|annual meeting|proceedings)\b")
_NOT_CONFERENCE = re.compile(
    r"^proceedings of the (?:national academy|royal|nutrition society|ieee|institution|aristotelian|"
    r"biological|zoological|geologists|prehistoric|linnean)|^proceedings biolog|^proceedings mathemat"
    r"|^mayo clinic proceedings|^transplantation proceedings|^the lancet"
)
_PREPRINT = re.compile(
    r"arxiv|biorxiv|medrxiv|psyarxiv|socarxiv|ssrn|preprint|research square|osf|zenodo|10\.1101/|10\.48550/"
    r"|10\.31234/|10\.31219/|10\.2139/ssrn|10\.21203/|10\.20944/|10\.12688/|10\.5281/",
)
_GENERIC = re.compile(
    r"^(?:editorial|introduction|preface|foreword|letters?|correspondence|commentary|comment|abstracts?"
    r"|news|obituary|book reviews?|reviews?|erratum|corrigendum|correction|reply|response|discussion|conclusions?"
    r"|contents|index|appendix|annual report|contributors|acknowledg\w+|in memoriam|from the editors?|guest editorial"
    r"|authors? (?:reply|response)|in this issue|introduction to (?:the )?(?:special|mini ?track)\b.*"
    r"|announcements?|notes?|summary|overview|poster (?:session|abstracts?).*|oral (?:session|abstracts?).*)$"
)
_STOP = _set("the a an of and for in on to with by from at as is are its")
_VENUE_STOP = _set("the a an of and for in on de la le der die und et official journal")


NO_LAYOUT = Layout()


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as the judge sees it; every text field is folded."""

    id: str
    kind: str
    title: str
    words: tuple[str, ...]
    generic: bool
    numbers: frozenset[str]  # digits and numerals in the title, in arabic
    series: frozenset[str]  # those behind "part", "phase" ...; also a final numeral
    notice: str
    families: tuple[str, ...]
    author_text: str
    year: int | None
    venue: str
    conference: bool
    preprint: bool
    article: bool  # stated to be a journal article
    volume: str
    issue: str
    page: str
    doi: str
    pmid: str
    abstract: str  # hash of the folded abstract, "" without one
    language: str
    text: str  # hash of the whole folded body, "" without one
    sketch: frozenset[int]  # bottom-k sketch of the body's five-word shingles
    numerals: tuple[str, ...]  # numbers in the body, in order, for finding translations
    length: int  # words in the body
    outline: tuple[str, ...] = ()  # printed numbers of paragraphs and sections, sorted
    cited: frozenset[str] = frozenset()  # laws and works the body cites, by key or DOI
    layout: Layout = NO_LAYOUT  # lengths of the body's paragraphs and sections
    names: frozenset[str] = frozenset()  # capitalised words inside the body's sentences


def as_list(value: object) -> list[str]:
    """Return a cell that is a list, a JSON list or a ";" or " and " separated string as a list."""
    if value is None:
        return []
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("["):
            try:
                found = json.loads(text)
            except ValueError:
                found = None
            if isinstance(found, list):
                return [str(item) for item in found]
        if not text:
            return []
        return [part.strip() for part in re.split(r"\s*;\s*|\s+and\s+", text) if part.strip()]
    if isinstance(value, Iterable):
        return [str(item) for item in value]
    return [str(value)]


def as_year(value: object) -> int | None:
    """Return a year cell as a number; None where it is absent or not a year."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value
    return year_of(str(value))


def notice_of(title: str, type_: str = "") -> str:
    """Tell whether a folded title is a notice about another work.

    Examples
    --------
    >>> notice_of("erratum care planning in england"), notice_of("correction of anaemia in adults")
    ('correction', '')
    >>> notice_of("care planning a randomised trial study protocol")
    'protocol'
    """
    for name, pattern in _NOTICE_START:
        if pattern.match(title):
            return name
    for name, pattern in _NOTICE_END:
        if pattern.search(title):
            return name
    if _PROTOCOL_START.match(title):
        return "protocol"
    found = _NOTICE_TYPE.search(type_)
    return ("retraction" if found.group().lower() == "retract" else "correction") if found else ""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16] if text else ""


def sketch_of(words: list[str], k: int = 128) -> frozenset[int]:
    """Return the `k` smallest 64-bit hashes of the five-word shingles of a text."""
    shingles = {" ".join(words[i : i + 5]) for i in range(max(1, len(words) - 4))} if words else set()
    values = sorted(int.from_bytes(hashlib.blake2b(s.encode(), digest_size=8).digest(), "big") for s in shingles)
    return frozenset(values[:k])


def make_entry(
    record: Mapping[str, Any],
    body: str = "",
    *,
    outline: Iterable[str] = (),
    cited: Iterable[str] = (),
    layout: Layout = NO_LAYOUT,
) -> Entry:
    """Bring a record into the form in which it is compared.

    Parameters
    ----------
    record : mapping
        Columns of the ``record`` table, or any mapping with some of them; ``authors`` may be a
        list, a JSON list or one string.
    body : str, optional
        Whole text of a policy document.
    outline : iterable of str, optional
        Its printed paragraph numbers: the same in every language.
    cited : iterable of str, optional
        Keys and DOIs of what it cites: the same in every language.
    layout : Layout, optional
        Lengths of its parts.
    """
    title = normal_title(str(record.get("title") or ""))
    if title in _ABSENT:
        title = ""
    words = tuple(title.split())
    numbers, series = title_numbers(words)
    type_ = str(record.get("type") or "")
    authors = [name for name in as_list(record.get("authors")) if fold(name).strip(" .") not in _ABSENT]
    venue = normal_title(str(record.get("venue") or ""))
    doi = normal_doi(str(record.get("doi") or ""))
    conference = bool(_CONFERENCE_TYPE.search(type_)) or (
        bool(_CONFERENCE_VENUE.search(venue)) and not _NOT_CONFERENCE.search(venue)
    )
    kind = str(record.get("kind") or "literature")
    body_words = normal_title(body).split() if body else []
    facts = f"{type_.lower()} {venue} {doi}"
    volume = re.match(r"\W*(\w+)", str(record.get("volume") or ""))
    issue = re.match(r"\W*(\w+)", str(record.get("issue") or ""))
    content = [word for word in words if word not in _STOP]
    abstract = " ".join(str(record.get("abstract") or "").casefold().split())
    return Entry(
        id=str(record.get("record_id") or record.get("id") or ""),
        kind=kind,
        title=title,
        words=words,
        generic=len(content) < 2 or bool(_GENERIC.match(title)) or (bool(venue) and _is_venue(title, venue)),
        numbers=numbers,
        series=series,
        notice=notice_of(title, type_),
        families=tuple(name for name in (family_name(author) for author in authors) if name),
        author_text=" ".join(sorted(set(fold(" ".join(authors)).replace(".", " ").replace(",", " ").split()))),
        year=as_year(record.get("year")),
        venue=venue,
        conference=conference,
        preprint=bool(_PREPRINT.search(facts)),
        article=bool(re.search(r"article|journal|jour\b", type_, re.IGNORECASE)) and not conference,
        volume=volume.group(1).casefold().lstrip("0") if volume else "",
        issue=issue.group(1).casefold().lstrip("0") if issue else "",
        page=first_page(str(record.get("pages") or "")),
        doi=doi,
        pmid=re.sub(r"\D", "", str(record.get("pmid") or "")),
        abstract=_hash(abstract),
        language=str(record.get("language") or "").split("-")[0].casefold(),
        text=_hash(" ".join(body_words)),
        sketch=sketch_of(body_words),
        numerals=layout.numbers if layout.paragraphs else tuple(re.findall(r"\d+", body)),
        length=len(body_words),
        outline=tuple(sorted(outline)),
        cited=frozenset(cited),
        layout=layout,
        names=names_in(body),
    )


def _is_venue(title: str, venue: str) -> bool:
    # "Communications of X Communications of X Volume 52 Paper 41": a landing page, not a title
    rest = title.replace(venue, " ").split()
    return title != " ".join(rest) and all(word in SERIES_WORDS or word.isdigit() or word in _STOP for word in rest)


def venue_words(venue: str) -> list[str]:
    """Return the telling words of a folded venue name."""
    return [word for word in venue.split() if word not in _VENUE_STOP]


def same_venue(a: str, b: str) -> bool:
    """Tell whether two folded venue names may be one: equal, abbreviated, contained or initials.

    Examples
    --------
    >>> same_venue("clin microbiol rev", "clinical microbiology reviews")
    True
    >>> same_venue("bmj", "british medical journal"), same_venue("journal of x", "workshop of x")
    (True, False)
    """
    if a == b:
        return True
    short, long = sorted((a.split(), b.split()), key=lambda words: (len(words), len(" ".join(words))))
    if len(short) == 1 and short[0] in (
        "".join(w[0] for w in long),
        "".join(w[0] for w in long if w not in _STOP),
    ):
        return True
    first, second = venue_words(a), venue_words(b)
    if not first or not second:
        return False
    if {"workshop", "conference", "symposium"} & (set(first) ^ set(second)):
        return False
    few, many = sorted((first, second), key=lambda words: (len(words), len(" ".join(words))))
    if len(few) == 1 and len(few[0]) >= 3 and few[0] == "".join(w[0] for w in many):
        return True
    place = 0
    for word in few:
        while place < len(many) and not _abbreviates(word, many[place]):
            place += 1
        if place == len(many):
            return False
        place += 1
    # an abbreviation leaves few words out; "nature" is not "nature reviews neuroscience"
    return len(few) == len(many) or (len(few) >= 2 and len(few) / len(many) >= 0.5)


def _abbreviates(short: str, long: str) -> bool:
    if long.startswith(short) or short.startswith(long):
        return True
    if len(short) < 3 or short[0] != long[0]:
        return False
    letters = iter(long)  # "natl" for "national", "dept" for "department"
    return all(letter in letters for letter in short) and len(short) <= len(long)
