"""Words of policy text: folding that keeps offsets, sentences, light stems, Welsh mutations.

Values in, values out. Folding is one character for one character, so that a hit in the folded
text has the same offsets in the text a reader sees.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from metanarrative.text.welsh import mutations as _mutations

__all__ = [
    "flat",
    "has_boundary",
    "mutations",
    "phrase_hits",
    "sentences",
    "stem",
    "stem_cy",
    "stem_en",
    "word_spans",
    "words",
]

_QUOTES = {"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "\u00a0": " "}
_WORD = re.compile(r"[^\W\d_]+|\d+")
_URL = re.compile(r"(?:https?:/+|www\.)\S+")
_CO = re.compile(r"\bco[- ](?=(?:ordinat|operat|produc|design))")


@lru_cache(maxsize=8192)
def _flat_char(char: str) -> str:
    plain = _QUOTES.get(char)
    if plain is not None:
        return plain
    base = unicodedata.normalize("NFD", char)[0].lower()
    return base if len(base) == 1 else char


def flat(text: str) -> str:
    """Return `text` in lower case without diacritics and with plain quotes, character for character.

    Examples
    --------
    >>> flat("Gŵr’s CAFÉ") , len(flat("Gŵr’s CAFÉ")) == len("Gŵr’s CAFÉ")
    ("gwr's cafe", True)
    """
    if text.isascii():
        return text.lower()
    return "".join(map(_flat_char, text))


def words(text: str) -> list[str]:
    """Return the folded words and numbers of `text` in order; web addresses are no words.

    "co-ordinator" and "co ordinator" become "coordinator", so that spelling does not part nations.

    Examples
    --------
    >>> words("The Co-ordinator's plan, 2012")
    ['the', 'coordinator', 's', 'plan', '2012']
    >>> words("Shops close https://www.gov.wales/stay-at-home today")
    ['shops', 'close', 'today']
    """
    low = flat(text)
    if "http" in low or "www." in low:
        low = _URL.sub(" ", low)
    return _WORD.findall(_CO.sub("co", low))


def word_spans(text: str) -> list[tuple[str, int, int]]:
    """Return (folded word, start, end) for every word and number of `text`.

    Examples
    --------
    >>> word_spans("Llais a rheolaeth")[1:]
    [('a', 6, 7), ('rheolaeth', 8, 17)]
    """
    return [(found.group(), found.start(), found.end()) for found in _WORD.finditer(flat(text))]


_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|cf|vs|no|nos|para|paras|s|ss|reg|regs|art|arts|ch|pt|pp|p|vol|dr|mr|mrs|ms|prof|st|"
    r"fig|al|cm|cmnd|w|cy|h\.c|s\.i|o\.s)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_END = re.compile(r"[.!?]['\"”’)\]]*(?=\s+[\"'“‘(\[]?[A-ZÀ-ÞŴŶ0-9])|\n\s*\n|;\s*\n|[.!?:]\s*\n")


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) spans of the sentences of `text`, white space trimmed.

    Examples
    --------
    >>> text = "See s. 18 of the Measure. The plan (e.g. Schedule 2) must be kept. Why?"
    >>> [text[a:b] for a, b in sentences(text)]
    ['See s. 18 of the Measure.', 'The plan (e.g. Schedule 2) must be kept.', 'Why?']
    """
    spans: list[tuple[int, int]] = []
    begin = 0
    for found in _END.finditer(text):
        if found.group().startswith(".") and _ABBREVIATION.search(
            text[max(begin, found.start() - 12) : found.start() + 1]
        ):
            continue
        spans.append((begin, found.end()))
        begin = found.end()
    spans.append((begin, len(text)))
    trimmed = []
    for start, end in spans:
        piece = text[start:end]
        lead = len(piece) - len(piece.lstrip())
        tail = len(piece) - len(piece.rstrip())
        if piece.strip():
            trimmed.append((start + lead, end - tail))
    return trimmed


_VOWEL = re.compile(r"[aeiouy]")


@lru_cache(maxsize=65536)
def stem_en(word: str) -> str:
    """Return a light stem: plural, -ing, -ed, -ation and British/American -ise are set aside.

    Modals and negations are short and pass unchanged.

    Examples
    --------
    >>> [stem_en(w) for w in ("plans", "planning", "planned", "personalisation", "personalized", "carries")]
    ['plan', 'plan', 'plan', 'personalis', 'personalis', 'carri']
    >>> [stem_en(w) for w in ("coordinators", "coordination", "coordinate", "should", "this", "services")]
    ['coordinat', 'coordinat', 'coordinat', 'should', 'this', 'servic']
    """
    if len(word) < 4 or not word.isalpha():
        return word
    base = word
    if base.endswith("ies"):
        base = base[:-3] + "y"
    elif base.endswith("sses"):
        base = base[:-2]
    elif base.endswith("s") and not base.endswith(("ss", "us", "is")):
        base = base[:-1]
    base = re.sub(r"iz(?=e|ing|ation|er)", "is", base)
    for ending, keep in (("isation", "is"), ("ation", "at"), ("ator", "at"), ("ion", "")):
        if base.endswith(ending) and len(base) - len(ending) >= 3:
            base = base[: -len(ending)] + keep
            break
    else:
        for ending in ("ing", "ed"):
            rest = base[: -len(ending)]
            if base.endswith(ending) and len(rest) >= 3 and _VOWEL.search(rest):
                base = rest
                if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
                    base = base[:-1]
                break
    if base.endswith("ll") and len(base) > 5:
        base = base[:-1]
    if base.endswith("e") and len(base) > 4:
        base = base[:-1]
    if base.endswith("y") and len(base) > 4:
        base = base[:-1] + "i"
    return base


@lru_cache(maxsize=16384)
def mutations(word: str) -> tuple[str, ...]:
    """Return the folded mutated forms of a folded Welsh word, itself first.

    Examples
    --------
    >>> mutations("cynllun")
    ('cynllun', 'gynllun', 'nghynllun', 'chynllun')
    """
    return tuple(dict.fromkeys(flat(form) for form in _mutations(word)))


_CY_ENDINGS = ("iadau", "iau", "ion", "oedd", "au", "iad", "io", "u")
# a carer (gofalwr) is not care (gofal): agents keep their ending, and only their plural is undone.
# Written without the first letter, which may be mutated (cydgysylltwyr, gydgysylltwyr, nghydgysylltwyr).
_CY_AGENTS = (
    ("ydgysylltwyr", "ydgysylltydd"),
    ("efnyddwyr", "efnyddiwr"),
    ("eithwyr", "eithiwr"),
    ("linigwyr", "linigydd"),
    ("omisiynwyr", "omisiynydd"),
    ("marferwyr", "marferydd"),
    ("yddion", "ydd"),
    ("wyr", "wr"),
)


@lru_cache(maxsize=65536)
def stem_cy(word: str) -> str:
    """Return a cautious Welsh stem: common plural and verb-noun endings off long words.

    The plural of an agent becomes its singular, and the agent stays apart from what it does.

    Examples
    --------
    >>> stem_cy("cydgysylltwyr"), stem_cy("gofalwyr"), stem_cy("ddefnyddwyr")
    ('cydgysylltydd', 'gofalwr', 'ddefnyddiwr')
    >>> stem_cy("gofalu") == stem_cy("gofal") != stem_cy("gofalwr")
    True
    >>> stem_cy("rhaid"), stem_cy("dylai")
    ('rhaid', 'dylai')
    """
    for plural, singular in _CY_AGENTS:
        if word.endswith(plural) and len(word) - len(plural) >= (1 if len(plural) > 6 else 4):
            return word[: -len(plural)] + singular
    for ending in _CY_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 5:
            return word[: -len(ending)]
    return word


def stem(word: str, language: str) -> str:
    """Return the light stem of a folded word in ``en`` or ``cy``.

    Examples
    --------
    >>> stem("plans", "en"), stem("cynllun", "cy")
    ('plan', 'cynllun')
    """
    return stem_cy(word) if language == "cy" else stem_en(word)


def has_boundary(text: str, start: int, end: int) -> bool:
    """Tell whether ``text[start:end]`` begins and ends at word boundaries.

    Examples
    --------
    >>> has_boundary("a carer", 2, 5), has_boundary("a carer", 2, 7)
    (False, True)
    """
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    return not (before.isalnum() or after.isalnum())


def phrase_hits(tokens: Sequence[str], phrase: Sequence[frozenset[str]], gap: int = 2) -> list[tuple[int, int]]:
    """Return (first, last) token positions where the words of `phrase` follow with at most `gap` between.

    Parameters
    ----------
    tokens : sequence of str
        Stems of a passage.
    phrase : sequence of frozenset of str
        For every word of the phrase, the stems that count as it.
    gap : int
        Most words allowed between two neighbours of the phrase.

    Examples
    --------
    >>> want = (frozenset({"care"}), frozenset({"plan"}))
    >>> phrase_hits(["care", "and", "treatment", "plan", "care", "a", "b", "c", "plan"], want)
    [(0, 3)]
    """
    if not phrase:
        return []
    hits: list[tuple[int, int]] = []
    free = 0
    for at, token in enumerate(tokens):
        if at < free or token not in phrase[0]:
            continue
        last = at
        for options in phrase[1:]:
            following = next(
                (k for k in range(last + 1, min(last + 2 + gap, len(tokens))) if tokens[k] in options), None
            )
            if following is None:
                break
            last = following
        else:
            hits.append((at, last))
            free = last + 1
    return hits
