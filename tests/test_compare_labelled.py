# ruff: noqa: E501  (a case a line)
"""Force on hand-labelled sentences: those the rules were made on, and those written after they were frozen."""

from __future__ import annotations

import csv
import sys
import tomllib
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

from force_labelled import CLASSES, FROZEN, MADE, SECOND, labelled, read_first, score  # noqa: E402

from metanarrative.compare.mentions import Titles, find_mentions, law_key  # noqa: E402


def test_enough_sentences_and_every_class_among_them() -> None:
    for language, least, second in (("en", 400, 120), ("cy", 150, 60)):
        rows = labelled(language)
        assert len(rows) >= least
        assert {row["written"] for row in rows} == {MADE, FROZEN, SECOND}
        assert sum(row["written"] == SECOND for row in rows) >= second
        assert all(bool(row["first_reading"]) == (row["written"] == SECOND) for row in rows)
        assert len({row["sentence"] for row in rows}) == len(rows)
        later = [row for row in rows if row["written"] != MADE]
        assert len(later) >= len(rows) / 2
        counted = Counter(force for row in later for force in (row["force"].split("|") if row["force"] else ["none"]))
        assert set(counted) == set(CLASSES)
        assert max(counted.values()) < 0.25 * sum(counted.values())


@pytest.mark.parametrize("written", [SECOND, FROZEN, MADE])
@pytest.mark.parametrize(("language", "least"), [("en", 0.90), ("cy", 0.85)])
def test_force(language: str, least: float, written: str) -> None:
    out = score([row for row in labelled(language) if row["written"] == written], language)
    for name in ("must", "should", "may"):
        assert out.f1(name)[2] >= least, (name, out.wrong)
    assert out.f1("must-not")[2] >= 0.80, out.wrong
    assert out.bearers_right / out.bearers >= 0.85, out.wrong


def test_first_reading_of_the_second_round_is_kept_apart() -> None:
    # the honest figure: what the rules made of sentences that they were not yet mended on
    for language in ("en", "cy"):
        rows = [row for row in labelled(language) if row["written"] == SECOND]
        first, now = score(rows, language, read_first), score(rows, language)
        assert first.sentences == now.sentences
        assert first.wanted == now.wanted
        assert 0 < len(now.wrong) < len(first.wrong) or not now.wrong
        assert sum(first.hit.values()) < sum(now.hit.values())


def _running(titles: list[str], frames: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    return [(frames[k % len(frames)].format(t, titles[(k + 7) % len(titles)]), [t, titles[(k + 7) % len(titles)]] if "{1}" in frames[k % len(frames)] else [t]) for k, t in enumerate(titles)]  # fmt: skip


FRAMES_EN = (
    "Under section 4 of the {0}, a plan is written.", "The {0} and the {1} apply in turn.", "See the {0} for details.",
    "This follows from Part 2 of the {0} (as amended).", "Since the {0} things have moved on.",
)  # fmt: skip
FRAMES_CY = ("O dan adran 4 o {0}, ysgrifennir cynllun.", "Gweler {0} am fanylion.", "Mae {0} yn gymwys yma.")
TRAPS = (
    "The act of writing helps; measures were taken in 2010 and orders given in 2012.",
    "Act now: the rules of 2009 were unclear to many.",
    "In order to plan for 2015, the scheme was measured.",
    "Mae'r mesur hwn o lwyddiant yn 2010 yn ddeddf natur.",
)


def test_instruments_of_the_manifest_in_running_text() -> None:
    with (ROOT / "corpus" / "policy" / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    hit = wanted = found = 0
    for language, frames in (("en", FRAMES_EN), ("cy", FRAMES_CY)):
        own = [row for row in rows if row["language"] == language and len(row["title"].split()) >= 3]
        titles = Titles.of((row["id"], row["title"], int(row["year"]) if row["year"] else None) for row in own)
        by_title = {row["title"]: row["id"] for row in own}
        assert own
        for text, named in _running([row["title"] for row in own], frames):
            keys = Counter(m.key for m in find_mentions(text, titles, None, language) if m.how != "unresolved")
            want = Counter(by_title[title] for title in named)
            hit += sum((keys & want).values())
            wanted += sum(want.values())
            found += sum(keys.values())
        found += sum(len(find_mentions(trap, titles, None, language)) for trap in TRAPS)
    assert hit / wanted >= 0.95
    assert hit / found >= 0.95


LAW_FRAMES = {
    "en": (
        "Under section 117 of the {}, after-care is owed.", "See Part 2 of the {} (as amended).",
        "The {} and the rules made under it apply.", "This repeals the {}; nothing else changes.",
    ),
    "cy": (
        "Gweler {} am fanylion.", "Mae {} yn gymwys yma.", "Diwygiwyd {} gan Ran 2.",
        "yn unol â {} a’r canllawiau", "O dan adran 4 o {}, ysgrifennir cynllun.",
        "At ddibenion adran 117 o {}; rhaid cadw cofnod.",
    ),
}  # fmt: skip
SOFT = {"Mesur": "Fesur", "Deddf": "Ddeddf", "Rheoliadau": "Reoliadau", "Gorchymyn": "Orchymyn"}
"""Mutated after "o", which the last two Welsh frames have."""


def named_laws(language: str) -> tuple[int, int, int]:
    """Name every instrument of the law list in running text; return (found right, found, named)."""
    laws = tomllib.loads((files("metanarrative.compare") / "data" / "laws.toml").read_text("utf-8"))["law"]
    hit = found = named = 0
    for law in laws:
        for at, frame in enumerate(LAW_FRAMES[language]):
            title = f"{law['cy' if language == 'cy' else 'title']} {law['year']}"
            if language == "cy" and at >= 4:
                head = title.split()[0]
                title = title.replace(head, SOFT[head], 1)
            keys = [m.key for m in find_mentions(frame.format(title), None, None, language)]
            hit += keys.count(law_key(law["title"], law["year"]))
            found += len(keys)
            named += 1
    return hit, found, named


@pytest.mark.parametrize("language", ["en", "cy"])
def test_laws_in_running_text(language: str) -> None:
    hit, found, named = named_laws(language)
    assert named >= 80
    assert hit >= 0.95 * named
    assert hit >= 0.95 * found


def _notes(shared: Callable[[str], Path]) -> list[dict[str, str]]:
    with shared("policy/oxcgrt_england_wales_containment.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    ("nation", "begin", "end", "words"),
    [
        ("wales", "2020-10-23", "2020-11-08", ("firebreak", "fire-break", "fire break")),
        ("england", "2020-11-05", "2020-12-02", ("lockdown", "national restrictions", "stay at home")),
    ],
)
def test_dates_of_the_autumn_are_in_the_notes(
    shared: Callable[[str], Path], nation: str, begin: str, end: str, words: tuple[str, ...]
) -> None:
    from metanarrative.compare.dated import most_stated, spans_of

    rows = [row for row in _notes(shared) if row["nation"].casefold() == nation and row["date"][:4] == "2020"]
    spans = spans_of([(row["date"], row["text"]) for row in rows], words)
    found = most_stated(spans, after="2020-09-01", before="2020-12-31")
    assert found is not None
    assert found[:2] == (begin, end)
    assert found[2]  # the notes that say so
