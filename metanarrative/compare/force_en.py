# ruff: noqa: E501  (patterns are read better in one line)
"""English cues of force, and the reasons for which a cue does not count.

Everything works on the *flat* sentence (lower case, plain quotes, same length as the original).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["CUES", "QUICK", "After", "Cue", "look_after", "reason_not"]

_ADV_WORDS = (
    "also|always|only|normally|usually|generally|then|therefore|ordinarily|ideally|instead|still|further|now|"
    "however|routinely|both|each|all|again|at all times|at least|in particular|so far as possible|accordingly|"
    "ultimately|jointly|together|as a minimum|as far as possible|wherever possible|where possible|where appropriate|"
    "where practicable|where necessary|as soon as practicable|as soon as possible|at any time|in addition|likewise|"
    "nevertheless|nonetheless|first|next|continue|clearly|actively|fully|simply|thus"
)
_A = rf"(?:\s*,?\s*\b(?:{_ADV_WORDS}|\w+ly)\b\s*,?)?"
_IS = r"(?:is|are|be|being|'s|'re)"
_MAYBE_MODAL = r"(?:(?:will|shall|must|should)\s+(?:also\s+|normally\s+|then\s+)?)?"
_LAW = (
    r"(?:statutory|legal|clear|general|joint|specific|new|overall|lead|primary|particular|strong|absolute|moral|shared)"
)
_TEXT_NOUN = (
    r"(?:section|part|act|measure|regulations?|paragraph|chapter|schedule|order|article|subsection|code|guidance)"
)


_DOCUMENT = (
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
    _cue("need-not", rf"nothing\s+in\s+(?:this|these|the|that)\s+{_TEXT_NOUN}[^.;:]{{0,40}}?\s+(?:requires?|obliges?|compels?|imposes?)", needs="nothing"),
    _cue("need-not", r"no\s+(?!later|less|more|longer|fewer|doubt|one\s+size)(?:[\w'-]+\s+){1,5}?(?:has|have|needs?)\s+to", inside=True, kind="no-np", needs="no "),
    _cue("need-not", rf"it\s+is\s+not\s+(?:necessary|mandatory|compulsory|obligatory)|{_IS}\s+not\s+(?:mandatory|compulsory|obligatory)|there\s+is\s+no\s+need", needs="necessary|mandatory|compulsory|obligatory|no need"),
    # prohibition
    _cue("must-not", rf"(?:must|shall|may){_A}\s+not(?!\s+only)|mustn't|shan't|(?:must|shall|may){_A}\s+never|(?:must|shall)\s+no\s+longer", 0.8, needs=" not|n't|never|no longer"),
    _cue("must-not", r"cannot|can\s+not(?!\s+only)|can't|can\s+never", 0.6, kind="can", needs="can"),
    _cue("must-not", rf"{_MAYBE_MODAL}{_IS}{_A}\s+(?:prohibited|forbidden|barred|precluded|banned)\s+from", 0.8, needs="prohibited|forbidden|barred|precluded|banned"),
    _cue("must-not", rf"{_IS}{_A}\s+(?:not|never){_A}\s+(?:permitted|allowed|entitled|authori[sz]ed|empowered)\s+to", 0.8, needs="permitted|allowed|entitled|authori|empowered"),
    _cue("must-not", r"(?:has|have)\s+no\s+(?:power|powers|right|entitlement|discretion|authority)\s+to", 0.8, needs="no "),
    _cue("must-not", r"(?:no|neither)\s+(?!later|less|more|longer|fewer|doubt|sooner|one\s+size)(?:[\w'-]+\s+){1,7}?(?:may|shall|must)(?!\s+not)", 0.8, inside=True, kind="no-np", needs="no |neither"),
    _cue("must-not", r"only\s+(?!if|when|where|after|once|before|for|in|to|by|on|with|as|under|then|at|because|from|through|until|during|within|so|be)(?:[\w'-]+\s+){1,14}?(?:may|can)(?!\s+not)", 0.7, inside=True, kind="only-np", needs="only"),
    _cue("must-not", r"(?:under|in)\s+no\s+circumstances\s+(?:may|must|shall|can|is|are)", 0.8, inside=True, needs="circumstances"),
    _cue("must-not", r"(?:it\s+is|commits|is\s+guilty\s+of)\s+an\s+offence", 0.7, needs="offence"),
    _cue("should-not", rf"should{_A}\s+not(?!\s+only)|shouldn't|should{_A}\s+never|should\s+no\s+longer|ought{_A}\s+not(?:\s+to)?", 0.9, needs="should|ought"),
    _cue("should-not", rf"{_IS}{_A}\s+advised\s+(?:not\s+to|against)|{_IS}\s+not\s+(?:good\s+practice|advisable|recommended)|we\s+(?:do\s+not\s+recommend|recommend\s+against)", 0.8, needs="advis|practice|recommend"),
    _cue("should-not", r"(?:under|in)\s+no\s+circumstances\s+should", 0.8, inside=True, needs="circumstances"),
    _cue("should-not", r"no\s+(?!later|less|more|longer|fewer|doubt)(?:[\w'-]+\s+){1,5}?should(?!\s+not)", 0.7, inside=True, kind="no-np", needs="should"),
    # obligation
    _cue("must", r"must|shall", 0.95, needs="must|shall"),
    _cue("must", r"(?:(?:will|would|shall|must)\s+)?(?:has|have)\s+to(?!\s+(?:do\s+with|hand|date|offer))", 0.85, kind="have-to", needs="have|has"),
    _cue("must", rf"(?:will\s+|would\s+)?needs?{_A}\s+to", 0.8, kind="need-to", needs="need"),
    _cue("must", rf"{_MAYBE_MODAL}{_IS}{_A}\s+(?:legally\s+|statutorily\s+)?(?:required|obliged|obligated|bound|compelled)(?:\s+(?:by|under|in)\s+[^.;:]{{1,40}}?)?\s+to", 0.9, kind="required", needs="required|oblig|bound|compelled"),
    _cue("must", rf"(?:{_IS}\s+under|has|have|owes?)\s+(?:a|an|the)?\s*(?:{_LAW}\s+)*(?:duty|duties|obligations?)\s+(?:to|of)", 0.9, needs="dut|obligation"),
    _cue("must", rf"(?:it\s+(?:is|will\s+be|shall\s+be)\s+)?(?:a|the)\s+(?:{_LAW}\s+)*(?:duty|obligation|requirement)\s+(?:(?:up)?on|of|for)\s+[^.;:]{{1,60}}?\s+to", 0.85, inside=True, kind="duty-on", needs="dut|obligation|requirement"),
    _cue("must", rf"(?:lays?(?:\s+down)?|places?|imposes?|puts?|creates?|introduces?)\s+(?:(?:a|an|the|further|certain)\s+)?(?:{_LAW}\s+)*(?:duty|duties|obligations?|requirements?)\s+(?:up)?on", 0.85, inside=True, needs="dut|obligation|requirement"),
    _cue("must", rf"(?:lays?\s+down|places?|imposes?|creates?|introduces?)\s+(?:(?:a|an|the)\s+)?(?:{_LAW}\s+)*(?:duty|obligation|requirement)\s+to", 0.75, kind="duty-to", needs="dut|obligation|requirement"),
    _cue("must", rf"{_MAYBE_MODAL}{_IS}{_A}\s+(?:jointly\s+|directly\s+)?responsible\s+for", 0.75, kind="responsible", needs="responsible"),
    _cue("must", rf"(?:has|have)\s+(?:{_LAW}\s+)*responsibility\s+for", 0.75, kind="responsible", needs="responsibility"),
    _cue("must", r"it\s+is\s+(?:the\s+responsibility\s+of|for)\s+(?:the|each|every|local|all|a)\s[^.;:]{1,50}?\s+to", 0.75, inside=True, needs="it is"),
    _cue("must", rf"(?:is|are){_A}\s+to\s+be", 0.8, kind="is-to-be", needs="to"),
    _cue("must", rf"(?:is|are){_A}\s+to(?=\s+[a-z])", 0.7, kind="is-to", needs="to"),
    _cue("must", rf"{_MAYBE_MODAL}{_IS}\s+(?:mandatory|compulsory|obligatory)", 0.8, kind="mandatory", needs="mandatory|compulsory|obligatory"),
    # recommendation
    _cue("should", r"should|ought\s+to", 0.95, needs="should|ought"),
    _cue("should", rf"(?:(?:will|would|shall)\s+)?{_IS}{_A}\s+expected(?:\s+(?:by|under)\s+[^.;:]{{1,30}}?)?\s+to|we\s+(?:would\s+)?expect|(?:it\s+is\s+)?(?:our\s+|the\s+)?expectation\s+(?:is\s+)?(?:that|on)", 0.85, kind="expected", needs="expect"),
    _cue("should", r"(?:it\s+is\s+(?:also\s+)?)?(?:good|best)\s+practice\s+(?:is\s+)?(?:to|for|that)|good\s+practice\s+(?:requires|suggests|dictates|indicates)", 0.8, inside=True, needs="practice"),
    _cue("should", rf"we\s+(?:strongly\s+)?(?:recommend|advise)|(?:it\s+is\s+)?{_IS}?\s*(?:strongly\s+)?recommended\s+(?:that|to|practice)|{_IS}\s+(?:strongly\s+)?advised\s+to|it\s+is\s+advisable|this\s+(?:guidance|code|document)\s+recommends", 0.85, inside=True, needs="recommend|advis"),
    _cue("should", r"it\s+is\s+(?:also\s+)?(?:essential|imperative|vital|crucial)\s+(?:that|to|for)", 0.65, inside=True, needs="essential|imperative|vital|crucial"),
    # permission
    _cue("may", r"may", 0.85, needs="may"),
    _cue("may", r"can(?!\s+not)", 0.7, kind="can", needs="can"),
    _cue("may", rf"(?:(?:will|shall|should)\s+)?{_IS}{_A}\s+(?:legally\s+)?(?:entitled|permitted|allowed|authori[sz]ed|empowered|free)\s+to", 0.85, needs="entitled|permitted|allowed|authori|empowered|free"),
    _cue("may", rf"(?:(?:will|shall)\s+)?(?:has|have)\s+(?:a|an|the)?\s*(?:{_LAW}\s+)*(?:rights?|powers?|discretion|option|entitlement|freedom)\s+to", 0.85, needs="right|power|discretion|option|entitlement|freedom"),
    _cue("may", r"at\s+(?:its|their|his|her)\s+(?:own\s+|absolute\s+)?discretion", 0.7, needs="discretion"),
    # aspiration
    _cue("aspires", rf"{_IS}{_A}\s+(?:actively\s+|strongly\s+)?(?:encouraged|invited|urged)\s+to", 0.85, needs="encourage|invited|urged"),
    _cue("aspires", r"(?:may|might)\s+(?:also\s+|therefore\s+|well\s+)?(?:wish|like|want|find\s+it\s+(?:helpful|useful))(?:\s+to)?", 0.8, kind="wish", needs="may|might"),
    _cue("aspires", r"we\s+(?:also\s+|actively\s+|strongly\s+)?(?:encourage|urge|invite)", 0.85, inside=True, needs="we"),
    _cue("aspires", r"we\s+(?:also\s+|all\s+)?(?:hope|want|aspire|aim|seek|strive|would\s+like|envisage)(?:\s+(?:to|for|that|every\w*|people|all))?", 0.8, kind="we", needs="we"),
    _cue("aspires", r"(?:aims?|aspires?|seeks?|strives?|hopes?|wants?|wishes)\s+to", 0.75, kind="aims-to", needs="to"),
    _cue("aspires", r"(?:aims?|aspires?|strives?|hopes?)\s+(?:at|for|that|towards?)", 0.75, kind="aims-at", needs="aim|aspire|strive|hope"),
    _cue("aspires", rf"(?:the|its|their|our|one|an|a|overall|key|main|whose)\s+(?:[\w-]+\s+){{0,3}}?(?:aims?|goals?|ambitions?|aspirations?)\s+(?:of\s+(?:[\w'-]+\s+){{0,4}}?{_DOCUMENT}\s+)?(?:is|are)\s+(?:to|for|that)", 0.75, kind="our", needs="aim|goal|ambition|aspiration"),
    _cue("aspires", rf"goals?\s+(?:of|for)\s+(?:[\w'-]+\s+){{0,3}}?{_DOCUMENT}", 0.7, kind="our", needs="goal"),
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
    r"urged?|hope|hopes|wants?|aspir\w+|aims?|seeks?|strives?|vision|ambitions?|goals?|commit\w*|pledge\w*|undertake|"
    r"promise|intends?|prohibited|forbidden|barred|precluded|banned|offence|nothing|has|have|had|was|were|only|to|mustn't|shan't|"
    r"shouldn't|isn't|aren't|wishes|envisage)\b"
)

_STATIVE = frozenset(
    "have feel include seem appear cause lead result arise occur happen become mean involve need know experience vary "
    "depend lack suffer contain remain prefer benefit affect increase reduce exist relate reflect indicate suggest "
    "represent differ contribute help improve worsen fail struggle think believe wish want like find come fall present "
    "lose live consist range prove hinder harm trigger pose change interfere play stem reveal create range cost last "
    "limit undermine exacerbate enable damage deter prevent extend belong matter overlap recover relapse react get "
    "signal explain feature understand enjoy expect face".split()
)
_EPISTEMIC_PARTICIPLE = frozenset(
    "affected associated related caused found needed linked seen experienced exposed influenced perceived felt "
    "concerned worried interested aggravated complicated confused distressed frightened disadvantaged surprised limited "
    "lost faced triggered increased reduced impaired compromised delayed overlooked missed damaged harmed left "
    "isolated tempted scared overwhelmed aimed based explained characterised characterized subjected thought "
    "heightened misunderstood motivated tired better".split()
)
_NOT_PARTICIPLE = frozenset(
    "need indeed speed feed hundred sacred red bed aged skilled advanced detailed limited well-being informed".split()
)
_IRREGULAR = frozenset(
    "made given taken had held kept done seen put set sent written drawn built brought found met paid read shown told "
    "understood undertaken overseen chosen begun borne sought left led laid lost said sold spent taught thought won "
    "known grown felt dealt driven broken spoken forgotten hidden withdrawn heard cut let run re-made redrawn upheld "
    "withheld forgone rewritten shut split born".split()
)
_PURPOSE_NOUN = re.compile(
    r"\b(?:aims?|purposes?|objectives?|goals?|intentions?|tasks?|roles?|functions?|approach|challenges?|priorit\w+|steps?|"
    r"key|ideas?|principles?|points?|focus|way|ways|job|answer|plan|hope|question|problem|solution|remit|intent|"
    r"mission|effect|emphasis|need|method|alternative|option|choice|strategy|desire|work|best)(?:\s+(?:of|for|in|behind)\b[^,;:]*)?\s*(?:here\s*)?$"
)
_REGULATION_SUBJECT = re.compile(
    r"\b(?:regulations?|orders?|rules|directions|schemes?|codes?)(?:\s+(?:made\s+)?under\b[^,;:]*|\s+made\s+by\b[^,;:]*)?\s*$"
)
_TEXT_SUBJECT = re.compile(
    rf"^\W*(?:(?:nothing in\s+)?(?:this|these)\s+(?:[\w-]+\s+)?{_TEXT_NOUN}|(?:sub)?(?:section|paragraph|regulation|article|part|schedule|chapter)\s+\(?\w+\)?(?:\(\w+\))*|"
    r"(?:this|these)\s+(?:document|framework|provisions?|definitions?|annex|table))\s*$"
)
_CONSTITUTIVE = re.compile(
    r"^(?:(?:,[^,]{1,60},)?\s*(?:not\s+)?(?:be\s+)?(?:deemed|construed|interpreted|cited|regarded\s+as|known\s+as|treated\s+as|treated\s+for\s+the\s+purposes|"
    r"taken\s+to\s+(?:be|have|mean|include)|taken\s+as|read\s+(?:as|with|together|alongside|in\s+conjunction|subject|accordingly)|understood\s+as|have\s+the\s+(?:same\s+)?meaning)|"
    r"\s*(?:not\s+)?(?:mean|come\s+into\s+(?:force|operation|effect)|cease|have\s+effect|take\s+effect|apply|extend|commence|expire|lapse)\b)"
)
_DISCOURSE = re.compile(
    r"^\s*(?:also\s+)?be\s+(?:noted|remembered|stressed|emphasi[sz]ed|recogni[sz]ed\s+that|borne\s+in\s+mind|acknowledged|"
    r"said|pointed\s+out|understood\s+that|added|overstated|overemphasi[sz]ed|underestimated)|^\s*(?:like\s+to\s+(?:thank|stress|note))"
)
_PERFECT = re.compile(
    r"^\s*(?:not\s+)?(?:\w+ly\s+)?have\s+(?:(?:not|already|also|\w+ly)\s+)?(been|had|[\w-]+ed|[a-z]+)\b\s*(\S*)"
)
_OPENERS = re.compile(r"\b(if|unless|whether|(?:the\s+)?extent\s+to\s+which|in\s+case|lest)\b([^,;:]*)$")
_SO_THAT = re.compile(r"\b(?:so\s+that|in\s+order\s+that|so\s+as)\b[^,;:.]*$")
_VERBISH = re.compile(
    r"\b(?:is|are|was|were|has|have|had|does|do|did|will|must|should|may|can|shall|would|could|becomes?|agrees?|wishes|refuses?|asks?|requests?|requires?|applies|thinks|considers?|believes|occurs?|leaves?|moves?|makes?|receives?|decides?|fails?|needs?)\b"
)
_DETERMINER = re.compile(r"\b(?:a|an|the|any|their|its|his|her|every|each)\b")
_NOUN_BEFORE_NEED = re.compile(
    r"\b(?:the|a|an|no|any|this|that|their|his|her|your|our|of|in|urgent|real|clear|particular|growing|continuing|ongoing|"
    r"person's|patient's|basic|greatest|greater|without|about|for|highlights?|stresse[sd]|sees|recogni[sz]e[sd]?)\s*$"
)
_NOUN_BEFORE_WILL = re.compile(
    r"\b(?:free|good|ill|against|political|their|his|her|own|the|a|last|patient's|person's|of|at|with\s+the|living|strong|'s)\s*$"
)
_WHO = re.compile(r"\b(?:who|whom|those|that|which)\s*$")
_EMBEDDED = re.compile(
    r"\b(?:(?:how|what|when|where|whether)\s+(?:(?:it|they|the|this|a|an|each|any|[a-z]+s?)\s+){0,3}|(?:who|which|whom)\s+)$"
)
# "the date on which it is to be reviewed" tells which date; the duty itself is said elsewhere
_RELATIVE = re.compile(
    r"(?<=\w)\s+(?:(?:on|in|to|by|for|at|of|from|under|with|within|after|before|during|until|against|through|over)\s+(?:which|whom|whose)|which|that|whom|whose|who)\b(?P<between>[^,;:]*)$"
)
_DESCRIBED = re.compile(
    r"\b(?:dates?|days?|times?|periods?|interval|intervals|manner|ways?|means|form|extent|circumstances|conditions?|purposes?|terms|"
    r"basis|grounds?|reasons?|place|places|order|frequency|rate|age|deadline|limit|event|events|stage|point)\s*"
    r"(?:\([^()]*\)\s*)?(?:(?:on|in|by|for|at|of|from|under|with|within|after|before|during|until|to)\s+(?:which|whom)|when|where|that|which)\b(?P<between>[^,;:]*)$"
)
_SAYING = re.compile(
    r"\b(?:say|says|said|state|states|stated|ensure|ensures|require|requires|provide|provides|recommend|recommends|decide|decides|"
    r"agree|agrees|agreed|think|thinks|know|knows|mean|means|so|clear|expect|expects|believe|believes|note|notes|advise|advises|"
    r"confirm|confirms|consider|considers|show|shows|direct|directs|is|are|was|importance|principle|requirement|duty|expectation|fact|view|"
    r"recommendation|important|essential|vital|necessary|desirable|intended|condition|proviso|effect|determine|determines|specify|specifies|about|on|explain|explains|given|provided|provision|"
    r"order|suggest|suggests|suggested|propose|proposes|proposed|emphasise|emphasises|insist|insists|recognise|recognises|it)$"
)
_ABOUT_WHO = re.compile(
    r"\b(?:about|decid\w+|determin\w+|consider\w*|on|explain\w*|know\w*)\s+(?:who|which|what|how|when|whether)\b[^,;:]*$"
)
_TELLS_WHAT = re.compile(
    r"\b(?:lists?|listing|says?|saying|sets?\s+out|setting\s+out|describ(?:es?|ing)|explain(?:s|ing)?|asks?|asking|states?|shows?|specif(?:y|ies)|"
    r"defin(?:es?|ing)|consider(?:s|ing)?|decid(?:es?|ing)|determin(?:es?|ing)|identif(?:y|ies|ying)|knows?|discuss(?:es|ing)?|outlin(?:es?|ing)|about)\s+"
    r"(?:what|who|whom|which|how|when|where|why)\b(?P<between>[^,;:.]*)$"
)
_WHICH_PEOPLE = re.compile(
    r"\b(?:persons?|people|those|individuals?|anyone|someone|everyone|others|bod(?:y|ies)|professionals?|adults?|child|children|patients?)\s+who\s*$"
)
_FOR_THEMSELVES = re.compile(r"^[^,;:.]{0,60}\b(?:for|by)\s+(?:themselves|itself|himself|herself|yourself|ourselves)\b")
_OBJECT_RELATIVE = re.compile(
    r"\b(?:services?|care|support|things?|dut(?:y|ies)|functions?|powers?|steps?|actions?|matters?|information|arrangements?|assessments?|"
    r"payments?|plans?|help|accommodation|facilit(?:y|ies))\s+(?:that|which)\s+(?P<between>[^,;:.]{2,60})$"
)
_OBJECT_GAP = re.compile(
    r"^\s*\w+(?:\s+\w+ly)?\s*(?:$|[.,;:)]|\b(?:under|in|to|for|by|on|with|when|where|if|as|is|are|and|or|from|at|before|after|within|during|"
    r"of|includes?|has|have|must|should|may|will|was|were)\b)"
)
_AMENDS = re.compile(
    r"\b(?:amend(?:s|ed|ing)?|modif(?:y|ies|ied))\b[^.;]*\b(?:so\s+as\s+to|so\s+that|to\s+(?:provide|require|enable|allow|say|state))\b"
)
_MAKES_PROVISION = re.compile(
    r"(?<!\bmay )(?<!\bmust )(?<!\bshall )(?<!\bshould )(?<!\bcan )(?<!\bwill )(?<!\bto )\bmakes?\s+(?:\w+\s+)?provisions?\b[^.;]*$"
)
_PAST_BEFORE = re.compile(r"\b(?:was|were|had\s+been)\s+(?:a\s+)?$")
_NOUN_BEFORE_AIM = re.compile(
    r"(?:\b(?:the|its|their|our|your|his|her|my|these|those|an?|of|no|any|same|key|main|clear|overall|shared|common|high)|'s?)\s*$"
)
_DOCUMENT_SUBJECT = re.compile(
    rf"(?:^|[,;:.\n]|\b(?:and|but|what|that|which|while))\s*(?:(?:the|this|that|our|its|these|a|an|each|all|national|local|new)\s+){{0,3}}(?:[\w'-]+\s+){{0,3}}?{_DOCUMENT}\b(?P<tail>[^;:.]*)$"
)
_QUESTION_WORD = re.compile(r"\b(?:what|how|why|when|where|who|which)\s+$")
_EXPECTATION_SUBJECT = re.compile(r"(?:^|[\s,])(?:this|that|these|it|which)\s*(?:in\s+turn\s*)?$")
_EXPECTATION_VERB = frozenset(
    "lead result mean help reduce enable improve take cost make allow give bring ensure provide increase".split()
)
_WISHERS = frozenset({"service user", "person", "carer"})


@dataclass(frozen=True, slots=True)
class After:
    """What follows a cue: its verb, whether it is passive, and the participle."""

    verb: str
    passive: bool
    participle: str
    text: str


_SKIP = re.compile(rf"^\s*(?:,[^,;:.]{{1,90}},\s*|(?:{_ADV_WORDS}|\w+ly|not|be\s+able\s+to)\b\s*,?\s*)")
_TOKEN = re.compile(r"[a-z][a-z'-]*")


def _is_participle(word: str) -> bool:
    return word in _IRREGULAR or (word.endswith("ed") and word not in _NOT_PARTICIPLE and len(word) > 3)


def look_after(rest: str, *, be_inside: bool = False) -> After:
    """Read the verb group after a cue.

    Parameters
    ----------
    rest : str
        The flat sentence after the cue.
    be_inside : bool
        The cue itself ended in "be" ("is to be").

    Examples
    --------
    >>> look_after(" then be reviewed by the team").passive, look_after(" review the plan").verb
    (True, 'review')
    """
    body = rest
    for _ in range(4):
        found = _SKIP.match(body)
        if not found or not found.group().strip():
            break
        body = body[found.end() :]
    tokens = _TOKEN.findall(body[:120])
    verb = "be" if be_inside else (tokens[0] if tokens else "")
    following = tokens if be_inside else tokens[1:]
    participle = ""
    passive = False
    if verb in ("be", "get", "become"):
        for token in following[:4]:
            if _is_participle(token):
                passive, participle = True, token
                break
            if not (token.endswith("ly") or token in ("not", "also", "then", "always", "both", "so", "fully", "well")):
                break
    return After(verb, passive, participle, body)


def _purpose_before(left: str) -> bool:
    return bool(_PURPOSE_NOUN.search(left))


def _relative(cue: Cue, before: str, modal: str) -> bool:
    """Tell whether the cue stands in a clause that only says which date, need or manner is meant."""
    described = _DESCRIBED.search(before)
    if described and modal in ("must", "shall", "should", "may", "can", "is", "are", "has", "have", "will"):
        other = re.search(r"\b(?:and|but|or)\s+(?:the|a|an|each|it|they)\b", described["between"])
        # "in which eligible needs may be met": the needs are a noun
        return not other and not _VERBISH.search(re.sub(r"\bneeds\s*$", "", described["between"]))
    if cue.kind not in ("is-to", "is-to-be"):
        return False
    found = _RELATIVE.search(before)
    if not found or _SAYING.search(before[: found.start()].rstrip()):
        return False
    # a verb between would be the clause's own, and the cue that of the sentence
    return not _VERBISH.search(found["between"])


def _document_aims(before: str, left: str) -> bool:
    """Tell whether the subject is the document or its issuer, named, meant by a pronoun, or left out after "and"."""
    if re.search(r"\b(?:we|this|it|they)\s*(?:also\s*)?$", left):
        return True
    found = _DOCUMENT_SUBJECT.search(before)
    if not found:
        return False
    tail = found["tail"].strip(" ,")
    return tail in ("", "also", "itself", "therefore") or tail.endswith(" and") or tail == "and"


def _told_elsewhere(cue: Cue, before: str, rest: str, modal: str) -> str:
    """Return why a cue only speaks of a force that is laid on somebody elsewhere; "" where it lays it itself."""
    if cue.force == "aspires":
        return ""
    if _AMENDS.search(before) or _MAKES_PROVISION.search(before):
        return "description"
    if cue.kind == "duty-on" and _PAST_BEFORE.search(before):
        return "past"
    asked = _TELLS_WHAT.search(before)
    if (
        asked
        and not _VERBISH.search(asked["between"])
        and not re.search(r"\band\s+(?:the|a|an|each)\b", asked["between"])
    ):
        return "indirect question"
    if modal in ("may", "can") and cue.kind != "only-np" and _WHICH_PEOPLE.search(before):
        return "relative clause"
    if modal == "can" and _FOR_THEMSELVES.match(rest):
        return "ability"
    owed = _OBJECT_RELATIVE.search(before)
    modals = ("may", "must", "shall", "should", "can")
    gap = owed and modal in modals and (cue.kind == "may-or-must" or _OBJECT_GAP.match(rest))
    if owed and gap and not _VERBISH.search(owed["between"]):
        return "relative clause"
    return ""


def reason_not(
    cue: Cue, sentence: str, start: int, end: int, left: str, after: After, bearer_type: str, original: str
) -> str:
    """Return why the cue at ``sentence[start:end]`` lays no force on anyone; "" where it does.

    Parameters
    ----------
    left : str
        The clause left of the cue.
    bearer_type : str
        Type of the actor found as bearer, "" for none.
    original : str
        The sentence as printed, for capitals.
    """
    text = sentence[start:end]
    rest = sentence[end:]
    actor = bool(bearer_type)
    modal = text.split()[0] if text else ""
    if cue.force == "none":
        return {"epistemic": "epistemic", "set-phrase": "set phrase", "hypothetical": "hypothetical", "past": "past"}[
            cue.kind
        ]
    if (
        start
        and sentence[start - 1] in "'\""
        and rest[:1] in ("'", '"', ",")
        and (rest[:1] != "," or rest[1:2] in "'\"")
    ):
        return "mention of the word"
    if text == "may" and original[start] == "M":
        before = sentence[:start].rstrip()
        if re.match(r"\s*(?:\d{1,4}\b|,\s*\d{4})", rest) or re.search(
            r"(?:\b(?:in|by|since|until|from|during|to|of|on|early|late|mid|and|theresa|before|after)|\d(?:st|nd|rd|th)?)$",
            before,
        ):
            return "month or name"
    if sentence.rstrip().endswith("?"):
        return "question"
    if modal in ("should", "shall", "must", "may", "will", "can"):
        lead = left.strip(" ,")
        if (
            modal == "should"
            and text == "should"
            and (not lead or lead in ("and", "or", "but", "however"))
            and not re.search(r"\b(?:and|or|but)\s*$", sentence[:start].rstrip(" ,"))
            and re.match(
                r"\s+(?:the|a|an|any|you|they|it|he|she|this|that|there|their|either|both|someone|anyone|we|[a-z]+s?)\b",
                rest,
            )
            and (not sentence[:start].strip() or sentence[:start].rstrip().endswith((",", ";", "-", ":")))
        ):
            return "conditional inversion"
    if _DISCOURSE.match(rest):
        return "discourse"
    perfect = (
        _PERFECT.match(rest) if modal in ("must", "should", "shall", "may", "can", "will", "cannot", "ought") else None
    )
    if perfect:
        word, following = perfect.group(1), perfect.group(2).strip(",.;:")
        plain_object = following and following not in (
            "the", "a", "an", "their", "its", "his", "her", "that", "to", "by", "with", "in", "at", "on", "from", "and",
            "for", "as", "it", "them", "this", "any", "all", "no", "up", "out", "before", "after", "been", "into", "about",
        )  # fmt: skip
        if word == "been" or (_is_participle(word) and not plain_object):
            return "perfect"
    const = _CONSTITUTIVE.match((" be " + rest) if text.endswith(" be") else rest)
    if const and not actor and modal in ("shall", "must", "may", "should", "is", "are", "can"):
        return "constitutive"
    if (
        _TEXT_SUBJECT.match(left.strip(" ,"))
        and not after.passive
        and not actor
        and cue.force in ("must", "may", "should", "must-not", "will", "should-not")
    ):
        return "non-agent subject"
    if _SO_THAT.search(sentence[:start]) and modal in ("may", "can", "cannot", "will", "should", "shall"):
        return "purpose"
    opener = _OPENERS.search(sentence[:start])
    if opener and cue.kind not in ("our", "we"):
        between = opener.group(2)
        if opener.group(1) in ("whether",) or "extent" in opener.group(1):
            return "indirect question"
        if not _VERBISH.search(between) and len(_DETERMINER.findall(between)) <= 1 and len(between.split()) <= 8:
            return "condition"
    if _relative(cue, sentence[:start], modal):
        return "relative clause"
    if why := _told_elsewhere(cue, sentence[:start], rest, modal):
        return why
    if cue.kind in ("is-to", "is-to-be"):
        if _EMBEDDED.search(sentence[:start]):
            return "indirect question"
        if not left.strip() or (_purpose_before(left) and not (cue.kind == "is-to-be" and after.passive)):
            return "purpose"
        if cue.kind == "is-to" and (
            not actor or after.verb in ("the", "a", "which", "whom", "some", "date", "their", "those", "all")
        ):
            return "purpose"
        if cue.kind == "is-to-be" and not after.passive:
            return "state, not act"
    if modal in ("can", "may") and _ABOUT_WHO.search(sentence[:start]):
        return "indirect question"
    if cue.kind == "need-to":
        if _NOUN_BEFORE_NEED.search(sentence[:start]) and not text.startswith(("will", "would")):
            return "noun"
        if _WHO.search(left) and not re.search(r"\b(?:that|which)\s*$", left):
            return "a person's need"
    if cue.kind == "have-to" and re.search(r"\b(?:may|might|could|not)\s*$", sentence[:start]):
        return "epistemic"
    if cue.kind == "required" and not actor and not after.passive and after.verb not in ("be",):
        return "necessity, not a duty"
    if cue.kind == "mandatory" and re.search(r"\b(?:if|where)\b[^,]*$", left):
        return "condition"
    if cue.kind == "responsible" and re.search(r"\b(?:who|that|which|person|those|is|whoever)\s*$", left):
        return "description"
    if cue.kind == "expected" and not actor and not after.passive and not text.startswith(("we", "our", "it")):
        return "prediction"
    if cue.kind == "no-np" and not re.search(r"(?:^|[,;:.\"(]|\b(?:and|but|that|so|then))\s*$", sentence[:start]):
        return "noun"
    if modal == "should" and _EXPECTATION_SUBJECT.search(left) and after.verb in _EXPECTATION_VERB and not actor:
        return "expectation"
    if cue.kind == "wish" and (
        bearer_type in _WISHERS or _WHO.search(left) or re.search(r"\b(?:they|he|she|you)\s*$", left)
    ):
        return "a person's wish"
    if cue.kind in ("aims-to", "aims-at", "commit") and (bearer_type in _WISHERS or (not actor and _WHO.search(left))):
        return "a person's wish"
    if cue.kind == "aims-at" and _NOUN_BEFORE_AIM.search(sentence[:start]):
        return "noun"
    if cue.kind in ("aims-to", "aims-at") and not actor and not _document_aims(sentence[:start], left):
        return "purpose"
    if modal in ("may", "can", "cannot", "can't") and cue.force in ("may", "must-not") and cue.kind != "no-np":
        if after.verb == "be":
            if not after.passive or after.participle in _EPISTEMIC_PARTICIPLE:
                return "epistemic"
        elif after.verb in _STATIVE and not (after.verb == "have" and re.match(r"have\s+regard", after.text)):
            if not (
                after.verb in ("include", "extend", "limit", "prevent", "enable") and _REGULATION_SUBJECT.search(left)
            ):
                return "epistemic"
        elif after.verb == "take" and re.match(
            r"take\s+(?:place|time|longer|many|several|the\s+form|up\s+to)", after.text
        ):
            return "epistemic"
        if modal in ("can", "cannot", "can't"):
            if (
                cue.force == "must-not"
                and not after.passive
                and (not actor or bearer_type in _WISHERS or _WHO.search(left))
            ):
                return "ability"
            if cue.force == "may" and not actor and not after.passive:
                return "possibility"
            if cue.force == "may" and re.search(r"\bthere\s*$", left):
                return "possibility"
    if cue.kind == "will":
        if _NOUN_BEFORE_WILL.search(sentence[:start]) or after.verb in ("of", "and", "to", "or", ""):
            return "noun"
        if not actor and not after.passive and not re.search(r"\b(?:we|i)\s*(?:also\s*)?$", left):
            return "prediction"
        if bearer_type in _WISHERS and after.verb in _STATIVE | {"be"}:
            return "prediction"
    return ""
