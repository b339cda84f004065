"""What a page carries: typed arrays and words by number say what the columns said."""

from __future__ import annotations

import json
from typing import Any

import pages_data
import pytest
from reading_pages import block_of, column_of, data_of, numbers_of

from metanarrative.map.pack import column, data_block, map_blocks, plain, script_json, typed
from metanarrative.map.page import asset
from metanarrative.map.views import tradition


@pytest.mark.parametrize(
    ("values", "way"),
    [
        ([1, None, 254], "integers"),
        ([255, 0, None], "integers"),
        ([70_000, None, 2**32 - 2], "integers"),
        (["a", "b", None, "a", "a", "b"], "words"),
        ([f"w{i % 300}" for i in range(900)], "words"),
        ([[2, 1], [], [65_535]], "rows"),
        ([[["Cited", "3"], ["Grade", "core"]], [], [["Cited", "3"]]], "pairs"),
    ],
)
def test_a_packed_column_is_the_column(values: list[Any], way: str) -> None:
    packed = column(values)
    assert isinstance(packed, dict)
    assert packed["as"] == way
    assert column_of(packed) == values


@pytest.mark.parametrize(
    "values",
    [
        [],
        [None, None],
        ["a", "b", "c"],
        [0.5, 0.25],
        [-1, 2],
        [True, False],
        [2**32 - 1, 0],
        [[["quote"]], [["another", "p. 3"]]],
        [[1], None],
        [["near", [1, 2]]],
        [1, "mixed"],
    ],
)
def test_what_fits_no_way_stays_as_it_is(values: list[Any]) -> None:
    assert column(values) == values


def test_the_highest_number_of_a_kind_is_never_a_value() -> None:
    assert [typed([most])[0] for most in (254, 255, 65_534, 65_535)] == ["u1", "u2", "u2", "u4"]
    assert numbers_of(typed([-10_000, 32_767], "i2")) == [-10_000, 32_767]
    with pytest.raises(OverflowError):
        typed([40_000], "i2")


def test_what_the_first_picture_needs_stands_before_the_script_and_the_texts_behind() -> None:
    html = tradition.build(pages_data.tradition(1500))
    first, script, rest = (html.index(part) for part in ('id="data"', "MN.raster = ", 'id="rest"'))
    assert first < script < rest
    quick = block_of(html, "data")
    assert set(quick["items"]) == {"g", "na", "y", "c", "h"}
    assert "Integrated" not in json.dumps(quick["items"])
    assert data_of(html)["items"]["t"] == [work["title"] for work in pages_data.tradition(1500)["works"]]


def test_places_links_and_columns_come_back() -> None:
    data = tradition.page_of(pages_data.tradition(300)).data
    first, rest = map_blocks(data)
    page = data_of(first + rest)
    for key in ("x", "y", "links", "lists", "groups", "columns"):
        assert page[key] == json.loads(script_json(data[key])), key
    assert page["items"] == json.loads(script_json(data["items"]))


def test_json_block_is_inert() -> None:
    text = script_json({"a": "</script><!-- & \u2028 \ud800"})
    assert "<" not in text
    assert "&" not in text
    assert json.loads(text) == {"a": "</script><!-- & \u2028 "}
    assert "application/json" in data_block({"a": 1})


@pytest.mark.parametrize("odd", [*map(chr, range(32)), "\x7f", "\ud800", "\ufffe", "\uffff", float("nan")])
def test_what_is_odd_never_reaches_a_page(odd: object) -> None:
    for value in ([odd], {"k": ["a", odd]}, *([{odd: 1}, f"a{odd}b"] if isinstance(odd, str) else [])):
        assert script_json(value) == script_json(plain(value))
    assert script_json("a\\u0001\\b") == '"a\\\\u0001\\\\b"'


def test_a_large_block_is_gzipped_unless_it_must_be_quick() -> None:
    data = {"a": ["b" * 100] * 3000}
    assert 'data-packed="gzip"' in data_block(data)
    assert block_of(data_block(data), "data") == data
    assert 'data-packed="gzip"' not in data_block(data, above=0)


def test_the_script_reads_numbers_without_the_help_of_a_library() -> None:
    # toLocaleString loads the browser's library of languages: a fifth of the time to the first picture
    assert "toLocaleString" not in asset("shell.js") + asset("atlas.js") + asset("raster.js") + asset("network.js")
