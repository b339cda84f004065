"""Actors: a typed, editable gazetteer of who can bear a duty, in English and Welsh.

The built-in list is ``data/actors.toml``; a project adds to it in ``corpus/actors.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from metanarrative.compare.words import flat, mutations
from metanarrative.errors import ReadError

__all__ = ["ActorHit", "Gazetteer", "builtin_gazetteer", "parse_actors"]


@dataclass(frozen=True, slots=True)
class ActorHit:
    """One naming of an actor: ``text[start:end]``."""

    name: str
    type: str
    start: int
    end: int


Entry = tuple[str, str, tuple[str, ...], tuple[str, ...]]  # id, type, English names, Welsh names


def parse_actors(text: str, file: str = "actors.toml") -> tuple[Entry, ...]:
    """Read ``[[actor]]`` tables.

    Raises
    ------
    ReadError
        Not TOML, or an entry without id, type or names.

    Examples
    --------
    >>> parse_actors('[[actor]]\\nid = "x"\\ntype = "body"\\nen = ["panel"]\\n')
    (('x', 'body', ('panel',), ()),)
    """
    try:
        tables = tomllib.loads(text.removeprefix("\ufeff")).get("actor", [])
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise ReadError(
            f"the list of actors is not valid TOML: {error}",
            mend='write [[actor]] tables with id, type, en = ["..."], cy = ["..."]',
            where=f"{file}:{line.group(1)}" if line else file,
        ) from None
    entries: list[Entry] = []
    for number, table in enumerate(tables if isinstance(tables, list) else [], 1):
        names = [table.get(language, []) for language in ("en", "cy")] if isinstance(table, dict) else [None]
        if (
            not isinstance(table, dict)
            or not all(isinstance(table.get(key), str) and table[key].strip() for key in ("id", "type"))
            or not all(isinstance(each, list) and all(isinstance(n, str) for n in each) for each in names)
        ):
            raise ReadError(
                f"actor number {number} needs id, type and lists of names",
                mend='for example: id = "panel", type = "health body", en = ["panel"], cy = []',
                where=file,
            )
        entries.append((table["id"].strip(), table["type"].strip(), tuple(names[0] or ()), tuple(names[1] or ())))
    return tuple(entries)


class Gazetteer:
    """Finds actors in text, longest name first.

    Examples
    --------
    >>> who = Gazetteer((("health board", "health body", ("health board",), ("bwrdd iechyd",)),))
    >>> [(hit.name, hit.start) for hit in who.find("Both Health Boards agree", "en")]
    [('health board', 5)]
    >>> who.find("Rhaid i fwrdd iechyd gytuno", "cy")[0].type
    'health body'
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = tuple(entries)
        self._patterns: dict[str, tuple[re.Pattern[str], dict[str, tuple[str, str]]]] = {}
        for language, column in (("en", 2), ("cy", 3)):
            owner: dict[str, tuple[str, str]] = {}
            for entry in self.entries:
                names: tuple[str, ...] = entry[column]  # type: ignore[assignment]
                for name in names:
                    for form in _forms(flat(name), language):
                        # a later table (the project's own) wins over the built-in one
                        owner[form] = (entry[0], entry[1])
            longest = sorted(owner, key=lambda form: (-len(form), form))
            joined = "|".join(re.escape(form).replace(r"\ ", r"\s+").replace(r"\-", r"[-\s]?") for form in longest)
            self._patterns[language] = (re.compile(rf"(?<![\w-])(?:{joined or '(?!)'})(?![\w-])"), owner)

    def find(self, text: str, language: str = "en") -> list[ActorHit]:
        """Return the namings in `text` from left to right."""
        pattern, owner = self._patterns["cy" if language == "cy" else "en"]
        hits = []
        for found in pattern.finditer(flat(text)):
            form = " ".join(found.group().split())
            known = owner.get(form) or owner.get(form.replace(" ", "-")) or owner.get(form.replace("-", ""))
            if known is None:  # a hyphen written where the list has a space, or the other way round
                known = next(
                    value for key, value in owner.items() if re.sub(r"[-\s]", "", key) == re.sub(r"[-\s]", "", form)
                )
            hits.append(ActorHit(*known, found.start(), found.end()))
        return hits


def _forms(name: str, language: str) -> tuple[str, ...]:
    if language == "en":
        plural = name + "s" if not name.endswith(("s", "y")) else name
        return tuple(dict.fromkeys((name, plural)))
    first, _, rest = name.partition(" ")
    tail = f" {rest}" if rest else ""
    forms = [form + tail for form in mutations(first)]
    if rest:  # the adjective after a feminine noun is mutated too
        second, _, end = rest.partition(" ")
        forms += [f"{a} {b}{' ' + end if end else ''}" for a in mutations(first) for b in mutations(second)[1:2]]
    return tuple(dict.fromkeys(forms))


@cache
def builtin_gazetteer() -> Gazetteer:
    """Return the list that comes with the package.

    Examples
    --------
    >>> builtin_gazetteer().find("The Welsh Ministers")[0].type
    'government'
    """
    text = (files("metanarrative.compare") / "data" / "actors.toml").read_text("utf-8")
    return Gazetteer(parse_actors(text, "actors.toml"))
