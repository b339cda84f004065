"""Score the rules of force on hand-labelled sentences: precision, recall and F1 a class, bearer, confusion.

The sentences are ours, in kind of legislation and guidance, in ``tests/fixtures/compare/force_*.csv``:
``force`` holds the classes that count, in order ("" none), ``bearer`` who bears each ("-" nobody,
"*" not scored), ``written`` whether the sentence was there while the rules were made, was written
after they were frozen, or in a second round on which they were then mended; ``first_reading`` keeps
what the rules as they were before that made of it, so that both figures can be shown.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from metanarrative.compare.force import provisions

FIXTURES = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "compare"
MADE = "while the rules were made"
FROZEN = "after the rules were frozen"
SECOND = "a second round, read before the rules were mended"
CLASSES = ("must", "should", "may", "must-not", "should-not", "need-not", "aspires", "will", "none")


@dataclass(slots=True)
class Score:
    """Counts over sentences; ``confusion`` is (labelled, found) -> sentences."""

    sentences: int = 0
    hit: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    bearers: int = 0
    bearers_right: int = 0
    wrong: list[tuple[str, str, str]] = field(default_factory=list)

    def f1(self, name: str) -> tuple[float, float, float]:
        """Return precision, recall and F1 of a class."""
        p = self.hit[name] / self.found[name] if self.found[name] else 0.0
        r = self.hit[name] / self.wanted[name] if self.wanted[name] else 0.0
        return p, r, 2 * p * r / (p + r) if p + r else 0.0


def labelled(language: str) -> list[dict[str, str]]:
    """Return the labelled sentences of a language."""
    with (FIXTURES / f"force_{language}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@dataclass(frozen=True, slots=True)
class Reading:
    """What is made of one trigger: its class, who bears it, and whether it is a passive."""

    force: str
    bearer: str
    passive: bool


def read_now(row: dict[str, str], language: str) -> list[Reading]:
    """Return what the rules make of a sentence today."""
    return [Reading(p.force, p.bearer, p.passive) for p in provisions(row["sentence"], language) if p.force != "none"]


def read_first(row: dict[str, str], language: str) -> list[Reading]:
    """Return what the rules made of a sentence of the second round before they were mended."""
    read = []
    for entry in row["first_reading"].split("|"):
        force, _, bearer = entry.partition("@")
        if force != "none":
            name = bearer.rstrip("^")
            read.append(Reading(force, "" if name == "-" else name, bearer.endswith("^")))
    return read


def score(
    rows: list[dict[str, str]], language: str, read: Callable[[dict[str, str], str], list[Reading]] = read_now
) -> Score:
    """Score readings of labelled sentences, by default those of the rules as they are."""
    out = Score(sentences=len(rows))
    for row in rows:
        wanted = [force for force in row["force"].split("|") if force]
        bearers = row["bearer"].split("|") if wanted else []
        found = read(row, language)
        w, f = Counter(wanted or ["none"]), Counter([p.force for p in found] or ["none"])
        out.wanted += w
        out.found += f
        out.hit += w & f
        missing, extra = sorted((w - f).elements()), sorted((f - w).elements())
        for name in (w & f).elements():
            out.confusion[name, name] += 1
        for a, b in zip(missing, extra, strict=False):
            out.confusion[a, b] += 1
        for a in missing[len(extra) :]:
            out.confusion[a, "none"] += 1
        for b in extra[len(missing) :]:
            out.confusion["none", b] += 1
        if missing or extra:
            out.wrong.append((row["sentence"], row["force"] or "none", "|".join(p.force for p in found) or "none"))
        if [p.force for p in found] == wanted:
            for bearer, p in zip(bearers, found, strict=True):
                if bearer not in ("-", "*", "") and not p.passive:
                    out.bearers += 1
                    out.bearers_right += p.bearer == bearer
                    if p.bearer != bearer:
                        out.wrong.append((row["sentence"], f"bearer {bearer}", f"bearer {p.bearer or '-'}"))
    return out
