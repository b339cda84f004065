"""Links from policy to literature: the review file, people's verdicts, and what no longer fits."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from test_compare_run import document, make, run

import metanarrative as mn
from metanarrative import api
from metanarrative.errors import DecisionError, UsageError

BOOKS: list[dict[str, Any]] = [
    {"work_id": own, "kind": "literature", "title": title, "authors": [author], "year": year}
    for own, title, author, year in (
        ("wk_a", "Shared care planning in teams", "Reed, Ann", 2005),
        ("wk_b", "Risk and trust on wards", "Hill, Bo", 2010),
        ("wk_c", "Hope in rural towns", "Hill, Bo", 2010),
    )
]
TEXT = [
    "Plans work when they are shared (Reed, 2005).",
    "Trust grows slowly (Hill, 2010), as all who work on wards know.",
    "Carers wait for too long (Reed, 2006).",
    "Others found little (Stone et al., 1999).",
    "=Nobody is cited here.",
]


@pytest.fixture
def project(tmp_path: Path) -> api.Project:
    works = [*BOOKS, document("wales", 1)]
    run(make(tmp_path / "p", works, {"wk_w01": TEXT}))
    return mn.Project.open(tmp_path / "p")


def verdicts(project: api.Project) -> dict[str, tuple[str, str, str]]:
    return {
        row["passage_id"][-3:]: (row["verdict"], row["cited_work_id"], row["decided_by"])
        for row in project.store.read("evidence")
    }


def test_links_have_score_verdict_and_a_reason(project: api.Project) -> None:
    assert verdicts(project) == {
        "001": ("matched", "wk_a", "machine"),
        "002": ("ambiguous", "", "machine"),
        "003": ("possible", "wk_a", "machine"),
        "004": ("not in the corpus", "", "machine"),
    }
    result = project.links()
    assert [row["verdict"] for row in result.rows] == ["possible", "ambiguous", "matched", "not in the corpus"]
    assert all(0 <= row["score"] <= 1 and row["why"] for row in result.rows)
    assert "2 wait for a person" in " ".join(result.notes)
    assert "never that it followed it" in " ".join(result.notes)
    assert [row["cited"] for row in project.links(verdict="matched").rows] == ["Shared care planning in teams (2005)"]
    ambiguous = project.links(verdict="ambiguous").rows[0]
    assert "wk_b: Risk and trust on wards (2010)" in ambiguous["candidates"]


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_the_review_file_goes_out_and_comes_back(project: api.Project, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"links.{suffix}"
    project.export("links", file)
    delimiter = "\t" if suffix == "tsv" else ","
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8")), delimiter=delimiter))
    for row in rows:
        if row["verdict"] == "possible":
            row.update(decision="reject", reason="an earlier edition")
        elif row["verdict"] == "ambiguous":
            row.update(decision="accept", work="wk_b", reason="the one on wards")
        elif row["verdict"] == "not in the corpus":
            row.update(decision="perhaps")
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    result = project.import_matrix(file)
    assert {(r["subject"].split()[1], r["verdict"], r["reason"]) for r in result.rows} == {
        ("wk_a", "reject", "an earlier edition"),
        ("wk_b", "accept", "the one on wards"),
    }
    assert any("'perhaps' is neither accept nor reject" in note for note in result.notes)
    assert project.import_matrix(file).rows == []  # what holds already adds nothing
    run(project)
    after = verdicts(project)
    assert after["002"][:2] == ("accepted", "wk_b")
    assert after["003"][:2] == ("rejected", "wk_a")
    assert after["002"][2] != "machine"
    again = verdicts(project)
    run(project)
    assert verdicts(project) == again


def test_a_person_may_add_a_link_and_take_it_back(project: api.Project) -> None:
    passage = next(p["passage_id"] for p in project.store.read("passage") if p["passage_id"].endswith("005"))
    made = project.decide("cite", passage, "wk_c", verdict="accept", reason="the tale of the two towns")
    run(project)
    assert verdicts(project)["005"][:2] == ("accepted", "wk_c")
    assert next(r for r in project.links(verdict="accepted").rows)["how"] == "person"
    project.decide("undo", made.id)
    run(project)
    assert "005" not in verdicts(project)


def test_of_two_candidates_one_is_rejected(project: api.Project) -> None:
    passage = next(p["passage_id"] for p in project.store.read("passage") if p["passage_id"].endswith("002"))
    project.decide("cite", passage, "wk_c", verdict="reject")
    run(project)
    assert verdicts(project)["002"][:2] == ("possible", "wk_b")


def test_what_no_longer_fits_is_told(project: api.Project) -> None:
    for subject in ("ps_gone wk_a", "ps_w01_001 wk_gone", "ps_w01_004 wk_a", "ps_w01_001"):
        project.append_decision("cite", subject, "reject")
    run(project)
    told = {row["subject"]: row["message"] for row in project.store.read("problem") if row["code"] == "decision-lost"}
    assert "the passage is not here any more" in told["ps_gone wk_a"]
    assert "not among those that the review keeps" in told["ps_w01_001 wk_gone"]
    assert "does not link them any more" in told["ps_w01_004 wk_a"]
    assert "it needs a passage, a work" in told["ps_w01_001"]
    assert verdicts(project)["001"][0] == "matched"


def test_wrong_verdicts_and_names_are_refused(project: api.Project, tmp_path: Path) -> None:
    with pytest.raises(DecisionError, match="no passage"):
        project.decide("cite", "ps_none", "wk_a", verdict="accept")
    with pytest.raises(DecisionError, match="accept or reject"):
        project.decide("cite", "ps_w01_001", "wk_a", verdict="maybe")
    with pytest.raises(DecisionError):
        project.decide("cite", "ps_w01_001", "wk_zzz", verdict="accept")
    with pytest.raises(UsageError, match="cannot write links as"):
        project.export("links", tmp_path / "links.pdf")
