"""Cited-reference strings: lists of them split, one of them parsed.

Takes what databases print (Web of Science ``CR``, Scopus old and new, Vancouver and author-year
styles, free text) and gives :class:`metanarrative.model.Reference`. Conservative: a part that a
pattern does not show clearly stays empty, and the raw string is always kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from metanarrative.model import Reference
from metanarrative.text import first_page, normal_doi, squash, year_of

__all__ = ["parse_reference", "parse_references", "split_references"]

_NAME = r"[^\W\d_][^\W\d_'’.\-‐ ]*(?:[ '’\-‐]+[^\W\d_]+){0,3}\.?"
_INITIALS = r"(?:[^\W\d_]\.[ \-‐]?){1,5}"
# "Anthony, W.A." or "Anthony W.A."
_AUTHOR = re.compile(rf"\s*({_NAME}),? ({_INITIALS})(?=[,;: (]|$)")
_WOS = re.compile(r"(?P<author>[^,]{2,80}), (?P<year>(?:1[5-9]|20)\d\d)(?:, (?P<rest>.*))?\Z", re.DOTALL)
# what nearly every reference of Web of Science looks like
_WOS_PLAIN = re.compile(
    r"(?P<author>[^,]{2,80}), (?P<year>(?:1[5-9]|20)\d\d), (?P<venue>(?!DOI\b)[^,\[]+)"
    r"(?:, V(?P<volume>[\w\-/]*\d[\w\-/]*))?(?:, [Pp](?P<page>[A-Za-z]?\d[\w\-.]*))?"
    r"(?:, DOI (?P<doi>10\.\d{4,9}/[^\s,\[\]\"<>]+))?\Z"
)
_YEAR_IN_BRACKETS = re.compile(r"\(((?:1[5-9]|20)\d\d)[a-z]?(?:, [^()]{1,30})?\)")
_SCOPUS_TAIL = re.compile(
    r"(?P<venue>.+?)(?:, (?P<volume>\d+[A-Za-z]?|[A-Z]?\d+))?"
    r"(?: ?\((?P<issue>[^()]{1,20})\)|, (?P<number>\d+(?:[-–]\d+)?|[A-Z]\d+))?"
    r"(?:, (?:pp?|art)\.? ?(?:no\. )?(?P<page>[\w.]+)(?:[-–][\w.]+)?)?(?=[,;]|\.?\s*\Z)"
)
_PAGES = re.compile(r"\bpp?\. ?(\w+)(?:[-–]\w+)?")
_VANCOUVER = re.compile(
    r"(?P<authors>.{2,400}?)\. (?P<title>[^.?!]{8,400}[.?!](?: [^.?!]{3,200}[.?!])??) (?P<venue>[^.;:]{3,120})\. ?"
    r"(?P<year>(?:1[5-9]|20)\d\d)[^;:]{0,12}(?:; ?(?P<volume>[\w ]{1,12})(?:\([^)]*\))?(?:: ?(?P<page>\w+)[-–\w]*)?)?",
    re.DOTALL,
)
_AUTHOR_YEAR_HEAD = (
    r"(?P<authors>[^()]{2,400}?)[,. ]+\((?P<year>(?:1[5-9]|20)\d\d)[a-z]?(?:, [^()]{1,30})?\)[.,:]? "
    r"(?P<title>.{4,400}?)[.?!] (?P<venue>[^,.]{3,150})"
)
_AUTHOR_YEAR_PLACE = (
    r"(?:, (?:vol\.? ?)?(?P<volume>\d+)(?: ?\([^)]*\))?(?:, (?:pp?\. ?)?(?P<page>[A-Za-z]?\d+)[-–\d]*)?)"
)
# a title may hold full stops: where a volume follows, the words before it are the venue
_AUTHOR_YEAR = (
    re.compile(_AUTHOR_YEAR_HEAD + _AUTHOR_YEAR_PLACE, re.DOTALL),
    re.compile(f"{_AUTHOR_YEAR_HEAD}{_AUTHOR_YEAR_PLACE}?", re.DOTALL),
)
_FIRST_NAME = re.compile(rf"\s*(?P<family>{_NAME})(?:,? (?P<given>{_INITIALS}|[A-Z]{{1,3}}\b))?(?=[,.;: (]|\Z)")
_TOKEN = re.compile(r"\S{1,120}\Z")


def split_references(text: str, *, keys: Collection[str] = ()) -> list[str]:
    r"""Split a list of references that a database printed into one string.

    Lines are taken where there are several; else ``;`` separates, although titles hold
    semicolons too: a piece begins a new reference only where it looks like the beginning of one.

    Parameters
    ----------
    text : str
    keys : collection of str, optional
        Keys of records in the same source; a piece that is one stands alone.

    Examples
    --------
    >>> found = split_references("Deegan, P.E., Recovery; the lived experience (1988) PRJ, 11, pp. 11-19; "
    ...                          "Anthony, W.A., The guiding vision (1993) PRJ, 16")
    >>> len(found), found[0]
    (2, 'Deegan, P.E., Recovery; the lived experience (1988) PRJ, 11, pp. 11-19')
    >>> split_references("L001; 10.1192/bjp.bp.110.083733;L002", keys={"L001", "L002"})
    ['L001', '10.1192/bjp.bp.110.083733', 'L002']
    """
    lines = [line for printed in text.split("\n") if (line := printed.strip())]
    if len(lines) > 1 and sum(bool(_WOS.match(line)) for line in lines) * 2 >= len(lines):
        return lines
    flat = squash(text)
    if len(lines) > 1 and ";" not in flat:
        return lines
    pieces = [piece.strip() for piece in re.split(r"(?<!&amp);", flat) if piece.strip()]
    if any(piece in keys for piece in pieces) or all(_TOKEN.match(piece) for piece in pieces):
        return pieces
    kept: list[str] = []
    whole = True  # the reference before this piece is complete
    for piece in pieces:
        if kept and not (_begins(piece, whole) or _is_doi(piece)):
            kept[-1] = f"{kept[-1]}; {piece}"
        else:
            kept.append(piece)
        whole = _is_doi(kept[-1]) or year_of(kept[-1]) is not None
    return kept


def _is_doi(piece: str) -> bool:
    return " " not in piece and bool(normal_doi(piece))


def _begins(piece: str, whole: bool) -> bool:
    if _AUTHOR.match(piece) or (whole and piece.startswith(("http://", "https://"))):
        return True
    return whole and year_of(piece) is not None and not piece[0].islower() and not _PAGES.match(piece)


def parse_references(text: str, *, keys: Collection[str] = ()) -> tuple[Reference, ...]:
    """Split a printed list and parse each reference; see :func:`split_references`."""
    return tuple(parse_reference(raw, keys=keys) for raw in split_references(text, keys=keys))


def parse_reference(raw: str, *, keys: Collection[str] = ()) -> Reference:
    """Parse one cited-reference string as far as it clearly says.

    Parameters
    ----------
    raw : str
    keys : collection of str, optional
        Keys of records in the same source.

    Returns
    -------
    Reference
        ``raw`` always; the other parts where a pattern shows them.

    Examples
    --------
    >>> r = parse_reference("Anthony WA, 1993, PSYCHOSOC REHABIL J, V16, P11, DOI 10.1037/h0095655")
    >>> r.first_author, r.year, r.venue, r.volume, r.page, r.doi
    ('Anthony, WA', 1993, 'PSYCHOSOC REHABIL J', '16', '11', '10.1037/h0095655')
    >>> r = parse_reference("Anthony, W.A., Recovery from mental illness (1993) Psychosoc Rehabil J, 16 (4), pp. 11-23")
    >>> r.first_author, r.title, r.venue, r.volume, r.page
    ('Anthony, W.A.', 'Recovery from mental illness', 'Psychosoc Rehabil J', '16', '11')
    >>> parse_reference("see the local protocol").first_author
    ''
    """
    raw = squash(raw)
    return Reference(raw=raw, key=raw) if raw in keys else _parsed(raw)


@lru_cache(maxsize=16384)
def _parsed(raw: str) -> Reference:
    # the same works are cited again and again, in the same words
    if (plain := _WOS_PLAIN.match(raw)) and "DOI" not in plain["venue"] and "PMID" not in raw.upper():
        author, stated, venue, volume, page, doi = plain.groups("")
        return Reference(
            raw,
            # nothing to trim behind a letter or digit
            doi=doi.casefold() if doi[-1:].isalnum() and "%" not in doi else normal_doi(doi),
            first_author=_name(author),
            year=int(stated),
            venue=venue.rstrip("."),
            volume=volume,
            page=page.rstrip(".").casefold(),
        )
    doi = _doi(raw)
    pmid = ""
    if found := re.search(r"\bPMID:? ?(\d{4,9})\b", raw, re.IGNORECASE):
        pmid = found.group(1)
    if _is_doi(raw):
        return Reference(raw=raw, doi=doi)
    for parse in (_wos, _scopus_new, _scopus_old, _author_year, _vancouver):
        parts = parse(raw)
        if parts is not None:
            author, year, title, venue, volume, page = parts
            return Reference(
                raw=raw,
                doi=doi,
                pmid=pmid,
                first_author=author,
                year=year,
                title=title,
                venue=venue,
                volume=volume,
                page=page,
            )
    return Reference(raw=raw, doi=doi, pmid=pmid, first_author=_first_author(raw), year=_year(raw, doi))


Parts = tuple[str, int | None, str, str, str, str]


def _doi(raw: str) -> str:
    if "10." not in raw:
        return ""
    # Web of Science: "DOI [10.1/a, 10.1/b]" and "DOI DOI 10.1/a"
    return normal_doi(raw.replace(",", ", ").replace("[", " ") if "[10." in raw else raw)


def _year(raw: str, doi: str) -> int | None:
    bare = re.sub(r"https?://\S+|\b10\.\d{4,9}/\S+", " ", raw)
    if found := _YEAR_IN_BRACKETS.search(bare):
        return int(found.group(1))
    return year_of(bare)


def _first_author(raw: str) -> str:
    found = _FIRST_NAME.match(raw)
    if not found or not found["given"]:
        return ""
    return f"{found['family']}, {found['given'].strip()}"


@lru_cache(maxsize=16384)
def _name(author: str) -> str:
    """Return "Family, GN" of "Family GN"; other forms as printed."""
    if author.startswith("*"):  # Web of Science marks organisations
        return author.strip(" *")
    author = author.strip()
    if author.casefold().rstrip(".") in ("[anonymous]", "anonymous", "anon", "[anon]"):
        return ""
    words = author.split()
    if (
        len(words) > 1
        and re.fullmatch(r"[A-Z](?:\.?-?[A-Za-z]\.?){0,4}", words[-1])
        and len(words[-1].replace(".", "")) <= 3
    ):
        return f"{' '.join(words[:-1])}, {words[-1]}"
    return author.rstrip(".")


def _wos(raw: str) -> Parts | None:
    found = _WOS.match(raw)
    if not found:
        return None
    rest = re.split(r",? (?=DOI\b)", found["rest"] or "", maxsplit=1)[0]
    if not rest and "DOI" not in (found["rest"] or ""):
        return None
    volume = page = ""
    venue: list[str] = []
    for part in rest.split(", "):
        if not volume and re.fullmatch(r"V[\w\-/]*\d[\w\-/]*", part) and venue:
            volume = part[1:]
        elif not page and re.fullmatch(r"[Pp][A-Za-z]?\d[\w\-.]*", part) and venue:
            page = part[1:].rstrip(".").casefold()
        elif part:
            venue.append(part)
    if len(venue) > 2:  # commas in the title of something else than a WoS entry
        return None
    return _name(found["author"]), int(found["year"]), "", ", ".join(venue).rstrip("."), volume, page


def _authors_end(raw: str) -> tuple[str, int]:
    """Return the first author and where the list of "Family, G.G.," pairs ends."""
    first = ""
    place = 0
    while found := _AUTHOR.match(raw, place):
        first = first or f"{found[1]}, {found[2].strip()}"
        place = found.end()
        while place < len(raw) and raw[place] in ",; ":
            place += 1
        if raw.startswith("et al", place):
            place = min(len(raw), place + 6)
            while place < len(raw) and raw[place] in ".,; ":
                place += 1
            break
    return first, place


def _scopus_old(raw: str) -> Parts | None:
    """Family, G., Title (year) Venue, volume (issue), pp. a-b."""
    author, place = _authors_end(raw)
    year = _YEAR_IN_BRACKETS.search(raw, place)
    if not author or not year:
        return None
    title = raw[place : year.start()].strip(" ,.")
    rest = raw[year.end() :].strip()
    if not title or not rest or rest[0] in ".,:":
        return None
    tail = _SCOPUS_TAIL.match(rest)
    venue = tail["venue"].strip(" ,.") if tail else ""
    if _PAGES.match(venue) or normal_doi(venue):
        venue = ""
    pages = _PAGES.search(rest)
    return (
        author,
        int(year[1]),
        title,
        venue,
        (tail and tail["volume"]) or "",
        first_page(pages[1]) if pages else "",
    )


def _scopus_new(raw: str) -> Parts | None:
    """Family G., Title, Venue, volume, issue, pp. a-b, (year)."""
    year = re.search(r", \(((?:1[5-9]|20)\d\d)\)\.?\s*\Z", raw)
    if not year:
        return None
    author, place = _authors_end(raw)
    parts = [part for part in raw[place : year.start()].split(", ") if part]
    volume = page = ""
    while parts and re.fullmatch(r"(?:pp?\. ?.*|\d+|[A-Z]?\d+[A-Z]?|\d+[-–]\d+|SUPPL\.? ?\d*)", parts[-1]):
        part = parts.pop()
        if pages := _PAGES.match(part):
            page = first_page(pages[1])
        else:
            volume = part  # the leftmost number is the volume
    if len(parts) < 2:
        return author, int(year[1]), parts[0] if parts else "", "", volume, page
    return author, int(year[1]), ", ".join(parts[:-1]), parts[-1], volume, page


def _author_year(raw: str) -> Parts | None:
    found = _AUTHOR_YEAR[0].match(raw) or _AUTHOR_YEAR[1].match(raw)
    if not found:
        return None
    author = _first_author(found["authors"] + ",") or squash(found["authors"]).split(",")[0]
    venue = found["venue"].strip()
    if "http" in venue or normal_doi(venue):
        venue = ""
    return (
        author,
        int(found["year"]),
        found["title"].strip(),
        venue,
        found["volume"] or "",
        (found["page"] or "").casefold(),
    )


def _vancouver(raw: str) -> Parts | None:
    found = _VANCOUVER.match(re.sub(r"\A\[?\d{1,3}[.\]]\s+", "", raw))
    if not found:
        return None
    author = _name(found["authors"].split(",")[0])
    return (
        author,
        int(found["year"]),
        found["title"].strip(" ."),
        found["venue"].strip(),
        (found["volume"] or "").strip(),
        (found["page"] or "").casefold(),
    )
