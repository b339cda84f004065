# ruff: noqa: E501  (patterns are read better in one line)
"""Narrative elements as candidates with quotes: setting, characters with their roles, cues of plot.

Takes a passage and its provisions; gives what rules find reliably after the Narrative Policy
Framework: places, dates, laws and figures (setting), actors with the grammatical part they play
(character), and the words with which a text says what is wrong, what is to be done and why (plot,
suggestions only). The moral of a text is its provisions, which have a table of their own.

No heroes, villains or victims, no sentiment and no causes: those are the analyst's.

References
----------
Jones & McBeth 2010, doi:10.1111/j.1541-0072.2010.00364.x (Narrative Policy Framework);
Shanahan, Jones & McBeth 2018, doi:10.1016/j.soscij.2017.12.002 (how to code it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metanarrative.compare.actors import ActorHit, Gazetteer
from metanarrative.compare.words import flat, sentences

__all__ = ["AGENT_ROLES", "ROLES", "Element", "actor_roles", "elements"]

ROLES = ("duty-bearer", "recommended", "permitted", "subject", "consulted", "beneficiary", "mentioned")
"""Roles of an actor, the strongest first."""

AGENT_ROLES = ("duty-bearer", "recommended", "permitted", "subject")
"""Roles in which the actor does something; their share of all namings is the agency ratio."""

_BY_FORCE = {
    "must": "duty-bearer", "must-not": "duty-bearer", "need-not": "permitted", "should": "recommended",
    "should-not": "recommended", "may": "permitted", "will": "subject", "aspires": "subject",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Element:
    """One candidate: ``text[start:end]`` is the item, `quote` its sentence, `cue` what gave it away."""

    slot: str
    kind: str
    item: str
    role: str
    cue: str
    start: int
    end: int
    quote: str


_GAP = r"(?:\s+(?:the|a|an|any|all|each|every|both|their|its|his|her|our|local|relevant|other|with|and|that|those|these|whole)){0,4}\s*$"
_CONSULTED = {
    "en": re.compile(
        r"\b(consult(?:s|ed|ing)?(?:\s+with)?|consultation\s+with|involv(?:e|es|ed|ing)|in\s+partnership\s+with|partnership\s+with|agree[ds]?\s+(?:it\s+|this\s+|them\s+)?with|agreement\s+of|"
        r"discuss(?:ed|es)?\s+(?:it\s+|this\s+|them\s+)?with|discussion\s+with|views\s+of|listen(?:s|ed|ing)?\s+to|work(?:s|ed|ing)?\s+with|together\s+with|collaborat\w+\s+with|ask(?:s|ed|ing)?|"
        r"co-?produced?\s+with|involvement\s+of|participation\s+of|jointly\s+with|wishes\s+of|consent\s+of)" + _GAP
    ),
    "cy": re.compile(
        r"\b(ymgynghori\s+a'?r?|ymgynghori\s+ag|ymgynghori\s+gyda'?r?|cynnwys|gynnwys|partneriaeth\s+a'?r?|cytuno\s+a'?r?|cytuno\s+ar\s+\S+\s+gyda'?r?|trafod\s+gyda'?r?|barn|farn|gwrando\s+ar|gweithio\s+gyda'?r?)(?:\s+(?:y|yr|'r|pob|ei|eu)){0,2}\s*$"
    ),
}
_BENEFICIARY = {
    "en": re.compile(
        r"\b((?:offer(?:s|ed|ing)?|provid(?:e|es|ed|ing)|giv(?:e|es|en|ing)|sent|send|available|explain(?:ed|s)?|copied|copy|support|help|care|service|services|treatment|information|advice|assistance|plan|plans|accommodation|advocacy|right|rights|payment|payments|outcomes)\s+(?:[\w-]+\s+){0,3}?(?:to|for)|"
        r"support(?:s|ed|ing)?|help(?:s|ed|ing)?|inform(?:s|ed|ing)?|tell(?:s|ing)?|told|notif(?:y|ies|ied|ying)|enabl(?:e|es|ed|ing)|empower(?:s|ed|ing)?|protect(?:s|ed|ing)?|assess(?:es|ed|ing)?|safeguard(?:s|ed|ing)?|treat(?:s|ed|ing)?|give|gives|gave|offer|offers|on\s+behalf\s+of|needs\s+of|interests\s+of|benefit\s+of|care\s+of|welfare\s+of|rights\s+of|outcomes\s+of)"
        + _GAP
    ),
    "cy": re.compile(
        r"\b(cynnig\s+\S+\s+i'?r?|darparu\s+(?:\S+\s+){1,3}(?:i|ar\s+gyfer)'?r?|rhoi\s+(?:\S+\s+){0,3}i'?r?|cefnogi|chefnogi|gefnogi|helpu|hysbysu|diogelu|grymuso|ar\s+ran|anghenion|budd|lles|gofal\s+i)(?:\s+(?:y|yr|'r|pob|ei|eu)){0,2}\s*$"
    ),
}
_DONE_TO = re.compile(
    r"^\s*(?:must|should|shall|may|can|will|is|are|was|were|has|have|need(?:s)?\s+to|ought\s+to|to)\s+(?:also\s+|always\s+|then\s+|not\s+|fully\s+|\w+ly\s+|been\s+|be\s+|to\s+)*?(?:be\s+|been\s+)?(?P<done>[a-z]+(?:ed|en|told|heard|given|kept|sent|seen|shown|taught))\b"
)
_CONSULTING = frozenset("consulted involved asked heard listened engaged".split())
_GIVEN = frozenset(
    "offered given provided supported told informed helped assessed enabled sent shown notified treated protected empowered safeguarded "
    "encouraged invited discharged detained admitted referred reviewed advised assisted cared".split()
)
_ACTS = re.compile(
    r"^\s*(?:,[^,]{1,60},\s*)?(?:also\s+|often\s+|always\s+|usually\s+|now\s+|never\s+|rarely\s+|together\s+|themselves\s+|\w+ly\s+)*"
    r"(?P<verb>is|are|was|were|has|have|had|does|do|did|want|wants|need|needs|lead|leads|led|make|makes|made|take|takes|took|hold|holds|held|say|says|said|"
    r"think|thinks|feel|feels|felt|know|knows|find|finds|found|give|gives|gave|agree|agrees|work|works|keep|keeps|kept|choose|chooses|chose|write|writes|wrote|meet|meets|met|report|reports|use|uses|"
    r"receive|receives|play|plays|run|runs|plan|plans|[a-z]{3,}(?:ates|ises|izes|ides|ifies|ieves|uces|ores|ews|ses|ains|ops|ends|ows|ords|ers|ved|ied|ted|ised|ated|iewed|ded|sed|ned|red|ced|ged))\b(?!\s+(?:plan|team|service|assessment)s?\b)"
)
_STATE = frozenset("is are was were".split())
_GOVERNED = re.compile(
    r"\b(?:of|for|to|with|by|from|in|on|at|between|about|against|towards|within|among|amongst|through|including|than|as|per)\s+(?:(?:the|a|an|any|all|each|every|both|their|its|his|her|our|local|relevant|other|individual|and|or)\s+){0,4}$"
)
_PLACE = re.compile(
    r"\b(in-?patient wards?|wards?|hospitals?|prisons?|care homes?|own homes?|at home|the community|community teams?|clinics?|primary care|secondary care|schools?|day centres?|"
    r"crisis houses?|general practices?|police stations?|courts?|workplaces?|wardiau|ward|ysbyt(?:y|ai)|carchar(?:dai)?|cartrefi? gofal|y gymuned|clinig(?:au)?|gofal sylfaenol|ysgol(?:ion)?)\b"
)
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Ionawr|Chwefror|Mawrth|Ebrill|Mai|Mehefin|Gorffennaf|Awst|Medi|Hydref|Tachwedd|Rhagfyr)"
_DATE = re.compile(rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}(?:\s+(?:19|20)\d\d)?|{_MONTH}\s+(?:19|20)\d\d)\b")
_FIGURE = re.compile(
    r"\b(?:\d[\d,]*(?:\.\d+)?\s*(?:%|per cent|y cant)|(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)\s+(?:in|out of)\s+(?:\d+|two|three|four|five|six|seven|eight|nine|ten|every\s+\w+)|£\s?\d[\d,.]*(?:\s*(?:million|billion|m|bn)\b)?)"
)
_LAW = re.compile(
    r"\b(?!The\b|Under\b|See\b)(?:[A-Z][\w'’-]+|\([A-Z][\w ]+\))(?:\s+(?:and|of|for|the|to|in|etc\.?|[A-Z][\w'’-]+|\([A-Z][\w ]+\))){0,12}?\s+(?:Act|Measure|Regulations|Order|Code of Practice)(?:\s+\([A-Z][\w ]+\))?\s+(?:of\s+)?(?:19|20)\d\d\b|"
    r"\b(?:Deddf|Mesur|Rheoliadau|Gorchymyn)\s+[A-Z][\w'’\s()-]{3,90}?(?:19|20)\d\d\b"
)
_PLOT: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "problem",
        re.compile(
            r"\b(problems?|barriers?|lack of|lacks?|lacking|gaps?|fail(?:s|ed|ing|ures?)?|inadequate|poor|stigma|too often|too many|too few|inequit\w+|inequalit\w+|burden\w*|neglect\w*|delays?|delayed|fragmented|"
            r"excluded|exclusion|unmet|crisis in|harm|harmful|unsafe|breakdown|inconsistent|variation in|discriminat\w+|struggl\w+|bureaucra\w+|"
            r"problem(?:au)?|rhwystr(?:au)?|diffyg|methiant|methu|bylchau|anghydraddoldeb(?:au)?|oedi|yn rhy aml|annigonol)\b"
        ),
    ),
    (
        "remedy",
        re.compile(
            r"\b(will (?:improve|introduce|establish|develop|strengthen|ensure|create|invest|build|publish|replace|bring)|we will|to improve|to strengthen|to tackle|to address|to reduce|to end|by introducing|new duty|reforms?|"
            r"action plan|invest(?:s|ing|ment)? in|steps to|programme of|(?:is|are) designed to|i wella|i gryfhau|i fynd i'r afael|byddwn yn|i leihau|cynllun gweithredu|buddsoddi mewn)\b"
        ),
    ),
    (
        "justification",
        re.compile(
            r"\b(because|since (?:the|this|it|they|people)|in order to|so that|evidence (?:shows|suggests|indicates|from)|research (?:shows|suggests|indicates)|led to|as a result|therefore|given that|for this reason|"
            r"it is known that|experience shows|despite|oherwydd|gan fod|er mwyn|felly|mae tystiolaeth|mae ymchwil|o ganlyniad|er gwaethaf)\b"
        ),
    ),
)


def _role(sentence: str, hit: ActorHit, bearers: Mapping[str, str], language: str, start: int) -> tuple[str, str]:
    """Return (role, cue) of one naming; `bearers` maps actor to the force it bears in this sentence."""
    before, after = sentence[: hit.start], sentence[hit.end :]
    tongue = "cy" if language == "cy" else "en"
    done = _DONE_TO.match(after) if tongue == "en" else None
    if done:
        word = done["done"]
        if word in _CONSULTING:
            return "consulted", word
        if word in _GIVEN:
            return "beneficiary", word
    force = bearers.get(hit.name, "")
    governed = _GOVERNED.search(before) if tongue == "en" else None
    if force and not governed:
        return _BY_FORCE[force], force
    asked = _CONSULTED[tongue].search(before)
    if asked:
        return "consulted", asked.group(1)
    given = _BENEFICIARY[tongue].search(before)
    if given:
        return "beneficiary", given.group(1)
    if force:
        return _BY_FORCE[force], force  # "each of the local authorities must": governed, but it bears the duty
    if tongue == "en" and not governed and not after.startswith(("'", "-")):
        acts = _ACTS.match(after)
        if acts and acts["verb"] not in _STATE:
            return "subject", acts["verb"]
    return "mentioned", ""


def actor_roles(
    text: str, language: str, who: Gazetteer, provisions: Sequence[Mapping[str, Any]] = ()
) -> list[Element]:
    """Return every naming of an actor in a passage with the part it plays.

    Parameters
    ----------
    text, language : str
    who : Gazetteer
    provisions : sequence of mapping
        Rows of the provision table in this passage: start, force, bearer.

    Examples
    --------
    >>> from metanarrative.compare.actors import builtin_gazetteer
    >>> duty = [{"start": 21, "end": 25, "force": "must", "bearer": "care coordinator"}]
    >>> [(e.item, e.role) for e in actor_roles("The care coordinator must consult the carer.", "en", builtin_gazetteer(), duty)]
    [('care coordinator', 'duty-bearer'), ('carer', 'consulted')]
    """
    found: list[Element] = []
    for start, end in sentences(text):
        sentence = flat(text[start:end])
        bearers: dict[str, str] = {}
        for row in provisions:
            if row["force"] in _BY_FORCE and (start <= row["start"] < end):
                for name in str(row["bearer"]).split("; "):
                    bearers.setdefault(name, row["force"])
        for hit in who.find(text[start:end], "cy" if language == "cy" else "en"):
            role, cue = _role(sentence, hit, bearers, language, start)
            found.append(
                Element(
                    "character", hit.type, hit.name, role, cue, hit.start + start, hit.end + start,
                    " ".join(text[start:end].split()),
                )
            )  # fmt: skip
    return found


def elements(text: str, language: str, who: Gazetteer, provisions: Sequence[Mapping[str, Any]] = ()) -> list[Element]:
    """Return all candidates of a passage in order of place.

    Examples
    --------
    >>> from metanarrative.compare.actors import builtin_gazetteer
    >>> found = elements("Because of poor records, 12% waited on wards in May 2010.", "en", builtin_gazetteer())
    >>> [(e.slot, e.kind, e.item) for e in found]
    [('plot', 'justification', 'Because'), ('plot', 'problem', 'poor'), ('setting', 'figure', '12%'), ('setting', 'place', 'wards'), ('setting', 'date', 'May 2010')]
    """
    found = actor_roles(text, language, who, provisions)
    low = flat(text)
    for start, end in sentences(text):
        quote = " ".join(text[start:end].split())

        def add(slot: str, kind: str, hits: Iterable[re.Match[str]], quote: str = quote) -> None:
            found.extend(
                Element(slot, kind, text[m.start() : m.end()], "", m.group(), m.start(), m.end(), quote) for m in hits
            )

        add("setting", "place", _PLACE.finditer(low, start, end))
        add("setting", "date", _DATE.finditer(text, start, end))
        add("setting", "law", _LAW.finditer(text, start, end))
        add("setting", "figure", _FIGURE.finditer(low, start, end))
        for kind, pattern in _PLOT:
            first = pattern.search(low, start, end)  # one cue a sentence is enough to point at it
            if first:
                add("plot", kind, [first])
    return sorted(found, key=lambda e: (e.start, e.end, e.slot, e.kind))
