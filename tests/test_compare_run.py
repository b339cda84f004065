"""The stage as a whole, on small made-up projects: what it writes, and what it says it cannot do."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metanarrative import compare
from metanarrative.compare.contrasts import contrast_by
from metanarrative.config import CompareSettings
from metanarrative.errors import ReadError
from metanarrative.project import Project
from metanarrative.store import tables_by_stage

BOOK = """
[[theme]]
id = "review"
name = "Review"
definition = "Looking at a plan again."
seeds.en = ["review the plan", "plan reviewed", "reviewing plans"]
seeds.cy = ["adolygu'r cynllun"]

[[theme]]
id = "carers"
name = "Carers"
seeds.en = ["carer", "families"]

[[theme]]
id = "nowhere"
name = "Nowhere"
seeds.en = ["quantum chromodynamics"]
"""

NOUNS = (
    "wards floods winters tables annexes meetings springs journeys clinics decades houses figures letters halls rooms "
    "streets towns rivers schools nurses doctors porters gardens kitchens forms desks papers lists trains roads"
).split()
VERBS = "held lost found sold built kept drew wrote moved sent paid left met told read made saw bought".split()


def filler(rng: np.random.Generator) -> str:
    """Return a sentence that says nothing on any theme and lays nothing on anyone."""
    words = [str(rng.choice(pool)) for pool in (NOUNS, VERBS, NOUNS, NOUNS, VERBS, NOUNS, NOUNS, VERBS, NOUNS)]
    return "Old {} {} {} near {}, {} {} and {} {} {}.".format(*words)


def document(nation: str, number: int, force: str = "guidance", **more: Any) -> dict[str, Any]:
    return {
        "work_id": f"wk_{nation[:1]}{number:02}", "kind": "policy", "title": f"Paper {number} of {nation.title()}",
        "nation": nation, "force": force, "year": 2000 + number, "language": "en", **more,
    }  # fmt: skip


def make(
    root: Path, works: Iterable[Mapping[str, Any]], texts: Mapping[str, list[Any]], *, book: str | None = BOOK,
    vectors: bool = False,
) -> Project:  # fmt: skip
    Project.create(root, title="Test")
    path = root / "corpus" / "codebook.toml"
    if book is None:
        path.unlink()
    else:
        path.write_text(book, "utf-8")
    project = Project(root)
    works = list(works)
    with project.store.replacing("dedupe", tables_by_stage()["dedupe"]) as out:
        out.write("work", works)
    rows = []
    for work in works:
        for position, text in enumerate(texts.get(work["work_id"], []), 1):
            own = {"text": text} if isinstance(text, str) else dict(text)
            rows.append(
                {
                    "passage_id": f"ps_{work['work_id'][3:]}_{position:03}", "work_id": work["work_id"],
                    "position": position, "kind": "paragraph", "expression": "en", "language": "en",
                    "nation": work.get("nation", ""), **own,
                }
            )  # fmt: skip
    with project.writing("embed") as out:
        out.write("passage", rows)
        if vectors:
            rng = np.random.default_rng(1)
            matrix = rng.normal(size=(len(rows), 16)).astype(np.float32)
            matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
            out.array(
                "passage", [r["passage_id"] for r in rows], matrix, model="none", semantic=False, languages=["en"]
            )
    return project


def run(project: Project, **settings: Any) -> Any:
    return compare.run(project, dataclasses.replace(CompareSettings(), **settings))


def codes(project: Project) -> set[str]:
    return {row["code"] for row in project.store.read("problem", where={"stage": "compare"})}


def two_nations(per_side: int = 4, **more: Any) -> tuple[list[dict[str, Any]], dict[str, list[Any]]]:
    works, texts = [], {}
    for nation in ("england", "wales"):
        for number in range(per_side):
            work = document(nation, number, **more)
            works.append(work)
            verb = "should" if nation == "england" else "must"
            rng = np.random.default_rng([per_side, number, len(nation)])
            own = [
                f"{filler(rng)} The care coordinator {verb} review the plan. {filler(rng)}"
                for _ in range(3 + number % 2)
            ]
            if nation == "wales":
                own += [f"{filler(rng)} Every carer has a voice. {filler(rng)}" for _ in range(5)]
            texts[work["work_id"]] = own + [f"{filler(rng)} {filler(rng)}" for _ in range(5)]
    return works, texts


def test_whole_stage(tmp_path: Path) -> None:
    works, texts = two_nations()
    project = make(tmp_path, works, texts, vectors=True)
    summary = run(project)
    assert summary.counts["documents england"] == 4
    store = project.store
    themes = {row["theme_id"]: row for row in store.read("theme")}
    assert set(themes) == {"review", "carers", "nowhere"}
    assert themes["nowhere"]["n_passages"] == 0
    assert themes["carers"]["n_passages"] == 20
    contrasts = {(r["kind"], r["item"], r["theme"]): r for r in store.read("contrast")}
    carers = contrasts["theme", "carers", "carers"]
    assert carers["verdict"] == "differs"
    assert carers["estimate"] > 0
    assert carers["low"] < carers["estimate"] < carers["high"]
    assert (carers["n_docs_a"], carers["n_docs_b"], carers["n_a"], carers["n_b"]) == (4, 4, 0, 20)
    assert contrasts["theme", "nowhere", "nowhere"]["q"] is None
    assert contrasts["force", "must", ""]["verdict"] == "differs"
    assert contrasts["force", "must", "review"]["estimate"] > 0
    provisions = store.read("provision")
    assert {p["bearer"] for p in provisions if p["force"] in ("must", "should")} == {"care coordinator"}
    text = {row["passage_id"]: row["text"] for row in store.read("passage")}
    assert all(text[p["passage_id"]][p["start"] : p["end"]] == p["cue"] for p in provisions)
    counted = store.read("emphasis_document", where={"theme": "review"})
    assert sum(row["n_theme"] for row in counted) == themes["review"]["n_passages"]
    assert "theme-not-found" in codes(project)


def test_same_bytes_twice_and_in_any_order(tmp_path: Path) -> None:
    works, texts = two_nations()
    outputs = []
    for name, order in (("one", works), ("two", list(reversed(works)))):
        project = make(tmp_path / name, order, texts, vectors=True)
        run(project)
        outputs.append({table: project.store.read(table) for table in compare.WRITES})
    assert outputs[0] == outputs[1]


def test_swapped_sides_swap_signs(tmp_path: Path) -> None:
    works, texts = two_nations()
    project = make(tmp_path, works, texts)
    run(project)
    one = {(r["kind"], r["item"], r["theme"]): r for r in project.store.read("contrast")}
    run(project, side_a="wales", side_b="england")
    other = {(r["kind"], r["item"], r["theme"]): r for r in project.store.read("contrast")}
    assert set(one) == set(other)
    for key, row in one.items():
        if row["estimate"] is not None:
            assert row["estimate"] == pytest.approx(-other[key]["estimate"])
        assert (row["q"] is None) == (other[key]["q"] is None)
        if row["q"] is not None:
            assert row["q"] == pytest.approx(other[key]["q"])


def test_copies_count_once(tmp_path: Path) -> None:
    # T6: an exact copy, a near copy and a Welsh twin change no q
    works, texts = two_nations()
    plain = make(tmp_path / "plain", works, texts)
    run(plain)
    original = texts["wk_w00"]
    near = [t.replace("Old", "Very old", 1) if k < 3 else t for k, t in enumerate(original)]
    more = {**texts, "wk_w90": list(original), "wk_w91": near}
    twin = [{"text": "Rhaid adolygu'r cynllun gyda'r person bob blwyddyn.", "expression": "cy", "language": "cy"}]
    more["wk_w00"] = [*original, *twin]
    copied = make(tmp_path / "copied", [*works, document("wales", 90), document("wales", 91)], more)
    run(copied)
    q = [{(r["kind"], r["item"], r["theme"]): r["q"] for r in p.store.read("contrast")} for p in (plain, copied)]
    assert q[0] == q[1]
    assert "near-copy" in codes(copied)


def test_one_text_on_two_sides_is_said(tmp_path: Path) -> None:
    works, texts = two_nations()
    works.append(document("england", 50))
    texts["wk_e50"] = list(texts["wk_w01"])
    project = make(tmp_path, works, texts)
    run(project)
    assert "one-text-two-sides" in codes(project)
    verdicts = [row["verdict"] for row in project.store.read("alignment")]
    assert verdicts.count("reuse") >= len(texts["wk_w01"]) - 1


def test_uk_documents_are_on_neither_side(tmp_path: Path) -> None:
    works, texts = two_nations()
    works.append(document("uk", 1))
    texts["wk_u01"] = ["Every carer must be told. " * 3] * 9
    project = make(tmp_path, works, texts)
    run(project)
    row = next(r for r in project.store.read("contrast") if r["item"] == "carers")
    assert (row["n_docs_a"], row["n_docs_b"], row["n_a"]) == (4, 4, 0)
    # but it is read: its passages carry themes and provisions
    assert any(r["work_id"] == "wk_u01" for r in project.store.read("passage_theme"))


def test_genre_warning_stands_beside_the_difference(tmp_path: Path) -> None:
    works, texts = two_nations()
    for work in works:
        work["force"] = "statute" if work["nation"] == "wales" else "guidance"
    project = make(tmp_path, works, texts)
    run(project)
    rows = [r for r in project.store.read("contrast") if r["kind"] != "term"]
    assert rows
    assert all("difference may be genre" in r["caveat"] for r in rows)


@pytest.mark.parametrize("facet", ["nation", "level", "site", "issuer", "type", "force", "period"])
def test_any_facet_divides(tmp_path: Path, facet: str) -> None:
    works, texts = two_nations()
    sides = ("-2001", "2002-") if facet == "period" else ("one", "two")
    for k, work in enumerate(works):
        if facet != "period":
            work[facet] = sides[k % 2]
    project = make(tmp_path, works, texts)
    run(project, facet=facet, side_a=sides[0], side_b=sides[1])
    rows = project.store.read("contrast", where={"kind": "theme"})
    assert {(r["facet"], r["n_docs_a"], r["n_docs_b"]) for r in rows} == {(facet, 4, 4)}


def test_period_of_unknown_year_is_on_neither_side() -> None:
    sides = contrast_by(
        [{"work_id": "wk_1", "year": None}, {"work_id": "wk_2", "year": 2012}], "period", "-2011", "2012-"
    )
    assert sides.outside == ("wk_1",)
    assert sides.side_b == (True,)


def test_no_policy(tmp_path: Path) -> None:
    project = make(tmp_path, [], {})
    assert run(project).counts["documents"] == 0
    assert "no-policy" in codes(project)


def test_one_nation_only(tmp_path: Path) -> None:
    works, texts = two_nations()
    project = make(tmp_path, [w for w in works if w["nation"] == "wales"], texts)
    run(project)
    assert "one-side-empty" in codes(project)
    rows = project.store.read("contrast")
    assert all(r["verdict"] == "too few documents" for r in rows)
    assert project.store.count("provision") > 0
    assert project.store.count("alignment") == 0


@pytest.mark.parametrize("per_side", [1, 2])
def test_few_documents_are_described(tmp_path: Path, per_side: int) -> None:
    project = make(tmp_path, *two_nations(per_side))
    run(project)
    rows = project.store.read("contrast")
    assert rows
    assert {r["verdict"] for r in rows} == {"too few documents"}
    assert all(r["p"] is None and r["q"] is None for r in rows)
    assert "too-few-documents" in codes(project)


def test_welsh_only_documents_are_read_by_welsh_rules(tmp_path: Path) -> None:
    works, texts = two_nations()
    works.append(document("wales", 70, language="cy"))
    texts["wk_w70"] = [
        {
            "text": "Rhaid i'r awdurdod lleol adolygu'r cynllun gyda'r person bob blwyddyn ac ar gais y claf.",
            "expression": "cy",
            "language": "cy",
        }
    ]
    project = make(tmp_path, works, texts, vectors=True)
    run(project)
    (provision,) = [p for p in project.store.read("provision") if p["work_id"] == "wk_w70"]
    assert (provision["force"], provision["bearer"]) == ("must", "local authority")
    assert [r["theme"] for r in project.store.read("passage_theme", where={"work_id": "wk_w70"})] == ["review"]
    problems = {r["code"]: r["message"] for r in project.store.read("problem")}
    assert problems["welsh-by-dictionary"].startswith(
        "1 Welsh passages of 1 documents were aligned through a few terms"
    )
    rows = [r for r in project.store.read("alignment") if "ps_w70_001" in (r["passage_id"], r["other_id"])]
    assert rows
    assert {r["how"] for r in rows} == {"dictionary"}
    assert {r["verdict"] for r in rows} <= {"possible", "no counterpart found yet"}


def test_no_codebook_and_an_empty_one(tmp_path: Path) -> None:
    works, texts = two_nations()
    without = make(tmp_path / "without", works, texts, book=None)
    run(without)
    assert "no-codebook" in codes(without)
    assert without.store.count("provision") > 0
    empty = make(tmp_path / "empty", works, texts, book="# nothing\n")
    run(empty)
    assert "empty-codebook" in codes(empty)


def test_broken_codebook_changes_nothing(tmp_path: Path) -> None:
    works, texts = two_nations()
    project = make(tmp_path, works, texts)
    run(project)
    before = project.store.read("contrast")
    (tmp_path / "corpus" / "codebook.toml").write_text('[[theme]]\nid = "a"\n[[theme]]\nid = "a"\n', "utf-8")
    with pytest.raises(ReadError) as error:
        run(project)
    assert error.value.where == "corpus/codebook.toml:3"
    assert project.store.read("contrast") == before


def test_decisions_win(tmp_path: Path) -> None:
    works, texts = two_nations()
    project = make(tmp_path, works, texts)
    run(project)
    pair = next(r for r in project.store.read("alignment") if r["other_id"])
    project.append_decision("theme", "ps_e00_001", "-review", who="ann")
    project.append_decision("theme", "ps_e00_002", "+carers", who="ann")
    project.append_decision("theme", "ps_gone", "+carers", who="ann")
    project.append_decision("align", f"{pair['passage_id']} {pair['other_id']}", "reject", who="ann")
    project.append_decision("align", "ps_e00_001 ps_w00_001", "accept", who="ann")
    project.append_decision("align", "ps_e00_001", "accept", who="ann")
    run(project)
    themes = {(r["passage_id"], r["theme"]): r["how"] for r in project.store.read("passage_theme")}
    assert ("ps_e00_001", "review") not in themes
    assert themes["ps_e00_002", "carers"] == "person"
    rows = {(r["passage_id"], r["other_id"]): r for r in project.store.read("alignment")}
    assert rows["ps_e00_001", "ps_w00_001"]["verdict"] == "accepted"
    assert rows["ps_e00_001", "ps_w00_001"]["decided_by"] == "ann"
    if (pair["passage_id"], pair["other_id"]) != ("ps_e00_001", "ps_w00_001"):
        assert rows[pair["passage_id"], pair["other_id"]]["verdict"] == "rejected"
    assert {"decision-lost", "bad-decision"} <= codes(project)


def test_a_heading_gives_its_theme(tmp_path: Path) -> None:
    works, texts = two_nations()
    title = works[0]["title"]
    texts["wk_e00"] += [
        {
            "text": "They decide what happens, and when, and by whom, day by day.",
            "section": f"{title} > Every carer has a voice",
        },
        {"text": "They decide where they live, and when, and with whom, year by year.", "section": title},
    ]
    project = make(tmp_path, works, texts)
    run(project)
    found = [(r["theme"], r["how"]) for r in project.store.read("passage_theme", where={"how": "heading"})]
    assert found == [("carers", "heading")]


def test_suggestions_are_counted_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that meaning alone suggests change no other table of the stage."""
    from metanarrative.compare import steps
    from metanarrative.compare.themes import ThemeHit

    works, texts = two_nations()
    project = make(tmp_path, works, texts)
    run(project)
    tables = ("theme", "provision", "contrast", "alignment", "emphasis_document", "matrix_cell")
    before = {table: project.store.read(table) for table in tables}
    real = steps.theme_hits

    def with_suggestions(*args: Any) -> Any:
        hits, graded = real(*args)
        known = {(hit.passage_id, hit.theme) for hit in hits}
        every = [(row["passage_id"], theme) for row in project.store.read("passage") for theme in ("review", "carers")]
        return [*hits, *(ThemeHit(*key, 9.0, "suggested") for key in every if key not in known)], graded

    monkeypatch.setattr(steps, "theme_hits", with_suggestions)
    run(project)
    assert any(r["how"] == "suggested" for r in project.store.read("passage_theme"))
    assert {table: project.store.read(table) for table in tables} == before


def test_list_items_inherit(tmp_path: Path) -> None:
    works, texts = two_nations()
    texts["wk_w00"].append(
        {"text": "(a) agree outcomes with the patient;", "kind": "list", "stem": "The care coordinator must—"}
    )
    project = make(tmp_path, works, texts)
    run(project)
    found = [p for p in project.store.read("provision") if p["sentence"].startswith("The care coordinator must— (a)")]
    assert [(p["force"], p["bearer"], p["start"], p["end"]) for p in found] == [("must", "care coordinator", 0, 0)]


def test_names_of_nations_are_not_keywords(tmp_path: Path) -> None:
    works, texts = two_nations(5)
    for work in works:
        name = "Wales" if work["nation"] == "wales" else "England"
        texts[work["work_id"]] += [
            f"In {name} the people of {name} have a plan, see www.gov.{name.lower()} for it."
        ] * 2
    project = make(tmp_path, works, texts)
    run(project)
    terms = {r["item"] for r in project.store.read("contrast", where={"kind": "term"})}
    assert terms
    assert not {t for t in terms if "wales" in t or "england" in t or "gov" in t}


def test_actors_of_the_project(tmp_path: Path) -> None:
    works, texts = two_nations()
    texts["wk_w00"].append("The recovery college must publish its programme every year for everyone.")
    project = make(tmp_path, works, texts)
    (tmp_path / "corpus" / "actors.toml").write_text(
        '[[actor]]\nid = "recovery college"\ntype = "college"\nen = ["recovery college"]\n', "utf-8"
    )
    run(project)
    assert any(p["bearer_type"] == "college" for p in project.store.read("provision"))


def test_firebreak_is_welsh(shared: Callable[[str], Path], tmp_path: Path) -> None:
    import csv

    with shared("policy/oxcgrt_england_wales_containment.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    nation = next(name for name in table[0] if any(row[name].casefold() == "wales" for row in table))
    note = max(table[0], key=lambda name: sum(len(row[name]) for row in table))
    works, texts = [], {}
    for name in ("england", "wales"):
        mine = [row[note] for row in table if row[nation].casefold() == name]
        for number in range(6):
            works.append(document(name, number))
            texts[works[-1]["work_id"]] = mine[number::6]
    project = make(tmp_path, works, texts)
    run(project)
    terms = {r["item"]: r for r in project.store.read("contrast", where={"kind": "term"})}
    assert terms["firebreak"]["estimate"] > 0
    # few uses are left when addresses and repeated notes are set aside: shown, but not tested
    assert terms["firebreak"]["n_a"] == 0
    assert terms["firebreak"]["n_b"] >= 5
    assert terms["firebreak"]["verdict"] == "not tested"
    assert "fewer than 20 uses" in terms["firebreak"]["caveat"]
    assert not {t for t in terms if "drakeford" in t or "welsh" in t or "gov" in t.split()}
    assert sum(r["verdict"] == "reuse" for r in project.store.read("alignment")) >= 6


@pytest.mark.parametrize("passages", [2000])
def test_speed(tmp_path: Path, passages: int) -> None:
    # 20,000 passages may take 60 s; this part of them keeps the suite quick
    rng = np.random.default_rng(1)
    vocabulary = ["".join(rng.choice(list("abcdefghijklmnop"), 6)) for _ in range(4000)]
    sentences = [
        "The local authority must review the plan within 28 days.", "Carers should be offered an assessment.",
        "Service users may be at risk when they leave hospital.", "Under the Mental Health Act 1983 this is a duty.",
    ]  # fmt: skip
    works, texts = [], {}
    for k in range(20):
        works.append(document("england" if k % 2 else "wales", k))
        texts[works[-1]["work_id"]] = [
            " ".join([sentences[int(rng.integers(4))], *rng.choice(vocabulary, 60)]) + "."
            for _ in range(passages // 20)
        ]
    project = make(tmp_path, works, texts)
    began = time.process_time()
    run(project)
    # time of the processor, not of the clock: the machine may be busy; 10 s for what does not grow with the texts
    assert time.process_time() - began < 10 + 60 * passages / 20_000
    assert json.loads(project.store.read("alignment")[0]["differs"]) is not None


def test_quoted_amendments_count_with_a_caveat(tmp_path: Path) -> None:
    works, texts = two_nations()
    quoted = {"text": "The local authority must review the plan of every carer.", "section": "4 > [quoted amendment]"}
    texts["wk_e00"] = [*texts["wk_e00"], quoted]
    project = make(tmp_path, works, texts)
    run(project)
    last = f"ps_e00_{len(texts['wk_e00']):03}"
    (row,) = project.store.read("provision", where={"passage_id": last})
    assert (row["force"], row["bearer"], row["filter"], row["confidence"]) == ("must", "local authority", "", 0.7)
    (note,) = [r for r in project.store.read("problem") if r["code"] == "quoted-amendment"]
    assert "1 provision" in note["message"]
    assert "quoted_amendments" in note["mend"]


def test_quoted_amendments_can_be_left_out(tmp_path: Path) -> None:
    works, texts = two_nations()
    quoted = {"text": "The local authority must review the plan of every carer.", "section": "4 > [quoted amendment]"}
    texts["wk_e00"] = [*texts["wk_e00"], quoted]
    project = make(tmp_path, works, texts)
    run(project, quoted_amendments=False)
    last = f"ps_e00_{len(texts['wk_e00']):03}"
    for table in ("provision", "passage_theme", "alignment"):
        assert last not in {row["passage_id"] for row in project.store.read(table)}
    (note,) = [r for r in project.store.read("problem") if r["code"] == "quoted-amendment"]
    assert note["message"].startswith("1 passage")


def test_function_words_are_no_keywords_but_modals_are(tmp_path: Path) -> None:
    works, texts = two_nations()
    for work, own in texts.items():  # sentences that differ, or they would be boiler-plate
        verb = "must not" if "_w" in work else "should"
        own += [f"The {noun} {verb} be in the {work[3:]} of it." for noun in NOUNS[:6]]
    project = make(tmp_path, works, texts, vectors=True)
    run(project)
    terms = {r["item"]: r for r in project.store.read("contrast", where={"kind": "term"})}
    assert {"must", "not", "should"} <= set(terms)
    assert not {"the", "and", "of", "is", "a", "in"} & set(terms)
    if not any(r["verdict"] == "differs" for r in terms.values()):
        assert len(terms) <= 20
    assert all("candidate" in r["caveat"] for r in terms.values() if r["verdict"] == "too few documents")
