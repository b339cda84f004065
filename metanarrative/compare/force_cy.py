# ruff: noqa: E501  (patterns are read better in one line)
"""Welsh cues of force. The verb comes first, so the bearer stands to the right of the cue.

Works on the flat sentence (no circumflexes), which keeps the length of the printed one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metanarrative.compare.actors import ActorHit, Gazetteer
    from metanarrative.compare.force import Provision

__all__ = ["looks_welsh", "welsh"]

_SMALL = re.compile(
    r"\b(?:yn|ac|mae|mae'n|mae'r|yr|ei|eu|gan|wedi|i'r|o'r|a'r|bod|fod|sydd|neu|rhaid|dylai|gofal|ar gyfer|ni|nid)\b"
)
_ENGLISH = re.compile(r"\b(?:the|of|and|to|is|are|that|for|with|must|should|be)\b")


def looks_welsh(sentence: str) -> bool:
    """Tell whether a flat sentence has more small Welsh words than English ones.

    Examples
    --------
    >>> looks_welsh("rhaid i'r cynllun gael ei adolygu"), looks_welsh("the plan must be reviewed")
    (True, False)
    """
    return len(_SMALL.findall(sentence)) > len(_ENGLISH.findall(sentence))


_MAE = r"(?:mae(?:'n)?|bydd|y\s+mae|ydyw?|sydd|fydd|oes)"
_YN = r"(?:\s+yn)?"
_CUES: tuple[tuple[str, str, float, str], ...] = (
    # (force, pattern, confidence, kind)
    (
        "need-not",
        r"n[ai]d\s+oes\s+(?:yn\s+|unrhyw\s+)?(?:rhaid|angen|gofyn|ddyletswydd|dyletswydd|rwymedigaeth|rhwymedigaeth|rheidrwydd|gofyniad)|n[ai]\s+raid|n[ai]d\s+rhaid|(?:does|nad\s+oes|nid\s+oes)\s+dim\s+(?:rhaid|angen|dyletswydd)",
        0.9,
        "",
    ),
    (
        "need-not",
        r"n[ai]d\s+(?:yw|ydyw|ydynt)(?:'n|\s+yn)?\s+(?:ofynnol|orfodol|angenrheidiol)|n[ai]d\s+yw\s+\S+(?:\s+\S+){0,5}?\s+yn\s+ei\s+gwneud\s+yn\s+ofynnol",
        0.9,
        "",
    ),
    (
        "need-not",
        r"n[ai]\s+(?:fydd|bydd)\s+(?:yn\s+)?(?:ofynnol|rhaid|angen|raid)|n[ai]d\s+oes\s+dim\s+yn\s+\S+(?:\s+\S+){0,5}?\s+yn\s+ei\s+gwneud",
        0.9,
        "",
    ),
    (
        "must-not",
        r"n(?:a|i|as|is)\s+(?:chaiff|chaniateir|cheir|chant)|n[ai]\s+(?:ellir|ellid)|n[ai]\s+(?:all|allant)|rhaid\s+(?:i\s*(?:'r|\s)\s*[^.;:,]{1,60}?\s+)?(?:iddo\s+|iddi\s+|iddynt\s+)?(?:beidio|peidio)",
        0.8,
        "negative",
    ),
    (
        "must-not",
        r"gwaherddir|(?:mae|bydd)(?:'n|\s+yn)?\s+(?:waharddedig|drosedd)|gwaharddwyd|ni\s+oddefir|ni\s+fydd\s+gan\s+[^.;:,]{1,40}?\s+(?:hawl|bwer)",
        0.8,
        "impersonal",
    ),
    (
        "should-not",
        r"n[ai]\s+(?:ddylai|ddylent|ddylid|ddylem|ddylech)(?:\s+(?:fod|bod)\s+(?:yn\s+)?(?:rhaid|angen)(?:\s+i)?)?|dylid\s+osgoi|dd?ylai\s+neb",
        0.9,
        "",
    ),
    ("must", rf"(?:{_MAE}{_YN}\s+|bod\s+(?:yn\s+)?|fod\s+(?:yn\s+)?)?(?:rhaid|raid)", 0.95, "rhaid"),
    (
        "must",
        rf"{_MAE}{_YN}\s+(?:ofynnol|orfodol)|{_MAE}{_YN}\s+(?:ofyniad|rheidrwydd)|gwneud\s+yn\s+ofynnol",
        0.9,
        "ofynnol",
    ),
    (
        "must",
        r"(?:mae|bydd|oes|y\s+mae)(?:'n|'r|\s+y|\s+yn)?\s*(?:(?:gan|ar)\s+[^.;:,]{1,50}?\s+)?(?:ddyletswydd|dyletswydd|rwymedigaeth|rhwymedigaeth)(?:\s+(?:statudol|gyffredinol|cyfreithiol|gyfreithiol))?",
        0.9,
        "duty",
    ),
    ("must", r"(?:mae(?:'n)?|bydd)\s+(?:gofyn|angen)(?=\s+i\b|\s+i'r|\s+\w+)", 0.8, "angen"),
    ("must", r"(?:sy'n|sydd\s+yn|yn)\s+gyfrifol\s+am", 0.7, "cyfrifol"),
    ("should", r"dylai|dylent|dylid|dylem|dylech|ddylai|ddylid|ddylent", 0.95, "dylai"),
    ("should", r"disgwylir|disgwyliwn|rydym\s+yn\s+disgwyl|mae\s+disgwyl", 0.85, "disgwylir"),
    (
        "should",
        r"argymhellir|(?:rydym|yr\s+ydym)\s+yn\s+argymell|argymhellwn|cynghorir|(?:mae(?:'n)?|mae\s+hi'n|byddai(?:'n)?)\s+(?:yn\s+)?arfer\s+da",
        0.85,
        "argymhellir",
    ),
    ("may", r"caiff|cant|caniateir", 0.85, "caiff"),
    ("may", r"gall|gallant|gellir|gellid", 0.8, "gall"),
    ("may", r"ceir", 0.7, "ceir"),
    (
        "may",
        r"(?:mae|bydd)\s+gan\s+[^.;:,]{1,60}?\s+(?:yr\s+|y\s+)?(?:hawl|bwer|pwer|ddisgresiwn|disgresiwn)(?:\s+i)?|(?:mae|bydd)\s+hawl\s+gan|(?:mae|bydd)\s+(?:[^.;:,]{1,40}?\s+)?(?:yn\s+)?(?:a\s+)?hawl\s+i|(?:mae|bydd)\s+[^.;:,]{1,50}?\s+yn\s+cael(?=\s+\w+(?:io|u|o|i|a|eud)\b)",
        0.8,
        "hawl",
    ),
    ("aspires", r"anogir|(?:rydym|yr\s+ydym)\s+yn\s+annog|gwahoddir|annogwn", 0.85, "anogir"),
    (
        "aspires",
        r"(?:rydym|yr\s+ydym|rydyn\s+ni)\s+(?:ni\s+)?(?:am|eisiau|yn\s+dymuno|yn\s+anelu|yn\s+gobeithio|yn\s+awyddus)|anelwn|gobeithiwn",
        0.8,
        "we",
    ),
    (
        "aspires",
        r"ein\s+(?:nod|gweledigaeth|huchelgais|uchelgais|bwriad|dyhead|gobaith)\w*(?:\s+\S+){0,2}?\s+(?:yw|ydyw)|ein\s+(?:gweledigaeth|huchelgais)|y\s+(?:weledigaeth|uchelgais)\s+yw",
        0.85,
        "we",
    ),
    ("aspires", r"(?:mae(?:'r)?)\s+[^.;:,]{1,50}?\s+yn\s+(?:anelu|ceisio|gobeithio|dyheu)\s*(?:at|i)?", 0.75, "aims"),
    (
        "aspires",
        r"(?:prif\s+)?(?:nod|amcan|gweledigaeth|uchelgais)\s+(?:y|yr|y\s+\w+)\s*[^.;:,]{1,40}?\s+(?:yw|ydyw)",
        0.75,
        "aims",
    ),
    (
        "will",
        r"byddwn|bwriadwn|(?:rydym|yr\s+ydym)\s+(?:wedi\s+ymrwymo|yn\s+ymrwymo|yn\s+bwriadu)|ymrwymwn",
        0.85,
        "we",
    ),
    ("will", r"ni\s+fydd|ni\s+fyddant|bydd|byddant", 0.75, "bydd"),
)
CUES = tuple(
    (force, re.compile(rf"(?<![\w'-])(?:{pattern})(?![\w])"), sure, kind) for force, pattern, sure, kind in _CUES
)
_QUICK = re.compile(
    r"rhaid|raid|ofyn|orfod|dylet|rwymed|ddyl|dyl|disgwyl|argymh|argymell|cyngh|arfer da|c[ah]+iff|cant|cania|chania|ga[l]+|gell|ell|ceir|cheir|chant|hawl|bwer|pwer|disgres|ano|anel|annog|nod|gweled|uchel|bwriad|gobeith|ymrwym|bydd|fydd|gofyn|angen|gwahar|gwahodd|gyfrifol|gwaherddir|eisiau|dymuno|awyddus|ceisio|all|drosedd|rydym am|dyhead|oddefir"
)

_STATIVE = frozenset(
    "fod bod gynnwys arwain effeithio achosi olygu ddigwydd helpu ymddangos deimlo amrywio gael ddibynnu fodoli "
    "berthyn brofi ddioddef gynorthwyo gynyddu leihau beri greu wneud ddod fynd newid gwella hyrwyddo".split()
)
_STATIVE_ONLY_THINGS = frozenset("helpu gael gynorthwyo greu wneud hyrwyddo gwella ddod fynd newid leihau".split())
_PASSIVE = re.compile(r"^(?:\s+\S+){0,8}?\s+(?:gael|cael|chael|caiff|gaiff)\s+(?:ei|eu)\s+\w+")
_AUXILIARY = re.compile(r"^(?:\s+(?:y|yr|'r|pob|unrhyw)?\s*\S+){0,6}?\s+(?:ei|eu)\s+\w+")
_EXISTENTIAL = re.compile(
    r"^\s+(?:rhagor|mwy|manylion|enghreifftiau|enghraifft|gwybodaeth|disgrifiad|esboniad|crynodeb|cyfeiriad\w*|rhestr|diffiniad|"
    r"canllawiau|trosolwg|tystiolaeth|nifer|llawer|ambell|cyngor|copi|y\s|yr\s|yma|hefyd|sawl|amrywiaeth|adran|pennod|hyd\s+i)"
)
_NOT_ACTOR_GAP = re.compile(r"\b(?:ei|eu|fod|bod|mewn|yn|gyda|gan|o|am|er|ac)\b")
# "y dyddiad y mae'n rhaid ei adolygu" tells which date: a relative clause, not a duty of its own
_RELATIVE = re.compile(
    r"\b(?:n?g?c?dd?yddiad(?:au)?|[dn]yddiad(?:au)?|g?c?h?yfnod(?:au)?|(?:ng|g|ch|c)yfnod(?:au)?|amser(?:oedd)?|modd|fodd|ffordd|ffyrdd|amgylchiadau|hamgylchiadau|"
    r"amodau?|dibenion|ddibenion|diben|ddiben|graddau|telerau|delerau|ffurf|lle|man|fan|rheswm|rhesymau|achosion|hachosion)"
    r"(?:\s+(?:hwnnw|honno|olaf|cyntaf|cynharaf|hwyaf))?\s+(?:pryd\s+|pan\s+)?(?:y|yr|erbyn\s+pryd|pan|lle|o\s+dan\s+ba\s+rai|yn\s+ystod\s+pryd)?\s*(?:y|yr)?\s*$"
)
_RELATIVE_CUE = re.compile(
    r"^(?:y\s+mae|mae|bydd|y|rhaid|caniateir|caiff|cant|dylai|dylid|dylent|gall|gellir|ni\s|disgwylir)"
)
_PRONOUN = re.compile(r"^\s+(?:iddo|iddi|iddynt|ef|hi|hwy|nhw|fo)\b")
_DOCUMENT = re.compile(
    r"\b(?:strategaeth|fframwaith|cynllun|gynllun|chynllun|rhaglen|raglen|polisi|bolisi|mesur|deddf|ddeddf|papur|phapur|bapur|llywodraeth|lywodraeth|adroddiad|canllawiau|ganllawiau|cod|safon)\b"
)
_US = re.compile(r"^\s+(?:inni|i\s+ni|ni)\b")


def _bearer(rest: str, who: Gazetteer) -> tuple[str, str]:
    """Return the actor that directly follows a cue, with those joined to it by "a" or "neu"."""
    limit = re.split(r"[.;:]", rest[:160], maxsplit=1)[0]
    hits = who.find(limit, "cy")
    chosen: list[ActorHit] = []
    for hit in hits:
        before = limit[: hit.start] if not chosen else limit[chosen[-1].end : hit.start]
        if not chosen:
            gap = re.sub(r"^\s*(?:'r|i'r|i|ar\s+y|ar\s+yr|ar|ar\s+bob|y|yr|bob|pob|ein|ei|bob\s+un)\b", "", before)
            if len(before.split()) > 4 or _NOT_ACTOR_GAP.search(gap):
                break
            if any(len(word) > 9 for word in gap.split()) or re.search(r"\w+(?:io|eud)\b", gap):
                break
        elif not re.fullmatch(
            r"\s*,?\s*(?:a|ac|a'r|na|nac|na'r|neu|neu'r|ac\s+i|a\s+i|ac\s+i'r|a'i|a'u)?\s*(?:i'r|yr|y|i)?\s*", before
        ):
            break
        chosen.append(hit)
    return "; ".join(dict.fromkeys(h.name for h in chosen)), "; ".join(dict.fromkeys(h.type for h in chosen))


def _by(rest: str, who: Gazetteer) -> tuple[str, str]:
    for found in re.finditer(r"\bgan(?:\s+(?:y|yr|bob|unrhyw))?\s+", rest[:200]):
        tail = re.split(r"[.;:,]", rest[found.end() : found.end() + 80], maxsplit=1)[0]
        hits = [h for h in who.find(tail, "cy") if len(tail[: h.start].split()) <= 2]
        if hits:
            return hits[0].name, hits[0].type
    return "", ""


def _reason(force: str, kind: str, text: str, sentence: str, start: int, rest: str, bearer_type: str) -> str:
    tokens = re.findall(r"[a-z'-]+", rest[:120])
    if start and sentence[start - 1] in "'\"" and rest[:1] in ("'", '"'):
        return "mention of the word"
    if sentence.rstrip().endswith("?"):
        return "question"
    if re.search(r"\b(?:os|pe|oni\s+bai|a)\s+$", sentence[:start]) and re.search(
        r"\b(?:os|pe|oni\s+bai)\s+$", sentence[:start]
    ):
        return "condition"
    if re.search(r"\b(?:efallai|hwyrach|o\s+bosibl)\s+(?:y|na)\s+$", sentence[:start]):
        return "epistemic"
    if re.search(r"\b(?:roedd|oedd|bu|buasai)(?:'n|\s+yn)?\s+$", sentence[:start]):
        return "past"
    if text.startswith("ddyl") and re.search(r"\ba\s+$", sentence[:start]):
        return "relative clause"  # or an indirect question; "and" leaves the d as it is
    if kind == "dylai" and re.match(r"^[^.;:,]{0,60}?\s(?:fod|bod)\s+wedi\b", rest):
        return "perfect"
    if text == "gellir" and re.match(r"^\s+(?:enwi|dyfynnu)\b", rest):
        return "constitutive"
    if re.search(r"\b(?:er\s+mwyn|fel\s+y)\s+$", sentence[:start]):
        return "purpose"
    if re.search(r"\b(?:p'un\s+a|p'un\s+ai|pa\s+un\s+a|a\s+oes(?:\s+\S+){0,2})\s+$", sentence[:start]):
        return "indirect question"
    if (
        _RELATIVE.search(sentence[:start])
        and _RELATIVE_CUE.match(text)
        and (text.startswith("y ") or re.search(r"\b(?:y|yr|pryd|pan|lle|rai)\s*$", sentence[:start]))
    ):
        return "relative clause"
    if kind == "caiff" and text in ("caiff", "cant"):
        # "caiff y cynllun ei adolygu" is a passive ("the plan is reviewed"), not a permission
        if re.match(r"^(?:\s+\S+){1,7}?\s+(?:ei|eu)\s+\w+", rest) and not _permission(rest, bearer_type):
            return "passive auxiliary"
        if re.match(r"^\s+(?:ei|eu)\s+\w+", rest):
            return "passive auxiliary"
    if kind == "ceir":
        return (
            "existential"
            if _EXISTENTIAL.match(rest) or not re.match(r"^\s+\w+(?:io|u|o|i|a|eud|yn|w|al|wyn|ad)\b", rest)
            else ""
        )
    if kind == "gall" or text.startswith(("ni all", "na all", "ni ell", "na ell")):
        verbs = [t for t in tokens[:7] if t in _STATIVE]
        if (
            verbs
            and not (bearer_type and verbs[0] in _STATIVE_ONLY_THINGS)
            and text not in ("gellir", "ni ellir", "na ellir")
        ):
            return "epistemic"
        if not bearer_type and text in ("gall", "gallant", "ni all", "ni allant", "na all", "na allant"):
            return "possibility" if text.startswith("g") else "ability"
        if text.startswith(("ni all", "na all")) and bearer_type.split("; ")[0] in ("service user", "person", "carer"):
            return "ability"
    if kind == "bydd":
        if not bearer_type:
            return "prediction"
        if re.match(r"^(?:\s+\S+){0,6}?\s+yn\s+(?:gallu|fwy|llai|well|cael\s+ei|cael\s+eu|debygol)", rest):
            return "prediction"
    if (
        kind == "angen"
        and not re.match(r"^\s+(?:i\b|i'r)", rest)
        and not re.match(r"^\s+\w+(?:io|u|o|i|eud|hau)\b", rest)
    ):
        return "noun"
    if kind == "disgwylir" and not bearer_type and not re.match(r"^\s+(?:i\b|i'r|y\s(?!bydd))", rest):
        return "prediction"
    if kind == "cyfrifol" and re.search(r"\b(?:person|unigolyn|clinigydd|rhai|y\s+sawl)\s+$", sentence[:start]):
        return "description"
    if (
        kind == "rhaid"
        and re.match(r"^\s+(?:bod|fod|ei\s+(?:fod|bod))\b", rest)
        and not re.match(r"^\s+(?:bod|fod)\s+(?:gan|yn)", rest)
    ):
        return "epistemic"
    if re.match(r"^\s*(?:i'r|i)?\s*(?:adran|rhan|rheoliad|paragraff|mesur|deddf)\s+(?:hon|hwn|\d)", rest) and force in (
        "must",
        "may",
    ):
        return "non-agent subject"
    return ""


def _permission(rest: str, bearer_type: str) -> bool:
    """An actor followed at once by a verb-noun ("caiff awdurdod lleol ddarparu ...") is permitted to do it."""
    if not bearer_type:
        return False
    return not re.match(
        r"^\s+(?:y\s+|yr\s+|'r\s+)?\S+(?:\s+(?:lleol|gofal|perthnasol|iechyd|gwasanaeth|allweddol|cyfrifol|cymru))*\s+(?:ei|eu)\s+\w+",
        rest,
    )


def welsh(
    sentence: str, original: str, who: Gazetteer, previous: tuple[str, str], make: Callable[..., Provision]
) -> tuple[list[Provision], tuple[str, str]]:
    """Return the triggers of one flat Welsh sentence, and the actor a pronoun after it would mean."""
    if not _QUICK.search(sentence):
        return [], previous
    found: list[tuple[int, int, str, float, str]] = []
    for force, pattern, sure, kind in CUES:
        found += [(m.start(), m.end(), force, sure, kind) for m in pattern.finditer(sentence)]
    rank: dict[str, int] = {"need-not": 0, "must-not": 1, "should-not": 2}
    found.sort(key=lambda item: (-(item[1] - item[0]), rank.get(item[2], 9), item[0]))
    taken: list[tuple[int, int, str, float, str]] = []
    for item in found:
        if all(item[1] <= other[0] or item[0] >= other[1] for other in taken):
            taken.append(item)
    taken.sort(key=lambda item: item[0])
    result: list[Any] = []
    for start, end, force, sure, kind in taken:
        text, rest = sentence[start:end], sentence[end:]
        passive = bool(_PASSIVE.match(rest))
        inferred = False
        if kind == "we" or _US.match(rest):
            bearer, sort = "we", "issuer"
        elif _PRONOUN.match(rest) and previous[0]:
            bearer, sort, inferred = *previous, True
        elif _PRONOUN.match(rest) and (earlier := who.find(sentence[:start], "cy")):
            bearer, sort, inferred = earlier[0].name, earlier[0].type, True  # named in the clause before
        elif passive:
            bearer, sort = _by(rest, who)
        elif text in ("dylid", "ddylid", "ni ddylid", "gellir", "gellid", "ni ellir", "ni ellid", "ni cheir"):
            bearer, sort = _by(rest, who)  # impersonal: what follows is done to, not doing
        elif re.match(r"^\s+i\s+chi\b", rest):
            bearer, sort = "person", "person"
        elif kind == "rhaid" and not re.match(r"^\s*(?:i\b|i'r|i'w|bod\b|fod\b|ar\b)", rest):
            bearer, sort = _by(rest, who)  # "rhaid penodi cydgysylltydd": the actor is whom it is done to
        elif kind == "cyfrifol":
            hits = [hit for hit in who.find(sentence[:start], "cy") if not sentence[hit.end : start].strip()]
            bearer, sort = (hits[-1].name, hits[-1].type) if hits else _bearer(rest, who)
        elif (kind == "hawl" or " gan " in text) and (named := who.find(text, "cy")):
            bearer, sort = named[0].name, named[0].type
        else:
            bearer, sort = _bearer(rest, who)
            if not bearer and kind in ("duty", "hawl", "rhaid", "negative", "aims"):
                hits = who.find(text, "cy")
                bearer, sort = (hits[0].name, hits[0].type) if hits else ("", "")
            if not bearer:
                bearer, sort = _by(rest, who)
        why = _reason(force, kind, text, sentence, start, rest, sort)
        if kind == "aims" and not bearer and not _DOCUMENT.search(text):
            why = why or "purpose"
        result.append(
            make(
                force="none" if why else force,
                cue=original[start:end],
                start=start,
                end=end,
                negated=not why and (force in ("must-not", "should-not", "need-not") or text.startswith("ni ")),
                passive=passive,
                bearer="" if why else bearer,
                bearer_type="" if why else sort,
                filter=why,
                sentence=original,
                confidence=round(sure - (0.2 if inferred else 0.0), 2),
            )
        )
        if bearer and not inferred:
            previous = (bearer, sort)
    return result, previous
