"""Language, Welsh forms, sentences and passages."""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metanarrative.model import Block
from metanarrative.text.language import language_of, main_language
from metanarrative.text.passages import Cut, passages, sentences
from metanarrative.text.welsh import STOP_CY, STOP_EN, fold_welsh, mutations, phrase_pattern, radicals

Shared = Callable[[str], Path]


# --- language -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Every adult has the right to ask for a review of the plan.", "en"),
        ("Mae gan bob oedolyn yr hawl i ofyn am adolygiad o'r cynllun.", "cy"),
        ("Voice and control", "en"),
        ("Llais a rheolaeth", "cy"),
        ("Direct payments", "en"),
        ("Taliadau uniongyrchol", "cy"),
        ("“care co-ordinator” (“cydgysylltydd gofal”) means a person appointed to see to the plan", "en"),
        (
            "The health board must publish its scheme. It must consult before it does so. "
            "Rhaid i'r bwrdd iechyd gyhoeddi ei gynllun. Rhaid iddo ymgynghori cyn gwneud hynny.",
            "mixed",
        ),
        ("", "unknown"),
        ("12.4 / 17", "unknown"),
        ("https://www.gov.wales/mental-health", "unknown"),
    ],
)
def test_language_of_short_and_long(text: str, expected: str) -> None:
    assert language_of(text) == expected


def test_the_surroundings_decide_what_says_nothing() -> None:
    assert language_of("Cymraeg 2050", prior="en") == "en"
    assert language_of("Atodiad 2", prior="cy") == "cy"
    assert language_of("7.", prior="cy") == "cy"
    # but never against function words
    assert language_of("Review of the plan", prior="cy") == "en"
    assert language_of("Adolygu'r cynllun gofal", prior="en") == "cy"


NEIGHBOURS = {
    "br": "Ar gêr a zo war aod ar mor, ha kalz a dud a zeu eno evit al labour hag ar skolioù bras. ",
    "gd": "Tha am baile air an oirthir agus tha mòran dhaoine a' tighinn ann airson obair is sgoiltean. ",
    "ga": "Tá an baile ar an gcósta agus tagann go leor daoine ann le haghaidh oibre agus scoileanna. ",
    "fr": "La ville est sur la côte et beaucoup de gens y viennent pour le travail et les écoles. ",
    "nl": "De stad ligt aan de kust en veel mensen komen er voor het werk en de scholen. ",
    "es": "La ciudad está en la costa y mucha gente viene aquí por el trabajo y las escuelas. ",
}


@pytest.mark.parametrize("code", sorted(NEIGHBOURS))
def test_other_languages_are_never_welsh_at_length(code: str) -> None:
    assert language_of(NEIGHBOURS[code] * 6) == "unknown"
    assert language_of(NEIGHBOURS[code] * 6, prior="cy") == "unknown"


def test_main_language() -> None:
    english = "The plan must be reviewed by the team every year."
    welsh = "Rhaid i'r tîm adolygu'r cynllun bob blwyddyn."
    assert main_language([english] * 5 + [welsh]) == "en"
    assert main_language([welsh] * 5 + [english]) == "cy"
    assert main_language([english, welsh]) == "mixed"
    assert main_language([]) == "unknown"


def test_treebank_sentences(shared: Shared) -> None:
    with shared("lang/ud_welsh_dev.tsv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == 409
    for code in ("cy", "en"):
        long = [row[code] for row in rows if len(row[code]) >= 40]
        right = sum(language_of(text) == code for text in long)
        assert right / len(long) >= 0.99, (code, right, len(long))


@pytest.mark.parametrize(("name", "expected"), [("cym", "cy"), ("eng", "en"), ("gle", "unknown")])
def test_declaration(shared: Shared, name: str, expected: str) -> None:
    text = re.sub(r"<[^>]+>", " ", shared(f"lang/udhr_{name}.xml").read_text(encoding="utf-8"))
    assert language_of(text) == expected


def test_very_short_welsh(shared: Shared) -> None:
    lines = shared("lang/techiaith_cc0_common.jsonl").read_text(encoding="utf-8").splitlines()
    told = [language_of(json.loads(line)["text"], prior="cy") for line in lines]
    assert len(told) == 100
    assert told.count("cy") >= 95


# --- Welsh words ----------------------------------------------------------------------------


def test_the_word_that_lemmatisers_miss() -> None:
    forms = mutations("cydgysylltydd")
    assert forms == ("cydgysylltydd", "gydgysylltydd", "nghydgysylltydd", "chydgysylltydd")
    for form in forms:
        assert fold_welsh(form, {"cydgysylltydd"}) == "cydgysylltydd"


@pytest.mark.parametrize(
    ("radical", "forms"),
    [
        ("pobl", ("pobl", "bobl", "mhobl", "phobl")),
        ("triniaeth", ("triniaeth", "driniaeth", "nhriniaeth", "thriniaeth")),
        ("bwrdd", ("bwrdd", "fwrdd", "mwrdd")),
        ("deddf", ("deddf", "ddeddf", "neddf")),
        ("gofal", ("gofal", "ofal", "ngofal")),
        ("meddwl", ("meddwl", "feddwl")),
        ("llesiant", ("llesiant", "lesiant")),
        ("rheoliadau", ("rheoliadau", "reoliadau")),
        ("anghenion", ("anghenion", "hanghenion")),
        ("iechyd", ("iechyd", "hiechyd")),
        ("theatr", ("theatr",)),
        ("chwarae", ("chwarae",)),
        ("Cymru", ("Cymru", "Gymru", "Nghymru", "Chymru")),
        ("Gwynedd", ("Gwynedd", "Wynedd", "Ngwynedd")),
    ],
)
def test_mutations_and_back(radical: str, forms: tuple[str, ...]) -> None:
    assert mutations(radical) == forms
    for form in forms:
        assert radical in radicals(form), form


def test_phrases_are_met_in_every_form() -> None:
    pattern = re.compile(phrase_pattern("cydgysylltydd gofal"), re.IGNORECASE)
    for text in ("Y cydgysylltydd gofal", "ei chydgysylltydd gofal", "fy nghydgysylltydd  ngofal"):
        assert pattern.search(text), text
    assert not pattern.search("cydgysylltydd gofalus")


def test_stop_words_are_of_their_language() -> None:
    assert {"y", "yr", "yn", "'r", "ac", "mae", "sydd", "rhaid"} <= STOP_CY
    assert {"the", "of", "must", "should"} <= STOP_EN
    assert not STOP_CY & {"gofal", "iechyd", "cynllun", "claf"}
    assert not STOP_EN & {"care", "plan", "patient", "review"}


# --- sentences ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expected",
    [
        ["The plan is made under s. 18 of the Measure.", "It must be reviewed."],
        ["See para. 4.2 and reg. 7(1).", "The duty remains."],
        ["Dr. Jones and Prof. Evans agreed (Smith et al. 2012).", "Others did not."],
        ["Rhaid adolygu'r cynllun (gw. adran 18).", "Dylid gwneud hynny bob blwyddyn."],
        ["Costs rose by 3.5 per cent.", "Why?", "No one knows!"],
    ],
)
def test_sentences(expected: list[str]) -> None:
    text = " ".join(expected)
    assert [text[a:b] for a, b in sentences(text)] == expected


# --- passages -------------------------------------------------------------------------------


def words(n: int, word: str = "word") -> str:
    return " ".join([word] * n)


def slices(text: str, cuts: list[Cut]) -> list[str]:
    return [text[cut.start : cut.end] for cut in cuts]


def test_items_inherit_their_stem() -> None:
    section = "Duties"
    blocks = [
        Block("Duties", kind="heading", level=1),
        Block("The co-ordinator must—", number="18(1)", section=section),
        Block(words(30, "first"), kind="list", number="18(1)(a)", section=section),
        Block("ensure that—", kind="list", number="18(1)(b)", section=section),
        Block(words(30, "second"), kind="list", number="18(1)(b)(i)", section=section),
        Block(words(30, "third"), kind="list", number="18(1)(b)(ii)", section=section),
        Block(words(30, "fourth"), kind="list", number="18(1)(c)", section=section),
        Block(words(30, "fifth"), number="18(2)", section=section),
    ]
    text, cuts = passages(blocks)
    assert [(cut.paragraph, cut.stem) for cut in cuts] == [
        ("18(1)–18(1)(a)", ""),
        ("18(1)(b)–18(1)(b)(i)", "The co-ordinator must—"),
        ("18(1)(b)(ii)", "The co-ordinator must— ensure that—"),
        ("18(1)(c)", "The co-ordinator must—"),
        ("18(2)", ""),
    ]
    assert slices(text, cuts)[3] == words(30, "fourth")
    assert slices(text, cuts)[0].startswith("The co-ordinator must—\nfirst")


def test_long_paragraphs_are_cut_at_sentence_ends() -> None:
    sentence = "The team must meet the person and write down what was said about the plan."
    body = " ".join([sentence] * 20)  # 300 words
    text, cuts = passages([Block(body)])
    pieces = slices(text, cuts)
    assert len(pieces) == 2
    assert " ".join(pieces) == body
    assert all(piece.startswith("The team") and piece.endswith("plan.") for piece in pieces)
    assert {cut.paragraph for cut in cuts} == {"1"}


def test_short_neighbours_are_joined_only_inside_a_section() -> None:
    blocks = [
        Block("One", kind="heading", level=1),
        Block(words(10), section="One"),
        Block(words(10), section="One"),
        Block("Two", kind="heading", level=1),
        Block(words(5), section="Two"),
    ]
    _, cuts = passages(blocks)
    assert [(cut.section, cut.paragraph) for cut in cuts] == [("One", "1–2"), ("Two", "3")]


def test_short_subsections_keep_their_own_address() -> None:
    _, cuts = passages([Block(words(10), number="7(1)"), Block(words(90), number="7(2)")])
    assert [cut.paragraph for cut in cuts] == ["7(1)", "7(2)"]


def test_tables_and_notes_stand_alone() -> None:
    blocks = [
        Block(words(5)),
        Block("a\tb\nc\td", kind="table"),
        Block(words(5)),
        Block(words(3), kind="note"),
    ]
    text, cuts = passages(blocks)
    assert [cut.kind for cut in cuts] == ["paragraph", "table", "paragraph", "note"]
    assert slices(text, cuts)[1] == "a b\nc d"


def test_empty_document() -> None:
    assert passages([]) == ("", [])
    assert passages([Block("  "), Block("Heading", kind="heading", level=1)]) == ("Heading", [])


BLOCKS = st.lists(
    st.builds(
        Block,
        text=st.one_of(
            st.text(max_size=60),
            st.integers(0, 700).map(lambda n: words(n, "Words go. And, more;")),
            st.integers(1, 400).map(words),
        ),
        kind=st.sampled_from(("paragraph", "heading", "list", "table", "note")),
        number=st.sampled_from(("", "1", "1.2", "18(1)", "18(1)(a)", "18(1)(a)(i)")),
        section=st.sampled_from(("", "One", "One > Two")),
        page=st.sampled_from((None, 1, 2)),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(BLOCKS)
def test_every_word_is_in_exactly_one_slice(blocks: list[Block]) -> None:
    text, cuts = passages(blocks)
    ends = [0]
    for cut in cuts:
        assert ends[-1] <= cut.start < cut.end <= len(text)
        ends.append(cut.end)
        piece = text[cut.start : cut.end]
        assert piece == piece.strip()
        assert len(piece.split()) <= 180
        assert cut.kind in ("paragraph", "list", "table", "note")
    body = [word for block in blocks if block.kind != "heading" for word in block.text.split()]
    assert [word for piece in slices(text, cuts) for word in piece.split()] == body


def test_a_long_document_is_told_at_a_glance_as_it_would_be_passage_by_passage() -> None:
    english = "The care co-ordinator must write the plan with the person and their family, and review it every year."
    welsh = "Rhaid i'r cydgysylltydd gofal ysgrifennu'r cynllun gyda'r person a'i deulu, a'i adolygu bob blwyddyn."
    assert main_language([english] * 40) == "en"
    assert main_language([welsh] * 40) == "cy"
    assert main_language([english] * 40 + [welsh] * 40) == "mixed"
    assert main_language([english] * 40 + [welsh] * 3) == "en"
    assert main_language(["Aire Shláinte agus cúram a chur ar fáil do gach duine sa phobal"] * 40) == "unknown"


@pytest.mark.parametrize("piece", ["x", "the", "a@", "www.", "é’"])
def test_endless_text_is_answered_at_once(piece: str) -> None:
    started = time.monotonic()
    assert language_of(piece * (5_000_000 // len(piece))) == "unknown"
    assert time.monotonic() - started < 10
    plain = "The plan must be reviewed by the care coordinator."
    assert language_of(f"{piece * 1000} {plain}") == language_of(plain)
