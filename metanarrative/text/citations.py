"""Normal forms of cited references: one cited work, however a database spells it.

A reference gets several keys, surest first: DOI, PMID, first author with year, volume and page,
first author with year and the title or, without one, the source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from metanarrative.text import family_name, first_page, fold, normal_doi, normal_title, year_of

__all__ = ["parse_reference", "same_reference_keys"]

# Web of Science: "SMITH J, 1999, J AM STAT ASSOC, V12, P34, DOI 10.1000/x"
_WOS = re.compile(
    r"^(?P<author>[^,]{2,60}), (?P<year>1[5-9]\d\d|20\d\d), (?P<venue>[^,]+)"
    r"(?:, V(?P<volume>[\w-]+))?(?:, (?:P|ART\.? ?|UNSP )(?P<page>[\w.-]+))?",
)
_VOLUME_PAGE = re.compile(
    r"\b(?P<volume>\d{1,4})\s*(?:\([^()]{1,20}\))?\s*[,:;]\s*(?:pp?\.?\s*)?(?P<page>[a-z]?\d{1,6})(?:\s*[-–]\s*\w+)?",
    re.IGNORECASE,
)
_PMID = re.compile(r"\bPMID:?\s*(\d{4,9})\b", re.IGNORECASE)
_FIRST_AUTHOR = re.compile(
    r"^\W*(?:\[?\d{1,3}[\].)]\s*)?(?P<family>(?:(?:van|von|de|der|den|du|la|le|da|di|del|ten|ter|st)\.? )*"
    r"[^\W\d_][\w'’-]+(?:-[^\W\d_]\w+)?)(?=,|\.|\s+(?:[A-Z]\b|[A-Z]{1,3}\b|and\b|&|et\b|\())",
    re.IGNORECASE,
)


def parse_reference(reference: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a reference, those the reader left empty found in its raw text.

    Parameters
    ----------
    reference : mapping
        ``raw, doi, pmid, first_author, year, title, venue, volume, page``; any may be missing.

    Returns
    -------
    dict
        ``doi, pmid, family, year, title, venue, volume, page``, folded, "" or None where unknown.

    Examples
    --------
    >>> found = parse_reference({"raw": "SIMPSON A, 2003, J ADV NURS, V44, P489, DOI 10.1046/j.x"})
    >>> found["family"], found["year"], found["volume"], found["page"], found["doi"]
    ('simpson', 2003, '44', '489', '10.1046/j.x')
    >>> found = parse_reference({"raw": "Anthony WA. Recovery. Psychosoc Rehabil J 1993;16(4):11-23."})
    >>> found["family"], found["year"], found["volume"], found["page"]
    ('anthony', 1993, '16', '11')
    """
    raw = str(reference.get("raw") or "")
    doi = normal_doi(str(reference.get("doi") or "")) or normal_doi(raw)
    pmid = re.sub(r"\D", "", str(reference.get("pmid") or ""))
    if not pmid:
        found_pmid = _PMID.search(raw)
        pmid = found_pmid.group(1) if found_pmid else ""
    author = str(reference.get("first_author") or "")
    year = reference.get("year")
    venue = str(reference.get("venue") or "")
    volume = str(reference.get("volume") or "")
    page = str(reference.get("page") or "")
    wos = _WOS.match(raw)
    if wos:
        author = author or wos["author"]
        year = year if year is not None else int(wos["year"])
        venue = venue or wos["venue"]
        volume = volume or wos["volume"] or ""
        page = page or wos["page"] or ""
    if raw and not author:
        found_author = _FIRST_AUTHOR.match(raw)
        # the comma keeps particles with the name: "van der Berg"
        author = f"{found_author['family']}," if found_author else ""
    plain = re.sub(r"10\.\d{4,9}/\S+|https?://\S+", " ", raw)
    if year is None:
        year = year_of(plain)
    if raw and not wos and not (volume and page):
        found_place = _VOLUME_PAGE.search(re.sub(r"\b(?:19|20)\d\d\s*;", " ", plain))
        if found_place and found_place["volume"] != str(year):
            volume = volume or found_place["volume"]
            page = page or found_place["page"]
    family = family_name(author) if author else ""
    return {
        "doi": doi,
        "pmid": pmid,
        "family": family,
        "year": int(year) if year is not None else None,
        "title": normal_title(str(reference.get("title") or "")),
        "venue": normal_title(venue),
        "volume": fold(volume).strip().lstrip("0"),
        "page": first_page(page),
    }


def same_reference_keys(reference: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys of a reference, surest first; two that share one are one cited work.

    Examples
    --------
    >>> same_reference_keys({"raw": "SIMPSON A, 2003, J ADV NURS, V44, P489"})
    ('long|simpson|2003|44|489',)
    >>> same_reference_keys({"raw": "PAWSON R, 1997, REALISTIC EVALUATION"})
    ('source|pawson|1997|realisticevaluation|',)
    >>> same_reference_keys({"raw": "A plan with no year at all"})
    ('raw|a plan with no year at all',)
    """
    part = reference if "family" in reference else parse_reference(reference)
    keys: list[str] = []
    if part["doi"]:
        keys.append(f"doi|{part['doi']}")
    if part["pmid"]:
        keys.append(f"pmid|{part['pmid']}")
    family, year = part["family"], part["year"]
    if family and year and part["volume"] and part["page"]:
        keys.append(f"long|{family}|{year}|{part['volume']}|{part['page']}")
    if family and year and len(part["title"].split()) >= 3:
        keys.append(f"title|{family}|{year}|{part['title'][:200]}")
    elif family and year and part["venue"] and not part["page"]:
        keys.append(f"source|{family}|{year}|{part['venue'].replace(' ', '')[:20]}|{part['volume']}")
    if not keys:
        text = normal_title(str(reference.get("raw") or "")) or part["title"]
        if text:
            keys.append(f"raw|{text[:200]}")
    return tuple(keys)
