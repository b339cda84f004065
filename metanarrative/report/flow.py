"""The document flow of a meta-narrative review: boxes whose sums are asserted, by route and nation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metanarrative.errors import CheckError

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Flow:
    """Counts of one stream (literature, or policy), from files to clusters."""

    stream: str
    found: int
    lost: int
    records: int
    merged: int
    works: int
    excluded: int
    included: int
    routes: tuple[tuple[str, int], ...]
    several_routes: int
    reasons: tuple[tuple[str, int], ...]
    clusters: tuple[tuple[str, int], ...]
    alone: int
    nations: tuple[tuple[str, int], ...]


def document_flow(
    stream: str,
    *,
    sources: Sequence[Row],
    works: Sequence[Row],
    screening: Mapping[str, Row],
    memberships: Mapping[str, Row],
    names: Mapping[str, str],
) -> Flow:
    """Count one stream and check that its boxes add up.

    Parameters
    ----------
    stream : {"literature", "policy"}
    sources, works : rows of the tables ``source`` and ``work``
    screening, memberships : mapping of work id to its row
    names : mapping of cluster id to the words shown for it

    Raises
    ------
    CheckError
        If a box does not equal the sum of those that follow from it: then something was lost
        without being listed.
    """
    files = [row for row in sources if row["kind"] == stream]
    mine = [row for row in works if row["kind"] == stream]
    found = sum(row["n_found"] for row in files)
    lost = sum(row["n_lost"] for row in files)
    records = sum(row["n_read"] for row in files)
    joined = sum(row["n_records"] for row in mine)
    routes: Counter[str] = Counter()
    several = 0
    for row in mine:
        ways = json.loads(row["routes"] or "[]")
        several += len(ways) > 1
        routes.update(ways or ["not stated"])
    out = [row for row in mine if screening.get(row["work_id"], {}).get("verdict") == "excluded"]
    reasons = Counter(screening[row["work_id"]]["reason"] or "no reason given" for row in out)
    kept = [row for row in mine if row not in out]
    homes = Counter(memberships.get(row["work_id"], {}).get("cluster_id", "") for row in kept)
    alone = homes.pop("", 0)
    nations = Counter(row["nation"] or "unknown" for row in mine) if stream == "policy" else Counter()
    flow = Flow(
        stream=stream,
        found=found,
        lost=lost,
        records=records,
        merged=records - len(mine),
        works=len(mine),
        excluded=len(out),
        included=len(kept),
        routes=tuple(sorted(routes.items())),
        several_routes=several,
        reasons=tuple(sorted(reasons.items())),
        clusters=tuple(sorted((names.get(c, c), n) for c, n in homes.items())),
        alone=alone,
        nations=tuple(sorted(nations.items())),
    )
    sums = (
        ("entries found", found, "read + lost", records + lost),
        ("records read", records, "records inside works", joined),
        ("works", flow.works, "excluded + included", flow.excluded + flow.included),
        ("included", flow.included, "in clusters + alone", sum(n for _, n in flow.clusters) + alone),
        ("excluded", flow.excluded, "reasons", sum(n for _, n in flow.reasons)),
    )
    for left, a, right, b in sums:
        if a != b:
            raise CheckError(
                f"the {stream} flow does not add up: {left} {a}, {right} {b}", mend="metanarrative run --force"
            )
    return flow
