"""Terms in running text: tokens, phrase candidates and their folded keys. English and Welsh.

A *term* is a run of one to four words without punctuation inside, that neither starts nor ends
with a stop word, a number or a single letter. Its *key* folds case, hyphens, English plurals and
(where the radical form is known) Welsh mutations, so that variants count as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from metanarrative.text.welsh import STOP_CY, STOP_EN

__all__ = [
    "LIGHT",
    "STOP",
    "WEAK",
    "diverse",
    "singular",
    "spans",
    "strip_boilerplate",
    "term_key",
    "terms",
    "words_in",
]

_TRADE = """
    study studies paper papers article articles research researcher researchers author authors aim aims aimed
    background method methods result results conclusion conclusions objective objectives finding findings
    discussion introduction purpose analyses literature based used using use uses useful new different
    important significant significantly many several various well however therefore thus may also one two three
    four five six seven eight nine ten first second third next last
    show shows showed shown showing suggest suggests suggested find finds found report reports reported
    examine examines examined explore explores explored exploring identify identifies identified describe
    describes described investigate investigates investigated assess assesses assessed evaluate evaluates
    evaluated compare compares compared discuss discusses discussed present presents presented propose proposes
    proposed provide provides provided providing include includes included including increase increases increased
    decrease decreased higher lower high low large small number numbers total mean means meant year years month
    months week weeks due according related associated respectively conducted performed obtained make makes made
    making given known considered consider considers likely able available better best good great less least
    further develop develops developed developing improve improves improved improving key main major common
    general specific particular particularly potential recent recently current currently previous previously
    effective overall whether among within across without rather yet still even often
    ask asks asked take takes taken took taking give gives gave giving put puts look looks looked looking lay lays
    laid hold holds held deal deals dealt reach reaches reached refer refers referred help helps helped come comes
    came go goes went gone say says said see sees seen keep keeps kept turn turns turned bring brings brought set
    sets follow follows followed following apply applies applied receive receives received rest rests begin begins
    began become becomes became call calls called cover covers covered concern concerns concerned argue argues
    argued draw draws drawn drew tell tells told allow allows allowed remain remains remained require requires
    required seek seeks sought lead leads led get gets got know understand want wants try tries tried let move
    moves moved offer offers offered run runs add adds added ensure ensures ensured enable enables enabled expect
    expects expected state states stated write writes written wrote read reads name names named point points
    speak speaks serve serves served happen happens happened occur occurs occurred
    earlier later early late beside thing things something way ways lot kind sort example examples
    published rights reserved copyright elsevier wiley springer publisher publishers sage ltd inc
    january february march april june july august september october november december
    http https www doi org html pdf vol fig table et al eg ie etc
    astudiaeth ymchwil papur erthygl nod dull dulliau canlyniad canlyniadau casgliad casgliadau
"""
WEAK = frozenset(_TRADE.split())
"""Words of the scholarly trade and everyday verbs: never at the edge of a term."""

_COMPANY = """
    approach approaches need needs group groups level levels role roles change changes evidence impact impacts
    effect effects case cases setting settings people person persons work works view views idea ideas place
    places form forms item items part parts type types term terms time times day days data analysis review reviews
    design development improvement association effectiveness issue issues increase participants section sections
    use end area areas range aspect aspects factor factors process processes model models system systems
"""
LIGHT = frozenset(_COMPANY.split())
"""Words that need company: "case" is no term, "case management" is one."""

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
        words = [
            _POSSESSIVE.sub("", word) if "'" in word or "’" in word else word for word in _WORD.findall(piece.lower())
        ]
        if words:
            runs.append(words)
    return runs


def _edge(word: str) -> bool:
    return len(word) > 1 and not word[0].isdigit() and word not in STOP


def spans(text: str, longest: int = 3) -> Iterator[tuple[tuple[str, ...], bool, bool]]:
    """Yield every candidate term with whether no content word stands before and after it.

    A term that is nearly always followed by another content word is a fragment of a longer one
    ("framework for personal" recovery) or a mere modifier ("mental"): callers count and drop it.

    Parameters
    ----------
    text : str
    longest : int
        Words in a term, stop words inside included.

    Yields
    ------
    term : tuple of str
    free_before, free_after : bool

    Examples
    --------
    >>> [(" ".join(t), before, after) for t, before, after in spans("the care plan of carers", 2)]
    [('care', True, False), ('care plan', True, True), ('plan', False, True), ('carers', True, True)]
    """
    for run in words_in(text):
        content = [_edge(word) and word not in WEAK for word in run]
        last = len(run) - 1
        for start, word in enumerate(run):
            if not content[start]:
                continue
            before = start == 0 or not content[start - 1]
            if word not in LIGHT:
                yield (word,), before, start == last or not content[start + 1]
            stops = 0
            for end in range(start + 1, min(start + longest, len(run))):
                here = run[end]
                if here[0].isdigit() or len(here) == 1 or here in WEAK:
                    break
                if not content[end]:
                    stops += 1
                    if stops > 1:
                        break
                    continue
                yield tuple(run[start : end + 1]), before, end == last or not content[end + 1]


def terms(text: str, longest: int = 3) -> Iterator[tuple[str, ...]]:
    """Yield every candidate term of `text` as a tuple of its words, in reading order.

    A term starts and ends with a content word, holds no number and at most one stop word inside
    ("quality of life"); a word that needs company ("case") is none by itself.

    Examples
    --------
    >>> [" ".join(term) for term in terms("The quality of life of carers", 3)]
    ['quality', 'quality of life', 'life', 'life of carers', 'carers']
    """
    for term, _, _ in spans(text, longest):
        yield term


@lru_cache(maxsize=200_000)
def term_key(term: tuple[str, ...]) -> str:
    """Return the key under which variants of a term meet.

    Examples
    --------
    >>> term_key(("care", "plans")) == term_key(("care", "plan"))
    True
    """
    return " ".join(singular(word) for word in term)


def diverse(weights: Mapping[str, float], number: int, *, trade: float = 0.6) -> list[str]:
    """Pick terms by maximal marginal relevance, so that "care plan" and "care plans" do not both appear.

    Parameters
    ----------
    weights : mapping of term to weight, 0 or more
    number : int
    trade : float, 0 to 1
        1 is weight alone, 0 difference alone. Similarity is the share of words in common.

    References
    ----------
    Carbonell & Goldstein 1998, 10.1145/290941.291025

    Examples
    --------
    >>> diverse({"care plan": 1.0, "care plan review": 0.9, "recovery": 0.5}, 2)
    ['care plan', 'recovery']
    """
    left = sorted(weights, key=lambda term: (-weights[term], term))[: number * 12]
    top = max((weights[term] for term in left), default=1.0) or 1.0
    words = {term: frozenset(singular(word) for word in term.split()) for term in left}
    chosen: list[str] = []
    while left and len(chosen) < number:

        def gain(term: str) -> tuple[float, float, str]:
            near = max((_alike(words[term], words[other]) for other in chosen), default=0.0)
            return (-(trade * weights[term] / top - (1 - trade) * near), -weights[term], term)

        best = min(left, key=gain)
        left.remove(best)
        if not any(_alike(words[best], words[other]) >= 0.5 for other in chosen):
            chosen.append(best)
    return chosen


def _alike(first: frozenset[str], second: frozenset[str]) -> float:
    return len(first & second) / min(len(first), len(second))
