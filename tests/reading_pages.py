"""What a page carries, read back as its script reads it."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import re
from typing import Any

import numpy as np


def block_of(html: str, name: str) -> dict[str, Any]:
    """Return a data block of a page; {} where it has none of this name."""
    found = re.search(rf'<script type="[\w/]+" id="{name}"( data-packed="gzip")?>(.*?)</script>', html, re.DOTALL)
    if not found:
        return {}
    text = gzip.decompress(base64.b64decode(found[2])).decode() if found[1] else found[2]
    value: dict[str, Any] = json.loads(text)
    return value


def numbers_of(typed: list[str]) -> list[int]:
    """Return the numbers of a typed array."""
    return [int(number) for number in np.frombuffer(base64.b64decode(typed[1]), dtype=f"<{typed[0]}")]


def column_of(packed: Any) -> list[Any]:
    """Return the values of a column, None where there is none."""
    if isinstance(packed, list):
        return packed
    at = numbers_of(packed["at"])
    none = 2 ** (8 * int(packed["at"][0][1])) - 1
    if packed["as"] == "integers":
        return [None if number == none else number for number in at]
    if packed["as"] == "words":
        return [None if number == none else packed["words"][number] for number in at]
    ends = np.cumsum([0, *numbers_of(packed["sizes"])]).tolist()
    rows = [at[a:b] for a, b in itertools.pairwise(ends)]
    if packed["as"] == "rows":
        return rows
    words = [[packed["words"][number] for number in row] for row in rows]
    return [[list(pair) for pair in zip(row[::2], row[1::2], strict=True)] for row in words]


def data_of(html: str) -> dict[str, Any]:
    """Return the data of a page, packed or not."""
    first, rest = block_of(html, "data"), block_of(html, "rest")
    assert first
    if "n" not in first:
        return first
    columns = {**first["items"], **rest["items"]}
    links = numbers_of(first["links"])
    return {
        **first,
        **rest,
        "items": {key: column_of(packed) for key, packed in columns.items()},
        "x": numbers_of(first["x"]),
        "y": numbers_of(first["y"]),
        "links": [list(pair) for pair in zip(links[::2], links[1::2], strict=True)],
    }
