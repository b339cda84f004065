"""Which policy records are one document in two languages, by what the manifest or the law's number says.

Takes rows of the ``record`` table; gives pairs of record ids. What only looks like a translation
is told by :func:`metanarrative.dedupe.twins.twin_signs` and waits for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from metanarrative.dedupe.merge import Pair, facets_of, ordered
from metanarrative.model import Problem
from metanarrative.text import normal_title

__all__ = ["find_expressions", "find_translations", "language_of_record"]


def language_of_record(record: Mapping[str, Any]) -> str:
    """Return the language of a policy record: as the manifest, else the document says; ``unknown`` without one."""
    stated = facets_of(record).get("language", "") or str(record.get("language") or "")
    return stated.split("-")[0].casefold() or "unknown"


def find_expressions(records: Sequence[Mapping[str, Any]]) -> tuple[list[Pair], list[Problem]]:
    """Return the pairs of policy records that the manifest calls language versions of each other."""
    names: dict[str, list[str]] = {}
    for record in records:
        if record["kind"] != "policy":
            continue
        file = str(record["source_file"])
        path = PurePosixPath(file)
        me = str(record["record_id"])
        title = normal_title(str(record.get("title") or ""))
        own = (me, re.sub(r"^rec_", "wk_", me), file, path.name, path.stem, record["key"], record["url"], title)
        for name in {str(x).casefold() for x in own if x}:
            names.setdefault(name, []).append(me)
    pairs: list[Pair] = []
    problems: list[Problem] = []
    for record in records:
        wanted = facets_of(record).get("expression_of", "").strip()
        if not wanted or record["kind"] != "policy":
            continue
        me = record["record_id"]
        keys = (wanted.casefold(), PurePosixPath(wanted).name.casefold(), normal_title(wanted))
        found = next(
            ([x for x in names[key] if x != me] for key in keys if [x for x in names.get(key, []) if x != me]),
            [],
        )
        if len(found) == 1:
            pairs.append(ordered(me, found[0]))
            continue
        several = "several documents are" if found else "no document is"
        problems.append(
            Problem(
                "expression-of-unknown",
                f"the manifest says it is a version of {wanted!r}, but {several} called that",
                "write the other document's file name in the column expression_of of manifest.csv",
                file=str(record["source_file"]), subject=me,
            )
        )  # fmt: skip
    return sorted(set(pairs)), problems


_LAW = re.compile(r"[a-z]{2,6}/\d{4}/\d+")


def find_translations(records: Iterable[Mapping[str, Any]]) -> list[Pair]:
    """Return the pairs of policy records that are one law in English and in Welsh, by its number.

    Only where there is one text in each language: of several versions nobody can tell which
    belongs to which.

    Examples
    --------
    >>> law = {"kind": "policy", "key": "asc/2031/9"}
    >>> find_translations([{**law, "record_id": "a", "language": "en"}, {**law, "record_id": "b", "language": "cy"}])
    [('a', 'b')]
    """
    laws: dict[str, dict[str, list[str]]] = {}
    for record in records:
        key = str(record.get("key") or "")
        if record["kind"] == "policy" and _LAW.fullmatch(key):
            laws.setdefault(key, {}).setdefault(language_of_record(record), []).append(str(record["record_id"]))
    return sorted(
        ordered(texts["en"][0], texts["cy"][0])
        for texts in laws.values()
        if len(texts.get("en", ())) == len(texts.get("cy", ())) == 1
    )
