"""Contested points: paired framings that people wrote in ``corpus/contested.toml``, with passages.

Takes the text of the file and what its ids mean; gives the parts of the report and a problem for
each id that leads nowhere. The machine proposes none: what is contested is a judgement.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from metanarrative.model import Problem
from metanarrative.report.parts import Heading, Quote, Table, Text, ToWrite

FILE = "corpus/contested.toml"

Part = Heading | Text | ToWrite | Quote | Table


def read_points(text: str) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Return the points of a file, and what could not be understood.

    Examples
    --------
    >>> points, problems = read_points('[[point]]\\nquestion = "Whose plan?"\\n')
    >>> points[0]["question"], [p.code for p in problems]
    ('Whose plan?', ['contested-one-sided'])
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [], [
            _problem("bad-contested", f"{FILE} is no TOML: {error}", "mend the line; the file is left as it is")
        ]
    points: list[dict[str, Any]] = []
    problems: list[Problem] = []
    rows = found.get("point", [])
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        if not isinstance(row, dict) or not str(row.get("question", "")).strip():
            problems.append(_problem("bad-contested", f"point {number} asks no question", "add question ="))
            continue
        question = " ".join(str(row["question"]).split())
        framings = []
        for framing in row.get("framing", []) if isinstance(row.get("framing"), list) else []:
            if isinstance(framing, dict):
                framings.append(
                    {
                        "by": " ".join(str(framing.get("by", "")).split()),
                        "words": " ".join(str(framing.get("words", "")).split()),
                        "passages": _ids(framing.get("passages")),
                        "works": _ids(framing.get("works")),
                    }
                )
        if len(framings) < 2:
            problems.append(
                _problem(
                    "contested-one-sided", f"{question}: {len(framings)} framing", "a contest has two sides or more"
                )
            )
        points.append({"question": question, "note": " ".join(str(row.get("note", "")).split()), "framings": framings})
    return points, problems


def _ids(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, list) else []


def _problem(code: str, message: str, mend: str, subject: str = "") -> Problem:
    return Problem(code=code, message=message, mend=mend, severity="warning", file=FILE, subject=subject)


def parts_of(
    points: list[dict[str, Any]],
    *,
    names: Mapping[str, str],
    passages: Mapping[str, tuple[str, str, str]],
    works: Mapping[str, str],
) -> tuple[list[Part], list[Problem]]:
    """Return the chapter, and a problem for each id that leads nowhere.

    Parameters
    ----------
    points : list of dict
        From :func:`read_points`.
    names : mapping
        What a framing may call a side by (``T2``, a tradition) to its name for people.
    passages : mapping
        Passage id to text, place and language.
    works : mapping
        Work id to a citation.
    """
    parts: list[Part] = [Heading("Contested points")]
    problems: list[Problem] = []
    if not points:
        parts.append(
            ToWrite(f"paired framings of the same thing by different traditions, with passages on both sides: {FILE}")
        )
        return parts, problems
    for point in points:
        parts.append(Heading(point["question"], 3))
        if point["note"]:
            parts.append(Text(point["note"], soft=True))
        if point["framings"]:
            parts.append(
                Table(
                    "How it is seen",
                    ("by", "framing", "passages", "works"),
                    [
                        (
                            names.get(f["by"].casefold(), f["by"]) or "nobody named",
                            f["words"],
                            len([p for p in f["passages"] if p in passages]),
                            len([w for w in f["works"] if w in works]),
                        )
                        for f in point["framings"]
                    ],
                )
            )
        for framing in point["framings"]:
            who = names.get(framing["by"].casefold(), framing["by"]) or "nobody named"
            shown = 0
            for passage in framing["passages"]:
                if passage in passages:
                    words, place, language = passages[passage]
                    parts.append(Quote(words, f"{who}: {place}, {passage}", language))
                    shown += 1
            cited = [works[work] for work in framing["works"] if work in works]
            if cited:
                parts.append(Text(f"{who} rests on: {'; '.join(cited)}."))
            if not shown and not cited:
                parts.append(ToWrite(f"passages or works in which {who} says so"))
            for lost in [p for p in framing["passages"] if p not in passages] + [
                w for w in framing["works"] if w not in works
            ]:
                problems.append(
                    _problem(
                        "contested-lost-evidence",
                        f"nothing here has the id {lost}",
                        "give the id of a passage or work",
                        lost,
                    )
                )
        if len(point["framings"]) < 2:
            parts.append(ToWrite("the other framing: a contest has two sides"))
    return parts, problems
