"""What the comparison answers where there is little or nothing to compare: files in, run to the end, words out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from test_compare_run import filler
from test_read_policy import Pdf

import metanarrative as mn
from metanarrative.project import Project
from metanarrative.text.verdicts import VERDICTS

BOOK = """
[[theme]]
id = "review"
name = "Review"
seeds.en = ["review of the plan"]
seeds.cy = ["adolygu'r cynllun"]

[[theme]]
id = "carers"
name = "Carers"
seeds.en = ["carer"]
seeds.cy = ["gofalwr"]
"""


PLACES = "ward clinic hostel surgery library garden kitchen orchard school prison".split()
LLEOEDD = "ward clinig hostel feddygfa llyfrgell ardd gegin berllan ysgol carchar".split()
GEIRIAU = "afon mynydd capel castell cwm dyffryn traeth pont melin heol siop marchnad gorsaf neuadd tre pentref".split()


def english(number: int) -> str:
    """Make a short guidance document that names both themes, among words of its own."""
    place, rng = PLACES[number], np.random.default_rng(number)
    rest = [f"{filler(rng)} {filler(rng)}" for _ in range(6)]
    return (
        f"# Guidance on the {place}\n\n## Reviews\nThe care coordinator must hold a review of the plan at the {place} "
        f"once in every year. {rest[0]}\n\n{rest[1]}\n\n{rest[2]}\n\n## Carers\n"
        f"Every carer who comes to the {place} should be offered a talk. {rest[3]}\n\n{rest[4]}\n\n{rest[5]}\n"
    )


def welsh(number: int) -> str:
    """Make the like in Welsh."""
    place, rng = LLEOEDD[number], np.random.default_rng(number)
    rest = [f"Mae'r {' a '.join(rng.choice(GEIRIAU, 9))} yn y llun hwn o'r flwyddyn." for _ in range(5)]
    return (
        f"# Canllawiau ar y {place}\n\n## Adolygu\nRhaid i'r cydgysylltydd gofal adolygu'r cynllun yn y {place} "
        f"unwaith bob blwyddyn. {rest[0]}\n\n{rest[1]}\n\n## Gofalwyr\nDylai pob gofalwr sy'n dod i'r {place} gael "
        f"cynnig sgwrs. {rest[2]}\n\n{rest[3]}\n\n{rest[4]}\n"
    )


@dataclass(frozen=True)
class Case:
    """Documents of a project, and what it must say: a problem's code and words that its message holds."""

    england: int = 4
    wales: int = 4
    text: Callable[[int], str] = english
    language: str = "en"
    year: str = "2010"
    book: str = BOOK
    more: Callable[[mn.Project, Path], None] | None = None
    code: str = ""
    words: tuple[str, ...] = ()
    verdicts: frozenset[str] = field(default=frozenset(VERDICTS))


def scanned(project: mn.Project, folder: Path) -> None:
    """Add pages without a text layer."""
    made = Pdf()
    made.page([])
    (folder / "scan.pdf").write_bytes(made.bytes())
    project.add_policy([folder / "scan.pdf"], nation="wales", title="Scanned guidance")


def under_both(project: mn.Project, folder: Path) -> None:
    """File one text under both nations, by hand."""
    for nation in ("england", "wales"):
        (project.root / "corpus" / "policy" / nation / "both.md").write_text(english(8), "utf-8")


FEW = frozenset({"too few documents"})
CASES = {
    "one nation only": Case(england=0, code="one-side-empty", words=("england",), verdicts=FEW),
    "one document": Case(england=0, wales=1, code="one-side-empty", verdicts=FEW),
    "one document a side": Case(england=1, wales=1, code="too-few-documents", words=("3",), verdicts=FEW),
    "all Welsh": Case(england=0, text=welsh, language="cy", code="one-side-empty", verdicts=FEW),
    "scanned pages": Case(more=scanned, code="no-text-layer", words=("text",)),
    "a theme without seeds": Case(
        book=BOOK + '\n[[theme]]\nid = "void"\nname = "Void"\n', code="empty-theme", words=("void",)
    ),
    "a theme that nobody mentions": Case(
        book=BOOK + '\n[[theme]]\nid = "quarks"\nname = "Quarks"\nseeds.en = ["quantum chromodynamics"]\n',
        code="theme-not-found", words=("quarks",),
    ),
    "dates missing": Case(year=""),
    "a document under two nations": Case(more=under_both, code="nation-conflict", words=("neither side",)),
}  # fmt: skip


def run(root: Path, case: Case) -> Project:
    project = mn.Project.init(root / "p", title="Bad input")
    (project.root / "corpus" / "codebook.toml").write_text(case.book, "utf-8")
    for nation, number in (("england", case.england), ("wales", case.wales)):
        for k in range(number):
            path = root / f"{nation}-{k}.md"
            path.write_text(case.text(k if nation == "england" else k + 4), "utf-8")
            facts = {"force": "guidance", "language": case.language}
            project.add_policy([path], nation=nation, **({**facts, "year": case.year} if case.year else facts))
    if case.more:
        case.more(project, root)
    project.overrides["embed"] = {"model": "tfidf-svd"}
    project.run(last="compare")
    return project


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_answered_in_words(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    project = run(tmp_path, case)
    store = project.store
    problems = store.read("problem")
    told = [
        f"{row['message']} {row['mend']} {row['subject']}".casefold() for row in problems if row["code"] == case.code
    ]
    if not told and case.code:  # refused at the door, with its reason
        lists = [path.read_text("utf-8").splitlines() for path in (project.root / "problems").glob("add-*.csv")]
        told = [line.casefold() for lines in lists for line in lines if case.code in line]
    assert bool(told) == bool(case.code), [row["code"] for row in problems]
    for word in case.words:
        assert any(word in line for line in told), told
    # whatever lacks, what is there is read: provisions, in the language of the document
    policy = [row for row in store.read("work") if row["kind"] == "policy"]
    assert len(policy) >= case.england + case.wales
    forces = {row["force"] for row in store.read("provision")}
    assert {"must", "should"} <= forces
    # and nothing is said that there is no ground for
    rows = [row for row in store.read("contrast") if row["kind"] != "term"]
    assert rows
    assert {row["verdict"] for row in rows} <= case.verdicts | FEW
    if case.verdicts == FEW:
        assert all(row["p"] is None and row["q"] is None for row in rows)


def test_undated_documents_are_never_dated_by_guess(tmp_path: Path) -> None:
    project = run(tmp_path, CASES["dates missing"])
    assert {row["year"] for row in project.store.read("work")} == {None}
    found = project.lineage(on="2012-01-01").rows
    assert not found  # what has no date is not said to be in force


def test_adding_what_is_filed_under_another_nation_is_said(tmp_path: Path) -> None:
    project = mn.Project.init(tmp_path / "p", title="Twice")
    (tmp_path / "a.md").write_text(english(8), "utf-8")
    assert "nation-conflict" not in str(project.add_policy([tmp_path / "a.md"], nation="england").data)
    again = project.add_policy([tmp_path / "a.md"], nation="wales")
    (problem,) = (p for p in again.data["problems"] if p["code"] == "nation-conflict")
    assert "corpus/policy/england/a.md" in problem["message"]
    assert not (project.root / "corpus" / "policy" / "wales" / "a.md").exists()


def test_what_lies_under_two_nations_counts_for_neither(tmp_path: Path) -> None:
    project = run(tmp_path, CASES["a document under two nations"])
    (both,) = (row for row in project.store.read("work") if "school" in row["title"])
    assert both["nation"] == ""
    row = next(r for r in project.store.read("contrast") if r["item"] == "carers")
    assert (row["n_docs_a"], row["n_docs_b"]) == (4, 4)
