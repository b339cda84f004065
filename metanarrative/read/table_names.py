"""Cells of a table: which say nothing, and which names of authors they hold."""

from __future__ import annotations

import re
from functools import lru_cache

from metanarrative.read.fields import person
from metanarrative.text import squash

__all__ = ["is_empty", "names_from"]

_EMPTY = frozenset(("", "n/a", "na", "null", "none", "nan", "."))
_INITIALS_END = re.compile(r"^[^\d,;]{2,60}?\s(?:[A-ZÀ-ÖØ-Þ]\.?[- ]?){1,4}$")
_JOINT = re.compile(r"(?<=[a-zà-öø-ÿ])(?<!Mc)(?<!Mac)(?<!De)(?<!La)(?<!Le)(?<!Di)(?<!Du)(?<!Van)(?<!O’)(?=[A-ZÀ-ÖØ-Þ])")


def is_empty(cell: str) -> bool:
    """Tell whether a trimmed cell says nothing: "", "n/a", "null", "--" ..."""
    return (len(cell) < 5 and cell.casefold() in _EMPTY) or (cell[0] == "-" and not cell.strip("-"))


def names_from(cell: str, vendor: str = "generic") -> tuple[str, ...]:
    """Split a cell of authors into "Family, Given" names.

    Examples
    --------
    >>> names_from("Simpson A., Hannigan B.", "scopus"), names_from("Simpson, Alan; Hannigan, Ben")
    (('Simpson, A.', 'Hannigan, B.'), ('Simpson, Alan', 'Hannigan, Ben'))
    >>> names_from("Smith A, Walter B"), names_from("Joseph Rottman, Erran Carmel"), names_from("Simpson, Alan")
    (('Smith, A', 'Walter, B'), ('Rottman, Joseph', 'Carmel, Erran'), ('Simpson, Alan',))
    """
    cell = cell.strip()
    if not cell or is_empty(cell):
        return ()
    if cell.startswith("[") and (quoted := re.findall(r"""(['"])(.+?)\1(?=\s*[,\]])""", cell)):
        pieces = [name for _, name in quoted]
    elif ";" in cell:
        pieces = cell.split(";")
    elif "|" in cell:
        pieces = cell.split("|")
    elif "\n" in cell:
        pieces = cell.split("\n")
    elif re.search(r"\s(?:and|&)\s", cell) and vendor == "generic":
        pieces = re.split(r"\s(?:and|&)\s", cell)
    elif vendor == "springer":
        pieces = _JOINT.split(cell)
    else:
        pieces = _by_commas(cell)
    return tuple(name for piece in pieces if (name := _name(piece)))


@lru_cache(maxsize=65536)
def _name(piece: str) -> str:
    """Return one author's name, "" for what is none; ids of authors are left out."""
    name = squash(re.sub(r"\(\d+\)|\s\d{6,}$", "", piece))
    if not name or name.casefold() in ("et al", "et al.", "others"):
        return ""
    return person(name, given_first=not _INITIALS_END.match(name) and len(name.split()) <= 4)


def _by_commas(cell: str) -> list[str]:
    parts = [part.strip() for part in cell.split(",") if part.strip()]
    if len(parts) < 2:
        return parts
    if all(_INITIALS_END.match(part) for part in parts) or all(len(part.split()) >= 2 for part in parts):
        return parts
    if len(parts) > 2 and len(parts) % 2 == 0 and all(re.fullmatch(r"(?:[A-Z]\.?[- ]?){1,4}", p) for p in parts[1::2]):
        return [f"{a}, {b}" for a, b in zip(parts[::2], parts[1::2], strict=True)]
    return [cell]
