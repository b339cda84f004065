"""Welsh words: stop lists, and the changes a Welsh word's first sound undergoes.

A Welsh noun changes its first letter after many small words: *cydgysylltydd* (co-ordinator) is
also printed *gydgysylltydd*, *nghydgysylltydd* and *chydgysylltydd*. Lists of terms and seed
phrases must meet all of them, and lemmatisers miss some; :func:`mutations` writes the forms
out and :func:`radicals` goes back from a printed form to the words it may stand for.

References
----------
King, G. (2015). Modern Welsh: A Comprehensive Grammar, 3rd ed., sections 3-12. Routledge.
"""

from __future__ import annotations

import re

__all__ = ["STOP_CY", "STOP_EN", "fold_welsh", "mutations", "phrase_pattern", "radicals"]

_STOP_EN_WORDS = """
a about above across after again against all almost alone along already also although always am
among an and another any anyone anything are aren't around as at away back be became because become
becomes been before being below between both but by came can can't cannot come could couldn't did
didn't do does doesn't doing don't done down during each either else enough etc even ever every few
first for from further get give given go had hadn't has hasn't have haven't having he he'd he'll
he's her here here's hers herself him himself his how however i i'd i'll i'm i've if in indeed into
is isn't it it's its itself just least less let let's like likely made make many may me might more
most mostly much must my myself neither never no nor not now of off often on once one only onto or
other others ought our ours ourselves out over own per perhaps put quite rather really s same say
see seem seemed seems several shall shan't she she's should shouldn't since so some someone
something still such t than that that's the their theirs them themselves then there there's
therefore these they they're they've this those though through thus to together too toward towards
two under until up upon us use used using very via was wasn't we we're we've well were weren't what
what's when where whether which while who whole whom whose why will with within without won't would
wouldn't yet you you're you've your yours yourself yourselves
"""
STOP_EN: frozenset[str] = frozenset(_STOP_EN_WORDS.split())
"""English words that carry no subject matter. The modals are among them: whoever reads force
from text (must, should, may) must look before dropping these."""

_STOP_CY_WORDS = """
'ch 'i 'm 'n 'r 'u 'w a a'i a'r a'u ac ag allan am ambell amdan amdano amryw ar arall arni arno
arnoch arnom arnyn as at ati ato atynt bawb beth blaen bod boed bron bu buasai buont bydd byddaf
byddai byddan byddant byddech byddem byddwch byddwn bynnag byth cael cafodd can ceir cyda cyfer cyn
dal dan ddim dim dod dros drosodd drwy dy dydi dylai dylem dylent dylid dyma dyna e ef efallai efo
ei eich ein eisoes er eraill ers eto eu fe fel felly fo fod fodd fu fy fydd fyddai fyddant fyddwn ga
gael gall gallai gallan gallant gallu gallwch gallwn gan ganddi ganddo ganddynt gellid gellir gen
gennych gennym ger gwna gwneir gwneud gyd gyda gyfer heb hebddo hefo hefyd hi hithau hon honno hun
hunain hwn hwnnw hwy hwythau hyd hyn hynna hynny i i'r i'w iawn iddi iddo iddyn iddynt ie innau llai
lle mae mae'n mae'r maen maent mai mewn mi mo mwy mwyaf na nac nad naill nawr neb nes neu nhw ni nid
nis o o'i o'r o'u oblegid oddi oedd oeddech oedden oeddent oeddwn oes oherwydd ohoni ohono ohonynt
ond onid os pa pam pan pawb peidio pob pryd pwy rhag rhai rhaid rhwng rhy roedd roeddent rydych
rydym rydyn sawl sef sut sy sy'n sydd tan ti tra trwodd trwy tu tua un unrhyw uwch wedi wedyn
weithiau wnaeth wneir wneud wrth wrtho wrthynt y ychydig ydi ydy ydych ydym ydyn ydynt ym yma yn yna
ynddi ynddo ynddynt ynghyd ynghylch yno ynteu yr ystod yw yw'r â
"""
STOP_CY: frozenset[str] = frozenset(_STOP_CY_WORDS.split())
"""Welsh words that carry no subject matter (no stop list in common use has Welsh)."""

_WORD = re.compile(r"[^\W\d_]", re.UNICODE)
_DIGRAPHS = ("ll", "rh", "ph", "th", "ch", "dd", "ff", "ng")

# radical -> (soft, nasal, aspirate); "" marks a lost letter, None no change
_CHANGES: dict[str, tuple[str | None, str | None, str | None]] = {
    "p": ("b", "mh", "ph"),
    "t": ("d", "nh", "th"),
    "c": ("g", "ngh", "ch"),
    "b": ("f", "m", None),
    "d": ("dd", "n", None),
    "g": ("", "ng", None),
    "m": ("f", None, None),
    "ll": ("l", None, None),
    "rh": ("r", None, None),
}
# printed beginning -> radical beginnings, longest beginnings first
_BACK: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ngh", ("c",)),
    ("mh", ("p",)),
    ("nh", ("t",)),
    ("ng", ("g",)),
    ("ph", ("p",)),
    ("th", ("t",)),
    ("ch", ("c",)),
    ("dd", ("d",)),
    ("b", ("p",)),
    ("d", ("t",)),
    ("g", ("c",)),
    ("f", ("b", "m")),
    ("m", ("b",)),
    ("n", ("d",)),
    ("l", ("ll", "gl")),
    ("r", ("rh", "gr")),
)
_VOWELS = "aeiouwyâêîôûŵŷ"


def _beginning(word: str) -> str:
    lower = word.casefold()
    return next((pair for pair in _DIGRAPHS if lower.startswith(pair)), lower[:1])


def _cased(form: str, like: str) -> str:
    return form[:1].upper() + form[1:] if like[:1].isupper() else form


def mutations(word: str) -> tuple[str, ...]:
    """Return the radical and every mutated form of a Welsh word, the radical first.

    Parameters
    ----------
    word : str
        One word in its dictionary form. A first vowel also gains *h* (*ei hanghenion*).

    Returns
    -------
    tuple of str
        Radical, soft, nasal, aspirate, without repeats. Capitals are kept.

    Examples
    --------
    >>> mutations("cydgysylltydd")
    ('cydgysylltydd', 'gydgysylltydd', 'nghydgysylltydd', 'chydgysylltydd')
    >>> mutations("gofal"), mutations("llesiant"), mutations("anghenion")
    (('gofal', 'ofal', 'ngofal'), ('llesiant', 'lesiant'), ('anghenion', 'hanghenion'))
    """
    first = _beginning(word)
    if not first:
        return (word,)
    forms = [word]
    if first in _VOWELS:
        forms.append(_cased("h" + word[0].lower() + word[1:], word))
    for change in _CHANGES.get(first, ()):
        if change is None:
            continue
        rest = word[len(first) :]
        # "g" is lost; what remains must still be a word
        if change == "" and len(rest) < 2:
            continue
        forms.append(_cased(change + rest, word))
    return tuple(dict.fromkeys(forms))


def radicals(word: str) -> tuple[str, ...]:
    """Return the words a printed Welsh form may stand for, itself first.

    Parameters
    ----------
    word : str
        A printed form, mutated or not.

    Returns
    -------
    tuple of str
        Candidates; a dictionary or a list of terms decides which are words. A form that
        begins with a vowel, *l*, *r* or *w* may have lost a *g*.

    Examples
    --------
    >>> radicals("nghydgysylltydd")
    ('nghydgysylltydd', 'cydgysylltydd')
    >>> radicals("chydgysylltydd")
    ('chydgysylltydd', 'cydgysylltydd')
    >>> "gofal" in radicals("ofal"), "meddwl" in radicals("feddwl")
    (True, True)
    """
    if not word or not _WORD.match(word):
        return (word,)
    lower = word[:1].lower() + word[1:]
    forms = [word]
    for printed, origins in _BACK:
        if lower.startswith(printed):
            # "ll" and "rh" are letters of their own and already radicals
            if printed in "lr" and _beginning(lower) in ("ll", "rh"):
                break
            if len(printed) == 1 and _beginning(lower) in _DIGRAPHS:
                continue
            forms.extend(_cased(origin + lower[len(printed) :], word) for origin in origins)
            break
    if lower[0] in _VOWELS:
        forms.append(_cased("g" + lower, word))
    if lower[0] == "h" and lower[1:2] and lower[1] in _VOWELS:
        forms.append(_cased(lower[1:], word))
    return tuple(dict.fromkeys(forms))


def fold_welsh(word: str, known: frozenset[str] | set[str]) -> str:
    """Return the radical of `word` that is in `known`, else the word itself.

    Examples
    --------
    >>> fold_welsh("nghydgysylltydd", {"cydgysylltydd", "gofal"})
    'cydgysylltydd'
    >>> fold_welsh("ngofal", {"gofal"}), fold_welsh("tŷ", {"gofal"})
    ('gofal', 'tŷ')
    """
    return next((form for form in radicals(word) if form in known), word)


def phrase_pattern(phrase: str) -> str:
    """Return a regular expression that finds a Welsh phrase in all its mutated forms.

    Every word of the phrase may be mutated on its own; white space may be of any length.

    Examples
    --------
    >>> bool(re.search(phrase_pattern("cynllun gofal"), "eu nghynllun ofal hwy"))
    True
    >>> bool(re.search(phrase_pattern("cynllun gofal"), "cynllun busnes"))
    False
    """
    words = [
        "(?:" + "|".join(re.escape(form) for form in sorted(mutations(word), key=len, reverse=True)) + ")"
        for word in phrase.split()
    ]
    return r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)"
