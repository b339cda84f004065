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
from metanarrative.read.entry import flat
from metanarrative.read.references_quick import (
    AUTHOR,
    INITIALS,
    NAME,
    PAGES,
    PLACE_ALONE,
    PMID,
    TAIL,
    abbreviated_name,
    corporate,
    scopus,
    wos,
)
from metanarrative.text import first_page, normal_doi, squash, year_of

__all__ = ["parse_reference", "parse_references", "split_references"]

_WOS = re.compile(r"(?P<author>[^,]{2,80}), (?P<year>(?:1[5-9]|20)\d\d)(?:, (?P<rest>.*))?\Z", re.DOTALL)
_YEAR_IN_BRACKETS = re.compile(r"\(((?:1[5-9]|20)\d\d)[a-z]?(?:, [^()]{1,30})?\)")
_SCOPUS_TAIL = re.compile(
    r"(?P<venue>.+?)(?:, (?P<volume>\d+[A-Za-z]?|[A-Z]?\d+))?"
    r"(?: ?\((?P<issue>[^()]{1,20})\)|, (?P<number>\d+(?:[-–]\d+)?|[A-Z]\d+))?"
    r"(?:, (?:pp?|art)\.? ?(?:no\. )?(?P<page>[\w.]+)(?:[-–][\w.]+)?)?(?=[,;]|\.?\s*\Z)"
)
_VANCOUVER = re.compile(
    r"(?P<authors>.{2,400}?)\. (?P<title>[^.?!]{8,400}[.?!](?: [^.?!]{3,200}[.?!])??) (?P<venue>[^.;:]{3,120})\. ?"
    r"(?P<year>(?:1[5-9]|20)\d\d)[^;:]{0,12}(?:; ?(?P<volume>[\w ]{1,12})(?:\([^)]*\))?(?:: ?(?P<page>\w+)[-–\w]*)?)?",
    re.DOTALL,
)
_BYLINE = re.compile(
    rf"(?P<name>{NAME} (?:[^\W\d_a-z]-?){{1,4}})(?: (?:Jr|Sr|[2-4](?:nd|rd|th)|I{{2,3}}))?"
    r"(?:(?P<more>, |,? (?:and|&) )|(?P<end>(?:,? et al)?(?:,? \(?[Ee]d(?:itor)?s?\)?)?\.:? ?))"
)
"""One of ``Wallace BC, Small K, et al. `` before the title: what makes a reference one of Vancouver's kind."""
_ET_AL = re.compile(r"et al\.?:? ?|\(?[Ee]d(?:itor)?s?\)?\.:? ?")
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)"
# a title may hold full stops ("A vs. B"): it ends where the rest is venue, year and place, or place and publisher
_LISTED = (
    re.compile(
        r"(?P<title>.{3,400}?[.?!]) In: ?(?P<venue>.{3,300}?)[.,;] ?"
        + _YEAR
        + r"\b(?:.{0,40}?\bpp?\. ?(?P<page>[A-Za-z]?\d+))?"
    ),
    re.compile(
        r"(?P<title>.{3,400}?[.?!]) (?P<venue>[^.;:?!\d][^.;:?!]{1,119}|(?:[A-Z][\w’'\-]*\.? ){0,8}[A-Z][\w’'\-]*)"
        r"[.,]? \(?"
        + _YEAR
        + r"\b\)?[^;:]{0,14}(?:[;:,] ?(?P<volume>[A-Z]?\d\w{0,5}(?: Suppl[. ]*\d*)?)|;)(?: ?\([^)]*\))?"
        r"(?:[:,] ?(?:pp?\. ?)?(?P<page>[A-Za-z]{0,2}\d+)[-–\w]*)?"
    ),
    re.compile(
        r"(?P<title>.{3,400}?)[.?!,] (?P<place>[A-Z][^.:;\d]{1,60}): ?(?P<publisher>[^.;:]{2,80})[;,.] ?"
        + _YEAR
        + r"\b"
    ),
    re.compile(r"(?P<title>[^.?!]{8,400})[.?!](?P<rest>.{0,120}?)\b" + _YEAR + r"\b"),
)
"""Chapter or paper in a volume, journal article, book, and what says a title and a year only."""
_EDITORS = re.compile(r"\A.{2,200}?,? \(?[Ee]d(?:itor)?s?\)?[.,:]+ ")
_PUBLISHER = re.compile(r"[.,] [A-Z][^.:;\d]{1,60}: ?[^.;:]{2,80}\Z")
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
_VENUE_PLACE = re.compile(
    r"(?P<venue>.*[^\W\d].*?) (?P<volume>\d{1,4})(?: ?\([^()]{1,20}\))?: ?(?P<page>[A-Za-z]?\d+)(?:[-–][A-Za-z]?\d+)?"
)
_EDITION = re.compile(r"[.,] (?:\d{1,2}(?:st|nd|rd|th)|[Rr]ev(?:ised)?\.?) ed(?:ition|n)?\Z")
_NUMBER = re.compile(r"\A\[?\d{1,3}[.\]]\s+")
_FIRST_NAME = re.compile(rf"\s*(?P<family>{NAME})(?:,? (?P<given>{INITIALS}|[A-Z]{{1,3}}\b))?(?=[,.;: (]|\Z)")
_TOKEN = re.compile(r"\S{1,120}\Z")


def split_references(text: str, *, keys: Collection[str] = ()) -> list[str]:
    r"""Split a list of references that a database printed into one string.

    Lines are taken where there are several; else ``;`` separates, although titles hold
    semicolons too: a piece begins a new reference only where it looks like the beginning of one.

    Parameters
    ----------
    text : str
        Line ends and control characters as :func:`metanarrative.read.fields.plain_text` leaves them.
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
    return _split(text, keys)[0]


def _split(text: str, keys: Collection[str]) -> tuple[list[str], list[Reference | None]]:
    """Return the references as printed, and what of each was recognised on the way."""
    if "\n" in text:
        lines = [line for printed in text.split("\n") if (line := printed.strip())]
        if len(lines) > 1:
            found = [wos(line) for line in lines]
            regular = len(found) - found.count(None)
            if regular * 2 >= len(lines) or (
                sum(bool(one or _WOS.match(line)) for one, line in zip(found, lines, strict=True)) * 2 >= len(lines)
            ):
                return lines, found
            if ";" not in text:
                return lines, found
    text = flat(text.strip())
    pieces = text.split(";") if "&amp;" not in text else re.split(r"(?<!&amp);", text)
    pieces = [piece for printed in pieces if (piece := printed.strip())]
    kept: list[str] = []
    found = []
    if _any_of(pieces, keys) or (" " not in pieces[0] and all(map(_TOKEN.match, pieces)) if pieces else True):
        return pieces, [None] * len(pieces)
    for piece in pieces:
        one = scopus(piece)
        # a piece that begins with an author begins a reference
        if (one is not None and one.first_author) or not kept or _begins(piece, kept[-1]):
            kept.append(piece)
            found.append(one)
        else:
            kept[-1] = f"{kept[-1]}; {piece}"
            found[-1] = None
    return kept, found


def _any_of(printed: list[str], keys: Collection[str]) -> bool:
    return bool(keys) and any(map(keys.__contains__, printed))


def _is_doi(piece: str) -> bool:
    return " " not in piece and bool(normal_doi(piece))


def _begins(piece: str, before: str) -> bool:
    """Tell whether `piece` begins a reference and is not a part of the one before it."""
    if AUTHOR.match(piece) or _is_doi(piece):
        return True
    if not piece.startswith(("http://", "https://")) and (
        year_of(piece) is None or piece[0].islower() or PAGES.match(piece)
    ):
        return False
    # the reference before it is complete
    return _is_doi(before) or year_of(before) is not None


def parse_references(text: str, *, keys: Collection[str] = ()) -> tuple[Reference, ...]:
    """Split a printed list and parse each reference; see :func:`split_references`."""
    printed, found = _split(text, keys)
    regular = [one for one in found if one is not None]
    if len(regular) == len(printed) and not _any_of(printed, keys):
        return tuple(regular)
    return tuple(
        [
            one if one is not None and raw not in keys else parse_reference(raw, keys=keys)
            for raw, one in zip(printed, found, strict=True)
        ]
    )


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
    found = wos(raw)  # regular ones need no squashing
    if found is None:
        raw = squash(raw)
        found = wos(raw) or scopus(raw) or _by_patterns(raw)
    return Reference(raw=raw, key=raw) if raw in keys else found


@lru_cache(maxsize=16384)
def _by_patterns(raw: str) -> Reference:
    # the same works are cited again and again, in the same words
    doi = _doi(raw)
    found = PMID.search(raw)
    pmid = found[1] if found else ""
    if _is_doi(raw):
        return Reference(raw, doi)
    for parse in (_wos, _scopus_new, _scopus_old, _author_year, _listed, _vancouver):
        parts = parse(raw)
        if parts is not None:
            author, year, title, venue, volume, page = parts
            return Reference(raw, doi, pmid, "", author, year, title, venue, volume, page)
    return Reference(raw, doi, pmid, first_author=_first_author(raw), year=_year(raw, doi))


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
    if not found or not found["given"] or found["family"].endswith("."):
        return ""
    return f"{found['family']}, {found['given'].strip()}"


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
        placed = bool(venue) or PLACE_ALONE.match(part) is not None  # what stands first is the journal, if there is one
        if not volume and placed and re.fullmatch(r"V[\w\-/]*\d[\w\-/]*", part):
            volume = part[1:]
        elif not page and placed and re.fullmatch(r"[Pp][A-Za-z]?\d[\w\-.]*", part):
            page = part[1:].rstrip(".").casefold()
        elif part:
            venue.append(part)
    if len(venue) > 2:  # commas in the title of something else than a WoS entry
        return None
    return abbreviated_name(found["author"]), int(found["year"]), "", ", ".join(venue).rstrip("."), volume, page


def _authors_end(raw: str) -> tuple[str, int]:
    """Return the first author and where the list of "Family, G.G.," pairs ends."""
    first = ""
    place = 0
    while found := AUTHOR.match(raw, place):
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
    if not author and corporate(head := raw.split(", ", 1)[0]):
        author, place = head, len(head) + 2
    year = _YEAR_IN_BRACKETS.search(raw, place)
    if not author or not year:
        return None
    title = raw[place : year.start()].strip(" ,.")
    rest = raw[year.end() :].strip()
    if not title or not rest or rest[0] in ".,:":
        return None
    tail = _SCOPUS_TAIL.match(rest)
    venue = tail["venue"].strip(" ,.") if tail else ""
    if PAGES.match(venue) or normal_doi(venue):
        venue = ""
    pages = PAGES.search(rest)
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
    while parts and TAIL.fullmatch(parts[-1]):
        part = parts.pop()
        if pages := PAGES.match(part):
            page = first_page(pages[1])
        else:
            volume = part  # the leftmost number is the volume
    if not author and len(parts) > 1 and corporate(parts[0]):
        author = parts.pop(0)
    if len(parts) < 2:
        return author, int(year[1]), parts[0] if parts else "", "", volume, page
    return author, int(year[1]), ", ".join(parts[:-1]), parts[-1], volume, page


def _author_year(raw: str) -> Parts | None:
    found = _AUTHOR_YEAR[0].match(raw) or _AUTHOR_YEAR[1].match(raw)
    if not found:
        return None
    author = _first_author(found["authors"] + ",") or squash(found["authors"]).split(",")[0]
    venue = found["venue"].strip().removeprefix("In: ")
    volume, page = found["volume"] or "", found["page"] or ""
    if not volume and (placed := _VENUE_PLACE.fullmatch(venue)):
        venue, volume, page = placed["venue"], placed["volume"], placed["page"]
    if "http" in venue or normal_doi(venue) or (not volume and _PUBLISHER.fullmatch(f", {venue}")):
        venue = ""  # a place and a publisher are no journal
    return author, int(found["year"]), found["title"].strip(), venue, volume, page.casefold()


def _bylines(raw: str) -> tuple[str, int]:
    """Return the first author and where a list of "Family GG, Family GG. " ends; "" where there is none.

    Name by name, never tried otherwise: a list that goes wrong late must not be tried in all ways.
    """
    first, place = "", 0
    while found := _BYLINE.match(raw, place):
        first = first or abbreviated_name(found["name"])
        place = found.end()
        if found["end"]:
            return first, place
        if closed := _ET_AL.match(raw, place):
            return first, closed.end()
    return "", 0


def _listed(raw: str) -> Parts | None:
    """Family GG, Family GG, et al. Title. Venue, year and place; or an organisation before the title."""
    raw = _NUMBER.sub("", raw)
    author, place = _bylines(raw)
    if not author:
        head, stop, _ = raw.partition(". ")
        if not stop or not corporate(head):
            return None
        author, place = head, len(head) + 2
    for pattern in _LISTED:
        found = pattern.match(raw, place)
        if found:
            parts = found.groupdict("")
            venue = _PUBLISHER.sub("", _EDITORS.sub("", parts.get("venue", ""))).strip(" .,")
            venue = _EDITION.sub("", venue)
            return (
                author,
                int(parts["year"]),
                _EDITION.sub("", parts["title"].strip(" .,")),
                "" if normal_doi(venue) else venue,
                parts.get("volume", "").strip(),
                parts.get("page", "").casefold(),
            )
    return None


def _vancouver(raw: str) -> Parts | None:
    found = _VANCOUVER.match(_NUMBER.sub("", raw))
    if not found:
        return None
    author = abbreviated_name(found["authors"].split(",")[0])
    return (
        author,
        int(found["year"]),
        found["title"].strip(" ."),
        found["venue"].strip(),
        (found["volume"] or "").strip(),
        (found["page"] or "").casefold(),
    )
