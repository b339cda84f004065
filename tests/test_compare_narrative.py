# ruff: noqa: E501  (a case a line)
"""Actors and their parts, settings and cues of plot: hand-made sentences with known answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from metanarrative.compare.actors import builtin_gazetteer
from metanarrative.compare.force import provisions
from metanarrative.compare.narrative import ROLES, actor_roles, elements

FIXTURES = Path(__file__).parent / "fixtures" / "compare"


def duties(text: str, language: str = "en") -> list[dict[str, object]]:
    return [{"start": p.start, "end": p.end, "force": p.force, "bearer": p.bearer} for p in provisions(text, language)]


def test_roles_of_actors() -> None:
    lines = (FIXTURES / "roles.tsv").read_text("utf-8").splitlines()
    cells, right, wrong = 0, 0, []
    for text, wanted in (line.split("\t") for line in lines if line and not line.startswith("#")):
        found = [f"{e.item}={e.role}" for e in actor_roles(text, "en", builtin_gazetteer(), duties(text))]
        want = wanted.split("|")
        cells += len(want)
        right += sum(a == b for a, b in zip(found, want, strict=False))
        if found != want:
            wrong.append((text, found, want))
    assert len(lines) > 30
    assert right / cells >= 0.85, wrong


def test_welsh_roles() -> None:
    text = "Rhaid i'r awdurdod lleol ymgynghori â'r gofalwr."
    found = [(e.item, e.role) for e in actor_roles(text, "cy", builtin_gazetteer(), duties(text, "cy"))]
    assert found == [("local authority", "duty-bearer"), ("carer", "consulted")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("In May 2010 the wards were full.", [("setting", "date", "May 2010"), ("setting", "place", "wards")]),
        ("The Care Act 2014 applies.", [("setting", "law", "Care Act 2014")]),
        ("One in four waits, 12 per cent too long.", [("setting", "figure", "One in four"), ("setting", "figure", "12 per cent")]),
        ("You may go.", []),
        ("", []),
    ],
)  # fmt: skip
def test_settings(text: str, wanted: list[tuple[str, str, str]]) -> None:
    found = [(e.slot, e.kind, e.item) for e in elements(text, "en", builtin_gazetteer()) if e.slot == "setting"]
    assert found == wanted


def test_cues_of_plot_are_only_pointed_at() -> None:
    text = "Plans fail too often because of poor records. We will improve this."
    found = [(e.kind, e.item) for e in elements(text, "en", builtin_gazetteer()) if e.slot == "plot"]
    assert found == [("problem", "fail"), ("justification", "because"), ("remedy", "We will")]


def test_places_give_the_words_back() -> None:
    text = "Carers wait.  The Trust’s staff failed in May 2010, because of delays on wards."
    for found in elements(text, "en", builtin_gazetteer()):
        assert found.role in (*ROLES, "")
        if found.slot != "character":
            assert text[found.start : found.end] == found.item
        assert " ".join(text[found.start : found.end].split()) in found.quote
