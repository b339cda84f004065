"""JSON files of any size and in any wrapping: every entry with its own text and line, or as a problem."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metanarrative.model import Problem, Record
from metanarrative.read import json_items, read_file
from metanarrative.read.json_items import Item, items, n_items
from metanarrative.read.source import Source, decode

WORK = {
    "id": "https://openalex.org/W1000",
    "title": "Cynllunio gofal â phobl",
    "publication_year": 2016,
    "authorships": [{"author": {"id": "https://openalex.org/A1", "display_name": "Ann Ash"}}, {"author": {}}],
    "referenced_works": ["https://openalex.org/W2"],
}


def works(n: int) -> list[dict[str, Any]]:
    return [{**WORK, "id": f"https://openalex.org/W{1000 + i}", "title": f"Plan {i}, â"} for i in range(n)]


def went_through(path: Path, lists: tuple[str, ...] = ("results",)) -> tuple[list[Item], list[Problem]]:
    source = Source(path, name=path.name)
    found = list(items(source, lists))
    good = [one for one in found if isinstance(one, Item)]
    bad = [one for one in found if isinstance(one, Problem)]
    assert n_items(source, lists) == n_items(Source(path), lists)
    assert n_items(source, lists) == len(good) + sum(problem.severity == "error" for problem in bad)
    return good, bad


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "a.json"
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path) -> tuple[list[Record], list[Problem]]:
    records, problems, info = read_file(path)
    assert info.n_found == info.n_read + info.n_lost
    return records, problems


@pytest.mark.parametrize("window", [7, 64, 1000, 10**6])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("wrapping", ["list", "page", "lines", "late list"])
def test_every_entry_keeps_its_text_and_line_wherever_the_window_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: int, indent: int | None, wrapping: str
) -> None:
    monkeypatch.setattr(json_items, "_WINDOW", window)
    monkeypatch.setattr(json_items, "_WHOLE", 900)
    made = works(30)
    wrapped: dict[str, Any] = {
        "list": made,
        "page": {"meta": {"count": 30}, "results": made},
        "late list": {"n": [1, [2]], "meta": {"results": []}, "results": made, "end": None},
    }
    if wrapping == "lines":
        text = "\n".join(json.dumps(one, ensure_ascii=False) for one in made)
    else:
        text = json.dumps(wrapped[wrapping], indent=indent, ensure_ascii=False)
    found, problems = went_through(written(tmp_path, text))
    assert problems == []
    assert [one.value for one in found] == made
    place = 0
    for one in found:  # in order, each where its line says, in its own words
        place = text.index(one.raw, place)
        assert one.line == 1 + text.count("\n", 0, place)
        assert json.loads(one.raw) == one.value
        place += len(one.raw)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["results", "title", "a", "b"]), inner, max_size=4)
        ),
        max_leaves=15,
    ),
    st.sampled_from([None, 1]),
    st.integers(1, 40),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_the_window_never_changes_what_is_found(
    tmp_path_factory: pytest.TempPathFactory, value: Any, indent: int | None, window: int, cut: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    path = written(tmp_path_factory.mktemp("json"), text[: max(1, len(text) * 2 // 3)] if cut else text)
    whole = went_through(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_items, "_WINDOW", window)
        assert went_through(path)[0] == whole[0]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("lines", [False, True])
@pytest.mark.parametrize("at", [0, 5, 19])
def test_damage_costs_only_the_damaged_entry(tmp_path: Path, indent: int | None, lines: bool, at: int) -> None:
    made = works(20)
    text = json.dumps({"meta": {}, "results": made}, indent=indent)
    if lines:
        text = "\n".join(map(json.dumps, made))
    text = text.replace(f'"Plan {at}, ', f"Plan {at}, ")
    records, problems = read(written(tmp_path, text))
    assert [record.key for record in records] == [f"W{1000 + i}" for i in range(20) if i != at]
    assert [(problem.code, problem.severity) for problem in problems] == [("bad-json", "error")]


def test_an_entry_cut_off_in_the_middle_of_a_line_file_costs_itself(tmp_path: Path) -> None:
    lines = [json.dumps(one) for one in works(5)]
    lines[2] = lines[2][:100]
    records, problems = read(written(tmp_path, "\n".join(lines)))
    assert [record.key for record in records] == ["W1000", "W1001", "W1003", "W1004"]
    assert [problem.line for problem in problems] == [3]


def test_pages_saved_into_one_file_are_all_read(tmp_path: Path) -> None:
    pages = [{"meta": {"page": n}, "results": works(4)[2 * n : 2 * n + 2]} for n in range(2)]
    keys = ["W1000", "W1001", "W1002", "W1003"]
    for text in (
        "\n".join(map(json.dumps, pages)),
        "".join(map(json.dumps, pages)),
        "\n".join(json.dumps(page, indent=2) for page in pages),
        json.dumps(pages),
        "\n".join(json.dumps(page["results"]) for page in pages),
    ):
        records, problems = read(written(tmp_path, text))
        assert [record.key for record in records] == keys
        assert problems == []


def test_what_is_no_object_and_a_second_list_are_told(tmp_path: Path) -> None:
    found, problems = went_through(written(tmp_path, '[1, {"a": 2}, "x", null]'))
    assert [one.value for one in found] == [{"a": 2}]
    assert [problem.severity for problem in problems] == ["error"] * 3
    found, problems = went_through(
        written(tmp_path, json.dumps({"data": [{"a": 1}], "results": [{"a": 2}]})), ("results", "data")
    )
    assert [one.value for one in found] == [{"a": 2}]
    assert [(problem.code, problem.severity) for problem in problems] == [("list-not-read", "warning")]
    assert "'data'" in problems[0].message


def test_a_list_of_names_or_a_list_inside_an_entry_holds_no_entries(tmp_path: Path) -> None:
    for value in ({"a": 1, "results": ["x", "y"]}, {"title": "Care", "results": [{"title": "Another"}]}):
        (found,), problems = went_through(written(tmp_path, json.dumps(value)))
        assert (found.value, problems) == (value, [])


def test_text_behind_the_entries_is_told(tmp_path: Path) -> None:
    found, problems = went_through(written(tmp_path, '{"results": [{"a": 1}]'))
    assert len(found) == 1
    assert [(problem.severity, problem.message) for problem in problems] == [
        ("warning", "the text behind the list is damaged or cut off")
    ]
    found, problems = went_through(written(tmp_path, '[{"a": 1}] and so on'))
    assert len(found) == 1
    assert [problem.severity for problem in problems] == ["error"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_in_one_long_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    monkeypatch.setattr(json_items, "_WINDOW", 50)
    path = written(tmp_path, json.dumps(works(9), ensure_ascii=False), encoding)
    records, problems = read(path)
    assert [record.title for record in records] == [f"Plan {i}, â" for i in range(9)]
    assert bool(problems) is (encoding not in ("utf-8", "utf-8-sig"))


@given(st.text(st.sampled_from("aâ€😀\n"), max_size=40), st.integers(1, 9))
@settings(max_examples=100, deadline=None)
def test_pieces_of_a_text_never_cut_a_character(tmp_path_factory: pytest.TempPathFactory, text: str, size: int) -> None:
    path = written(tmp_path_factory.mktemp("texts"), text)
    pieces = list(Source(path).texts(size=size))
    assert "".join(pieces) == text == decode(path.read_bytes())[0]


def test_memory_is_flat_in_the_size_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_items, "_WINDOW", 20_000)
    monkeypatch.setattr(json_items, "_WHOLE", 20_000)
    path = tmp_path / "a.json"
    for text in (json.dumps({"results": works(8_000)}), "\n".join(map(json.dumps, works(8_000)))):
        path.write_text(text, encoding="utf-8")
        assert path.stat().st_size > 1_500_000
        tracemalloc.start()
        assert sum(isinstance(one, Item) for one in items(Source(path), ("results",))) == 8_000
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 600_000


def test_lens_zotero_and_semantic_scholar_answers(tmp_path: Path) -> None:
    lens = {
        "lens_id": "000-1", "title": "Care planning", "publication_type": "journal article", "year_published": 2001,
        "authors": [{"first_name": "Barbara", "last_name": "Ash", "initials": "B"}, {"collective_name": "A group",
        "display_name": "A group"}], "source": {"title": "J Made"}, "volume": "1", "start_page": "3", "end_page": "9",
        "external_ids": [{"type": "doi", "value": "10.1234/A"}, {"type": "pmid", "value": "1234"}],
        "references": [{"lens_id": "000-2"}, {"lens_id": "000-3", "text": "Deegan PE, 1988, PRJ, V11, P11"}],
    }  # fmt: skip
    (record,), _ = read(written(tmp_path, json.dumps({"total": 1, "data": [lens]})))
    assert (record.authors, record.doi, record.pmid) == (("Ash, Barbara", "A group"), "10.1234/a", "1234")
    assert (record.venue, record.year, record.pages, record.key) == ("J Made", 2001, "3-9", "000-1")
    assert [(cited.key, cited.year) for cited in record.references] == [("000-2", None), ("000-3", 1988)]
    item = {
        "itemType": "journalArticle", "title": "Care", "date": "2001-03", "DOI": "10.1234/b",
        "creators": [
            {"creatorType": "author", "firstName": "Barbara", "lastName": "Ash"},
            {"creatorType": "editor", "name": "NHS Wales"},
        ],
        "tags": [{"tag": "care"}, {"tag": "plan"}],
    }  # fmt: skip
    for value in ([{"key": "AB", "version": 3, "data": {"key": "AB", **item}}], {"config": {}, "items": [item]}):
        (record,), _ = read(written(tmp_path, json.dumps(value, indent=1)))
        assert (record.authors, record.year, record.doi) == (("Ash, Barbara",), 2001, "10.1234/b")
        assert (record.extra["editor"], record.extra["tags"]) == ("NHS Wales", "care; plan")
        assert json.loads(record.raw)["title"] == "Care"
    paper = {
        "paperId": "p1", "title": "Care", "year": 2001, "venue": "J Made",
        "authors": [{"authorId": "1", "name": "B Ash"}],
        "externalIds": {"DOI": "10.1234/c", "PubMed": 77}, "references": [{"paperId": "p2", "title": "Recovery"}],
    }  # fmt: skip
    (record,), _ = read(written(tmp_path, json.dumps([paper])))
    assert (record.doi, record.references[0].key, record.references[0].title) == ("10.1234/c", "p2", "Recovery")


def test_pairs_of_records_keep_their_own_text_and_line(tmp_path: Path) -> None:
    pair = {"n": 1, "a": {"title": "One", "year": 2001}, "b": {"title": "Two", "year": 2002}}
    path = written(tmp_path, json.dumps([pair], indent=1))
    one, two = read(path)[0]
    assert (one.line, two.line) == (4, 8)
    assert json.loads(two.raw) == pair["b"]
