"""Normal forms and stable ids. Values in, values out; nothing here touches a file.

Ids are made from content, so a re-export of the same entries under another file name keeps
every decision attached.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

__all__ = [
    "content_id",
    "family_name",
    "first_page",
    "fold",
    "normal_doi",
    "normal_title",
    "record_content",
    "squash",
    "without_spans",
    "year_of",
]

# DOIs of the 1990s may hold <...>, which elsewhere ends one; cut there, all articles of an issue share one DOI
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/(?:\(sici\)[^\s\"]+;\d-[\dA-Z#]|[^\s\"<>]+)", re.IGNORECASE)
# most stand alone, with nothing to be cut off
_PLAIN_DOI = re.compile(r"10\.\d{4,9}/[\w./-]*\w\Z", re.ASCII)
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_SPAN = re.compile(r"(?<!\d)((?:1[5-9]|20)\d\d)(\s?[-\u2010-\u2015/]\s?|\s(?:to|until|i)\s)(\d{4}|\d\d)(?![-/\d])")
_NOT_WORD = re.compile(r"[^\w]+", re.UNICODE)
_SPECIAL = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th", "ı": "i"})


def squash(text: str) -> str:
    """Collapse every run of white space to one space and trim.

    Examples
    --------
    >>> squash("  care\\n  plan ")
    'care plan'
    """
    return " ".join(text.split())


def fold(text: str) -> str:
    """Lower-case, strip diacritics and compatibility forms (ligatures, wide letters).

    Examples
    --------
    >>> fold("Ŵyneb ﬁne Björkman")
    'wyneb fine bjorkman'
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.casefold().translate(_SPECIAL)


def normal_title(title: str) -> str:
    """Return a title as words without case, marks, markup and punctuation.

    Examples
    --------
    >>> normal_title("The <i>Care</i> Programme Approach: where did it go wrong?")
    'the care programme approach where did it go wrong'
    """
    plain = re.sub(r"</?[A-Za-z][^<>]{0,40}>", "", title)
    plain = re.sub(r"\\[a-zA-Z]+\s*|[{}$]", "", plain)
    return _NOT_WORD.sub(" ", fold(plain).replace("_", " ")).strip()


def normal_doi(text: str) -> str:
    """Return the DOI inside `text` in lower case without prefix or trailing punctuation.

    Parameters
    ----------
    text : str
        A bare DOI, a link, or a sentence that holds one.

    Returns
    -------
    str
        ``""`` where there is none.

    Examples
    --------
    >>> normal_doi("https://doi.org/10.1186/S12888-016-0858-X.")
    '10.1186/s12888-016-0858-x'
    >>> normal_doi("doi: 10.1016/S0140-6736(98)12191-8")
    '10.1016/s0140-6736(98)12191-8'
    >>> normal_doi("10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2.")
    '10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2'
    >>> normal_doi("10.1")
    ''
    """
    if _PLAIN_DOI.match(text):
        return text.lower()
    found = _DOI.search(text.replace("%2F", "/").replace("%2f", "/") if "%2" in text else text)
    if not found:
        return ""
    doi = found.group().rstrip(".,;:'\"|")
    # a closing bracket belongs to the sentence unless it was opened inside the DOI
    for opened, closed in ("()", "[]", "{}"):
        while doi.endswith(closed) and doi.count(closed) > doi.count(opened):
            doi = doi[:-1].rstrip(".,;:")
    return doi.casefold()


def year_of(text: str) -> int | None:
    """Return the first plausible year (1500-2099) in `text`, or None.

    Examples
    --------
    >>> year_of("2004/12/03"), year_of("10 15"), year_of("n.d.")
    (2004, None, None)
    """
    found = _YEAR.search(text)
    return int(found.group()) if found else None


def without_spans(title: str) -> str:
    """Return `title` without spans of years: a plan "2019-22" says when it runs, not when it came out.

    "2012-06" stays, for it may be June 2012.

    Examples
    --------
    >>> without_spans("Delivery Plan 2019-22"), without_spans("Strategy 2025 to 2035 (2024)")
    ('Delivery Plan ', 'Strategy  (2024)')
    >>> without_spans("Act 2012-06")
    'Act 2012-06'
    """

    def cut(found: re.Match[str]) -> str:
        begin, end = found.group(1), found.group(3)
        return "" if int(end) > int(begin[-len(end) :]) else found.group()

    return _SPAN.sub(cut, title)


def family_name(author: str) -> str:
    """Return the folded family name of "Family, Given", "Given Family" or "Family GN".

    Examples
    --------
    >>> family_name("Greenhalgh, Trisha"), family_name("Alan Simpson"), family_name("Simpson A.")
    ('greenhalgh', 'simpson', 'simpson')
    >>> family_name("O'Connell M"), family_name("van Eck, N. J.")
    ('oconnell', 'van eck')
    """
    author = squash(author)
    if "," in author:
        family = author.split(",", 1)[0]
    else:
        words = author.split()
        while len(words) > 1 and re.fullmatch(r"(?:[A-Z]\.?-?){1,4}", words[-1]):
            words.pop()  # trailing initials: the name came as "Simpson A"
            if len(words) == 1:
                break
        else:
            words = words[-1:]
        family = " ".join(words)
    return _NOT_WORD.sub(" ", fold(family).replace("'", "").replace("’", "")).strip()


def first_page(pages: str) -> str:
    """Return the first page of a range, without leading zeros, in lower case.

    Examples
    --------
    >>> first_page("0147-58"), first_page("e0198427"), first_page("S12–S19")
    ('147', 'e0198427', 's12')
    """
    found = re.match(r"\s*(?:pp?\.?\s*)?([A-Za-z]*\d[\w.]*|[ivxlcdm]+)", pages)
    return found.group(1).casefold().lstrip("0") if found else ""


def content_id(prefix: str, *parts: object, length: int = 12) -> str:
    """Return ``prefix_`` and `length` hex digits of a hash over `parts`.

    Examples
    --------
    >>> content_id("ref", "a", 1) == content_id("ref", "a", 1)
    True
    >>> content_id("ref", "ab", "c") == content_id("ref", "a", "bc")
    False
    """
    joined = "\x1f".join("" if part is None else str(part) for part in parts)
    return f"{prefix}_{hashlib.sha256(joined.encode('utf-8', 'surrogatepass')).hexdigest()[:length]}"


def record_content(
    *,
    doi: str,
    pmid: str,
    title: str,
    year: int | None,
    authors: Iterable[str],
    venue: str,
    pages: str,
    key: str,
    body: str = "",
) -> str:
    """Return the id a record gets from its own content, whatever file it came in.

    The source's key is used only where nothing else identifies the entry, so that a re-export
    with other keys keeps its ids.
    """
    first = next(iter(authors), "")
    parts = [
        doi,
        pmid,
        normal_title(title),
        year,
        family_name(first) if first else "",
        fold(venue),
        first_page(pages),
    ]
    if not any((doi, pmid, parts[2])):
        parts.append(key)
        parts.append(hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest())
    return content_id("rec", *parts)
