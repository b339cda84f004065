"""When a measure held, as dated notes say it: "a firebreak from 23 October - 8 November".

Takes notes with their dates and the names of a measure; gives the spans that sentences naming it
state, and the span stated most often, with those sentences. The year is that of the note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from metanarrative.compare.words import flat, sentences

__all__ = ["most_stated", "spans_of"]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january ionawr", "february chwefror", "march mawrth", "april ebrill", "may mai", "june mehefin",
            "july gorffennaf", "august awst", "september medi", "october hydref", "november tachwedd",
            "december rhagfyr",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_DAY = rf"(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({'|'.join(_MONTHS)})"
_SPAN = re.compile(rf"\b{_DAY}(?:\s+\d{{4}})?\s*(?:-|to|until|till|and|through|hyd at|tan|i)\s*(?:the\s+)?{_DAY}\b")
_URL = re.compile(r"(?:https?://|www\.)\S+")


def spans_of(notes: Iterable[tuple[str, str]], names: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return (first day, last day, sentence) of every span stated in a sentence that names the measure.

    Parameters
    ----------
    notes : iterable of (date, text)
        Dates as 20201023 or 2020-10-23.
    names : sequence of str
        What the measure is called.

    Examples
    --------
    >>> spans_of([("20201023", "A firebreak holds from 23 October- 8 November.")], ["firebreak"])
    [('2020-10-23', '2020-11-08', 'A firebreak holds from 23 October- 8 November.')]
    """
    wanted = [flat(name) for name in names]
    found: list[tuple[str, str, str]] = []
    for when, text in notes:
        digits = re.sub(r"\D", "", when)
        if len(digits) < 4:
            continue
        year = int(digits[:4])
        body = _URL.sub(" ", text)
        for start, end in sentences(body):
            low = flat(body[start:end])
            if not any(name in low for name in wanted):
                continue
            for hit in _SPAN.finditer(low):
                try:
                    first = date(year, _MONTHS[hit[2]], int(hit[1]))
                    last = date(year, _MONTHS[hit[4]], int(hit[3]))
                    if last < first:  # over the turn of the year
                        last = date(year + 1, last.month, last.day)
                except ValueError:
                    continue
                found.append((first.isoformat(), last.isoformat(), " ".join(body[start:end].split())))
    return found


def most_stated(
    spans: Iterable[tuple[str, str, str]], *, after: str = "", before: str = "9999"
) -> tuple[str, str, tuple[str, ...]] | None:
    """Return the span stated most often among those that begin in a time, and the sentences that state it.

    Examples
    --------
    >>> autumn = ("2020-10-23", "2020-11-08")
    >>> most_stated([(*autumn, "a"), (*autumn, "b"), ("2020-01-01", "2020-01-02", "c")])
    ('2020-10-23', '2020-11-08', ('a', 'b'))
    >>> most_stated([]) is None
    True
    """
    by_span: dict[tuple[str, str], list[str]] = {}
    for first, last, sentence in spans:
        if after <= first <= before:
            by_span.setdefault((first, last), []).append(sentence)
    if not by_span:
        return None
    best = min(by_span, key=lambda span: (-len(by_span[span]), span))
    return (*best, tuple(dict.fromkeys(by_span[best])))
