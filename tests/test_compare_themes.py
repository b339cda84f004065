"""Codebook and themes: what is matched, what is not, and who has the last word."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metanarrative.compare.codebook import Theme, parse_codebook
from metanarrative.compare.themes import (
    ThemeHit,
    apply_decisions,
    bm25,
    counted,
    heading_of,
    lexical_hits,
    score_themes,
    seed_cosines,
    without_names,
)
from metanarrative.errors import ReadError

BOOK = """
# a comment
[[theme]]
id = "choice"
name = "Choice"
seeds.en = ["personal budget", "direct payments"]
seeds.cy = ["taliad uniongyrchol"]
includes = "any talk of choice"
excludes = ["budget deficit"]

[[theme]]
id = "empty"
name = "Nothing"
seed.en = ["typo"]
"""


def test_codebook_is_read_with_lines_and_problems() -> None:
    book = parse_codebook(BOOK)
    assert [theme.id for theme in book.themes] == ["choice", "empty"]
    choice = book.themes[0]
    assert choice.phrases("en") == ("personal budget", "direct payments")
    assert choice.phrases("cy") == ("taliad uniongyrchol",)
    assert choice.line == 3
    problems = {(p.code, p.line, p.subject) for p in book.problems}
    assert ("empty-theme", 11, "empty") in problems
    assert ("codebook-key", 11, "empty") in problems
    assert any("did you mean 'seeds'" in p.mend for p in book.problems)


def test_a_theme_may_have_a_name_in_each_language() -> None:
    text = """
[[theme]]
id = "a"
name.en = "Recovery"
name.cy = "Adferiad"
[[theme]]
id = "b"
name = "Advocacy"
[[theme]]
id = "c"
name.cy = "Eiriolaeth"
"""
    names = [(theme.name, theme.name_cy) for theme in parse_codebook(text).themes]
    assert names == [("Recovery", "Adferiad"), ("Advocacy", ""), ("Eiriolaeth", "Eiriolaeth")]


@pytest.mark.parametrize(
    ("text", "part", "where"),
    [
        ('[[theme]]\nid = "a"\nname = ', "not valid TOML", "corpus/codebook.toml:3"),
        ('[[theme]]\nid = "a"\n\n[[theme]]\nid = "a"\n', "used twice", "corpus/codebook.toml:4"),
        ('[[theme]]\nname = "no id"\n', "needs an id", "corpus/codebook.toml:1"),
        ('[[theme]]\nid = "Two Words"\n', "needs an id", "corpus/codebook.toml:1"),
        ('[[theme]]\nid = "a"\nname.fr = "x"\n', "must be a text, or texts in en and cy", "corpus/codebook.toml:1"),
        ('[[theme]]\nid = "a"\nseeds.fr = ["x"]\n', "unknown language", "corpus/codebook.toml:1"),
        ('[[theme]]\nid = "a"\nseeds.en = "x"\n', "must be a list", "corpus/codebook.toml:1"),
        ('[[theme]]\nid = "a"\nseeds.en = [1]\n', "must be a list", "corpus/codebook.toml:1"),
        ('[[theme]]\nid = "a"\nseeds = 3\n', "list of phrases or a table", "corpus/codebook.toml:1"),
        ('theme = "x"\n', r"\[\[theme\]\]", "corpus/codebook.toml"),
    ],
)
def test_bad_codebooks_are_told_by_line(text: str, part: str, where: str) -> None:
    with pytest.raises(ReadError, match=part) as error:
        parse_codebook(text)
    assert error.value.where == where
    assert error.value.mend


def test_empty_codebook_is_a_note_not_an_error() -> None:
    book = parse_codebook("# nothing yet\n")
    assert book.themes == ()
    assert [p.code for p in book.problems] == ["empty-codebook"]


@pytest.mark.parametrize(
    ("text", "language", "hits"),
    [
        ("Personal budgets are offered.", "en", 1),
        ("A personal health budget was refused.", "en", 1),
        ("A personal and somewhat very large budget", "en", 0),
        ("Budgets that are personal", "en", 0),
        ("Direct payment or personal budget", "en", 2),
        ("The personal budget deficit grew.", "en", 0),
        ("Taliadau uniongyrchol", "cy", 1),
        ("derbyn daliad uniongyrchol gan yr awdurdod", "cy", 1),
        ("ei thaliad uniongyrchol", "cy", 1),
        ("taliad uniongyrchol", "en", 0),
        ("A direct payment (taliad uniongyrchol).", "mixed", 2),
        ("", "en", 0),
    ],
)
def test_seed_phrases(text: str, language: str, hits: int) -> None:
    theme = Theme(
        "choice",
        "Choice",
        seeds=(("en", "personal budget"), ("en", "direct payments"), ("cy", "taliad uniongyrchol")),
        excludes=(("en", "budget deficit"),),
    )
    assert lexical_hits([theme], [text], [language])[0, 0] == hits


def test_spelling_does_not_part_nations() -> None:
    theme = Theme("coordinator", "Coordinator", seeds=(("en", "care co-ordinator"),))
    texts = ["The care coordinator", "The care co-ordinators", "Care co-ordination", "Organised care"]
    assert lexical_hits([theme], texts, ["en"] * 4).ravel().tolist() == [1, 1, 1, 0]


def test_meaning_alone_must_be_near_and_stand_out() -> None:
    rng = np.random.default_rng(1)
    close = rng.normal(0.1, 0.02, (60, 2))
    close[0, 0] = 0.6
    hits = np.zeros((60, 2), dtype=np.int64)
    hits[1, 0] = 1
    themes = [Theme("a", "A"), Theme("b", "B")]
    names = [f"ps_{k:02}" for k in range(60)]
    found = score_themes(names, themes, hits, close, semantic=True)
    # nobody speaks of b: that its cosines vary a little gives it to nobody
    assert [(h.passage_id, h.theme, h.how) for h in found] == [("ps_00", "a", "suggested"), ("ps_01", "a", "lexical")]
    both = score_themes(names, themes, np.where(close == 0.6, 1, hits), close, semantic=True)
    assert both[0].how == "both"
    words_only = score_themes(names, themes, hits, close, semantic=False)
    assert [h.passage_id for h in words_only] == ["ps_01"]


def test_a_heading_counts_and_meaning_alone_does_not() -> None:
    hits, under = np.zeros((4, 1), dtype=np.int64), np.array([[1], [3], [0], [1]])
    hits[3] = 2
    close = np.array([[0.1], [0.1], [0.9], [0.1]])
    names = ["ps_0", "ps_1", "ps_2", "ps_3"]
    found = score_themes(names, [Theme("a", "A")], hits, close, semantic=True, under=under)
    assert [h.how for h in found] == ["heading", "heading", "suggested", "lexical"]
    # a heading is one hit, however often it names the theme
    assert found[0].score == found[1].score == pytest.approx(-0.5774 + math.log(2), abs=1e-4)
    assert [h.passage_id for h in counted(found)] == ["ps_0", "ps_1", "ps_3"]


def test_a_person_who_confirms_a_suggestion_corrects_the_machine() -> None:
    """For agreement, a suggestion is a "no" of the machine."""
    hits = [ThemeHit("ps_1", "a", 1.0, "suggested"), ThemeHit("ps_2", "a", 1.0, "suggested")]
    out = apply_decisions(
        hits, [("ps_1", "+a"), ("ps_2", "-a")], passages=frozenset({"ps_1", "ps_2"}), themes=frozenset({"a"})
    )
    assert [(h.passage_id, h.how) for h in out.hits] == [("ps_1", "person")]
    assert out.coded["a"] == ((False, True), (False, False))


def test_names_of_nations_do_not_make_passages_alike() -> None:
    wales, language, plan = np.eye(3, dtype=np.float32)
    rows = np.array([wales * 0.9 + plan * 0.436, language * 0.6 + wales * 0.8, [np.nan] * 3], dtype=np.float32)
    seed = np.array([wales * 0.8 + language * 0.6], dtype=np.float32)
    names = np.array([wales, wales], dtype=np.float32)
    before = seed_cosines(rows, [seed])
    after = seed_cosines(without_names(rows, names), [without_names(seed, names)])
    assert before[0, 0] > 0.7
    assert after[0, 0] == pytest.approx(0.0, abs=1e-6)
    assert after[1, 0] == pytest.approx(1.0, abs=1e-6)
    assert np.isnan(after[2, 0])


def test_the_heading_of_a_passage() -> None:
    assert heading_of("Act > Part 1 > Voice and control", "Act") == "Voice and control"
    assert heading_of("", "Act") == heading_of("ACT ", "Act") == ""
    assert heading_of("Care plans", "Act") == "Care plans"


def test_passage_without_a_vector_keeps_its_words() -> None:
    near = seed_cosines(np.array([[1.0, 0.0], [np.nan, np.nan]], dtype=np.float32), [np.eye(2, dtype=np.float32)])
    assert near[0, 0] == pytest.approx(0.5)
    assert np.isnan(near[1, 0])
    found = score_themes(["ps_1", "ps_2"], [Theme("a", "A")], np.array([[0], [2]]), near, semantic=True)
    assert [(h.passage_id, h.how) for h in found] == [("ps_2", "lexical")]


def test_no_passages_and_no_themes() -> None:
    assert lexical_hits([], ["x"], ["en"]).shape == (1, 0)
    assert bm25([Theme("a", "A")], [], []).shape == (0, 1)
    assert bm25([], ["x"], ["en"]).shape == (1, 0)


def test_people_have_the_last_word() -> None:
    machine = [ThemeHit("ps_1", "a", 1.0, "lexical"), ThemeHit("ps_2", "a", 2.0, "both")]
    out = apply_decisions(
        machine,
        [("ps_1", "+a"), ("ps_1", "-a"), ("ps_3", "+a"), ("ps_2", "+a"), ("ps_9", "+a"), ("ps_1", "+z"), ("ps_1", "a")],
        passages=frozenset({"ps_1", "ps_2", "ps_3"}),
        themes=frozenset({"a"}),
    )
    assert [(h.passage_id, h.how, h.score) for h in out.hits] == [("ps_2", "person", 2.0), ("ps_3", "person", 0.0)]
    assert out.unknown_passages == ("ps_9",)
    assert out.unknown_themes == ("z",)
    assert out.bad == ("ps_1 a",)
    assert out.coded == {"a": ((True, False), (True, True), (False, True))}
