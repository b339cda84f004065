"""The language of a piece of text: English, Welsh, both, or not to be told.

Two witnesses are heard: function words, which no English or Welsh sentence of some length can
do without, and a classifier of letter sequences that is asked only "English or Welsh". At
document length a third question is put, "any of the languages you know", so that Irish,
Breton or French is called unknown and not the nearer of the two. Short pieces (headings,
labels) say little: there the language of what surrounds them, the prior, decides.

References
----------
Lui, M. & Baldwin, T. (2012). langid.py: An off-the-shelf language identification tool.
Proceedings of the ACL 2012 System Demonstrations, 25-30.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

__all__ = ["language_of", "main_language"]

SHORT = 40
"""Below this many letters function words and the prior outweigh the classifier."""
ENOUGH = 20_000
"""So many characters of a text are heard: more would not change the answer, only take longer."""
LONG = 300
"""From this many letters a text may be said to be in neither language."""

# words of one language that are not words of the other, nor frequent in the neighbours
_EN_WORDS = """
about all also an and any are as at be been between but by can could do does each for from had has
have he her his how if in into is it its may me more must my no not of on or other our out people
shall she should so such than that the their there these they this those to up was we were what when
where which who will with would you your
"""
_EN = frozenset(_EN_WORDS.split())
_CY_WORDS = """
a'i a'r a'u ac ag ar beth ble bod bu bydd cael chi chymru cymru cyn cynllun da ddim dim dros drwy
dylai dylid dyma dyna ei eich ein eu fe fel fod fu gall gan gellir gofal gwaith gyda gyfer gymru
hefyd hon hwn hwy hyn hynny i'r i'w iawn iddo iddynt lle mae mae'n mae'r maent mewn mi nad neu
nghymru nhw ni nid o'i o'r o'u oedd oes oherwydd ond pam pan pob pwy rhai rhaid rhwng roedd rydym
sut sy sy'n sydd ti trwy un unrhyw wedi wneud wrth y ydy ydych ym yn yng yr yw yw'r â
"""
_CY = frozenset(_CY_WORDS.split())
# weak witnesses: in both languages, or common in Irish, Breton or Scottish Gaelic too
_SHARED = frozenset(
    {
        "ar",
        "ag",
        "gan",
        "fe",
        "mi",
        "ac",
        "un",
        "da",
        "pa",
        "a",
        "i",
        "o",
        "am",
        "is",
        "he",
        "me",
        "so",
        "no",
        "at",
        "do",
        "her",
        "all",
        "my",
        "up",
        "in",
    }
)
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*", re.UNICODE)
_LINKS = re.compile(r"https?://\S+|www\.\S+|[^\s@]{1,100}@[^\s@]{1,200}\.\S+")
_RUN = re.compile(r"\S{200,}")  # glued cells, a sequence, a picture as text
_ENDLESS = re.compile(r"[^\W\d_]{60,}")  # a longer word is no word of either language
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+|\s*[|/•]\s+|[()\"“”]")


@lru_cache(maxsize=2)
def _classifier(restricted: bool) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    if restricted:
        identifier.set_languages(["cy", "en"])
    return identifier


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.casefold().replace("’", "'"))


_WEIGHT_EN = {word: 0.25 if word in _SHARED else 1.0 for word in _EN}
_WEIGHT_CY = {word: 0.25 if word in _SHARED else 1.0 for word in _CY}
_CLITICS = frozenset(("r", "n", "u", "i", "w", "ch"))


def _votes(words: Iterable[str]) -> tuple[float, float]:
    """Return function-word counts (English, Welsh); a word of both counts little for either."""
    english = welsh = 0.0
    for word in words:
        if word in _WEIGHT_EN:
            english += _WEIGHT_EN[word]
        if word in _WEIGHT_CY:
            welsh += _WEIGHT_CY[word]
        elif "'" in word:
            stem, clitic = word.split("'", 1)[0], word.rsplit("'", 1)[1]
            # an apostrophe with r, n, u, i or w after a Welsh word is Welsh: "cynllun'r"
            if stem in _CY or (clitic in _CLITICS and stem != "i"):
                welsh += 1.0
    return english, welsh


def _two_way(text: str, words: list[str]) -> tuple[str, float]:
    """Return "en" or "cy" and how sure (0.5-1) from both witnesses together."""
    label, confidence = _classifier(True).classify(text)
    welsh = confidence if label == "cy" else 1.0 - confidence
    english_votes, welsh_votes = _votes(words)
    # each function word counts as odds of 3 to 1; the classifier's odds are capped at 50 to 1
    odds = min(max(welsh / max(1e-9, 1.0 - welsh), 0.02), 50.0) * 3.0 ** max(
        -8.0, min(8.0, welsh_votes - english_votes)
    )
    welsh = odds / (1.0 + odds)
    return ("cy", welsh) if welsh >= 0.5 else ("en", 1.0 - welsh)


def language_of(text: str, prior: str = "") -> str:
    """Return the language of `text`.

    Parameters
    ----------
    text : str
        A heading, a passage or a whole document. Links and addresses in it are not looked at.
    prior : str, optional
        Language of what surrounds it (``en`` or ``cy``); decides where the text is too short.

    Returns
    -------
    str
        ``en``, ``cy``, ``mixed`` (at least a quarter of the words in each) or ``unknown``
        (no words, too short without a prior, or neither language).

    Examples
    --------
    >>> language_of("The care coordinator must review the plan at least once a year.")
    'en'
    >>> language_of("Rhaid i'r cydgysylltydd gofal adolygu'r cynllun o leiaf unwaith y flwyddyn.")
    'cy'
    >>> language_of("Cymraeg 2050", prior="en"), language_of("12.4")
    ('en', 'unknown')
    """
    text = _heard(text)
    words = _words(text)
    letters = sum(map(len, words))
    prior = prior if prior in ("en", "cy") else ""
    if letters < 3:
        return prior or "unknown"
    english_votes, welsh_votes = _votes(words)
    if letters < SHORT:
        return _short(text, words, english_votes, welsh_votes, prior)
    most, least = max(english_votes, welsh_votes), min(english_votes, welsh_votes)
    if most >= 4 and most > 0.25 * len(words) and least <= 0.1 * most:
        return "en" if english_votes > welsh_votes else "cy"
    if _neither(text, words, english_votes, welsh_votes, letters):
        return "unknown"
    if english_votes >= 3 and welsh_votes >= 3 and _is_mixed(text):
        return "mixed"
    return _two_way(text, words)[0]


def _heard(text: str) -> str:
    """Return what the witnesses hear: no links, no endless words, and not more than is needed."""
    if len(text) > ENOUGH:  # from the beginning, the middle and the end, since a language may change on the way
        part, middle = ENOUGH // 3, len(text) // 2
        text = " ".join((text[:part], text[middle - part // 2 : middle + part // 2], text[-part:]))
    # endless runs go first: the pattern of links would try every place in them
    return _ENDLESS.sub(" ", _LINKS.sub(" ", _RUN.sub(" ", text)))


def _short(text: str, words: list[str], english_votes: float, welsh_votes: float, prior: str) -> str:
    label, sure = _two_way(text, words)
    if english_votes and not welsh_votes and english_votes >= 1:
        return "en"
    if welsh_votes >= 1 and not english_votes:
        return "cy"
    if prior:
        # without function words only a strong classifier overrules the surroundings
        return label if sure > 0.93 and len(words) >= 3 else prior
    return label if sure > 0.6 else "unknown"


def _neither(text: str, words: list[str], english_votes: float, welsh_votes: float, letters: int) -> bool:
    """True where the text is long enough to show that it is neither English nor Welsh."""
    # prose of either language has a function word in every three to six; tables have fewer
    share = max(english_votes, welsh_votes) / len(words)
    if share > (0.3 if letters >= 120 else 0.08):
        return False
    label, sure = _classifier(False).classify(text[:4000])
    needed = 0.7 if share < 0.08 else 0.9
    return label not in ("en", "cy") and (sure > needed or (letters >= LONG and share < 0.2 and sure > 0.5))


def _is_mixed(text: str) -> bool:
    weights: Counter[str] = Counter()
    for piece in _SENTENCE.split(text):
        words = _words(piece)
        if len(words) >= 3:
            english_votes, welsh_votes = _votes(words)
            label, sure = _two_way(piece, words)
            if sure > 0.8 and max(english_votes, welsh_votes) >= 0.75:
                weights[label] += len(words)
    total = weights["en"] + weights["cy"]
    return bool(total) and min(weights["en"], weights["cy"]) >= 0.25 * total


def _clearly(texts: Iterable[str]) -> str:
    """Return the language whose function words fill a long document, the other's being next to absent; else ""."""
    words = Counter(" ".join(texts).casefold().replace("’", "'").split())
    total = words.total()
    if total < 200:
        return ""
    # words with a mark beside them are not looked up: enough stand free
    english = sum(weight * words[word] for word, weight in _WEIGHT_EN.items())
    welsh = sum(weight * words[word] for word, weight in _WEIGHT_CY.items())
    most, least = max(english, welsh), min(english, welsh)
    if most < 0.2 * total or least > 0.02 * most:
        return ""
    return "en" if english > welsh else "cy"


def main_language(texts: Iterable[str], prior: str = "") -> str:
    """Return the language of a document from its passages: the one that holds most words.

    Parameters
    ----------
    texts : iterable of str
    prior : str, optional
        As in :func:`language_of`.

    Returns
    -------
    str
        ``en``, ``cy``, ``mixed`` where each holds a quarter or more, ``unknown``.

    Examples
    --------
    >>> main_language(["The plan must be reviewed every year by the team.", "Annex"])
    'en'
    """
    texts = list(texts)
    if clear := _clearly(texts):
        return clear
    weights: Counter[str] = Counter()
    for text in texts:
        words = len(text.split())
        label = language_of(text, prior)
        if label == "mixed":
            weights["en"] += words // 2
            weights["cy"] += words - words // 2
        else:
            weights[label] += words
    told = weights["en"] + weights["cy"]
    if not told or weights["unknown"] > 2 * told:
        return "unknown"
    if min(weights["en"], weights["cy"]) >= 0.25 * told:
        return "mixed"
    return "cy" if weights["cy"] > weights["en"] else "en"
