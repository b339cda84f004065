"""What is not compared: web addresses, the working parts of laws; and what is no contradiction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_compare_run import codes, document, filler, make, run

from metanarrative.compare.align import Slots, differing, opposite, slots
from metanarrative.compare.force import provisions
from metanarrative.compare.ligatures import broken_words
from metanarrative.compare.machinery import kind_of
from metanarrative.compare.matching import align_passages
from metanarrative.compare.reuse import find_reuse


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("In section 47(2)— at the end of paragraph (c) omit “or”; after paragraph (d) insert—", "machinery"),
        ("The Example Act 2014 is amended as follows.", "machinery"),
        ("This Measure may be cited as the Care of Older Hill Farmers (Wales) Measure 2011.", "machinery"),
        ("These Regulations come into force on 6 June 2012.", "machinery"),
        ("Yn adran 12, yn lle “claf” rhodder “person”.", "machinery"),
        ("Regulations under this section are to be made by statutory instrument.", "machinery"),
        ("“Carer” means a person who provides care for an adult or a child.", "definition"),
        ("In this Part, references to a “plan” are to be read with section 4.", "definition"),
        ("The duty comes into force for each person when the board has told them in writing how to ask for help.", ""),
        ("Local boards should revoke old referral forms and tell every general practice which form is used now.", ""),
        ("The plan must be reviewed at least once a year.", ""),
        ("", ""),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_machinery_is_not_aligned_and_that_is_said(tmp_path: Path) -> None:
    order = "After section 10A of the Example Care Act 2006 insert the following— “10B”."
    rule = "The care coordinator must give the person a copy of the written plan within seven days."
    works = [document(nation, n) for nation in ("england", "wales") for n in range(3)]
    project = make(tmp_path, works, {work["work_id"]: [order, rule] for work in works})
    run(project)
    inside = {row["passage_id"]: row["text"] for row in project.store.read("passage")}
    aligned = {
        inside[row[key]] for row in project.store.read("alignment") for key in ("passage_id", "other_id") if row[key]
    }
    assert aligned == {rule}
    assert "machinery-not-aligned" in codes(project)


def test_a_definition_answers_a_definition() -> None:
    a = [{"passage_id": "ps_1", "text": "In this Part “carer” means a person who cares for an adult with needs."}]
    acts = "A carer of an adult with needs must be asked which help the person would like to have."
    means = "“Carer” means a person who cares or intends to care for an adult or child with needs."
    for text, found in ((acts, False), (means, True)):
        rows = align_passages(
            a, [{"passage_id": "ps_2", "text": text}], {}, None, semantic=False, themes_of={}, provisions=[]
        )
        assert any(row["other_id"] for row in rows) == found


def test_a_web_address_is_no_reuse() -> None:
    link = (
        "https://web.archive.org/web/20201216101144/https://www.example.org/a/long/guide/to/the/lockdown/rules/of-today"
    )
    one, two = f"No travel in tier three. {link}", f"Groups of four may meet in a hall if they book a place. {link}"
    assert find_reuse([one], [two]) == []
    assert len(find_reuse([one], [one.replace("web/2020", "web/2021")])) == 1


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("Services are closed under a court order or under one or more of the Acts.", ()),
        ("Under section 35 a payment may be made.", ()),
        ("Children under 11 and adults over 18 may attend.", ("over 18", "under 11")),
        (
            "A home for more than 2 households, or under two years old.",
            ("more than 2 households", "under two years old"),
        ),
        ("At least one carer must be told.", ("at least one",)),
    ],
)
def test_thresholds_are_amounts(text: str, limits: tuple[str, ...]) -> None:
    assert slots(text).threshold == limits


def test_words_that_lost_a_letter_are_read_whole() -> None:
    whole = {"b": ["They will plan and will meet all."], "c": ["All of them will fill in a form of their own."]}
    lost = ["We wil plan.", "It wil be so, al of it.", "He wil go, al alone.", "She saw al the forms."]
    assert broken_words({"a": lost, **whole}) == {"a": {"al": "all", "wil": "will"}}
    # a word of its own that others use beside the doubled one is left alone, and so is a rare one
    assert broken_words({"a": ["of of of of it"], "b": ["of off"], "c": ["off of"]}) == {}
    assert broken_words({"a": ["We wil plan."], **whole}) == {}
    slip = {"b": ["It will be, and will stay, and will end; we will see. " * 5 + "So we wil."], "c": whole["c"]}
    assert broken_words({"a": [*lost, "All of it."] * 4, **slip})["a"]["wil"] == "will"
    assert broken_words({}) == {}


def test_the_working_parts_of_laws_are_no_keywords(tmp_path: Path) -> None:
    works = [document(nation, n) for nation in ("england", "wales") for n in range(4)]
    order = "In section 12(4), after “may” insert “or must” and substitute the words “at once” for “soon”."
    rng = np.random.default_rng(8)
    texts: dict[str, list[object]] = {
        work["work_id"]: [f"{filler(rng)} See subsection two and paragraph four. {filler(rng)}" for _ in range(8)]
        + ([order] * 6 if work["nation"] == "wales" else [])
        for work in works
    }
    project = make(tmp_path, works, texts)
    run(project)
    terms = {row["item"] for row in project.store.read("contrast", where={"kind": "term"})}
    assert terms
    assert not terms & {"insert", "substitute", "subsection", "paragraph", "words"}


def made(text: str) -> Slots:
    rows = [
        {"force": p.force, "bearer_type": p.bearer_type, "sentence": p.sentence}
        for p in provisions(text, "en")
        if p.force
    ]
    return slots(text, rows)


def test_a_denial_must_speak_of_the_same_thing() -> None:
    asks = made("The board must publish the results of the review every year.")
    same = made("There is no duty here, and results of the review are not published.")
    other = made("No travel between the islands.")
    assert opposite(asks, other) == []
    assert opposite(asks, same) == ["must", "denied"]
    frees = made("The board need not publish the results of the review.")
    apart = made("People need not wear a mask on the ferry.")
    assert opposite(asks, frees, close=False) == ["must", "need-not"]
    assert opposite(asks, apart, close=False) == []
    assert opposite(asks, apart) == ["must", "need-not"]  # a pair on the same subject is taken at its word
    assert differing(asks, other)["force"] == ["must", "none"]
