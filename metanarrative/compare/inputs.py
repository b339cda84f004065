"""What the stage reads: passages of one expression a work, the codebook, actors, vectors, copies set aside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.model import Problem
from metanarrative.text.numbers import counted

if TYPE_CHECKING:
    from metanarrative.compare.actors import Gazetteer
    from metanarrative.compare.codebook import Codebook
    from metanarrative.compare.contrasts import Sides
    from metanarrative.project import Project

__all__ = [
    "INSERTED",
    "QUOTED",
    "analysed_passages",
    "codebook",
    "gazetteer",
    "named",
    "named_works",
    "note_quoted",
    "once",
    "passage_vectors",
    "without_quoted",
]

QUOTED = "[quoted amendment]"
"""Ends the section of a passage that an Act quotes in order to amend another: not its own words."""

INSERTED = 0.7
"""Most confidence in a provision of such a passage: the law it goes into may bind others than it seems."""

Row = dict[str, Any]


def analysed_passages(works: Mapping[str, Mapping[str, Any]], rows: Sequence[Row]) -> list[Row]:
    """Return the passages of one language expression of each work, in reading order, headings left out.

    The work's own language is preferred, then English, then the first by name.

    Examples
    --------
    >>> row = {"work_id": "wk_1", "kind": "paragraph", "position": 1, "text": "x"}
    >>> both = [{**row, "passage_id": "ps_1", "expression": "en"}, {**row, "passage_id": "ps_2", "expression": "cy"}]
    >>> [r["passage_id"] for r in analysed_passages({"wk_1": {"language": "en"}}, both)]
    ['ps_1']
    """
    tongues: dict[str, set[str]] = {}
    for row in rows:
        tongues.setdefault(row["work_id"], set()).add(row["expression"])
    chosen: dict[str, str] = {}
    for work, found in tongues.items():
        wanted = str(works[work].get("language") or "")[:2] if work in works else ""
        chosen[work] = next((t for t in (wanted, "en") if t in found), min(found))
    kept = [
        row
        for row in rows
        if row["work_id"] in works
        and row["expression"] == chosen[row["work_id"]]
        and row["kind"] not in ("heading", "title")
        and row["text"].strip()
    ]
    return sorted(kept, key=lambda row: (row["work_id"], row["position"], row["passage_id"]))


def without_quoted(rows: Sequence[Row], problems: list[Problem]) -> list[Row]:
    """Return the passages in a document's own words, and note how many quoted amendments were left out.

    For who reads what an Act puts into another as that other's text (``quoted_amendments = false``).

    Examples
    --------
    >>> noted = []
    >>> rows = [{"work_id": "wk_1", "section": "2 > [quoted amendment]"}, {"work_id": "wk_1", "section": "2"}]
    >>> [row["section"] for row in without_quoted(rows, noted)], noted[0].code
    (['2'], 'quoted-amendment')
    """
    kept = [row for row in rows if not str(row.get("section") or "").endswith(QUOTED)]
    gone = len(rows) - len(kept)
    if gone:
        owners = {row["work_id"] for row in rows if str(row.get("section") or "").endswith(QUOTED)}
        problems.append(
            Problem(
                "quoted-amendment",
                f"{counted(gone, 'passage')} of {counted(len(owners), 'document')} left out of themes, force, keyness "
                "and alignment: there an amendment of another law is quoted",
                severity="note",
            )
        )
    return kept


def note_quoted(passages: Sequence[Row], provisions: Sequence[Row], problems: list[Problem]) -> None:
    """Note how many provisions that count are text which an Act puts into another.

    Examples
    --------
    >>> noted = []
    >>> rows = [{"passage_id": "ps_1", "section": "2 > [quoted amendment]"}]
    >>> note_quoted(rows, [{"passage_id": "ps_1", "force": "must"}], noted)
    >>> noted[0].message.startswith("1 provision of the force tables is text inserted into another Act")
    True
    """
    inserted = {row["passage_id"] for row in passages if str(row.get("section") or "").endswith(QUOTED)}
    n = sum(row["force"] != "none" and row["passage_id"] in inserted for row in provisions)
    if n:
        told = "1 provision of the force tables is" if n == 1 else f"{n} provisions of the force tables are"
        other = "another Act" if n == 1 else "other Acts"
        problems.append(
            Problem(
                "quoted-amendment",
                f"{told} text inserted into {other}: it counts as the amending Act's, at a confidence of "
                f"{INSERTED} at most",
                mend="set quoted_amendments = false under [compare] to leave such text out",
                severity="note",
            )
        )


def codebook(project: Project, problems: list[Problem]) -> Codebook | None:
    """Read the codebook, or note that there is none."""
    from metanarrative.compare.codebook import parse_codebook
    from metanarrative.errors import ReadError

    name = "corpus/codebook.toml"
    path = project.root / name
    if not path.is_file():
        problems.append(
            Problem(
                "no-codebook",
                "there is no codebook, so themes were skipped",
                mend="write corpus/codebook.toml with [[theme]] tables",
                severity="note",
                file=name,
            )
        )
        return None
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReadError(
            "the codebook is not UTF-8 text", mend="save corpus/codebook.toml as UTF-8", where=name
        ) from error
    book = parse_codebook(text, name)
    problems += book.problems
    return book


def gazetteer(project: Project) -> Gazetteer:
    """Return the built-in actors with those of corpus/actors.toml."""
    from metanarrative.compare.actors import Gazetteer, builtin_gazetteer, parse_actors

    path = project.root / "corpus" / "actors.toml"
    if not path.is_file():
        return builtin_gazetteer()
    own = parse_actors(path.read_text("utf-8", errors="replace"), "corpus/actors.toml")
    return Gazetteer((*builtin_gazetteer().entries, *own))


def named_works(project: Project, works: Mapping[str, Row]) -> list[Row]:
    """Return the works with the keys, other titles and references that the manifest gives them."""
    owner = {row["record_id"]: row["work_id"] for row in project.store.read("work_record")}
    named = {work: {**works[work], "keys": [], "titles": [], "refers_to": ""} for work in sorted(works)}
    columns = ("record_id", "key", "title", "facets")
    for row in project.store.read("record", where={"kind": "policy"}, columns=columns):
        work = named.get(owner.get(row["record_id"], ""))
        if work is None:
            continue
        facets = json.loads(row["facets"] or "{}")
        work["keys"] += [key for key in dict.fromkeys((row["key"], facets.get("id", ""))) if key]
        work["titles"] += [row["title"]] if row["title"] and row["title"] != work["title"] else []
        more = str(facets.get("refers_to", "") or "")
        work["refers_to"] = ";".join(part for part in (work["refers_to"], more) if part)
    return list(named.values())


def passage_vectors(project: Project, passages: Sequence[Row]) -> tuple[dict[str, int], Any, tuple[str, ...], bool]:
    """Return id -> row, the matrix, the languages the model knows, and whether it is a language model."""
    import numpy as np

    from metanarrative.errors import StepMissingError

    info = project.store.read("array_file", where={"name": "passage"})
    try:
        names, matrix = project.array("passage")
    except StepMissingError:
        return {}, np.zeros((0, 1), dtype=np.float32), ("en",), False
    if not info:
        return {}, np.zeros((0, 1), dtype=np.float32), ("en",), False
    wanted = {row["passage_id"] for row in passages}
    keep = [at for at, name in enumerate(names) if name in wanted]
    languages = tuple(json.loads(info[0]["languages"] or "[]")) or ("en",)
    return (
        {names[at]: k for k, at in enumerate(keep)},
        np.asarray(matrix[keep], dtype=np.float32),
        languages,
        bool(info[0]["semantic"]),
    )


def named(works: Mapping[str, Row], ids: Sequence[str], most: int = 5) -> str:
    """Return documents by title, as people know them, with their ids.

    Examples
    --------
    >>> named({"wk_1": {"title": "The Code"}}, ["wk_1", "wk_2"])
    '“The Code” (wk_1), wk_2'
    """
    told = []
    for own in ids[:most]:
        title = " ".join(str(works.get(own, {}).get("title") or "").split())
        title = title if len(title) <= 70 else title[:67].rstrip() + "…"
        told.append(f"“{title}” ({own})" if title else own)
    return ", ".join(told) + (f" and {len(ids) - most} more" if len(ids) > most else "")


def once(sides: Sides, works: Mapping[str, Row], passages: Sequence[Row], problems: list[Problem]) -> Sides:
    """Set near copies on one side aside, and say where one text stands on both sides."""
    from dataclasses import replace

    from metanarrative.compare.reuse import near_copies

    texts: dict[str, list[str]] = {}
    for row in passages:
        texts.setdefault(row["work_id"], []).append(row["text"])
    silent = [work for work in sides.works if work not in texts]
    if silent:
        problems.append(
            Problem(
                "no-text",
                f"{counted(len(silent), 'document')} without passages, not compared: {named(works, silent)}",
                mend="see the problems of the stage read for these files",
            )
        )
    # the older of two copies is the document: by date, then by id
    order = sorted(
        (work for work in sides.works if work in texts),
        key=lambda w: (str(works[w].get("issued") or works[w].get("year") or "9999"), w),
    )
    side = dict(zip(sides.works, sides.side_b, strict=True))
    gone: set[str] = set(silent)
    for x, y, overlap in near_copies([texts[work] for work in order]):
        first, second = order[x], order[y]
        if side[first] != side[second]:
            problems.append(
                Problem(
                    "one-text-two-sides",
                    f"{named(works, [first])} and {named(works, [second])} are nearly the same text ({overlap:.0%}) "
                    "but stand on two sides",
                    mend="check the column of the manifest that divides them",
                    subject=second,
                )
            )
        elif first not in gone and second not in gone:
            gone.add(second)
            problems.append(
                Problem(
                    "near-copy",
                    f"{named(works, [second])} is nearly the same text as {named(works, [first])} ({overlap:.0%}) "
                    "and is counted once",
                    severity="note",
                    subject=second,
                )
            )
    kept = [at for at, work in enumerate(sides.works) if work not in gone]
    return replace(
        sides,
        works=tuple(sides.works[at] for at in kept),
        side_b=tuple(sides.side_b[at] for at in kept),
        genres=tuple(sides.genres[at] for at in kept),
    )
