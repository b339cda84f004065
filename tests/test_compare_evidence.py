# ruff: noqa: E501  (a case a line)
"""Policy that names research: what is matched, what is left to a person, what the corpus lacks."""

from __future__ import annotations

import pytest

from metanarrative.compare.evidence import Literature, find_evidence, references_in

BOOKS = Literature(
    [
        {"work_id": "wk_1", "title": "Shared planning of care in community teams", "authors": ["Marlow, Ann", "Pike, Jo"],
         "year": 2012, "doi": "10.5555/abc.1"},
        {"work_id": "wk_2", "title": "Hope and the care plan", "authors": ["Marlow, Ann"], "year": 2015, "pmid": "123456"},
        {"work_id": "wk_3", "title": "Hope after the care plan", "authors": ["Marlow, Ann"], "year": 2015},
        {"work_id": "wk_4", "title": "The Thornton inquiry into a death in the community", "authors": ["Thornton, R."],
         "year": 1994},
        {"work_id": "wk_5", "title": "Recovery", "authors": ["Gwyn, Siân"], "year": 2009},
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Teams share planning (Marlow and Pike, 2012).", [("author-year", "wk_1", "matched")]),
        ("Marlow et al. (2012) asked teams.", [("author-year", "wk_1", "matched")]),
        ("See https://doi.org/10.5555/abc.1.", [("doi", "wk_1", "matched")]),
        ("See PMID: 123456 for more.", [("pmid", "wk_2", "matched")]),
        # two works of one author and year: named, none chosen
        ("Hope matters (Marlow, 2015).", [("author-year", "", "ambiguous")]),
        # a year one off is for a person to check
        ("Recovery is personal (Gwyn 2010).", [("author-year", "wk_5", "possible")]),
        ("As Gwyn (2009) holds.", [("author-year", "wk_5", "matched")]),
        ("The Thornton report led to this.", [("report", "wk_4", "possible")]),
        ("The Thornton inquiry (1994) led to this.", [("report", "wk_4", "matched")]),
        ("The Thornton Inquiry led to this.", [("report", "wk_4", "possible")]),
        ("It builds on Shared planning of care in community teams (2012).", [("title", "wk_1", "matched")]),
        ("Bloggs et al. (1999) disagree.", [("author-year", "", "not in the corpus")]),
        ("two sources (Marlow and Pike, 2012; Gwyn, 2009)", [("author-year", "wk_1", "matched"), ("author-year", "wk_5", "matched")]),
        ("Marlow, A. and Pike, J. (2012) Shared planning of care in community teams. J Care 4, 1-9.", [("reference", "wk_1", "matched")]),
        ("Marlow A (2012). Something else altogether on gardens. J Gard 1.", [("reference", "", "not in the corpus")]),
        # what only looks like a citation
        ("The Mental Health Act (1983) and the Measure (2010) apply in Wales (2012).", []),
        ("Department of Health (2008) and (England, 2011)", []),
        ("From March 2012 (see Part 2, 2012) it holds.", []),
        ("hope and the care plan belong together", []),
        ("", []),
    ],
)  # fmt: skip
def test_references(text: str, wanted: list[tuple[str, str, str]]) -> None:
    assert [(f.how, f.cited_work_id, f.verdict) for f in references_in(text, BOOKS)] == wanted


def test_candidates_are_named_and_places_are_right() -> None:
    text = "Hope matters (Marlow, 2015), so does planning (Marlow and Pike 2012)."
    first, second = references_in(text, BOOKS)
    assert first.candidates == ("wk_2", "wk_3")
    assert text[first.start : first.end] == "Marlow, 2015"
    assert text[second.start : second.end] == "Marlow and Pike 2012"


def test_entries_of_a_list_of_references() -> None:
    rows = [
        {"passage_id": "ps_1", "work_id": "wk_p", "section": "Annex > References",
         "text": "Marlow, Shared planning of care in community teams, 2012"},
        {"passage_id": "ps_2", "work_id": "wk_p", "section": "Annex > References", "text": "Nobody, A thing, 1999"},
    ]  # fmt: skip
    found = find_evidence(rows, BOOKS)
    assert [(r["passage_id"], r["cited_work_id"], r["verdict"]) for r in found] == [
        ("ps_1", "wk_1", "matched"),
        ("ps_2", "", "not in the corpus"),
    ]


def test_order_of_works_does_not_matter() -> None:
    works = [
        {"work_id": f"wk_{n}", "title": f"Work {n}", "authors": ["Same, A."], "year": 2000 + n % 2} for n in range(6)
    ]
    a, b = Literature(works), Literature(reversed(works))
    assert references_in("(Same, 2001)", a) == references_in("(Same, 2001)", b)


def test_no_literature() -> None:
    assert references_in("(Marlow, 2012)", Literature([]))[0].verdict == "not in the corpus"
