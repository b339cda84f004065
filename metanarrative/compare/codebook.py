"""The codebook: themes that people wrote, read from ``corpus/codebook.toml``.

Takes the file's text, gives :class:`Theme` records and problems. Every complaint names the line.
``seeds``, ``includes`` and ``excludes`` may be lists (for both languages) or tables with ``en``
and ``cy``; a single string is a note to coders and is not matched.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from metanarrative.errors import ReadError
from metanarrative.model import Problem

__all__ = ["Codebook", "Theme", "parse_codebook"]

_ID = re.compile(r"[a-z0-9][a-z0-9._-]*")
_KEYS = ("id", "name", "definition", "seeds", "includes", "excludes", "note")
_LANGUAGES = ("en", "cy")


@dataclass(frozen=True, slots=True)
class Theme:
    """One entry of the codebook.

    ``seeds`` are (language, phrase); ``includes`` count like seeds; a hit that overlaps an
    ``excludes`` phrase does not count. ``line`` is that of its ``[[theme]]``.
    """

    id: str
    name: str
    definition: str = ""
    seeds: tuple[tuple[str, str], ...] = ()
    includes: tuple[tuple[str, str], ...] = ()
    excludes: tuple[tuple[str, str], ...] = ()
    line: int = 0
    name_cy: str = ""

    def phrases(self, language: str) -> tuple[str, ...]:
        """Return seeds and includes in `language`, each once, in order."""
        return tuple(dict.fromkeys(p for tongue, p in self.seeds + self.includes if tongue == language))


@dataclass(frozen=True, slots=True)
class Codebook:
    """The themes in the order of the file, and what was doubtful in it."""

    themes: tuple[Theme, ...]
    problems: tuple[Problem, ...] = ()


def _phrases(value: Any, where: str, key: str) -> tuple[tuple[str, str], ...]:
    if value is None or isinstance(value, str):
        return ()
    if isinstance(value, list):
        value = dict.fromkeys(_LANGUAGES, value)
    if not isinstance(value, dict):
        raise ReadError(
            f"{key} must be a list of phrases or a table with en and cy",
            mend=f'write {key}.en = ["first phrase", "second phrase"]',
            where=where,
        )
    unknown = sorted(set(value) - set(_LANGUAGES))
    if unknown:
        raise ReadError(f"{key} has an unknown language {unknown[0]!r}", mend=f"use {key}.en and {key}.cy", where=where)
    found: list[tuple[str, str]] = []
    for language in _LANGUAGES:
        entries = value.get(language, [])
        if isinstance(entries, str) and key != "seeds":
            continue
        if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
            raise ReadError(
                f"{key}.{language} must be a list of phrases in quotation marks",
                mend=f'write {key}.{language} = ["first phrase", "second phrase"]',
                where=where,
            )
        found += [(language, " ".join(entry.split())) for entry in entries if entry.strip()]
    return tuple(dict.fromkeys(found))


def _names(entry: Mapping[str, Any], identifier: str, where: str) -> tuple[str, str]:
    """Return the English and the Welsh name of a theme: a text, or a table with ``en`` and ``cy``."""
    found = entry.get("name", "")
    if not isinstance(found, dict):
        return " ".join(str(found).split()) or identifier, ""
    if set(found) - set(_LANGUAGES) or not all(isinstance(one, str) for one in found.values()):
        raise ReadError(
            f"the name of theme {identifier!r} must be a text, or texts in en and cy",
            mend='write name.en = "Recovery" and name.cy = "Adferiad"',
            where=where,
        )
    english, welsh = (" ".join(found.get(language, "").split()) for language in _LANGUAGES)
    return english or welsh or identifier, welsh


def parse_codebook(text: str, file: str = "corpus/codebook.toml") -> Codebook:
    """Read a codebook.

    Parameters
    ----------
    text : str
        The file's content.
    file : str
        Its name, for messages.

    Raises
    ------
    ReadError
        The file is no TOML, an id is missing, malformed or used twice, or a list of phrases is not one.

    Examples
    --------
    >>> book = parse_codebook('[[theme]]\\nid = "choice"\\nname = "Choice"\\nseeds.en = ["personal budget"]\\n')
    >>> book.themes[0].phrases("en"), book.problems
    (('personal budget',), ())
    """
    text = text.removeprefix("\ufeff")
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        told = re.search(r"line (\d+)", str(error))
        last = len(text.splitlines())
        where = f"{file}:{told.group(1) if told else last}"
        raise ReadError(
            f"the codebook is not valid TOML: {error}",
            mend="see docs/format.md for the shape of a codebook",
            where=where,
        ) from None
    entries = parsed.get("theme", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ReadError(
            "themes must be written as [[theme]] tables", mend="write [[theme]] with two brackets", where=file
        )
    lines = [n for n, row in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*theme\s*\]\]", row)]
    lines += [0] * (len(entries) - len(lines))
    problems: list[Problem] = []
    themes: list[Theme] = []
    seen: dict[str, int] = {}
    for entry, line in zip(entries, lines, strict=False):
        where = f"{file}:{line}" if line else file
        identifier = entry.get("id", "")
        if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
            raise ReadError(
                f"a theme needs an id of lower-case letters, digits and hyphens, not {identifier!r}",
                mend='write id = "voice-and-control"',
                where=where,
            )
        if identifier in seen:
            raise ReadError(
                f"the theme id {identifier!r} is used twice (first at line {seen[identifier]})",
                mend="give each theme its own id",
                where=where,
            )
        seen[identifier] = line
        for key in sorted(set(entry) - set(_KEYS)):
            near = get_close_matches(key, _KEYS, 1)
            problems.append(
                Problem(
                    "codebook-key",
                    f"theme {identifier!r}: the key {key!r} is not known and was not used",
                    mend=f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(_KEYS)}",
                    file=file,
                    line=line or None,
                    subject=identifier,
                )
            )
        name, name_cy = _names(entry, identifier, where)
        theme = Theme(
            id=identifier,
            name=name,
            name_cy=name_cy,
            definition=" ".join(str(entry.get("definition", "")).split()),
            seeds=_phrases(entry.get("seeds"), where, "seeds"),
            includes=_phrases(entry.get("includes"), where, "includes"),
            excludes=_phrases(entry.get("excludes"), where, "excludes"),
            line=line,
        )
        if not theme.seeds and not theme.includes:
            problems.append(
                Problem(
                    "empty-theme",
                    f"theme {identifier!r} has no seed phrases, so no passage can be given to it by the machine",
                    mend="add seeds.en (5 to 10 phrases), or code passages by hand",
                    file=file,
                    line=line or None,
                    subject=identifier,
                )
            )
        themes.append(theme)
    if not themes:
        problems.append(
            Problem("empty-codebook", "the codebook holds no theme", mend="add a [[theme]] table", file=file, line=None)
        )
    return Codebook(tuple(themes), tuple(problems))
