# ruff: noqa: E501  (patterns are read better in one line)
"""English cues of force: which words lay down, recommend, permit, forbid or free, longest first.

Everything works on the *flat* sentence (lower case, plain quotes, same length as the original).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["ADVERBS", "CUES", "DOCUMENT", "QUICK", "TEXT_NOUN", "Cue"]

ADVERBS = (
    "also|always|only|normally|usually|generally|then|therefore|ordinarily|ideally|instead|still|further|now|"
    "however|routinely|both|each|all|again|at all times|at least|in particular|so far as possible|accordingly|"
    "ultimately|jointly|together|as a minimum|as far as possible|wherever possible|where possible|where appropriate|"
    "where practicable|where necessary|as soon as practicable|as soon as possible|at any time|in addition|likewise|"
    "nevertheless|nonetheless|first|next|continue|clearly|actively|fully|simply|thus"
)
_A = rf"(?:\s*,?\s*\b(?:{ADVERBS}|\w+ly)\b\s*,?)?"
_IS = r"(?:is|are|be|being|'s|'re)"
_MAYBE_MODAL = r"(?:(?:will|shall|must|should)\s+(?:also\s+|normally\s+|then\s+)?)?"
_LAW = (
    r"(?:statutory|legal|clear|general|joint|specific|new|overall|lead|primary|particular|strong|absolute|moral|shared)"
)
TEXT_NOUN = (
    r"(?:section|part|act|measure|regulations?|paragraph|chapter|schedule|order|article|subsection|code|guidance)"
)


_NEVER = (
    r"(?:(?:under|in)\s+no\s+circumstances|in\s+no\s+(?:case|event)|at\s+no\s+(?:time|point|stage)|on\s+no\s+account)"
)


DOCUMENT = (
    r"(?:strateg(?:y|ies)|frameworks?|plans?|programmes?|polic(?:y|ies)|guidance|act|measure|code|documents?|governments?|papers?|"
    r"reviews?|vision|reports?|taskforce|bill|initiative|standards?|schemes?|reforms?|concordat|statement|consultation|approach|model|service)"
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A pattern and what it means; ``inside`` cues name their bearer within or after themselves."""

    force: str
    pattern: re.Pattern[str]
    confidence: float
    inside: bool = False
    kind: str = ""
    needs: tuple[str, ...] = ()  # the cue cannot be in a sentence with none of these


def _cue(
    force: str, pattern: str, confidence: float = 0.9, *, inside: bool = False, kind: str = "", needs: str = ""
) -> Cue:
    compiled = re.compile(rf"(?<![\w'-])(?:{pattern})(?![\w])")
    return Cue(force, compiled, confidence, inside, kind, tuple(needs.split("|")))


CUES: tuple[Cue, ...] = (
    # no obligation comes before prohibition: "shall not be required to" frees, it does not forbid
    _cue("need-not", r"need\s+not|needn't|needs\s+not", needs="need"),
    _cue("need-not", rf"(?:do|does|did|will|would|should|must)(?:\s+not|n't){_A}\s+(?:need|have)\s+to", needs="need|have"),
    _cue("need-not", rf"won't\s+(?:need|have)\s+to|{_IS}{_A}\s+(?:not|no longer){_A}\s+(?:legally\s+)?(?:required|obliged|obligated|bound|compelled|expected)\s+to", needs="required|oblig|bound|compelled|expected|won't"),
    _cue("need-not", rf"(?:isn't|aren't)\s+(?:required|obliged|expected)\s+to|{_IS}\s+neither\s+required", needs="n't|neither"),
    _cue("need-not", r"(?:shall|must|may|will|should|would|can)(?:\s+not|not)\s+be\s+(?:required|obliged|compelled|bound)\s+to", needs="required|oblig|compelled|bound"),
    _cue("need-not", rf"(?:{_IS}|places?|has|have|there\s+is)\s+(?:under\s+)?no\s+(?:{_LAW}\s+)?(?:duty|obligation|requirement)(?:\s+(?:up)?on\s+[^.;:]{{1,50}}?)?\s+(?:to|for|that)", inside=True, needs="dut|obligation|requirement"),
    _cue("need-not", rf"nothing\s+in\s+(?:this|these|the|that)\s+{TEXT_NOUN}[^.;:]{{0,40}}?\s+(?:requires?|obliges?|compels?|imposes?)", needs="nothing"),
    _cue("need-not", r"no\s+(?!later|less|more|longer|fewer|doubt|one\s+size)(?:(?!should\b)[\w'-]+\s+){1,5}?(?:has|have|needs?)\s+to", inside=True, kind="no-np", needs="no "),
    _cue("need-not", rf"(?:(?:this|these|that|the)\s+)?(?:sub)?{TEXT_NOUN}(?:\s+\(?\w{{1,3}}\)?)?\s+(?:does|do)\s+not\s+(?:require|oblige|compel)", inside=True, needs="require|oblige|compel"),
    _cue("need-not", rf"it\s+is\s+not\s+(?:necessary|mandatory|compulsory|obligatory)|{_IS}\s+not\s+(?:mandatory|compulsory|obligatory)|there\s+is\s+no\s+need", needs="necessary|mandatory|compulsory|obligatory|no need"),
    # prohibition
    _cue("must-not", rf"(?:must|shall|may){_A}\s+not(?!\s+only)|mustn't|shan't|(?:must|shall|may){_A}\s+never|(?:must|shall)\s+no\s+longer", 0.8, needs=" not|n't|never|no longer"),
    _cue("must-not", r"cannot|can\s+not(?!\s+only)|can't|can\s+never", 0.6, kind="can", needs="can"),
    _cue("must-not", rf"{_MAYBE_MODAL}{_IS}{_A}\s+(?:prohibited|forbidden|barred|precluded|banned)\s+from", 0.8, needs="prohibited|forbidden|barred|precluded|banned"),
    _cue("must-not", rf"{_IS}{_A}\s+(?:not|never){_A}\s+(?:permitted|allowed|entitled|authori[sz]ed|empowered)\s+to", 0.8, needs="permitted|allowed|entitled|authori|empowered"),
    _cue("must-not", r"(?:has|have)\s+no\s+(?:power|powers|right|entitlement|discretion|authority)\s+to", 0.8, needs="no "),
    _cue("must-not", r"(?:no|neither)\s+(?!later|less|more|longer|fewer|doubt|sooner|one\s+size)(?:[\w'-]+\s+){1,7}?(?:may|shall|must)(?!\s+not)", 0.8, inside=True, kind="no-np", needs="no |neither"),
    _cue("must-not", r"only\s+(?!if|when|where|after|once|before|for|in|to|by|on|with|as|under|then|at|because|from|through|until|during|within|so|be)(?:[\w'-]+\s+){1,14}?(?<!and )(?<!or )(?:may|can)(?!\s+not)", 0.7, inside=True, kind="only-np", needs="only"),
    _cue("must-not", rf"{_NEVER}\s+(?:may|must|shall|can|is|are)", 0.8, inside=True, needs=" no |no "),
    _cue("must-not", r"(?:nobody|no-one|none\s+of\s+(?:[\w'-]+\s+){1,3}?)\s*(?:may|shall|must)(?!\s+not)", 0.8, inside=True, kind="no-np", needs="nobody|no-one|none"),
    _cue("must-not", r"nothing\s+(?:in\s+(?!this|these)(?:[\w'-]+\s+){1,6}?)?(?:may|must)(?!\s+not)", 0.7, inside=True, kind="no-np", needs="nothing"),
    _cue("must-not", r"it\s+(?:is|shall\s+be|will\s+be)\s+(?:unlawful|illegal|not\s+lawful)\s+(?:for|to)", 0.8, inside=True, needs="lawful|illegal"),
    _cue("must-not", r"(?:it\s+is|commits|is\s+guilty\s+of)\s+an\s+offence", 0.7, needs="offence"),
    _cue("should-not", rf"should{_A}\s+not(?!\s+only)|shouldn't|should{_A}\s+never|should\s+no\s+longer|ought{_A}\s+not(?:\s+to)?", 0.9, needs="should|ought"),
    _cue("should-not", rf"{_IS}{_A}\s+advised\s+(?:not\s+to|against)|{_IS}\s+not\s+(?:good\s+practice|advisable|recommended)|we\s+(?:do\s+not\s+recommend|recommend\s+against)", 0.8, needs="advis|practice|recommend"),
    _cue("should-not", rf"{_NEVER}\s+should", 0.8, inside=True, needs="should"),
    _cue("should-not", r"no\s+(?!later|less|more|longer|fewer|doubt)(?:[\w'-]+\s+){1,5}?should(?!\s+not)(?:\s+(?:have|need)\s+to)?", 0.7, inside=True, kind="no-np", needs="should"),
    # obligation
    _cue("must", r"(?:must|shall)(?!-(?:haves?|see|read|do)\b)", 0.95, needs="must|shall"),
    _cue("must", r"(?:(?:will|would|shall|must)\s+)?(?:has|have)\s+to(?!\s+(?:do\s+with|hand|date|offer))", 0.85, kind="have-to", needs="have|has"),
    _cue("must", rf"(?:will\s+|would\s+)?needs?{_A}\s+to", 0.8, kind="need-to", needs="need"),
    _cue("must", rf"{_MAYBE_MODAL}{_IS}{_A}\s+(?:legally\s+|statutorily\s+)?(?:required|obliged|obligated|bound|compelled)(?:\s+(?:by|under|in)\s+[^.;:]{{1,40}}?)?\s+to", 0.9, kind="required", needs="required|oblig|bound|compelled"),
    _cue("must", rf"(?:{_IS}\s+under|has|have|owes?)\s+(?:a|an|the)?\s*(?:{_LAW}\s+)*(?:duty|duties|obligations?)\s+(?:to|of)", 0.9, needs="dut|obligation"),
    _cue("must", rf"(?:it\s+(?:is|will\s+be|shall\s+be)\s+)?(?:a|the)\s+(?:{_LAW}\s+)*(?:duty|obligation|requirement)\s+(?:(?:up)?on|of|for)\s+[^.;:]{{1,60}}?\s+to", 0.85, inside=True, kind="duty-on", needs="dut|obligation|requirement"),
    _cue("must", rf"(?:lays?(?:\s+down)?|places?|imposes?|puts?|creates?|introduces?)\s+(?:(?:a|an|the|further|certain)\s+)?(?:{_LAW}\s+)*(?:duty|duties|obligations?|requirements?)\s+(?:up)?on", 0.85, inside=True, needs="dut|obligation|requirement"),
    _cue("must", rf"(?:lays?\s+down|places?|imposes?|creates?|introduces?)\s+(?:(?:a|an|the)\s+)?(?:{_LAW}\s+)*(?:duty|obligation|requirement)\s+to", 0.75, kind="duty-to", needs="dut|obligation|requirement"),
    _cue("must", rf"{_MAYBE_MODAL}{_IS}{_A}\s+(?:jointly\s+|directly\s+)?responsible\s+for", 0.75, kind="responsible", needs="responsible"),
    _cue("must", rf"(?:has|have)\s+(?:{_LAW}\s+)*responsibility\s+for", 0.75, kind="responsible", needs="responsibility"),
    _cue("must", r"it\s+(?:is\s+(?:the\s+responsibility\s+of|for)|falls\s+to)\s+(?:the|each|every|local|all|a)\s[^.;:]{1,50}?\s+to", 0.75, inside=True, needs="it is|falls"),
    _cue("must", rf"(?:is|are){_A}\s+to\s+be", 0.8, kind="is-to-be", needs="to"),
    _cue("must", rf"(?:is|are){_A}\s+to(?=\s+[a-z])", 0.7, kind="is-to", needs="to"),
    _cue("must", rf"{_MAYBE_MODAL}{_IS}\s+(?:mandatory|compulsory|obligatory)", 0.8, kind="mandatory", needs="mandatory|compulsory|obligatory"),
    # recommendation
    _cue("should", r"should|ought\s+to", 0.95, needs="should|ought"),
    _cue("should", rf"(?:(?:will|would|shall)\s+)?{_IS}{_A}\s+expected(?:\s+(?:by|under)\s+[^.;:]{{1,30}}?)?\s+to|we\s+(?:would\s+)?expect|(?:it\s+is\s+)?(?:our\s+|the\s+)?expectation\s+(?:is\s+)?(?:that|on)", 0.85, kind="expected", needs="expect"),
    _cue("should", r"(?:it\s+is\s+(?:also\s+)?)?(?:good|best)\s+practice\s+(?:is\s+)?(?:to|for|that)|good\s+practice\s+(?:requires|suggests|dictates|indicates)", 0.8, inside=True, needs="practice"),
    _cue("should", rf"we\s+(?:strongly\s+)?(?:recommend|advise)|(?:it\s+is\s+)?{_IS}?\s*(?:strongly\s+)?recommended\s+(?:that|to|practice)|{_IS}\s+(?:strongly\s+)?advised\s+to|it\s+(?:is|would\s+be)\s+advisable|this\s+(?:guidance|code|document)\s+recommends|recommends\s+that", 0.85, inside=True, needs="recommend|advis"),
    _cue("should", rf"{_IS}{_A}\s+asked\s+to|we\s+(?:are\s+asking|ask)\s+(?:[\w'-]+\s+){{1,6}}?to", 0.75, kind="asked", needs="ask"),
    _cue("should", r"it\s+is\s+(?:also\s+)?(?:essential|imperative|vital|crucial)\s+(?:that|to|for)", 0.65, inside=True, needs="essential|imperative|vital|crucial"),
    # permission
    _cue("may", r"may", 0.85, needs="may"),
    _cue("may", r"can(?!\s+not)", 0.7, kind="can", needs="can"),
    _cue("may", rf"(?:(?:will|shall|should)\s+)?{_IS}{_A}\s+(?:legally\s+)?(?:entitled|permitted|allowed|authori[sz]ed|empowered|free)\s+to", 0.85, needs="entitled|permitted|allowed|authori|empowered|free"),
    _cue("may", rf"(?:(?:will|shall)\s+)?(?:has|have)\s+(?:a|an|the)?\s*(?:{_LAW}\s+)*(?:rights?|powers?|discretion|option|entitlement|freedom)\s+to", 0.85, needs="right|power|discretion|option|entitlement|freedom"),
    _cue("may", r"nothing\s+(?:in\s+(?:[\w'-]+\s+){1,6}?)?(?:prevents|precludes|prohibits|stops)", 0.75, inside=True, needs="nothing"),
    _cue("may", r"it\s+is\s+open\s+to\s+[^.;:]{1,50}?\s+to", 0.75, inside=True, needs="open to"),
    _cue("may", r"at\s+(?:its|their|his|her)\s+(?:own\s+|absolute\s+)?discretion", 0.7, needs="discretion"),
    # aspiration
    _cue("aspires", rf"{_IS}{_A}\s+(?:actively\s+|strongly\s+)?(?:encouraged|invited|urged)\s+to", 0.85, needs="encourage|invited|urged"),
    _cue("aspires", r"(?:may|might)\s+(?:also\s+|therefore\s+|well\s+)?(?:wish|like|want|find\s+it\s+(?:helpful|useful))(?:\s+to)?", 0.8, kind="wish", needs="may|might"),
    _cue("aspires", r"we\s+(?:also\s+|actively\s+|strongly\s+)?(?:encourage|urge|invite)", 0.85, inside=True, needs="we"),
    _cue("aspires", r"we\s+(?:also\s+|all\s+)?(?:hope|want|aspire|aim|seek|strive|would\s+like|envisage)(?:\s+(?:to|for|that|every\w*|people|all))?", 0.8, kind="we", needs="we"),
    _cue("aspires", r"(?:aims?|aspires?|seeks?|strives?|hopes?|wants?|wishes)\s+to", 0.75, kind="aims-to", needs="to"),
    _cue("aspires", r"(?:aims?|aspires?|strives?|hopes?)\s+(?:at|for|that|towards?)", 0.75, kind="aims-at", needs="aim|aspire|strive|hope"),
    _cue("aspires", rf"(?:the|its|their|our|one|an|a|overall|key|main|whose)\s+(?:[\w-]+\s+){{0,3}}?(?:aims?|goals?|ambitions?|aspirations?)\s+(?:of\s+(?:[\w'-]+\s+){{0,4}}?{DOCUMENT}\s+)?(?:is|are)\s+(?:to|for|that)", 0.75, kind="our", needs="aim|goal|ambition|aspiration"),
    _cue("aspires", rf"goals?\s+(?:of|for)\s+(?:[\w'-]+\s+){{0,3}}?{DOCUMENT}", 0.7, kind="our", needs="goal"),
    _cue("aspires", r"sets?\s+out\s+(?:a|an|the|its|our|their)\s+(?:[\w-]+\s+){0,3}?vision", 0.75, kind="our", needs="vision"),
    _cue("aspires", r"our\s+(?:[\w-]+\s+){0,2}?(?:vision|aims?|ambitions?|goals?|aspirations?|hope)\s+(?:is|are|for|remains?)", 0.85, kind="our", needs="our"),
    _cue("aspires", r"(?:the|this|a|an|its|their)\s+(?:[\w-]+\s+){0,2}?(?:vision|ambition|aspiration)\s+(?:is|are|of|for|that|in\s+which)", 0.75, kind="our", needs="vision|ambition|aspiration"),
    # commitment, reported apart
    _cue("will", rf"will{_A}\s+not|won't|will\s+never|will|we'll", 0.8, kind="will", needs="will|won't|we'll"),
    _cue("will", rf"(?:is|are){_A}\s+(?:fully\s+)?committed\s+to|(?:we|government|ministers)\s+(?:pledge|commit|undertake|promise|intend)s?\s+(?:to|that)|intends?\s+to", 0.75, kind="commit", needs="commit|pledge|undertake|promise|intend"),
    # not force, but must be matched first so that a shorter cue is not
    _cue("none", r"may\s+be\s+(?:required|obliged|expected|asked|needed|necessary)(?:\s+to)?|may\s+(?:have|need)\s+to|might\s+(?:need|have)\s+to", 0.8, kind="epistemic", needs="may|might"),
    _cue("none", r"(?<!be )(?<!been )(?<!being )(?<!having )had\s+to(?!\s+do\s+with)|(?:was|were)\s+(?:\w+ly\s+|not\s+)?(?:required|obliged|expected|permitted|allowed|entitled|encouraged)\s+to", 0.8, kind="past", needs="had|was|were"),
    _cue("may", r"may\s+or\s+must|must\s+or\s+may", 0.5, kind="may-or-must", needs="may"),
    _cue("none", r"may\s+or\s+may\s+not|as\s+the\s+case\s+may\s+be|(?:as|if\s+any|where)\s+(?:it\s+)?may\s+be|as\s+(?:may|shall|can)\s+be|be\s+that\s+as\s+it\s+may|as\s+best\s+(?:it|they)\s+can|come\s+what\s+may|as\s+(?:soon|far|much|quickly)\s+as\s+[\w\s]{1,25}?can", 0.8, kind="set-phrase", needs="may|can|shall"),
    _cue("none", r"would\s+(?:need|have)\s+to|would\s+be\s+(?:required|expected|entitled)\s+to|would\s+not\s+(?:need|have)\s+to", 0.7, kind="hypothetical", needs="would"),
)  # fmt: skip

QUICK = re.compile(
    r"\b(?:must|shall|should|ought|may|might|can|cannot|can't|will|won't|we'll|need|needs|needn't|require[sd]?|obliged?|"
    r"obligated|bound|compel\w*|dut(?:y|ies)|obligations?|obligation|requirement|responsib\w+|mandatory|compulsory|"
    r"obligatory|expect\w*|practice|recommend\w*|advis\w+|essential|imperative|vital|crucial|entitled|permitted|"
    r"allowed|authori[sz]ed|empowered|free|rights?|powers?|discretion|option|entitlement|encourage\w*|invite\w*|"
    r"urged?|hope|hopes|wants?|asks?|asked|asking|open|nobody|no-one|none|unlawful|illegal|lawful|falls|aspir\w+|aims?|seeks?|strives?|vision|ambitions?|goals?|commit\w*|pledge\w*|undertake|"
    r"promise|intends?|prohibited|forbidden|barred|precluded|banned|offence|nothing|has|have|had|was|were|only|to|mustn't|shan't|"
    r"shouldn't|isn't|aren't|wishes|envisage)\b"
)
