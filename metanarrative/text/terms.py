"""Terms in running text: tokens, phrase candidates and their folded keys. English and Welsh.

A *term* is a run of one to four words without punctuation inside, that neither starts nor ends
with a stop word, a number or a single letter. Its *key* folds case, hyphens, English plurals and
(where the radical form is known) Welsh mutations, so that variants count as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from metanarrative.text.welsh import STOP_CY, STOP_EN

__all__ = ["STOP", "WEAK", "singular", "strip_boilerplate", "term_key", "terms", "words_in"]

_TRADE = """
    study studies paper article research researchers author authors aim aims background method methods
    result results conclusion conclusions objective objectives finding findings discussion introduction
    purpose design setting participants data analysis analyses review reviews literature evidence approach
    approaches based used using use uses useful new different important significant significantly many several
    various well however therefore thus may also one two three four five six seven eight nine ten first second third
    show shows showed shown suggest suggests suggested found find report reported reports examine examined
    examines explore explored explores identify identified identifies describe described describes
    investigate investigated assess assessed evaluate evaluated compare compared discuss discussed discusses
    present presents presented propose proposes proposed provide provides provided include includes included
    including increase increased decrease decreased higher lower high low large small number numbers
    total mean year years month months week weeks day days time times group groups level levels need needs
    role roles issue issues way ways part parts case cases type types set sets term terms example examples
    effect effects effective effectiveness impact impacts change changes potential recent current previous
    within among across without due according related associated association whether among overall
    develop developed developing development improve improved improving improvement key main major
    common general specific particular particularly respectively compared conducted performed obtained
    made make making given known considered likely able available better best good great less least further
    published rights reserved copyright elsevier wiley springer publisher publishers sage ltd inc press
    http https www doi org html pdf vol fig table et al eg ie etc
    astudiaeth ymchwil papur erthygl nod dull dulliau canlyniad canlyniadau casgliad casgliadau
"""
WEAK = frozenset(_TRADE.split())
"""Words of the scholarly trade: fine inside a phrase, no term by themselves nor at its edge."""

STOP = STOP_EN | STOP_CY

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?", re.UNICODE)
_BREAK = re.compile(r"[.,;:!?()\[\]{}\"“”«»|/<>=+*…]|\s[-–—]\s|[–—]|\n")
_POSSESSIVE = re.compile(r"['’]s?$")
_LINKS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+|\b(?:doi\s*:?\s*)?10\.\d{4,9}/\S+", re.IGNORECASE)
_TAIL = re.compile(
    r"(?:©|\(c\)\s*(?=(?:19|20)\d\d)|copyright\s+(?:©|\(c\)|(?:19|20)\d\d)|all rights reserved)[^\n]*",
    re.IGNORECASE,
)
_HEADINGS = re.compile(
    r"(?:(?<=^)|(?<=[.\n]\s)|(?<=[.\n]))\s*(?:background|introduction|aims?|objectives?|purpose|methods?(?: and "
    r"(?:results|findings|materials))?|materials and methods|design|setting|participants|results|findings|"
    r"conclusions?|discussion|limitations|implications(?: for practice)?|interpretation|funding)\s*(?::|–|—|\n)",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,60}>")


def strip_boilerplate(text: str) -> str:
    """Take out what says nothing about the subject: links, DOIs, copyright tails, section headings.

    Examples
    --------
    >>> strip_boilerplate("Background: Care plans matter. © 2014 Elsevier Ltd. All rights reserved.")
    '  Care plans matter. '
    """
    text = _MARKUP.sub(" ", text)
    return _HEADINGS.sub(" ", _TAIL.sub("", _LINKS.sub(" ", text)))


@lru_cache(maxsize=200_000)
def singular(word: str) -> str:
    """Fold an English plural; words that only look like one stay.

    Examples
    --------
    >>> [singular(w) for w in ("plans", "policies", "services", "analysis", "process", "status", "boxes")]
    ['plan', 'policy', 'service', 'analysis', 'process', 'status', 'box']
    """
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ous", "news")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1]


def words_in(text: str) -> list[list[str]]:
    """Cut text into runs of lower-case words at punctuation; hyphens and possessives are undone.

    Examples
    --------
    >>> words_in("Person-centred care, the user's plan.")
    [['person', 'centred', 'care'], ['the', 'user', 'plan']]
    """
    runs = []
    for piece in _BREAK.split(text):
        words = [_POSSESSIVE.sub("", word) for word in _WORD.findall(piece.lower())]
        if words:
            runs.append(words)
    return runs


def _edge(word: str) -> bool:
    return len(word) > 1 and not word[0].isdigit() and word not in STOP


def terms(text: str, longest: int = 3) -> Iterator[tuple[str, ...]]:
    """Yield every candidate term of `text` as a tuple of its words, in reading order.

    A term starts and ends with a content word, holds no number and at most one stop word inside
    ("quality of life"); a single word of the scholarly trade ("study") is none.

    Examples
    --------
    >>> [" ".join(term) for term in terms("The quality of life of carers", 3)]
    ['quality', 'quality of life', 'life', 'life of carers', 'carers']
    """
    for run in words_in(text):
        edges = [_edge(word) for word in run]
        for start, word in enumerate(run):
            if not edges[start] or word in WEAK:
                continue
            yield (word,)
            stops = 0
            for end in range(start + 1, min(start + longest, len(run))):
                last = run[end]
                if last[0].isdigit() or len(last) == 1:
                    break
                if not edges[end]:
                    stops += 1
                    if stops > 1:
                        break
                    continue
                if last not in WEAK:
                    yield tuple(run[start : end + 1])


@lru_cache(maxsize=200_000)
def term_key(term: tuple[str, ...]) -> str:
    """Return the key under which variants of a term meet.

    Examples
    --------
    >>> term_key(("care", "plans")) == term_key(("care", "plan"))
    True
    """
    return " ".join(singular(word) for word in term)
