"""What connectors bring home, before anything is written: files, facts about them, problems.

Pure: names, slugs and the one JSON file in which the entries of many answers stand one a line,
each as the service gave it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from metanarrative.model import Problem
from metanarrative.text import content_id, fold, normal_doi

if TYPE_CHECKING:
    from metanarrative.connect.http import Service

__all__ = [
    "Found",
    "Harvest",
    "Seed",
    "batches",
    "dois_in",
    "file_name",
    "json_file",
    "mapping",
    "number",
    "objects",
    "slug",
    "works_file",
]

OGL = "Open Government Licence v3.0"


@dataclass(frozen=True, slots=True)
class Found:
    """One file for ``corpus/``, and what its table says of it."""

    name: str
    data: bytes
    facts: Mapping[str, str]


@dataclass(slots=True)
class Harvest:
    """What one command brought.

    ``rows`` rank candidates where the command snowballs; ``notes`` are lines for people.
    """

    files: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def tell(self, problem: Problem) -> None:
        """List something that was asked for and did not come; its subject stands where files do."""
        self.problems.append(problem.at(stage="fetch", file=problem.subject))

    def tell_rest(self, total: int, seen: int, limit: int) -> None:
        """Say what of a search was left out, or did not come."""
        if total > seen >= limit:
            self.tell(
                Problem(
                    "limit",
                    f"{total - seen:,} of {total:,} works were left out by the limit of {limit:,}",
                    "narrow the search, or give a larger --limit",
                    "warning",
                )
            )
        elif total > seen:
            self.tell(
                Problem(
                    "count-mismatch",
                    f"the service counts {total:,} works and gave {seen:,}",
                    "ask again later with --force",
                    "warning",
                )
            )


@dataclass(frozen=True, slots=True)
class Seed:
    """A work of this project from which a snowball starts."""

    work_id: str
    title: str
    doi: str = ""
    openalex: str = ""  # "W..." where a record of it came from OpenAlex
    references: tuple[str, ...] = ()  # ids of what it cites, where a record of it lists them


def slug(text: str, *, most: int = 40) -> str:
    """Return text as part of a file name.

    Examples
    --------
    >>> slug("Care planning: an *ethnography*"), slug("/government/x"), slug("???")
    ('care-planning-an-ethnography', 'government-x', 'request')
    """
    words = re.findall(r"[a-z0-9]+", fold(text))
    short = ""
    for word in words:
        if len(short) + len(word) + 1 > most:
            break
        short = f"{short}-{word}" if short else word
    return short or (words[0][:most] if words else "request")


def file_name(connector: str, what: str, *request: object, suffix: str = ".json") -> str:
    """Return the name of the file a request fills; the same request, the same name.

    Examples
    --------
    >>> file_name("openalex", "care plans", "search", "care plans", 200)
    'openalex-care-plans-eddea04f.json'
    """
    digest = content_id("", connector, *request, length=8).lstrip("_")
    return f"{connector}-{slug(what)}-{digest}{suffix}"


def json_file(
    before: Mapping[str, Any], path: Sequence[str], entries: Iterable[Any], meta: Mapping[str, Any] | None = None
) -> bytes:
    """Return one JSON object whose list at `path` holds one entry a line.

    Examples
    --------
    >>> print(json_file({"status": "ok"}, ["message", "items"], [{"DOI": "10.1/a"}, {"DOI": "10.1/b"}]).decode())
    {"status": "ok", "message": {"items": [
    {"DOI": "10.1/a"},
    {"DOI": "10.1/b"}
    ]}}
    """
    head = dict(before)
    if meta:
        head["meta"] = dict(meta)
    start = json.dumps(head, ensure_ascii=False)[:-1]
    opened = "".join(f'"{name}": {{' for name in path[:-1])
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    comma = ", " if head else ""
    # a lone surrogate, which JSON can escape and UTF-8 cannot hold, becomes a question mark
    text = f'{start}{comma}{opened}"{path[-1]}": [\n{lines}\n]' + "}" * len(path)
    return text.encode("utf-8", "replace")


def works_file(
    service: Service,
    name: str,
    works: Collection[Any],
    *,
    request: str,
    route: str,
    dates: Collection[str],
    before: Mapping[str, Any] | None = None,
    path: Sequence[str] = ("results",),
    extra: Mapping[str, Any] | None = None,
) -> Found:
    """Return the file of works that a service gave: their source, date and licence inside and beside it.

    Parameters
    ----------
    request : str
        What was asked, for people.
    route : str
        By which route these works were found; "" for none.
    dates : collection of str
        Of the answers; the last one is that of the file.
    before, path : mapping, sequence of str, optional
        The service's own wrapping, see :func:`json_file`.
    extra : mapping, optional
        More to be said inside the file.
    """
    date = max(dates, default="")
    meta = {
        "source": service.title,
        "request": request,
        "fetched": date,
        "licence": service.licence,
        "works": len(works),
        **(extra or {}),
    }
    facts = {
        "database": service.title,
        "search": request,
        "date": date,
        "routes": route,
        "licence": service.licence,
    }
    return Found(name, json_file(before or {}, path, works, meta), facts)


def batches(items: Sequence[str], size: int) -> list[list[str]]:
    """Return consecutive parts of at most `size`.

    Examples
    --------
    >>> batches(["a", "b", "c"], 2)
    [['a', 'b'], ['c']]
    """
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def dois_in(lines: Iterable[str]) -> tuple[list[str], list[Problem]]:
    """Return the DOIs of a list, one a line, each once, and a problem for every line without one.

    Examples
    --------
    >>> found, problems = dois_in(["doi", "https://doi.org/10.1000/A1", "", "10.1000/a1", "none"])
    >>> found, [(p.line, p.code) for p in problems]
    (['10.1000/a1'], [(5, 'no-doi')])
    """
    found: dict[str, None] = {}
    problems: list[Problem] = []
    for number, line in enumerate(lines, start=1):
        text = line.strip().lstrip("\ufeff")
        doi = normal_doi(text)
        if doi:
            found[doi] = None
        elif text and not (number == 1 and fold(text).strip('"') in ("doi", "dois")):
            problems.append(
                Problem(
                    "no-doi",
                    f"line {number} holds no DOI: {text[:80]!r}",
                    "write one DOI a line, like 10.1000/xyz",
                    "error",
                    line=number,
                    stage="fetch",
                )
            )
    return list(found), problems


def mapping(value: Any) -> dict[str, Any]:
    """Return a JSON value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a JSON value where it is a list, else none."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def number(value: Any) -> int:
    """Return a JSON value where it is a whole number, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
