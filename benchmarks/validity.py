# ruff: noqa: E501  (sentences are read better in one line)
"""Run the acceptance tests of the comparison and write docs/validity.md with the numbers found.

``python benchmarks/validity.py [--sets N] [--passages N] [--model] [--only PART]``: frozen seeds, the
generators of the test suite. 60 sets take some minutes, 200 are the full run. What a part found is
kept in ``validity.json`` beside this file, so that parts can be run one by one; the page is made of it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import validity_cases as cases
from force_labelled import CLASSES, FROZEN, MADE, SECOND, Score, labelled, read_first, read_now, score

ROOT = Path(__file__).resolve().parents[1]
KEPT = Path(__file__).with_name("validity.json")


def force_part() -> list[str]:
    """Tables of the labelled sentences: F1 a class on each round, bearers, confusion."""
    lines = ["## Force on labelled sentences", ""]
    lines += [
        "Sentences written by us in kind of legislation and guidance (`tests/fixtures/compare/force_*.csv`), negations and "
        "traps among them. The second lot was written after the rules were frozen; the third in a second round, rich in traps. "
        "**The honest figure is the first reading of that second round**: what the rules made of sentences they had never been "
        "mended on. They were then mended on it, so the reading of today stands beside it and says less. Whoever wrote the "
        "sentences had read the rules, which makes them harder on the rules than chance would.",
        "",
    ]
    lines += [
        "| language | written | sentences | " + " | ".join(CLASSES) + " | bearer, active |",
        "|---" * (len(CLASSES) + 4) + "|",
    ]
    confusions: list[tuple[str, str, Score]] = []
    for language in ("en", "cy"):
        for written, told, read in (
            (MADE, MADE, read_now),
            (FROZEN, FROZEN, read_now),
            (SECOND, "second round, **first reading**", read_first),
            (SECOND, "second round, after mending", read_now),
        ):
            out = score([row for row in labelled(language) if row["written"] == written], language, read)
            cells = [f"{out.f1(name)[2]:.2f} ({out.wanted[name]})" for name in CLASSES]
            right = f"{out.bearers_right / max(1, out.bearers):.2f} ({out.bearers})"
            lines.append(f"| {language} | {told} | {out.sentences} | {' | '.join(cells)} | {right} |")
            if written != MADE:
                confusions.append((language, told.replace("*", ""), out))
    lines += [
        "",
        "F1 a class, with the number labelled so. Targets: must, should and may ≥ .90 (Welsh .85), must-not ≥ .80, bearer ≥ .85.",
        "",
    ]
    for language, told, out in confusions:
        wrong = sorted((pair, n) for pair, n in out.confusion.items() if pair[0] != pair[1])
        mistakes = "; ".join(f"{a} read as {b}: {n}" for (a, b), n in wrong) or "none"
        lines += [f"Confusion, {language}, {told}: {mistakes}.", ""]
    lines += [
        "On real documents (an Act of the Senedd, a UK instrument, NHS guidance, a command paper; from `../shared/data/policy`), "
        "100 random provisions that the rules counted, commitments (will) apart, were read by one of us: 78 % were what they "
        "were called before the second round's mending, 90 % of another 100 after it. What was wrong was mostly `can` and "
        "`have to` that tell of circumstances, and relative clauses (`any vehicles that the Ministers may provide`). Recall on "
        "real documents was not measured. Code triggers of your own (`metanarrative decide force`) before a difference is believed.",
        "",
    ]
    return lines


def measure(part: str, sets: int, passages: int, model: bool) -> dict[str, Any]:
    """Run one part and return its lines with how it was run."""
    runs: dict[str, Callable[[], Iterator[cases.Line]]] = {
        "emphasis": lambda: cases.emphasis_lines(sets),
        "keyness": lambda: cases.keyness_lines(sets),
        "guards": cases.guards,
        "alignment": lambda: cases.alignment_lines(model),
        "people": cases.people_lines,
        "clusters": cases.cluster_lines,
        "storyline": lambda: cases.storyline_lines(sets),
        "no model": lambda: cases.no_model_lines(model),
        "marked": cases.marked_lines,
        "speed": lambda: iter([cases.speed_line(passages)] if passages else []),
    }
    started = time.process_time()
    lines = [list(line) for line in runs[part]()]
    return {"sets": sets, "seconds": round(time.process_time() - started), "lines": lines}


PARTS = ("emphasis", "keyness", "guards", "alignment", "people", "clusters", "storyline", "no model", "marked", "speed")


def page(kept: dict[str, Any]) -> str:
    """Return docs/validity.md."""
    sets = min(kept[part]["sets"] for part in ("emphasis", "keyness"))
    seconds = sum(own["seconds"] for own in kept.values())
    head = [
        "<!-- made by benchmarks/validity.py; run it to change the numbers -->",
        "",
        "# How far the comparison can be trusted",
        "",
        "Known answers are planted, and the comparison is asked for them. Seeds are frozen; "
        f"{sets} made sets a case"
        + ("" if sets >= 200 else " (with fewer than 200, bounds are widened by two binomial standard errors)")
        + " for T1 to T3, half as many for T4. The same tests run in the suite with fewer sets, bounds widened by two binomial "
        f"standard errors. `python benchmarks/validity.py --sets 200 --model` is the full run, {seconds / 60:.0f} minutes of processor time.",
        "",
        "Agreement (kappa, PABAK, Fleiss, Krippendorff) equals published values: `tests/test_compare_statistics.py`.",
        "",
        "| test | case | must hold | found | holds |",
        "|---|---|---|---|---|",
    ]
    tail = [
        "",
        *force_part(),
        "## What this does not show",
        "",
        "Made sets follow the model that the tests assume. Real documents are fewer, longer and less alike; genre and "
        "nation go together in them, which no statistic mends: read the caveat beside every difference. Themes must be "
        "graded on passages that people coded in *this* corpus (`metanarrative decide theme`), and force on coded triggers "
        "(`metanarrative decide force`), before a difference is believed.",
        "",
    ]
    missing = {"lines": [["part", "", "", "not run", "not run"]]}
    lines = [
        line if line[0] != "part" else [part, *line[1:]] for part in PARTS for line in kept.get(part, missing)["lines"]
    ]
    return "\n".join([*head, *(f"| {' | '.join(line)} |" for line in lines), *tail])


def main() -> None:
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=60, help="made sets a case; 200 is the full run")
    parser.add_argument("--passages", type=int, default=20_000, help="of the line on speed; 0 leaves it out")
    parser.add_argument("--model", action="store_true", help="also what needs the packaged language model")
    parser.add_argument("--only", choices=PARTS, action="append", help="run this part, keep what the others found")
    parser.add_argument("--render", action="store_true", help="run nothing, only make the page again")
    chosen = parser.parse_args()
    kept: dict[str, Any] = json.loads(KEPT.read_text("utf-8")) if KEPT.is_file() else {}
    for part in () if chosen.render else chosen.only or PARTS:
        kept[part] = measure(part, chosen.sets, chosen.passages, chosen.model)
        # another part may have been measured meanwhile
        newest = json.loads(KEPT.read_text("utf-8")) if KEPT.is_file() else {}
        kept = {**newest, part: kept[part]}
        KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    (ROOT / "docs" / "validity.md").write_text(page(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
