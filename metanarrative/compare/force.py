# ruff: noqa: E501  (patterns are read better in one line)
"""Force of provisions: who must, should, may, or is hoped to do what, by rules in English and Welsh.

Takes a passage, gives every trigger in it with class, place, negation, voice, bearer and, where it
does not count, the reason. Longest cue first, and "is not required to" before "must not"; one class
a span; every trigger is scored, not every sentence.

The bearer is an actor of the gazetteer in the subject left of the cue (English) or right of it
(Welsh); for passives only the by-phrase; a pronoun takes the actor before it and is marked by a
lower confidence. Otherwise the duty has no bearer, which is a finding and not a fault.

A "must" in guidance is not a "must" in a regulation: show the document's own force beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from metanarrative.compare import force_cy, force_en
from metanarrative.compare.actors import ActorHit, Gazetteer, builtin_gazetteer
from metanarrative.compare.words import flat, sentences

__all__ = ["BINDING", "DEONTIC", "FORCES", "SOFT", "Provision", "in_place", "inherited", "provisions"]

FORCES = ("must", "must-not", "should", "should-not", "may", "need-not", "aspires", "will", "none")
"""Classes of a trigger; ``will`` is a commitment and reported apart, ``none`` does not count."""

DEONTIC = ("must", "must-not", "should", "should-not", "may", "need-not")
BINDING = ("must", "must-not")


@dataclass(frozen=True, slots=True)
class Provision:
    """One trigger. ``start`` and ``end`` are the cue's place in the passage (both 0: in its stem)."""

    force: str
    cue: str
    start: int
    end: int
    negated: bool
    passive: bool
    bearer: str
    bearer_type: str
    filter: str
    sentence: str
    confidence: float


SOFT = ("strategy", "white-paper", "review", "independent")
"""Documents that cannot bind: there "people are to have choice" is a hope and no duty."""
_OVERVIEW = re.compile(r"\b(?:overview|introduction|introductory|trosolwg|cyflwyniad|rhagarweiniad)\b")
_NOTES = re.compile(
    r"\b(?:explanatory (?:note|memorandum)|nodyn esboniadol|nodiadau esboniadol|(?:is|are|does) not (?:form )?(?:a )?part of the\b|"
    r"nid yw'r nodyn hwn yn rhan|nad yw'n rhan o'r)"
)
_TO_DO = re.compile(r"(?:is|are)\b.*\bto(?:\s+be)?")
_NEW_DUTY = re.compile(r"\b(?:dut(?:y|ies)|obligations?|requirements?|ddyletswydd|dyletswydd)\b")
_PAREN = re.compile(r"\([^()]*\)")
_ASIDE = re.compile(
    r"^\s*(?:and\s+|or\s+)?(?:in|with|having|where|wherever|if|when|unless|as|after|before|following|including|subject|acting|working|together|"
    r"under|by|on|at|through|whose|whether|for|so|from|during|within|via|such|regardless|irrespective|without|but|"
    r"because|since|until|while|whilst|although|particularly|especially|alongside|rather|despite|given|based|using|also|therefore|however|then|"
    r"\w+ly)\b"
)
_GOVERNING = re.compile(
    r"\b(of|for|to|with|by|from|in|on|at|between|about|against|towards|within|under|involving|upon|among|amongst|across|"
    r"regarding|concerning|supporting|via|through|given|including)\s+(?:(?:the|a|an|any|all|each|every|both|their|its|his|her|our|your|this|that|these|"
    r"those|local|relevant|appropriate|other|individual|named|responsible|first|lead|qualified|eligible|former|"
    r"informal|[\w-]+ing|and|or)\s+){0,4}$"
)
_PARTITIVE = re.compile(
    r"\b(?:members?|staff|each|all|any|one|some|most|many|both|those|people|representatives?|employees?|teams?|heads?|directors?|"
    r"executives?|boards?|professionals?|practitioners?|workers?|managers?|either|none|everyone|anyone|person|persons|group|groups|ministers|departments?)\s+(?:of|in|at|from|within|across)\s+"
    r"(?:(?:the|a|an|all|each|both|their|its|our|local|relevant)\s+){0,3}$"
)
_AFTER_ACTOR = re.compile(r"^\s*([a-z'-]+)")
_FUNCTION = frozenset(
    "and or in of for with who which that whom at to from under on within by as across also themselves itself together must should shall may can "
    "will is are has have need needs ought acting alone both then not only all each jointly where when whose including "
    "but therefore however always normally concerned involved responsible appointed designated currently cannot it they "
    "he she may's aim aims seek seeks want wants hope hopes intends do does did would either already likewise owe owes here there if unless "
    "again except among between".split()
)
_PRONOUN = re.compile(r"(?:^|[\s,(])(they|it|he|she|he or she|both|each)\s*$")
_WE = re.compile(r"(?:^|[\s,(])(?:we|we all)\s*$")
_CONJ_END = re.compile(r"(?:^|[\s,])(?:and|or|but|and then|but also|and also|and/or|nor)\s*$")
_ADVERB_END = re.compile(
    r"\s*,?\s*(?:also|therefore|then|always|normally|usually|generally|only|still|each|both|all|now|\w+ly|and/or)\s*,?\s*$"
)
_BY = re.compile(r"\bby\s+")
_ORGANISATION = frozenset(
    {"health body", "local authority", "provider", "government", "commissioner", "voluntary sector", "regulator"}
)
_FINITE = re.compile(
    r"\s(?=(?:decides?|considers?|believes?|thinks?|agrees?|wishes|intends?|proposes?|refuses?|fails?|receives?|makes?|provides?|becomes?|"
    r"carries|gives?|takes?|requests?|asks?|finds?)\b)"
)
_FROM_IF = re.compile(r"^\s*(?:if|when|where|unless|once|until|while)\b")


def _heads(chunk: str, hits: list[ActorHit]) -> list[ActorHit]:
    """Return the actors of a subject phrase: heads, not possessors, modifiers or what a preposition governs."""
    kept: list[ActorHit] = []
    for hit in hits:
        tail = chunk[hit.end :]
        if tail.startswith(("'", "-")):
            continue
        if hit.type == "person" and re.match(r"\s+(?:of|in|from|within)\s", tail):
            later = [h for h in hits if h.start > hit.end and _PARTITIVE.search(chunk[: h.start])]
            if later:  # "members of the care team": the team bears it
                continue
        following = _AFTER_ACTOR.match(tail)
        if following and tail[:1] == " ":
            word = following.group(1)
            if word not in _FUNCTION and not word.endswith(("ing", "ed", "ly", "wide")):
                continue
        before = chunk[: hit.start]
        if _GOVERNING.search(before) and not _PARTITIVE.search(before):
            joined = kept and re.fullmatch(
                r"\s*(?:,|and|or|and/or|,\s*and)\s*(?:the\s+|their\s+)?", chunk[kept[-1].end : hit.start]
            )
            if not joined:
                continue
        kept.append(hit)
    if len(kept) < 2:
        return kept
    groups: list[list[ActorHit]] = [[kept[0]]]
    for left, right in pairwise(kept):
        between = chunk[left.end : right.start]
        if re.fullmatch(
            r"(?:\s*,?\s*(?:and|or|and/or|,|as well as|together with|and the)\s*)(?:(?:the|a|an|any|their|its|each|both|all|other|relevant|local)\s+){0,3}",
            between,
        ):
            groups[-1].append(right)
        else:
            groups.append([right])
    return groups[-1] if _FROM_IF.match(chunk) else groups[0]


def _named(hits: Iterable[ActorHit]) -> tuple[str, str]:
    hits = list(hits)
    return "; ".join(dict.fromkeys(h.name for h in hits)), "; ".join(dict.fromkeys(h.type for h in hits))


def _subject(
    left: str, whole: str, who: Gazetteer, previous: tuple[str, str], coordinated: tuple[str, str]
) -> tuple[str, str, bool]:
    """Return (bearer, type, inferred) from the clause left of an English cue."""
    text = _PAREN.sub(lambda m: " " * len(m.group()), left)
    trimmed = text.rstrip(" ,")
    while (found := _ADVERB_END.search(trimmed)) and found.start() > 0 and not trimmed.endswith(("family", "assembly")):
        if _PRONOUN.search(trimmed) and re.search(r"\b(?:both|each|all)\s*$", trimmed):
            break
        trimmed = trimmed[: found.start()].rstrip(" ,")
    if _WE.search(trimmed):
        return "we", "issuer", False
    if _CONJ_END.search(trimmed):
        return (*coordinated, False)
    pronoun = _PRONOUN.search(trimmed)
    if pronoun:
        if coordinated == ("", "") or coordinated == previous:
            # no trigger before it in this sentence: the actor of the clause before the pronoun
            earlier = [
                who_found
                for clause in re.split(r"[,;:]|\b(?:and|but)\b", whole[: len(whole) - (len(left) - pronoun.start())])
                for who_found in _heads(
                    _FINITE.split(clause, maxsplit=1)[0], who.find(_FINITE.split(clause, maxsplit=1)[0])
                )
            ]
            if earlier and (pronoun.group(1) != "it" or earlier[0].type in _ORGANISATION):
                return (*_named(earlier[:1]), True)
        if not previous[0] or (pronoun.group(1) == "it" and previous[1].split("; ")[0] not in _ORGANISATION):
            return "", "", False
        return (*previous, True)
    relative = re.search(r"\b(?:who|which|that)\s*$", trimmed)
    if relative:
        body = trimmed[: relative.start()]
        hits = [h for h in who.find(body) if len(body[h.end :].strip(" ,")) == 0]
        return (*_named(hits[-1:]), False)
    for mark in re.finditer(r"\b(?:that|whether|which)\s+(?=\S)", trimmed):
        tail = trimmed[mark.end() :]
        if who.find(tail) and not re.match(r"(?:is|are|has|have|was|were)\b", tail):
            trimmed = tail
            break
    chunks = trimmed.split(",")
    while len(chunks) > 1 and (_ASIDE.match(chunks[-1]) or not chunks[-1].strip()):
        aside = chunks[-1]
        # "where a patient objects the coordinator" holds a clause and its master
        if _FROM_IF.match(aside) and len(_heads(aside, who.find(aside))) and len(who.find(aside)) > 1:
            break
        chunks.pop()
    chunk = chunks[-1]
    # a list of subjects: "health boards, local authorities and trusts"
    at = len(chunks) - 1
    while at > 0 and re.match(r"^\s*(?:and|or)?\s*(?:the\s+|their\s+)?", chunk) and who.find(chunks[at - 1]):
        before = chunks[at - 1]
        last = who.find(before)[-1]
        if before[last.end :].strip() or _ASIDE.match(before) or not re.search(r"\b(?:and|or)\b", chunk):
            break
        chunk = before + "," + chunk
        at -= 1
    return (*_named(_heads(chunk, who.find(chunk))), False)


def _by_phrase(rest: str, who: Gazetteer) -> tuple[str, str]:
    for found in _BY.finditer(rest[:220]):
        tail = rest[found.end() : found.end() + 90]
        tail = re.split(r"[;:.]", tail, maxsplit=1)[0]
        hits = [h for h in who.find(tail) if len(tail[: h.start].split()) <= 4]
        hits = [h for h in hits if not re.search(r"\b(?:of|for|to|with|from|in)\b", tail[: h.start])]
        heads = _heads(tail, hits)
        if heads:
            return _named(heads)
    return "", ""


def _inside(text: str, rest: str, who: Gazetteer) -> tuple[str, str]:
    """Return the actor named in the cue itself, or right after it."""
    hits = who.find(text)
    if hits:
        return _named(hits[:2])
    tail = re.split(r"[,;:.]", rest[:80], maxsplit=1)[0]
    for hit in who.find(tail):
        if len(tail[: hit.start].split()) <= 4:
            return hit.name, hit.type
    return "", ""


_NEEDED = tuple(sorted({word for cue in force_en.CUES for word in cue.needs}))


def _english(
    sentence: str, original: str, who: Gazetteer, previous: tuple[str, str]
) -> tuple[list[Provision], tuple[str, str]]:
    found: list[tuple[int, int, force_en.Cue]] = []
    present = {word for word in _NEEDED if word in sentence}
    for cue in force_en.CUES:
        if not present.isdisjoint(cue.needs):
            found += [(m.start(), m.end(), cue) for m in cue.pattern.finditer(sentence)]
    order = {force: at for at, force in enumerate(("none", "need-not", "must-not", "should-not"))}
    found.sort(key=lambda item: (-(item[1] - item[0]), order.get(item[2].force, 9), item[0]))
    taken: list[tuple[int, int, force_en.Cue]] = []
    for item in found:
        if item[2].kind == "only-np" and not re.search(
            r"(?:^|[,;:.\"(]|\b(?:and|but|that|so|then))\s*$", sentence[: item[0]]
        ):
            continue  # "the plan may only": a limit of what may be done, not of who
        if all(item[1] <= start or item[0] >= end for start, end, _ in taken):
            taken.append(item)
    taken.sort(key=lambda item: item[0])
    result: list[Provision] = []
    last_end = 0
    coordinated = ("", "")
    for start, end, cue in taken:
        edge = max((m.end() for m in re.finditer(r"[;:]|\s-\s|-\s|\.\s", sentence[:start])), default=0)
        begin = max(edge, last_end)
        left = sentence[begin:start]
        if begin == last_end and last_end:
            cut = [m.end() for m in re.finditer(r"\b(?:and|but|or|while|whilst|whereas|so)\s+(?=\S)", left)]
            if cut and who.find(left[cut[-1] :]):
                left = left[cut[-1] :]
        after = force_en.look_after(sentence[end:], be_inside=sentence[start:end].endswith(" be"))
        bearer, kind, inferred = _subject(left, sentence[:start], who, previous, coordinated if last_end else previous)
        active = (bearer, kind)
        if cue.inside:
            bearer, kind = _inside(sentence[start:end], sentence[end:], who)
            if not bearer and re.match(r"is|are|has|have", sentence[start:end]):
                bearer, kind = active  # "the council is under no duty": the bearer is the subject after all
            inferred = False
        elif after.passive and cue.force not in ("aspires",):
            bearer, kind = _by_phrase(sentence[end:], who)
            inferred = False
        elif cue.kind == "duty-to":
            bearer, kind = "", ""  # the text lays it down; on whom is not said
        elif sentence[start:end].startswith("we "):
            bearer, kind = "we", "issuer"
        subject_type = kind or (active[1] if not after.passive else "")
        why = force_en.reason_not(cue, sentence, start, end, left, after, subject_type, original)
        if cue.kind == "is-to" and why:
            continue  # "is to" without an actor is everyday grammar, not a trigger
        if cue.kind == "have-to" and re.search(
            r"\b(?:regard|reference|access|respect|relation)\s+(?:they|it|we)\s*$", left
        ):
            continue
        force = "none" if why else cue.force
        confidence = cue.confidence - (0.2 if inferred else 0.0)
        result.append(
            Provision(
                force=force,
                cue=original[start:end],
                start=start,
                end=end,
                negated=not why
                and (
                    cue.force in ("must-not", "should-not", "need-not")
                    or bool(re.search(r"\bnot\b|n't|never", sentence[start:end]))
                ),
                passive=after.passive,
                bearer="" if why else bearer,
                bearer_type="" if why else kind,
                filter=why,
                sentence=original,
                confidence=round(confidence, 2),
            )
        )
        last_end = end
        if active[0]:
            coordinated = active
            previous = active
        elif bearer:
            coordinated = previous = (bearer, kind)
        elif not after.passive and left.strip(" ,") and not _CONJ_END.search(left.rstrip(" ,")):
            coordinated = ("", "")
    if not taken:
        hits = _heads(sentence, who.find(sentence))
        if hits:
            previous = _named(hits[:1])
    return result, previous


def provisions(text: str, language: str = "en", gazetteer: Gazetteer | None = None) -> list[Provision]:
    """Return every trigger of force in a passage, in order.

    Parameters
    ----------
    text : str
        The passage.
    language : {"en", "cy", "mixed", "unknown"}
        A mixed passage is read sentence by sentence.
    gazetteer : Gazetteer, optional
        Who can bear a duty; by default the built-in list.

    Examples
    --------
    >>> [(p.force, p.cue, p.bearer) for p in provisions("The care coordinator must review the plan.")]
    [('must', 'must', 'care coordinator')]
    >>> [(p.force, p.filter) for p in provisions("Service users may be at risk.")]
    [('none', 'epistemic')]
    >>> [(p.force, p.bearer) for p in provisions("Rhaid i'r awdurdod lleol adolygu'r cynllun.", "cy")]
    [('must', 'local authority')]
    """
    who = gazetteer if gazetteer is not None else builtin_gazetteer()
    found: list[Provision] = []
    previous = ("", "")
    for start, end in sentences(text):
        original = text[start:end]
        sentence = flat(original)
        tongue = language
        if language not in ("en", "cy"):
            tongue = "cy" if force_cy.looks_welsh(sentence) else "en"
        if tongue == "cy":
            here, previous = force_cy.welsh(sentence, original, who, previous, Provision)
        elif force_en.QUICK.search(sentence):
            here, previous = _english(sentence, original, who, previous)
        else:
            continue
        found += [replace(p, start=p.start + start, end=p.end + start) for p in here]
    return found


def in_place(found: Iterable[Provision], *, document: str = "", section: str = "", text: str = "") -> list[Provision]:
    """Weigh triggers by where they stand: what document, under what headings.

    Parameters
    ----------
    found : iterable of Provision
    document : str
        The document's own force. In those of :data:`SOFT` "are to" tells a hope.
    section : str
        Path of headings. An explanatory note lays no force on anyone; in the overview of an Act,
        and where an introduction elsewhere tells of a duty, it is laid further down.
    text : str
        The whole passage.

    Examples
    --------
    >>> found = provisions("People are to have choice and control.")
    >>> [p.force for p in found], [p.force for p in in_place(found, document="strategy")]
    (['must'], ['aspires'])
    >>> found = provisions("There is a new duty on the local authority to submit its plan.")
    >>> [p.filter for p in in_place(found, document="statute", section="Part 1 > Overview")]
    ['overview']
    """
    headings = flat(section)
    note = bool(_NOTES.search(headings) or _NOTES.search(flat(text)))
    overview = bool(_OVERVIEW.search(headings.replace("[quoted amendment]", "").rstrip(" >").rsplit(" > ", 1)[-1]))
    law = document in ("statute", "regulations")
    result = []
    for p in found:
        why = ""
        if p.force != "none" and note:
            why = "explanatory note"
        elif p.force != "none" and overview and (law or (p.force == "must" and _NEW_DUTY.search(flat(p.cue)))):
            why = "overview"
        if why:
            p = replace(p, force="none", filter=why, negated=False, bearer="", bearer_type="")
        elif document in SOFT and _TO_DO.fullmatch(flat(p.cue)) and (p.force == "must" or p.filter == "state, not act"):
            p = replace(p, force="aspires", filter="", confidence=round(p.confidence - 0.15, 2))
        result.append(p)
    return result


def inherited(stem: str, item: str, language: str = "en", gazetteer: Gazetteer | None = None) -> Provision | None:
    """Return the trigger that a list item takes from the words it hangs from; None where there is none.

    Parameters
    ----------
    stem : str
        The sentence before the list, for example "The care coordinator must-".
    item : str
        The item; its own triggers are found by :func:`provisions`.

    Examples
    --------
    >>> found = inherited("The care coordinator must—", "(a) keep the plan under review;")
    >>> found.force, found.bearer, found.start, found.end
    ('must', 'care coordinator', 0, 0)
    >>> inherited("In this section", "(a) plan means a written plan") is None
    True
    """
    spans = sentences(stem)
    if not spans or not item.strip():
        return None
    last = stem[spans[-1][0] : spans[-1][1]]
    body = last.rstrip(" :—–-")
    # the item goes on with the stem's sentence, so the verb and the voice are read across the seam
    first = re.sub(r"^\s*(?:\(?[0-9a-zA-Z]{1,4}[).]|[•·*-])\s*", "", item)
    first = re.split(r"[;\n]", first, maxsplit=1)[0]
    whole = provisions(f"{body} {first}", language, gazetteer)
    own = [p for p in whole if p.end <= len(body) + 1 and p.force != "none"]
    if not own:
        return None
    chosen = own[-1]
    return replace(
        chosen,
        start=0,
        end=0,
        sentence=" ".join(f"{last} {item}".split())[:600],
        confidence=round(chosen.confidence - 0.05, 2),
    )
