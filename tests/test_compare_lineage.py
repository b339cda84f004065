# ruff: noqa: E501  (sentences are read better in one line)
"""Instruments named in running text, edges between them, conflicts, and what is in force when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from metanarrative.compare.lineage import in_force, lineage, relations
from metanarrative.compare.mentions import Titles, document_aliases, find_mentions, outside_id

FIXTURE = Path(__file__).parent / "fixtures" / "compare" / "mentions.tsv"


def cases() -> list[tuple[str, str, list[str]]]:
    rows = [line.split("\t") for line in FIXTURE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [(language, text, [] if keys == "-" else keys.split("|")) for language, text, keys in rows]


@pytest.mark.parametrize(("language", "text", "keys"), cases())
def test_mentions(language: str, text: str, keys: list[str]) -> None:
    found = find_mentions(text, language=language)
    assert [m.key for m in found] == keys
    assert all(text[m.start : m.end].strip() == text[m.start : m.end] for m in found)


def works(*rows: tuple[str, str, int, str]) -> list[dict[str, Any]]:
    return [
        {"work_id": key, "title": title, "year": year, "supersedes": supersedes, "issued": "", "valid_from": ""}
        for key, title, year, supersedes in rows
    ]


def passage(work: str, text: str, number: int = 1, language: str = "en") -> dict[str, Any]:
    return {"passage_id": f"ps_{work}_{number}", "work_id": work, "language": language, "text": text}


def edges_of(rows: list[dict[str, Any]], passages: list[dict[str, Any]]) -> set[tuple[str, str, str, str]]:
    return {(e.work_id, e.other_id, e.relation, e.how) for e in lineage(rows, passages)[0]}


CORPUS = works(
    ("wk_1", "New Horizons", 2009, ""),
    ("wk_2", "No Health Without Mental Health", 2011, "New Horizons"),
    ("wk_3", "Mental Health (Wales) Measure 2010", 2010, ""),
    ("wk_4", "Together for Mental Health: a strategy for Wales", 2012, ""),
)


def test_titles_of_the_corpus_are_found() -> None:
    found = edges_of(CORPUS, [passage("wk_4", "It puts the Mental Health (Wales) Measure 2010 at its heart.")])
    assert ("wk_4", "wk_3", "refers-to", "text") in found


def test_ordinary_words_are_no_title() -> None:
    text = "We look for new horizons together for mental health; no health without mental health, they say."
    assert edges_of(CORPUS, [passage("wk_3", text)]) == {("wk_2", "wk_1", "supersedes", "manifest")}


def test_manifest_and_text_agree() -> None:
    found = edges_of(CORPUS, [passage("wk_2", "This strategy supersedes New Horizons.")])
    assert ("wk_2", "wk_1", "supersedes", "both") in found


def test_a_text_may_speak_of_others() -> None:
    text = "New Horizons was replaced by No Health Without Mental Health in 2011."
    found = edges_of(works(*[(w["work_id"], w["title"], w["year"], "") for w in CORPUS]), [passage("wk_4", text)])
    assert ("wk_2", "wk_1", "supersedes", "text") in found
    assert ("wk_4", "wk_1", "refers-to", "text") in found


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("These Regulations revoke the Care Planning (Wales) Regulations 2002.", "revokes"),
        ("This Act amends the Mental Health Act 1983.", "amends"),
        ("The Care Planning (Wales) Regulations 2002 are hereby revoked.", "revokes"),
        ("This code replaces the Mental Health Act 1983 Code and the Care Act 2014 guidance.", "supersedes"),
    ],
)
def test_cue_verbs(text: str, relation: str) -> None:
    found = relations(text, find_mentions(text))
    assert found[0][0] is None
    assert found[0][2] == relation


@pytest.mark.parametrize(
    "text",
    [
        "This guidance does not replace the Mental Health Act 1983.",
        "It explains the Mental Health Act 1983 and amendments to it.",
        "The team replaced its notes and later read the long history of how people came to write the Mental Health Act 1983.",
    ],
)
def test_no_relation_is_read_into_a_text(text: str) -> None:
    assert relations(text, find_mentions(text)) == []


def test_amended_by_turns_the_edge() -> None:
    text = "the Mental Health Act 1983, as amended by the Mental Health Act 2007, applies"
    ((newer, older, relation),) = relations(text, find_mentions(text))
    assert newer is not None
    assert older is not None
    assert (newer.key, older.key, relation) == ("mental health act 2007", "mental health act 1983", "amends")


def test_amended_by_after_a_comma_turns_the_edge_too() -> None:
    text = "S.I. 2006/214, amended by S.I. 2017/213; there are other amending instruments but none is relevant."
    ((newer, older, relation),) = relations(text, find_mentions(text))
    assert newer is not None
    assert older is not None
    assert (newer.key, older.key, relation) == ("SI 2017/213", "SI 2006/214", "amends")


def test_what_inserted_a_section_is_not_what_was_amended() -> None:
    text = "Section 130A was inserted by the Welfare Reform Act 2007 and amended by the Welfare Reform Act 2012."
    assert relations(text, find_mentions(text)) == []


def test_dates_of_numbered_instruments_speak_too() -> None:
    rows = works(("wk_1", "A Plan", 2016, ""))
    (edge,) = (
        e
        for e in lineage(rows, [passage("wk_1", "S.I. 2017/213, amended by S.I. 2006/214.")])[0]
        if e.relation == "amends"
    )
    assert edge.conflict == "dates speak against it: 2006 cannot amend 2017"


def test_welsh_sentence_gives_an_edge() -> None:
    rows = works(("wk_1", "Mental Health (Wales) Measure 2010", 2010, ""), ("wk_2", "Cod Newydd", 2016, ""))
    text = "Mae'r cod hwn yn dilyn Mesur Iechyd Meddwl (Cymru) 2010."
    assert ("wk_2", "wk_1", "refers-to", "text") in edges_of(rows, [passage("wk_2", text, language="cy")])


def test_short_names_hold_where_they_are_clear() -> None:
    texts = ["The Mental Health (Wales) Measure 2010 (“the Measure”) and the Mental Health Act 1983 apply."]
    aliases = document_aliases(texts, Titles(), ["en"])
    assert aliases["the Measure"] == "mental health wales measure 2010"
    assert aliases["the 1983 Act"] == "mental health act 1983"
    found = find_mentions("Under the Measure and the 1983 Act, a plan is due.", Titles(), aliases)
    assert [m.key for m in found] == ["mental health wales measure 2010", "mental health act 1983"]


def test_ambiguous_short_names_mean_nothing() -> None:
    texts = ["The Mental Health Act 1983 and the Care Act 2014 apply. The Act is clear."]
    aliases = document_aliases(texts, Titles(), ["en"])
    assert "the Act" not in aliases
    assert [m.key for m in find_mentions("The Act is clear.", Titles(), aliases)] == []


def test_abbreviation_defined_in_the_document() -> None:
    rows = works(("wk_1", "Refocusing the Care Programme Approach", 2008, ""), ("wk_2", "A Framework", 2019, ""))
    passages = [
        passage("wk_2", "It builds on Refocusing the Care Programme Approach (CPA).", 1),
        passage("wk_2", "This framework replaces CPA.", 2),
    ]
    assert ("wk_2", "wk_1", "supersedes", "text") in edges_of(rows, passages)


def test_one_title_of_two_works_is_not_guessed() -> None:
    rows = works(
        ("wk_1", "Code of Practice for Carers", 2008, ""),
        ("wk_2", "Code of Practice for Carers", 2015, ""),
        ("wk_3", "A Plan", 2016, ""),
    )
    edges, unresolved = lineage(rows, [passage("wk_3", "See the Code of Practice for Carers on this.")])
    assert edges == []
    assert unresolved == {"Code of Practice for Carers": 1}


def test_cited_law_outside_the_corpus_has_an_id() -> None:
    rows = works(("wk_1", "A Plan", 2016, ""))
    ((_, other, relation, _),) = edges_of(rows, [passage("wk_1", "Under the Equality Act 2010 this is unlawful.")])
    assert other == outside_id("equality act 2010")
    assert relation == "refers-to"


def test_dates_that_speak_against_an_edge_are_said() -> None:
    rows = works(("wk_1", "Old Plan for Care", 2001, "New Plan for Care"), ("wk_2", "New Plan for Care", 2011, ""))
    (edge,) = lineage(rows, [])[0]
    assert edge.conflict == "dates speak against it: 2001 cannot supersede 2011"


def test_manifest_against_text_is_said() -> None:
    rows = works(
        ("wk_1", "First Plan for Care", 2011, "Second Plan for Care"), ("wk_2", "Second Plan for Care", 2011, "")
    )
    edges, _ = lineage(rows, [passage("wk_2", "This plan supersedes the First Plan for Care.")])
    conflicts = {(e.work_id, e.relation): e.conflict for e in edges if e.relation == "supersedes"}
    assert "the text also says the reverse" in conflicts["wk_1", "supersedes"]
    assert "the manifest also says the reverse" in conflicts["wk_2", "supersedes"]


def test_box_that_says_nothing_is_superseded() -> None:
    rows = works(
        ("wk_1", "Refocusing Care", 2008, "Effective Care Coordination"),
        ("wk_2", "Effective Care Coordination", 1999, ""),
    )
    edges, _ = lineage(rows, [passage("wk_1", "Superseded documents: N/A")])
    assert "supersedes nothing" in edges[0].conflict


def test_manifest_names_by_key_file_and_title() -> None:
    rows = works(
        ("wk_1", "Old", 2001, ""), ("wk_2", "Newer", 2003, "P01"), ("wk_3", "Newest", 2005, "old-plan.md; Newer")
    )
    rows[0] |= {"keys": ["P01"], "sources": '["corpus/policy/old-plan.md"]'}
    found = edges_of(rows, [])
    assert found == {
        ("wk_2", "wk_1", "supersedes", "manifest"),
        ("wk_3", "wk_1", "supersedes", "manifest"),
        ("wk_3", "wk_2", "supersedes", "manifest"),
    }


def test_edges_do_not_depend_on_the_order_of_input() -> None:
    passages = [
        passage("wk_4", "It builds on New Horizons and on the Care Act 2014.", 1),
        passage("wk_2", "This replaces New Horizons.", 1),
    ]
    one = lineage(CORPUS, passages)[0]
    other = lineage(list(reversed(CORPUS)), list(reversed(passages)))[0]
    assert one == other


def test_in_force_by_dates_and_successors() -> None:
    rows = [
        {"work_id": "wk_1", "title": "Code", "nation": "wales", "issued": "2008", "valid_from": "", "valid_to": ""},
        {
            "work_id": "wk_2",
            "title": "Code",
            "nation": "wales",
            "issued": "2016",
            "valid_from": "2016-10-03",
            "valid_to": "",
        },
        {
            "work_id": "wk_3",
            "title": "Interim",
            "nation": "wales",
            "issued": "2010-07",
            "valid_from": "",
            "valid_to": "2012",
        },
        {"work_id": "wk_4", "title": "Undated", "nation": "wales", "issued": "", "valid_from": "", "valid_to": ""},
    ]
    edges = [{"work_id": "wk_2", "other_id": "wk_1", "relation": "supersedes", "conflict": ""}]

    def ids(day: str) -> list[str]:
        return [row["work_id"] for row in in_force(rows, day, edges)]

    assert ids("2008-06-01") == ["wk_1"]
    assert ids("2012-12-31") == ["wk_1", "wk_3"]
    assert ids("2013") == ["wk_1"]
    assert ids("2016-10-02") == ["wk_1"]
    assert ids("2016-10-03") == ["wk_2"]
    assert ids("1999") == []
    with pytest.raises(ValueError, match="is no date"):
        in_force(rows, "soon")


def test_edge_with_a_conflict_ends_nothing() -> None:
    rows = [
        {"work_id": "wk_1", "title": "A", "nation": "", "issued": "2011"},
        {"work_id": "wk_2", "title": "B", "nation": "", "issued": "2001"},
    ]
    edges = [{"work_id": "wk_2", "other_id": "wk_1", "relation": "supersedes", "conflict": "dates speak against it"}]
    assert [row["work_id"] for row in in_force(rows, "2012", edges)] == ["wk_2", "wk_1"]
