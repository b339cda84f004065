"""The data of a page as a browser reads them quickly: numbers in typed arrays, texts behind the first picture.

Takes the data of a view, gives the blocks that its page carries. Whole numbers are written as
base64 of little-endian integers, repeated words as numbers into a list; what a map needs for its
first picture stands before the script, everything else behind it, gzipped where it is large.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from metanarrative.map.svg import clean

PACK_ABOVE = 240_000
"""Bytes of page data above which they are gzipped inside the page (decoded by the browser)."""

DRAWN = ("g", "na", "y", "c", "h")
"""Columns of an item that the first picture is drawn from: group, nation, year, citations, hollow."""

_BYTES = {"u1": 1, "u2": 2, "u4": 4}


_ODD = re.compile("[\x7f\ud800-\udfff\ufffe\uffff]|\\\\(?:u00[01]|[bf])")
"""What :func:`plain` would take out of a text, as JSON writes it; a backslash of the text's own looks the same."""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def script_json(value: object) -> str:
    """Return JSON that is safe inside a script element, also in old parsers.

    Examples
    --------
    >>> script_json({"t": "</script>&"})
    '{"t":"\\\\u003c/script\\\\u003e\\\\u0026"}'
    """
    try:
        text = _json(value)
    except (TypeError, ValueError):  # a mapping that is no dict, a NaN
        text = _json(plain(value))
    else:
        # most data need no cleaning, and one look at the whole is quicker than one at every text
        text = _json(plain(value)) if _ODD.search(text) else text
    for letter, code in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(letter, code)
    return text


def plain(value: object) -> object:
    """Return `value` with lone surrogates and control characters taken out of every string; NaN becomes None."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and value != value:  # NaN has no JSON form
        return None
    return value


def data_block(data: Mapping[str, Any], block: str = "data", *, above: int = PACK_ABOVE) -> str:
    """Return the data of the page as a block that a browser never runs.

    Above so many bytes it is gzipped and base64-coded; browsers decode that with their own
    DecompressionStream, from ``file://`` too.

    Parameters
    ----------
    data : mapping
    block : str
        Id of the element.
    above : int
        0: never gzipped.
    """
    text = script_json(data)
    if not above or len(text) <= above:
        return f'<script type="application/json" id="{block}">{text}</script>'
    packed = base64.b64encode(gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)).decode("ascii")
    return f'<script type="text/plain" id="{block}" data-packed="gzip">{packed}</script>'


def typed(numbers: Sequence[int], kind: str = "") -> list[str]:
    """Return whole numbers as kind and base64 of little-endian integers.

    Parameters
    ----------
    numbers : sequence of int
        0 or more, below 2**32 - 1; -32,768 to 32,767 if `kind` is ``"i2"``.
    kind : {"", "u1", "u2", "u4", "i2"}
        ``""``: the least unsigned one that leaves its highest number free, which stands for "none".

    Examples
    --------
    >>> typed([1, 2, 254]), typed([1, 255])
    (['u1', 'AQL+'], ['u2', 'AQD/AA=='])
    """
    if not kind:
        most = max(numbers, default=0)
        kind = "u1" if most < 2**8 - 1 else "u2" if most < 2**16 - 1 else "u4"
    return [kind, base64.b64encode(np.asarray(numbers, dtype=np.dtype(f"<{kind}")).tobytes()).decode("ascii")]


def _with_none(numbers: Sequence[int | None]) -> list[str]:
    """Return whole numbers, some of them missing, in a kind whose highest number says so."""
    kind = typed([number for number in numbers if number is not None])[0]
    none = 2 ** (8 * _BYTES[kind]) - 1
    return typed([none if number is None else number for number in numbers], kind)


def column(values: Sequence[Any]) -> list[Any] | dict[str, Any]:
    """Return a column of items in the shortest of the ways that a page can read.

    Parameters
    ----------
    values : sequence
        One entry an item; None where it has none.

    Returns
    -------
    list or dict
        The values themselves, or ``as``: ``integers`` (``at``: the numbers), ``words`` (``at``:
        numbers into ``words``), ``rows`` (lists of numbers: ``sizes`` and ``at``, end to end) or
        ``pairs`` (lists of two words: ``sizes``, ``at``, ``words``).

    Examples
    --------
    >>> column([3, None])
    {'as': 'integers', 'at': ['u1', 'A/8=']}
    >>> column(["a", "b", "a", "a"])
    {'as': 'words', 'words': ['a', 'b'], 'at': ['u1', 'AAEAAA==']}
    >>> column(["a", "b"])
    ['a', 'b']
    """
    known = [value for value in values if value is not None]
    if known and all(type(value) is int and 0 <= value < 2**32 - 1 for value in known):
        return {"as": "integers", "at": _with_none(values)}
    if known and all(isinstance(value, str) for value in known):
        numbers = _numbered(known)
        if 2 * len(numbers) <= len(known):
            at = _with_none([None if value is None else numbers[value] for value in values])
            return {"as": "words", "words": list(numbers), "at": at}
    elif known and len(known) == len(values) and all(isinstance(value, list) for value in known):
        flat = [entry for value in known for entry in value]
        if all(type(entry) is int and entry >= 0 for entry in flat):
            return {"as": "rows", "sizes": typed([len(value) for value in known]), "at": typed(flat)}
        if all(isinstance(pair, list) and [type(word) for word in pair] == [str, str] for pair in flat):
            words = [word for pair in flat for word in pair]
            numbers = _numbered(words)
            sizes = typed([2 * len(value) for value in known])
            at = typed([numbers[word] for word in words])
            return {"as": "pairs", "words": list(numbers), "sizes": sizes, "at": at}
    return list(values)


def _numbered(words: Sequence[str]) -> dict[str, int]:
    """Return the different words with their numbers, in the order in which they come."""
    return {word: number for number, word in enumerate(dict.fromkeys(words))}


def map_blocks(data: Mapping[str, Any]) -> tuple[str, str]:
    """Return what a map is drawn from at first, and the texts that come behind its scripts.

    Parameters
    ----------
    data : mapping
        ``items`` in columns; ``x``, ``y`` (ten-thousandths, -32,768 to 32,767); ``links`` (pairs of
        item numbers); ``lists`` and whatever else the page needs.

    Returns
    -------
    first, rest : str
        Two blocks for the page.
    """
    items = data["items"]
    first = {key: value for key, value in data.items() if key not in ("items", "x", "y", "links", "lists")}
    first |= {
        "n": len(data["x"]),
        "items": {key: column(items[key]) for key in DRAWN if key in items},
        "x": typed(data["x"], "i2"),
        "y": typed(data["y"], "i2"),
        "links": typed([end for link in data["links"] for end in link]),
    }
    rest = {
        "items": {key: column(values) for key, values in items.items() if key not in DRAWN},
        "lists": data.get("lists", []),
    }
    # what the first picture waits for is read in one go
    return data_block(first, above=0), data_block(rest, "rest")
