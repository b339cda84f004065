# ruff: noqa: E501  (patterns are read better in one line)
"""Reasons for which an English cue of force does not count; the cues are in :mod:`.force_cues`.

Everything works on the *flat* sentence (lower case, plain quotes, same length as the original).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from metanarrative.compare.force_cues import ADVERBS, CUES, DOCUMENT, QUICK, TEXT_NOUN, Cue

__all__ = ["CUES", "QUICK", "After", "Cue", "look_after", "reason_not"]

_STATIVE = frozenset(
    "have feel include seem appear cause lead result arise occur happen become mean involve need know experience vary "
    "depend lack suffer contain remain prefer benefit affect increase reduce exist relate reflect indicate suggest "
    "represent differ contribute help improve worsen fail struggle think believe wish want like find come fall present "
    "lose live consist range prove hinder harm trigger pose change interfere play stem reveal create range cost last "
    "limit undermine exacerbate enable damage deter prevent extend belong matter overlap recover relapse react get "
    "signal explain feature understand enjoy expect face".split()
)
# of things they tell what may come about, of a body what it has power to do to something
_ACTS = frozenset("extend limit include change create".split())
_ACTED_ON = re.compile(
    r"^\w+\s+(?:the|a|an|any|its|their|this|that|those|these|such|all|conditions?|terms|provisions?)\b"
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
    rf"^\W*(?:(?:nothing in\s+)?(?:this|these)\s+(?:[\w-]+\s+)?{TEXT_NOUN}|(?:sub)?(?:section|paragraph|regulation|article|part|schedule|chapter)\s+\(?\w+\)?(?:\(\w+\))*|"
    r"(?:this|these)\s+(?:document|framework|provisions?|definitions?|annex|table))\s*$"
)
_CONSTITUTIVE = re.compile(
    r"^(?:(?:,[^,]{1,60},)?\s*(?:not\s+)?(?:be\s+)?(?:deemed|construed|interpreted|cited|regarded\s+as|known\s+as|treated\s+as|treated\s+for\s+the\s+purposes|"
    r"taken\s+to\s+(?:be|have|mean|include)|taken\s+as|read\s+(?:as|with|together|alongside|in\s+conjunction|subject|accordingly)|understood\s+as|have\s+the\s+(?:same\s+)?meaning)|"
    r"\s*(?:not\s+)?(?:mean|come\s+into\s+(?:force|operation|effect)|cease|have\s+effect|take\s+effect|apply|extend|commence|expire|lapse|remain\s+in\s+(?:force|effect)|continue\s+(?:in\s+force|to\s+have\s+effect))\b)"
)
_DISCOURSE = re.compile(
    r"^\s*(?:also\s+)?be\s+(?:noted|remembered|stressed|emphasi[sz]ed|recogni[sz]ed\s+that|borne\s+in\s+mind|acknowledged|"
    r"said|pointed\s+out|understood\s+that|added|overstated|overemphasi[sz]ed|underestimated)|^\s*(?:like\s+to\s+(?:thank|stress|note))"
)
_PERFECT = re.compile(
    r"^\s*(?:not\s+)?(?:(?:\w+ly|well|also|still)\s+)?have\s+(?:(?:not|already|also|\w+ly)\s+)?(been|had|[\w-]+ed|[a-z]+)\b\s*(\S*)"
)
_DEADLINE = re.compile(
    r"\b(?:(?:no|not)\s+later\s+than|by\s+(?:the\s+(?:end|close|start|date|time)|\d|next|january|february|march|april|may\s+\d|june|july|"
    r"august|september|october|november|december)|within\s+\d|before\s+\w+ing\b|on\s+(?:discharge|admission|completion|appointment|registration|"
    r"expiry|transfer))"
)
_WHICH_ABILITY = re.compile(
    r"\b(?:a|an|the|any|every|what|whatever|all|things?|those)\s+(?:\w+\s+)?(?:he\s+or\s+she|he|she|they|it|you|we|people|someone)\s*$"
)
# what a body must be satisfied of, and the terms of a condition, lay nothing on anyone by themselves
_CONDITION_IS = re.compile(
    r"\b(?:(?:the\s+)?(?:\w+\s+)?conditions?(?:\s+\w{1,3})?\s+(?:is|are)\s+that|satisfied\s*(?:,[^,]{1,60},\s*)?that|of\s+the\s+opinion\s+that)\b[^.;]*$"
)
# "such terms as it may set", "anything the council may provide", "the child for whom the trust may act"
_AS_MAY = re.compile(r"\bsuch\b[^.;:]*\bas\s+(?P<between>[^,;:.]{1,60})$")
_WHATEVER = re.compile(r"\b(?:anything|everything|something|whatever)\s+(?:that\s+)?(?P<between>[^,;:.]{1,60})$")
_FOR_WHOM = re.compile(
    r"\w\s+(?:for|to|of|in|on|by|with|from|about|under|in\s+respect\s+of|in\s+relation\s+to)\s+(?:whom|which)\s+(?P<between>[^,;:.]{1,80})$"
)
_OUTCOME = re.compile(r"^\s*(?:lead\s+to|result\s+in|attract|bring\s+about|give\s+rise\s+to|mean\s+that|pay\s+for)\b")
_EXPECTED_ACT = re.compile(r"^\s+(?:that\b|[^,;:.]{1,90}?\bto\s+(?:\w+ly\s+)?[a-z]+)")
_HEADING = re.compile(r"^\W*(?:what|when|how|who|why|where|which)\s+(?:\w[\w'-]*\s+){0,5}$")
_NAME_BEFORE = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Sir|Lady|Lord|Dame|Professor)\.?|\b[a-z]+,?)\s+$")
_OPENERS = re.compile(r"\b(if|unless|whether|(?:the\s+)?extent\s+to\s+which|in\s+case|lest)\b([^,;:]*)$")
_SO_THAT = re.compile(r"\b(?:so\s+that|in\s+order\s+that|so\s+as)\b[^,;:.]*$")
_VERBISH = re.compile(
    r"\b(?:is|are|was|were|has|have|had|does|do|did|will|must|should|may|can|shall|would|could|becomes?|agrees?|wishes|refuses?|asks?|requests?|requires?|applies|thinks|considers?|believes|occurs?|leaves?|moves?|makes?|receives?|decides?|fails?|needs?)\b"
)
_DETERMINER = re.compile(r"\b(?:a|an|the|any|their|its|his|her|every|each)\b")
_NOUN_BEFORE_NEED = re.compile(
    r"\b(?:the|a|an|no|any|this|that|their|his|her|your|our|of|in|urgent|real|clear|particular|growing|continuing|ongoing|"
    r"[\w-]+'s|[\w-]+s'|basic|greatest|greater|without|about|for|highlights?|stresse[sd]|sees|recogni[sz]e[sd]?)\s*$"
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
    r"\b(?:about|decid\w+|determin\w+|consider\w*|on|for|of|over|explain\w*|know\w*)\s+(?:who|which|what|how|when|whether)\b[^,;:]*$"
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
    r"payments?|plans?|help|accommodation|facilit(?:y|ies)|conditions?|requirements?|restrictions?|sums?|amounts?|grants?|contributions?|charges?|premises|"
    r"equipment|vehicles?|documents?)\s+(?:that|which)\s+(?P<between>[^,;:.]{2,60})$"
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
    rf"(?:^|[,;:.\n]|\b(?:and|but|what|that|which|while))\s*(?:(?:the|this|that|our|its|these|a|an|each|all|national|local|new)\s+){{0,3}}(?:[\w'-]+\s+){{0,3}}?{DOCUMENT}\b(?P<tail>[^;:.]*)$"
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


_SKIP = re.compile(rf"^\s*(?:,[^,;:.]{{1,90}},\s*|(?:{ADVERBS}|\w+ly|not|be\s+able\s+to)\b\s*,?\s*)")
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
    return After(verb, passive, participle, body.lstrip())


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
    if modal in ("may", "can", "must", "have", "has") and cue.kind != "only-np" and _WHICH_PEOPLE.search(before):
        return "relative clause"
    if _CONDITION_IS.search(before):
        return "condition"
    if modal in ("may", "must", "shall", "should", "can", "will"):
        for pattern in (_AS_MAY, _WHATEVER, *((_FOR_WHOM,) if modal in ("may", "can") else ())):
            found = pattern.search(before)
            if found and not _VERBISH.search(found["between"]) and not re.search(r"\b(?:and|but)\b", found["between"]):
                return "relative clause"
    if modal == "can" and _WHICH_ABILITY.search(before) and _OBJECT_GAP.match(rest):
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
        if _NAME_BEFORE.search(original[:start]):
            return "month or name"
    if sentence.rstrip().endswith("?"):
        return "question"
    if _HEADING.match(sentence[:start]) and not re.search(r"[.,;:]", sentence[start:]):
        return "heading"
    if modal == "must" and re.search(r"\ba\s*$", left) and re.match(r"\s*(?:$|[.,;:)]|for\b)", rest):
        return "noun"
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
        # "must have published it by March" is a duty with a deadline, "may have saved money" a guess
        due = modal in ("must", "shall") and word != "been" and _DEADLINE.search(sentence)
        guess = modal in ("may", "can", "cannot")
        if not due and (word == "been" or (_is_participle(word) and (guess or not plain_object))):
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
    if cue.kind == "asked" and not text.startswith("we") and (not actor or bearer_type in _WISHERS):
        return "description"
    if cue.kind == "expected" and not actor and not after.passive and not text.startswith(("we", "our", "it")):
        return "prediction"
    if cue.kind == "no-np" and not re.search(r"(?:^|[,;:.\"(]|\b(?:and|but|that|so|then))\s*$", sentence[:start]):
        return "noun"
    if modal == "should" and _EXPECTATION_SUBJECT.search(left) and after.verb in _EXPECTATION_VERB and not actor:
        return "expectation"
    if modal == "should" and not actor and _OUTCOME.match(after.text):
        return "expectation"
    if cue.kind == "expected" and text in ("we expect", "we would expect") and not _EXPECTED_ACT.match(rest):
        return "prediction"
    if modal == "can" and after.passive and re.search(r"\b(?:much|more|most|little|nothing|lessons?)\s*$", left):
        return "possibility"
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
        agent = actor and bearer_type not in _WISHERS
        if after.verb == "be":
            there = agent and re.match(r"be\s+(?:present|absent|accompanied|represented)\b", after.text)
            if not there and (not after.passive or after.participle in _EPISTEMIC_PARTICIPLE):
                return "epistemic"
        elif agent and after.verb in _ACTS and _ACTED_ON.match(after.text):
            return ""
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
        stem = not after.verb and re.search(r"\bwe\s*$", left)  # "we will:" and a list
        if _NOUN_BEFORE_WILL.search(sentence[:start]) or (after.verb in ("of", "and", "to", "or", "") and not stem):
            return "noun"
        if not actor and not after.passive and not re.search(r"\b(?:we|i)\s*(?:also\s*)?$", left):
            return "prediction"
        if bearer_type in _WISHERS and after.verb in _STATIVE | {"be"}:
            return "prediction"
    return ""
