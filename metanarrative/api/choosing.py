"""What to take where a folder was named, and where a policy document goes: values in, values out."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from metanarrative.config import CONFIG_NAME
from metanarrative.errors import UsageError
from metanarrative.model import NATIONS, Problem

_MACHINERY = frozenset({"__pycache__", "site-packages", "node_modules", "__MACOSX"})


@dataclass(slots=True)
class Chosen:
    """The files to read, and what was left out of the folders named, by reason."""

    files: list[Path] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    suffixes: Counter[str] = field(default_factory=Counter)

    def told(self, kind: str) -> str:
        """Say what was skipped, as counts; ``""`` where nothing was."""
        if not self.skipped:
            return ""
        parts = [f"{n:,} {reason}" for reason, n in sorted(self.skipped.items())]
        if self.suffixes:
            shown = sorted(self.suffixes.items(), key=lambda pair: (-pair[1], pair[0]))
            some = ", ".join(f"{suffix} {n:,}" for suffix, n in shown[:5])
            more = f" and {len(shown) - 5} more" if len(shown) > 5 else ""
            parts.append(f"{sum(self.suffixes.values()):,} that no reader of {kind} knows by name ({some}{more})")
        total = sum(self.skipped.values()) + sum(self.suffixes.values())
        return f"skipped {total:,} in folders: {', '.join(parts)}; name a file to add it all the same"


def choose(files: Sequence[Path | str], suffixes: Collection[str]) -> Chosen:
    """Return the files named, and from folders those that a reader knows by suffix.

    Hidden files and folders, folders that hold a project, virtual environments and what programs
    leave behind are not entered.

    Parameters
    ----------
    files : sequence of path
        A file named is taken as it is; a folder gives the files below it.
    suffixes : collection of str
        Lower-case, with their dot.

    Raises
    ------
    UsageError
        If nothing was named, or nothing in the folders can be taken.
    """
    chosen = Chosen()
    for item in files:
        path = Path(item)
        if path.is_dir():
            _walk(path, suffixes, chosen)
        else:
            chosen.files.append(path)
    if not chosen.files:
        why = chosen.told("this kind")
        raise UsageError(
            f"there is no file to add; {why}" if why else "there is no file to add",
            mend=f"name files, or a folder that holds some of {' '.join(sorted(suffixes))}",
        )
    return chosen


def _walk(top: Path, suffixes: Collection[str], chosen: Chosen) -> None:
    for place, folders, names in os.walk(top):
        here = Path(place)
        reason = _closed(here, named=here == top)
        if reason:
            folders.clear()
            chosen.skipped[reason] += sum(len(inner) for *_, inner in os.walk(here))
            continue
        folders.sort()
        for name in sorted(names):
            suffix = Path(name).suffix.lower()
            if name.startswith("."):
                chosen.skipped["hidden"] += 1
            elif name.casefold().startswith("readme"):
                chosen.skipped["named readme"] += 1  # a run does not read them either
            elif suffix in suffixes:
                chosen.files.append(here / name)
            else:
                chosen.suffixes[suffix or "no suffix"] += 1


def _closed(folder: Path, *, named: bool) -> str:
    """Say why a folder is not entered; the one a person named may be hidden."""
    if (folder / CONFIG_NAME).is_file():  # what is in a project was added, or made, already
        return "in folders of a project"
    if (folder / "pyvenv.cfg").is_file() or folder.name in _MACHINERY:
        return "in folders of programs"
    return "hidden" if folder.name.startswith(".") and not named and folder.name not in (".", "..") else ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file goes, what is written about it, and the nation it is filed under."""

    folder: str
    facts: Mapping[str, str]
    nation: str = ""
    problems: tuple[Problem, ...] = ()


def policy_place(name: str, said: Mapping[str, int], nation: str, facts: Mapping[str, str]) -> Place:
    """Tell where a policy file goes, by what its documents say and what the person says.

    The manifest gets a nation only where a person gave one: it overrules every document of its
    file, so nothing else may write one there.

    Parameters
    ----------
    name : str
        How messages call the file.
    said : mapping of str to int
        Documents by the nation they say they are of, ``""`` where they say none.
    nation : str
        What the person gave, or ``""``.
    facts : mapping of str to str
        What else goes into the manifest.

    Raises
    ------
    UsageError
        If neither the person nor any document says a nation, or the person's is not known.

    Examples
    --------
    >>> found = policy_place("notes.csv", {"england": 1, "wales": 1}, "", {})
    >>> found.folder, found.nation, "nation" in found.facts
    ('corpus/policy', 'england, wales', False)
    """
    stated = sorted(one for one in said if one)
    silent = said.get("", 0)
    if nation:
        nation = known_nation(nation)
        others = [one for one in stated if one != nation]
        problems: tuple[Problem, ...] = ()
        if others:
            several = len(said) > 1
            own = f"the file holds documents of {' and '.join(stated)}" if several else f"the document says {others[0]}"
            problems = (
                Problem(
                    "manifest-conflict",
                    f"{own}; you said {nation}, and you are believed",
                    "if the document is right, empty the cell nation of this file in corpus/policy/manifest.csv",
                    "warning",
                    name,
                ),
            )
        return Place(f"corpus/policy/{nation}", {"nation": nation, **facts}, nation, problems)
    if not stated:
        known_nation("")
    if len(said) == 1:
        return Place(f"corpus/policy/{stated[0]}", dict(facts), stated[0])
    problems = ()
    if silent:
        problems = (
            Problem(
                "no-nation",
                f"{silent} of {sum(said.values())} documents in the file do not say which nation they are of; "
                "they take no part in the comparison",
                "name the nation in the file, or add it with --nation if all are of one",
                "warning",
                name,
            ),
        )
    # outside every folder of a nation: each document keeps its own
    return Place("corpus/policy", dict(facts), ", ".join([*stated, *["not said"] * bool(silent)]), problems)


def checked_date(name: str, value: str) -> str:
    """Return `value` if it is empty or a day, month or year.

    Raises
    ------
    UsageError
        If it is anything else.

    Examples
    --------
    >>> checked_date("date", "2026-11-23"), checked_date("issued", "2026-11"), checked_date("date", "")
    ('2026-11-23', '2026-11', '')
    """
    if value:
        try:
            if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", value):
                raise ValueError
            date.fromisoformat(value + "-01-01"[len(value) - 4 :])
        except ValueError:
            raise UsageError(f"{name} {value!r} is not a date", mend="write YYYY-MM-DD, YYYY-MM or YYYY") from None
    return value


def checked_day(name: str, value: str, example: str) -> str:
    """Return `value` if it is empty or one day: what was in force in a year is no one thing.

    Raises
    ------
    UsageError
        If it is anything else.

    Examples
    --------
    >>> checked_day("on", "2012-06-06", "metanarrative lineage")
    '2012-06-06'
    >>> checked_day("on", "2014", "metanarrative lineage")
    Traceback (most recent call last):
    metanarrative.errors.UsageError: on '2014' is not one day
    """
    if value:
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
                raise ValueError
            date.fromisoformat(value)
        except ValueError:
            year = value[:4] if re.match(r"\d{4}", value) else "2012"
            raise UsageError(f"{name} {value!r} is not one day", mend=f"{example} --on {year}-01-01") from None
    return value


def one_of(name: str, value: str, allowed: Sequence[str]) -> str:
    """Return `value` if it is empty or one of `allowed`.

    Raises
    ------
    UsageError
        If it is anything else.

    Examples
    --------
    >>> one_of("verdict", "possible", ("possible", "reuse"))
    'possible'
    """
    if value and value not in allowed:
        raise UsageError(f"{name} {value!r} is not known", mend=f"one of: {', '.join(allowed)}")
    return value


def known_nation(nation: str) -> str:
    """Return `nation` if it is of the vocabulary.

    Raises
    ------
    UsageError
        If it is not.
    """
    if nation not in NATIONS:
        raise UsageError(
            f"nation {nation!r} is not known" if nation else "the document does not say which nation it is of",
            mend=f"add --nation, one of {', '.join(NATIONS)}",
        )
    return nation
