# ruff: noqa: E501  (patterns are read better in one line)
"""What kind of sentence a passage is before it is compared: substance, a definition, or machinery.

Takes the text of a passage; gives ``machinery`` for what only works on the text of a law (amending
instructions, citation, commencement, extent), ``definition`` for what only says what a word means,
and "" for all else. Machinery has no subject that another nation's policy could answer; a definition
is answered by a definition.
"""

from __future__ import annotations

import re

from metanarrative.compare.words import flat, words
from metanarrative.text.welsh import STOP_EN

__all__ = ["LEAST_CONTENT", "kind_of"]

LEAST_CONTENT = 5
"""Fewest words of substance that such a passage must have besides titles, quotations and numbers to be compared."""

_PLACE = r"(?:sub)?(?:section|paragraph|regulation|article|schedule|definition|heading|entry|part|chapter|cross-heading|adran|paragraff|rheoliad|erthygl|atodlen|pennawd|diffiniad)s?"
_NUMBER = r"(?:\(?\d+[a-z]{0,3}\)?(?:\([0-9a-z]{1,4}\))*|\([a-z]{1,4}\))"
_INSTRUCTION = re.compile(
    r"\b(?:is|are)\s+amended\s+(?:as\s+follows|in\s+accordance)|\b(?:insert(?:ed)?|substituted?|omit(?:ted)?|repealed|revoked)\b"
    r"|\b(?:mewnosoder|rhodder|hepgorer|diwygier|diwygir|diddymir|dirymir)\b"
)
_FORMAL = re.compile(
    r"\bmay\s+be\s+cited\s+as\b|\b(?:comes?|came|coming)\s+into\s+force\b|\bextends?\s+to\s+(?:england|wales|scotland|northern\s+ireland)\b|\bmade\s+by\s+statutory\s+instrument\b|\b(?:repeal|revoke)\s+any\s+enactment\b|\btitle\s+of\s+th(?:is|ese)\s+(?:act|regulations|order|measure)\b"
    r"|\benw'r\s+(?:rheoliadau|gorchymyn|ddeddf|mesur)\b|\bd(?:aw|ont)\b.{0,60}\bi\s+rym\b"
)
_TITLE = re.compile(
    r"\bcited\s+as\b.{1,200}?\b(?:19|20)\d\d\b|\b(?:enw'r|gelwir)\b.{1,200}?\b(?:19|20)\d\d\b|\btitle\s+of\s+th.{1,200}?\b(?:19|20)\d\d\b"
)
_MEANS = re.compile(
    rf"^\W*(?:in\s+(?:this|these|that|{_PLACE})\b[^,]{{0,80}}?,?\s+)?(?:an?\s+|the\s+|references?\s+(?:in\s+[^,]{{0,60}})?to\s+(?:an?\s+|the\s+)?)?\W?[\"“'].{{2,80}}?\b(?:means?|includes?|has\s+the\s+(?:same\s+)?meaning|(?:is|are)\s+(?:references\s+to|to\s+be\s+(?:read|construed))|ystyr|mae\s+i)\b",
    re.DOTALL,
)
_QUOTED = re.compile(r"[\"“][^\"“”]{0,400}[\"”]")
_DRAFTING = frozenset(
    "insert inserted substitute substituted omit omitted amended amend repealed repeal revoked follows accordance section sections subsection "
    "subsections paragraph paragraphs regulation regulations article schedule part chapter act acts measure order heading entry end beginning "
    "word words definition place appropriate after before cross each number note first second third force cited extend extends comes come coming title short known modify enactment enactments enacted whenever including made statutory instrument instruments under "
    "adran paragraff rheoliad erthygl atodlen deddf mesur gorchymyn rhodder mewnosoder hepgorer diwygier diwygir lle ar ol yn y r mae enw hyn rheoliadau rym daw ddaw ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr".split()
)


def kind_of(text: str) -> str:
    """Return ``machinery``, ``definition`` or "".

    Examples
    --------
    >>> kind_of("The 2006 Act is amended as follows. After section 10A insert—")
    'machinery'
    >>> kind_of("In subsection (4), a “group of bodies” means a group of two or more bodies corporate.")
    'definition'
    >>> kind_of("Enw’r Rheoliadau hyn yw Rheoliadau Addysg (Cydlynu Trefniadau Derbyn Ysgolion) (Cymru) 2024.")
    'machinery'
    >>> kind_of("Daw’r Rheoliadau hyn i rym ar 4 Tachwedd 2024.")
    'machinery'
    >>> kind_of("New rules on exercise come into force on Saturday: four people of two households may meet outdoors.")
    ''
    >>> kind_of("The care coordinator must review the plan and insert the date of the next review.")
    ''
    """
    low = flat(" ".join(text.split()))
    if _FORMAL.search(low) or _INSTRUCTION.search(low):
        bare = re.sub(rf"\b{_PLACE}\s+{_NUMBER}", " ", _TITLE.sub(" ", _QUOTED.sub(" ", low)))
        content = [w for w in words(bare) if len(w) > 2 and not w.isdigit() and w not in STOP_EN and w not in _DRAFTING]
        if len(content) < LEAST_CONTENT:
            return "machinery"
    return "definition" if _MEANS.match(low) else ""
