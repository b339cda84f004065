"""Cited references in the regular form of their vendor, read by cutting at commas.

Takes one reference of Web of Science or Scopus; gives it parsed, or None where anything about it is
not regular: :mod:`metanarrative.read.references` then reads it by patterns, which give the same for
the regular ones, some five times as slowly (a property test holds both to it). Authors and journals
return again and again, so what was found of each is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from metanarrative.model import Reference
from metanarrative.text import first_page, normal_doi, squash

__all__ = [
    "AUTHOR",
    "INITIALS",
    "NAME",
    "PAGES",
    "PLACE_ALONE",
    "PMID",
    "TAIL",
    "YEARS",
    "abbreviated_name",
    "corporate",
    "scopus",
    "wos",
]

YEARS = {str(year): year for year in range(1500, 2100)}
"""The years a publication may have, by how they are printed."""

NAME = r"[^\W\d_][^\W\d_'’.\-‐ ]*(?:[ '’\-‐]+[^\W\d_]+){0,3}\.?"
INITIALS = r"(?:[^\W\d_]\.[ \-‐]?){1,5}"
AUTHOR = re.compile(rf"\s*({NAME}),? ({INITIALS})(?=[,;:(]| (?:\(|&|and |et al)|\s*$)")
"""``Anthony, W.A.`` or ``Anthony W.A.`` at the beginning of what is left of a reference.

A word behind the initials makes them the beginning of an abbreviated journal: ``Care planning, J. Nurs.``
"""
PAGES = re.compile(r"\bpp?\. ?(\w+)(?:[-–]\w+)?")
TAIL = re.compile(r"(?:pp?\. ?.*|\d+|[A-Z]?\d+[A-Z]?|\d+[-–]\d+|SUPPL\.? ?\d*)")
"""What stands behind the venue in Scopus: volume, issue, pages."""
PMID = re.compile(r"\bPMID:? ?(\d{4,9})\b", re.IGNORECASE)
# nothing to be cut off but a full stop; what begins with a bracket may be one of the 1990s
_PLAIN_DOI = re.compile(r"DOI (10\.\d{4,9}/\w[\w./()-]*\w)\.?\Z", re.ASCII)
_DOI = re.compile(r"DOI 10\.\d{4,9}/[^\s,\[\]\"<>]+\Z")
_VOLUME = re.compile(r"V[\w\-/]*\d[\w\-/]*\Z")
_PAGE = re.compile(r"[Pp][A-Za-z]?\d[\w\-.]*\Z")
_FIVE_WORDS = re.compile(r"(?:[A-Za-z]\S* ){4}[A-Za-z]")
PLACE_ALONE = re.compile(r"[VP]\d[\w\-/.]*\Z")
"""Volume or page of Web of Science where a journal would stand: the reference has none."""
_BODY = (
    r"(?:Academy|Agency|Assembly|Association|Authority|Board|Bureau|Centre|Center|College|Commission|Committee"
    r"|Collaboration|Collaborators|Confederation|Consortium|Council|Department|Federation|Foundation|Government|Group|Institute|Institution|Ministry|Network"
    r"|Office|Organi[sz]ation|Parliament|Secretariat|Society|Trust|Union|University)"
)
# its words are capitals, but for the small ones, and what kind of body it is stands last or before "of"
_CORPORATE = re.compile(
    rf"(?:[A-Z][\w’'\-]* (?:(?:of|and|for|the|&) )*)*{_BODY}s?"
    r"(?: (?:of|for|on|and)(?: (?:of|and|for|the|on|in|to|&|[A-Z][\w’'\-]*))* [A-Z][\w’'\-]*)?\Z"
    r"|NHS(?: [A-Z][\w’'\-]*){0,3}\Z|[A-Z]{2,6}\Z"
)
_INITIALS_ALONE = re.compile(r"[A-Z](?:\.?-?[A-Za-z]\.?){0,4}")


@lru_cache(maxsize=65536)
def abbreviated_name(author: str) -> str:
    """Return "Family, GN" of "Family GN"; other forms as printed.

    Examples
    --------
    >>> abbreviated_name("Deegan PE"), abbreviated_name("*WHO"), abbreviated_name("[Anonymous]")
    ('Deegan, PE', 'WHO', '')
    """
    if author.startswith("*"):  # Web of Science marks organisations
        return author.strip(" *")
    author = author.strip()
    if author.casefold().rstrip(".") in ("[anonymous]", "anonymous", "anon", "[anon]"):
        return ""
    words = author.split()
    if len(words) > 1 and _INITIALS_ALONE.fullmatch(words[-1]) and len(words[-1].replace(".", "")) <= 3:
        return f"{' '.join(words[:-1])}, {words[-1]}"
    return author.rstrip(".")


@lru_cache(maxsize=65536)
def corporate(part: str) -> bool:
    """Tell whether a part of a reference names an organisation, which stands where authors do.

    Examples
    --------
    >>> [corporate(part) for part in ("Department of Health", "World Health Organization", "NHS England", "WHO")]
    [True, True, True, True]
    >>> [corporate(part) for part in ("Emergency department crowding", "Recovery", "Trust in the Department")]
    [False, False, False]
    """
    return len(part) <= 120 and _CORPORATE.match(part) is not None


# -- Web of Science ---------------------------------------------------------------------------


class _Memo(dict[str, str | None]):
    """What was found of each string; None for what the regular form does not hold."""

    def __init__(self, find: Callable[[str], str | None]) -> None:
        super().__init__()
        self.find = find

    def __missing__(self, printed: str) -> str | None:
        if len(self) >= 65536:
            self.clear()
        found = self[printed] = self.find(printed)
        return found


def _wos_author(author: str) -> str | None:
    if not 2 <= len(author) <= 80 or "," in author or "10." in author:
        return None
    if squash(author) != author or "PMID" in author.upper():
        return None
    return abbreviated_name(author)


def _wos_venue(venue: str) -> str | None:
    if not venue or "," in venue or "[" in venue or "DOI" in venue or "10." in venue:
        return None
    if squash(venue) != venue or "PMID" in venue.upper() or PLACE_ALONE.match(venue):
        return None
    return venue.rstrip(".")


def _wos_volume(part: str) -> str | None:
    return part[1:] if _VOLUME.match(part) and "PMID" not in part.upper() else None


def _wos_page(part: str) -> str | None:
    return part[1:].rstrip(".").casefold() if _PAGE.match(part) and "PMID" not in part.upper() else None


def _wos_doi(part: str) -> str | None:
    if not _DOI.match(part) or "PMID" in part.upper():
        return None
    doi = part[4:]
    # nothing to trim behind a letter or digit
    bare = doi if "(" in doi else doi.rstrip(".")
    return bare.casefold() if bare[-1].isalnum() and "%" not in doi else normal_doi(doi)


_AUTHORS, _VENUES, _VOLUMES, _PAGES = _Memo(_wos_author), _Memo(_wos_venue), _Memo(_wos_volume), _Memo(_wos_page)
_new = tuple.__new__


def wos(raw: str) -> Reference | None:
    """Return what a reference of Web of Science says, None where it is not regular.

    Examples
    --------
    >>> r = wos("Deegan PE, 1988, PSYCHOSOC REHABIL J, V11, P11, DOI 10.1037/h0099565")
    >>> r.first_author, r.year, r.venue, r.volume, r.page, r.doi
    ('Deegan, PE', 1988, 'PSYCHOSOC REHABIL J', '11', '11', '10.1037/h0099565')
    >>> wos("DEPT HLTH, CARE PROGRAMME APPROA") is None
    True
    """
    parts = raw.split(", ")
    n = len(parts)
    if n < 3 or (year := YEARS.get(parts[1])) is None:
        return None
    author, venue = _AUTHORS[parts[0]], _VENUES[parts[2]]
    if author is None or venue is None:
        return None
    volume: str | None = ""
    page: str | None = ""
    doi: str | None = ""
    place = 3
    if place < n and parts[place][:1] == "V":
        volume = _VOLUMES[parts[place]]
        place = 4
    if place < n and parts[place][:1] in ("P", "p"):
        page = _PAGES[parts[place]]
        place += 1
    if place < n:
        part = parts[place]
        doi = found[1].lower() if (found := _PLAIN_DOI.match(part)) else _wos_doi(part)
        place += 1
    if place < n or volume is None or page is None or doi is None or "pmid" in doi:
        return None
    # a named tuple's own constructor takes twice as long, and there are millions
    return _new(Reference, (raw, doi, "", "", author, year, "", venue, volume, page, ""))


# -- Scopus -----------------------------------------------------------------------------------


_ODD = ("", ",", ";", " ")
_IN_BRACKETS = {f"({year})": value for year, value in YEARS.items()}


def _scopus_author(part: str) -> str | None:
    """Return "Family, G." of a part that is one author and nothing else, ``""`` for what is none."""
    # the initials of the part before, or the mark of the end of a list
    if part[1:2] == "." or part[:1] in _ODD or part.startswith("et al"):
        return None
    found = AUTHOR.match(f"{part}, ")
    if found is None:
        return ""
    return f"{found[1]}, {found[2].strip()}" if found.end() == len(part) else None


def _scopus_tail(part: str) -> str | None:
    """Return the first page behind a "p", or the volume; None for what stands before both."""
    if not TAIL.fullmatch(part):
        return None
    pages = PAGES.match(part)
    return f"p{first_page(pages[1])}" if pages else f"v{part}"


_SCOPUS_AUTHORS, _TAILS = _Memo(_scopus_author), _Memo(_scopus_tail)


def scopus(raw: str) -> Reference | None:
    """Return what a squashed reference of Scopus, as printed since 2023, says, None where it is not regular.

    Examples
    --------
    >>> r = scopus("Slade M., Leamy M., Uses and abuses of recovery, World Psychiatry, 13, 1, pp. 12-20, (2014)")
    >>> r.first_author, r.year, r.title, r.venue, r.volume, r.page
    ('Slade, M.', 2014, 'Uses and abuses of recovery', 'World Psychiatry', '13', '12')
    >>> scopus("Deegan, P.E., Recovery (1988) Psychosocial Rehabilitation Journal, 11, pp. 11-19") is None
    True
    """
    parts = raw.split(", ")
    year = _IN_BRACKETS.get(parts.pop())
    if year is None or not parts or "10." in raw or ("PM" in raw.upper() and PMID.search(raw)):
        return None
    n = len(parts)
    first = ""
    begin = 0
    for part in parts:
        if "." not in part and part[:1] not in _ODD and not part.startswith("et al"):
            break  # initials have full stops
        author = _SCOPUS_AUTHORS[part]
        if not author:
            if author is None:
                return None
            break
        first = first or author
        begin += 1
    if begin + 1 < n and parts[begin + 1][1:2] == ".":
        # "Family, G.", or a title before a venue such as "J. Nurs."; a name has four words at most
        title = parts[begin]
        if not _FIVE_WORDS.match(title) and AUTHOR.match(f"{title}, {parts[begin + 1]}, "):
            return None
    if begin < 2 <= n and len(parts[1]) == 4 and parts[1].isdecimal():
        return None  # Web of Science
    rest = parts[begin:]
    if "" in rest:
        rest = [part for part in rest if part]
    volume = page = ""
    while rest and (tail := _TAILS[rest[-1]]) is not None:
        if tail[0] == "p":
            page = tail[1:]
        else:
            volume = tail[1:]  # the leftmost number is the volume
        rest.pop()
    if not first and len(rest) > 1 and corporate(rest[0]):
        first = rest.pop(0)
    venue = rest.pop() if len(rest) > 1 else ""
    title = rest[0] if len(rest) == 1 else ", ".join(rest)
    return _new(Reference, (raw, "", "", "", first, year, title, venue, volume, page, ""))
