"""Words that publishers and templates add to abstracts and that say nothing about the work."""

from __future__ import annotations

import re

__all__ = ["strip_boilerplate"]

_TAIL = re.compile(
    r"(?:\s|^)(?:\(c\)|©|copyright\b\s*(?:©|\(c\))?)\s*(?:the\s+)?(?:\d{4}\b|author|john|springer|elsevier|wiley|sage"
    r"|taylor|blackwell|royal|american|british|american|informa|crown|bmj)[^.]{0,160}(?:\.[^.]{0,120}){0,3}$"
    r"|\s(?:all rights reserved|published by [A-Z][\w&,. ]{2,60})\.?\s*$"
    r"|\s\(?PsycINFO Database Record \(c\)[^)]*\)?.{0,40}$",
    re.IGNORECASE,
)
_HEAD = re.compile(r"^\s*(?:©|\(c\)|copyright)\s*\d{4}[^.]{0,120}\.\s*(?=[A-Z])", re.IGNORECASE)
_HEADING = re.compile(
    r"(?:(?<=^)|(?<=[.!?]\s)|(?<=\n))(?:BACKGROUND|INTRODUCTION|CONTEXT|RATIONALE|AIMS?|OBJECTIVES?|PURPOSE|HYPOTHESIS"
    r"|(?:MATERIALS? AND )?METHODS?|METHODOLOGY|DESIGN|STUDY DESIGN|SETTING|PARTICIPANTS|PATIENTS|INTERVENTIONS?"
    r"|(?:MAIN )?OUTCOME MEASURES?|MEASURES|DATA SOURCES|RESULTS|FINDINGS|MAIN RESULTS|DISCUSSION|LIMITATIONS"
    r"|CONCLUSIONS?|IMPLICATIONS(?: FOR PRACTICE)?|INTERPRETATION|FUNDING|TRIAL REGISTRATION"
    r"|DESIGN/METHODOLOGY/APPROACH|ORIGINALITY/VALUE|PRACTICAL IMPLICATIONS)\s*[:.]\s+",
    re.IGNORECASE,
)


def strip_boilerplate(abstract: str) -> str:
    """Return an abstract without copyright lines and the headings of structured abstracts.

    Examples
    --------
    >>> strip_boilerplate("Background: Plans matter. Methods: We asked. © 2014 Elsevier Ltd. All rights reserved.")
    'Plans matter. We asked.'
    >>> strip_boilerplate("Results of plans matter.")
    'Results of plans matter.'
    """
    text = abstract.strip()
    for _ in range(3):  # "© 2014 Elsevier. Published by X. All rights reserved." comes off in steps
        shorter = _TAIL.sub("", text).rstrip()
        if shorter == text:
            break
        text = shorter
    text = _HEAD.sub("", text)
    return _HEADING.sub("", text).strip() or abstract.strip()
