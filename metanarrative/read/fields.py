"""Values of bibliographic fields made alike, whatever format they came in.

Takes strings as sources print them; gives the toolkit's words: one vocabulary of work types,
"Family, Given" names, BCP 47 language tags, page ranges. Nothing here knows a format, and
nothing guesses: what is not recognised stays as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from metanarrative.model import Problem
from metanarrative.text import squash, year_of

__all__ = [
    "TYPES",
    "empty_mapping",
    "four_digits",
    "is_corporate",
    "keywords_from",
    "language_tag",
    "page_range",
    "person",
    "plain_text",
    "work_type",
    "year_problem",
]

TYPES = (
    "article",
    "book",
    "chapter",
    "report",
    "thesis",
    "conference",
    "preprint",
    "web",
    "dataset",
    "legislation",
    "other",
)
"""The vocabulary of ``Record.type``; the source's own word is kept under ``extra``."""

_TYPE_WORDS = {
    "article": "jour ejour jfull mgzn news inpr article review periodical letter editorial note "
    "journalarticle journal-article articlejournal articlemagazine articlenewspaper "
    "magazinearticle newspaperarticle electronicarticle earlyaccess meetingabstract editorialmaterial "
    "reviewarticle shortsurvey erratum correction retraction j journalarticles inpress articleinpress "
    "systematicreview",
    "book": "book ebook edbook clswk mvbook booklet wholebook editedbook electronicbook "
    "classicalwork b s monograph bookseries books",
    "chapter": "chap echap inbook incollection ency dict chapter bookchapter booksection "
    "electronicbooksection bookpart encyclopedia inreference suppbook bookreview",
    "report": "rprt govdoc stand pamp report techreport governmentdocument pamphlet standard "
    "technicalreport whitepaper manual workingpaper grnt reports",
    "thesis": "thes thesis phdthesis mastersthesis dissertation dissertationthesis",
    "conference": "conf cpaper slide conference inproceedings proceedings conferencepaper "
    "conferenceproceedings conferenceproceeding proceedingspaper conferencearticle "
    "proceedingsarticle c p abst meetingpaper conferencereview mvproceedings presentation",
    "preprint": "preprint unpublished unpd manscpt unpublishedwork postedcontent manuscript eprint",
    "web": "web blog elec icomm online webpage website electronic electronicsource post "
    "weblog postweblog onlinedatabase onlinemultimedia internetcommunication",
    "dataset": "data dbase aggr dataset database softwareanddataset comp software computerprogram aggregateddatabase",
    "legislation": "stat bill unbill legal case hear legislation statute act legalrule bills "
    "legalruleorregulation legalcase jurisdiction enactment",
}
_TYPE = {word: kind for kind, words in _TYPE_WORDS.items() for word in words.split()}

_LANGUAGES = {
    "en": "english eng en-gb en-us saesneg",
    "cy": "welsh cymraeg wel cym",
    "fr": "french fre fra francais français",
    "de": "german ger deu deutsch",
    "es": "spanish spa espanol español castilian",
    "it": "italian ita italiano",
    "pt": "portuguese por portugues português pt-br",
    "nl": "dutch dut nld nederlands flemish",
    "da": "danish dan",
    "sv": "swedish swe",
    "no": "norwegian nor",
    "fi": "finnish fin",
    "pl": "polish pol",
    "ru": "russian rus",
    "zh": "chinese chi zho",
    "ja": "japanese jpn",
    "ko": "korean kor",
    "ga": "irish gle gai",
    "gd": "gaelic gla",
    "br": "breton bre",
    "cs": "czech cze ces",
    "hu": "hungarian hun",
    "tr": "turkish tur",
    "ar": "arabic ara",
    "he": "hebrew heb",
    "el": "greek gre ell",
    "hr": "croatian hrv scr",
    "sl": "slovenian slv",
    "uk": "ukrainian ukr",
    "fa": "persian per fas",
}
_LANGUAGE = {word: tag for tag, words in _LANGUAGES.items() for word in words.split()}

_CORPORATE = re.compile(
    r"\b(?:academy|administration|agency|alliance|assembly|association|assoc|authority|bank|board|bureau"
    r"|centre|center|charity|coalition|collaboration|collaborative|college|commission|commissioner"
    r"|committee|company|confederation|congress|consortium|cooperative|corporation|council"
    r"|cymru|department|dept|directorate|executive|federation|forum|foundation|fund|government"
    r"|group|health|hospital|house|inc|initiative|inquiry|institute|institution|investigators"
    r"|international|investigator|laboratory|league|library|limited|llywodraeth|ltd|ministry|museum"
    r"|national|nations|network|nhs|office|organisation|organization|panel|parliament|partnership"
    r"|press|programme|project|royal|school|secretariat|senedd|service|services|society|taskforce"
    r"|team|trust|union|unit|university|working|world)\b|\b(?:of|for|the|and|on)\b|[&/\d:]|\by\s",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"(?:[A-ZÀ-ÖØ-Þ]\.?[-‐]?){1,4}\Z")
_INITIAL = re.compile(r"[A-ZÀ-ÖØ-Þ]\.?(?:[-‐ ]?[A-ZÀ-ÖØ-Þ]\.?){0,3}\Z")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|2nd|3rd)\.?\Z", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_NOTHING: Mapping[str, str] = MappingProxyType({})


def empty_mapping() -> Mapping[str, str]:
    """Return the one empty, read-only mapping."""
    return _NOTHING


def plain_text(text: str) -> str:
    r"""Return `text` with ``\n`` line ends and a space for every control character.

    Lines keep their number: ``\r\n`` and a lone ``\r`` both become one ``\n``.

    Examples
    --------
    >>> plain_text("a\r\nb\rc\x00d")
    'a\nb\nc d'
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub(" ", text) if _has_control(text) else text


def _has_control(text: str) -> bool:
    """Tell whether :data:`_CONTROL` matches, in a text without a carriage return."""
    if len(text) < 4096:
        return _CONTROL.search(text) is not None
    import numpy as np

    # many bytes in one instruction, where a pattern looks at each; bit by bit, to stay in the processor's cache
    try:
        for begin in range(0, len(text), 65536):
            data = text[begin : begin + 65536].encode("utf-8")
            letters = np.frombuffer(data, dtype=np.uint8)
            # neither a line end nor a tabulator
            if np.any((letters < 32) & (letters != 10) & (letters != 9)) or b"\x7f" in data:
                return True
    except UnicodeEncodeError:  # a lone surrogate
        return True
    return "\ufffe" in text or "\uffff" in text


@lru_cache(maxsize=4096)
def work_type(*stated: str) -> str:
    """Return the toolkit's type for the first of `stated` that is known, else ``other`` or ``""``.

    Examples
    --------
    >>> work_type("JOUR"), work_type("Journal Article"), work_type("phdthesis"), work_type("RPRT")
    ('article', 'article', 'thesis', 'report')
    >>> work_type("Oil painting"), work_type("")
    ('other', '')
    """
    for word in stated:
        found = _type(word)
        if found:
            return found
    return "other" if any(word.strip() for word in stated) else ""


@lru_cache(maxsize=4096)
def _type(word: str) -> str:
    return _TYPE.get(re.sub(r"[^a-z]", "", word.casefold()), "")


@lru_cache(maxsize=4096)
def language_tag(stated: str) -> str:
    """Return the BCP 47 tag of a language as exports name it; unknown names stay, lower case.

    Examples
    --------
    >>> language_tag("eng"), language_tag("Welsh"), language_tag("en"), language_tag("Klingon")
    ('en', 'cy', 'en', 'klingon')
    """
    word = squash(stated).casefold().strip(".;, ")
    if word in _LANGUAGE:
        return _LANGUAGE[word]
    first = re.split(r"[;,/ ]", word, maxsplit=1)[0]
    return _LANGUAGE.get(first, word)


def is_corporate(name: str) -> bool:
    """Tell whether `name` is likely an organisation, so that it is never turned round.

    Examples
    --------
    >>> is_corporate("Welsh Assembly Government"), is_corporate("Alan Simpson")
    (True, False)
    """
    return " " not in name.strip() or bool(_CORPORATE.search(name))


@lru_cache(maxsize=65536)
def person(name: str, *, given_first: bool = False) -> str:
    """Return "Family, Given" where the source allows it, else the name as printed.

    Parameters
    ----------
    name : str
        "Family, Given", "Family GN", "G. N. Family", a corporate author ...
    given_first : bool, default=False
        The source writes "Given Family" where there is no comma (BibTeX does).

    Examples
    --------
    >>> person("Simpson,Alan"), person("Fanning E."), person("A. Author-One")
    ('Simpson, Alan', 'Fanning, E.', 'Author-One, A.')
    >>> person("Government of Wales"), person("Alan Simpson"), person("Alan Simpson", given_first=True)
    ('Government of Wales', 'Alan Simpson', 'Simpson, Alan')
    >>> person("King, Martin Luther, Jr."), person("King, Jr., Martin Luther")
    ('King, Martin Luther, Jr.', 'King, Martin Luther, Jr.')
    """
    name = squash(name).strip(" ;")
    if "," in name:
        family, _, given = name.partition(", ")
        if family and given and "," not in given and "," not in family and family[-1] != " ":
            return name
        parts = [part.strip() for part in name.split(",")]
        if len(parts) == 3 and _SUFFIX.match(parts[1]) and parts[2]:
            parts = [parts[0], parts[2], parts[1]]
        return ", ".join(part for part in parts if part)
    words = name.split()
    if len(words) < 2:
        return name
    if _INITIALS.match(words[-1]) and not _INITIALS.match(words[0]) and not is_corporate(name):
        cut = len(words) - 1
        while cut > 1 and _INITIALS.match(words[cut - 1]):
            cut -= 1
        return f"{' '.join(words[:cut])}, {' '.join(words[cut:])}"
    if _INITIAL.match(words[0]) and not _INITIALS.match(words[-1]) and ("." in words[0] or given_first):
        given_first = True
    if not given_first or is_corporate(name):
        return name
    # the particle belongs to the family name: "Ludwig van Beethoven"
    cut = len(words) - 1
    if _SUFFIX.match(words[-1]) and len(words) > 2:
        cut -= 1
    for place in range(1, cut):
        if words[place][:1].islower():
            cut = place
            break
    return f"{' '.join(words[cut:])}, {' '.join(words[:cut])}"


def page_range(first: str, last: str) -> str:
    """Join first and last page.

    Examples
    --------
    >>> page_range("125", "133"), page_range("e0815", ""), page_range("7", "7"), page_range("", "9")
    ('125-133', 'e0815', '7', '9')
    """
    if first.isalnum() and last.isalnum():
        return f"{first}-{last}" if first != last else first
    first, last = squash(first), squash(last)
    if not last or not first or first == last or re.search(r"\d\s*[-–]\s*\w", first):
        return first or last
    return f"{first}-{last}"


def keywords_from(values: Iterable[str]) -> tuple[str, ...]:
    """Split and trim keywords; order kept, repeats dropped.

    Examples
    --------
    >>> keywords_from(["recovery; care planning", "*Humans", "Recovery "])
    ('recovery', 'care planning', 'Humans')
    """
    kept: dict[str, str] = {}
    for value in values:
        if "\n" in value:
            value = value.replace("\n", ";")
        for part in value.split(";") if ";" in value else (value,):
            folded, word = _keyword(part)
            if word and folded not in kept:
                kept[folded] = word
    return tuple(kept.values())


@lru_cache(maxsize=65536)  # a literature has few of them, each many times
def _keyword(printed: str) -> tuple[str, str]:
    word = " ".join(printed.split()).strip("* ,")
    return word.casefold(), word


@lru_cache(maxsize=1024)
def four_digits(printed: str) -> int | None:
    """Return the year where nothing but a plausible one is printed.

    Examples
    --------
    >>> four_digits("2016"), four_digits("2016//"), four_digits("9999")
    (2016, None, None)
    """
    if len(printed) == 4 and printed.isascii() and printed.isdecimal() and "1500" <= printed < "2100":
        return int(printed)
    return None


def year_problem(values: Iterable[str], *, file: str, line: int) -> tuple[int | None, Problem | None]:
    """Return the first plausible year among `values`, and a Problem where there is only nonsense.

    Examples
    --------
    >>> year_problem(["10 15"], file="a.ris", line=3)[1].code
    'bad-year'
    >>> year_problem(["", "4-8 Aug. 2020"], file="a.ris", line=3)
    (2020, None)
    """
    nonsense = ""
    for value in values:
        if not value:
            continue
        begin = value[:4]  # "2019" and "2019 Mar" are the rule
        sure = "1500" <= begin < "2100" and begin.isdecimal() and begin.isascii() and not value[4:5].isdecimal()
        year = int(begin) if sure and len(begin) == 4 else year_of(value)
        if year is not None:
            return year, None
        nonsense = nonsense or squash(value)
    if not nonsense or re.fullmatch(r"n\.?\s?d\.?|undated|no date|unknown|/+", nonsense, re.IGNORECASE):
        return None, None
    return None, Problem(
        code="bad-year",
        message=f"the year {nonsense[:60]!r} is not a year; the record is kept without one",
        mend="correct the year in the export",
        file=file,
        line=line,
    )
