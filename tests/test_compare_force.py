"""Force: hand-written sentences in kind of legislation and guidance, with traps, English and Welsh."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from metanarrative.compare.actors import Gazetteer, builtin_gazetteer, parse_actors
from metanarrative.compare.force import in_place, inherited, provisions
from metanarrative.compare.words import stem_cy
from metanarrative.errors import ReadError

FIXTURES = Path(__file__).parent / "fixtures" / "compare"
_ENTRY = re.compile(r"none\([^)]*\)|[a-z-]+@(?:\*|-|[a-z ;]+?)\^?(?=\s+[a-z-]+@|\s+none\(|$)")


def cases(language: str) -> list[tuple[str, list[str]]]:
    lines = (FIXTURES / f"force_{language}.tsv").read_text("utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(text, _ENTRY.findall(wanted)) for text, wanted in pairs]


def agrees(wanted: str, text: str, language: str, position: int) -> bool:
    found = provisions(text, language)[position]
    if wanted.startswith("none("):
        return found.force == "none" and f"none({found.filter})" == wanted
    force, bearer = wanted.rstrip("^").split("@")
    return (
        found.force == force
        and bearer in ("*", found.bearer or "-")
        and (bearer == "*" or found.passive == wanted.endswith("^"))
    )


def test_enough_sentences() -> None:
    assert len(cases("en")) >= 80
    assert len(cases("cy")) >= 40


@pytest.mark.parametrize(("text", "wanted"), cases("en"))
def test_english(text: str, wanted: list[str]) -> None:
    assert wanted, "the fixture line has no expectation"
    assert len(provisions(text)) == len(wanted)
    assert all(agrees(want, text, "en", at) for at, want in enumerate(wanted)), provisions(text)


@pytest.mark.parametrize(("text", "wanted"), cases("cy"))
def test_welsh(text: str, wanted: list[str]) -> None:
    assert wanted, "the fixture line has no expectation"
    assert len(provisions(text, "cy")) == len(wanted)
    assert all(agrees(want, text, "cy", at) for at, want in enumerate(wanted)), provisions(text, "cy")


@pytest.mark.parametrize("language", ["en", "cy"])
def test_offsets_give_the_cue_back(language: str) -> None:
    text = "  ".join(text for text, _ in cases(language))
    found = provisions(text, language)
    assert found
    assert all(text[p.start : p.end] == p.cue for p in found)
    spans = [(p.start, p.end) for p in found]
    assert spans == sorted(spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_negation_is_told() -> None:
    assert [p.negated for p in provisions("The trust must not delay. It should reply. It need not explain.")] == [
        True,
        False,
        True,
    ]


def test_list_item_takes_the_force_of_its_stem() -> None:
    stem = "The care coordinator must, in consultation with the patient—"
    found = inherited(stem, "(a) agree the outcomes which the services are designed to achieve;")
    assert found is not None
    assert (found.force, found.bearer, found.start, found.end) == ("must", "care coordinator", 0, 0)
    assert "agree the outcomes" in found.sentence


def test_list_item_of_a_definition_takes_nothing() -> None:
    assert inherited("In this Measure the following are providers—", "(a) a local health board;") is None


def test_list_item_in_the_passive_has_no_bearer() -> None:
    found = inherited("A plan must—", "(a) be made in writing;")
    assert found is not None
    assert (found.force, found.passive, found.bearer) == ("must", True, "")


def test_mixed_passage_is_read_sentence_by_sentence() -> None:
    text = "Rhaid i'r awdurdod lleol adolygu'r cynllun. The local authority must review the plan."
    assert [(p.force, p.bearer) for p in provisions(text, "mixed")] == [("must", "local authority")] * 2


def test_pronoun_bearer_is_less_certain() -> None:
    first, second = provisions("The trust must consult carers. It must publish the result.")
    assert second.bearer == first.bearer
    assert second.confidence < first.confidence


@pytest.mark.parametrize("text", ["", " ", "\n\n", "1.2.3", "must", "MUST NOT", "(a)", "?" * 300, "may " * 50])
@pytest.mark.parametrize("language", ["en", "cy", "mixed", "unknown"])
def test_odd_text_is_no_trouble(text: str, language: str) -> None:
    for found in provisions(text, language):
        assert text[found.start : found.end] == found.cue


def test_should_becomes_must_changes_only_the_class() -> None:
    texts = [text for text, wanted in cases("en") if wanted and wanted[0].startswith("should@") and " should " in text]
    assert len(texts) >= 7
    for text in texts:
        before = provisions(text)[0]
        after = provisions(text.replace(" should ", " must ", 1))[0]
        assert (before.force, after.force) == ("should", "must")
        assert before.bearer == after.bearer


def test_gazetteer_can_be_extended() -> None:
    own = parse_actors('[[actor]]\nid = "safety panel"\ntype = "panel"\nen = ["safety panel"]\n', "corpus/actors.toml")
    who = Gazetteer((*builtin_gazetteer().entries, *own))
    assert provisions("The safety panel must meet monthly.", "en", who)[0].bearer_type == "panel"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[[actor]]\nid = 1", "actor number 1"),
        ("[[actor]\n", "not valid TOML"),
        ('[[actor]]\nid="x"\ntype="y"\nen="z"', "lists"),
    ],
)
def test_bad_actors_are_named(text: str, part: str) -> None:
    with pytest.raises(ReadError, match=part) as error:
        parse_actors(text, "corpus/actors.toml")
    assert error.value.where.startswith("corpus/actors.toml")
    assert error.value.mend


def test_welsh_care_is_not_carers() -> None:
    assert len({stem_cy("gofal"), stem_cy("gofalwr"), stem_cy("cynllun")}) == 3
    pairs = {"gofalwyr": "gofalwr", "defnyddwyr": "defnyddiwr", "cydgysylltwyr": "cydgysylltydd"}
    assert {plural: stem_cy(plural) for plural in pairs} == pairs
    assert not builtin_gazetteer().find("cynllun gofal a thriniaeth", "cy")
    own = {stem_cy(word) for word in ("gofalwr", "gofalwyr")}
    assert not own & {stem_cy(word) for word in "cynllun gofal a thriniaeth".split()}


STRATEGIES = ("p08", "p09", "p15", "p18", "p31", "p36", "p37", "p42", "p56", "p59")


@pytest.mark.parametrize("key", STRATEGIES)
def test_every_strategy_of_the_worked_example_hopes_for_something(key: str) -> None:
    (path,) = (Path(__file__).parents[1] / "corpus" / "policy").glob(f"*/{key}-*.md")
    body = path.read_text("utf-8").split("---", 2)[2]
    found = in_place(provisions(body), document="strategy")
    assert any(p.force == "aspires" for p in found)
    assert not any(p.force == "must" and p.cue in ("are to", "is to", "are to be", "is to be") for p in found)


def test_in_a_strategy_are_to_is_a_hope() -> None:
    found = provisions("Local authorities are to offer advice. They must keep a record.")
    assert [p.force for p in in_place(found, document="guidance")] == ["must", "must"]
    hoped = in_place(found, document="strategy")
    assert [p.force for p in hoped] == ["aspires", "must"]
    assert hoped[0].confidence < found[0].confidence


@pytest.mark.parametrize(
    ("section", "text", "document", "why"),
    [
        ("Part 1 > Overview of this Act", "A local authority must meet needs.", "statute", "overview"),
        ("Rhan 1 > Trosolwg", "Rhaid i awdurdod lleol ymateb.", "statute", "overview"),
        ("Introduction", "It brings a new duty on the local authority to submit a plan.", "guidance", "overview"),
        ("Introduction", "The team must meet weekly.", "guidance", ""),
        ("Explanatory Note > 2", "A provider must register.", "regulations", "explanatory note"),
        ("Nodyn Esboniadol", "Rhaid i ddarparwr gofrestru.", "regulations", "explanatory note"),
        ("", "(This note is not part of the Order.) A provider must register.", "regulations", "explanatory note"),
        ("Part 2 > Reviews", "A provider must register.", "statute", ""),
    ],
)
def test_where_a_trigger_stands(section: str, text: str, document: str, why: str) -> None:
    language = "cy" if text.startswith("Rhaid") else "en"
    (found,) = in_place(provisions(text, language), document=document, section=section, text=text)
    assert (found.filter, found.force == "none") == (why, bool(why))
