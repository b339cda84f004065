"""What people wrote about traditions: ``corpus/cards.toml`` read, matched to clusters, never written.

Takes the text of the file and the clusters of this run; gives for each cluster the fields that
people filled, and a problem for every card or id that no longer fits. Nothing is dropped.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from metanarrative.model import Problem

FILE = "corpus/cards.toml"
SURE, UNSURE = 0.5, 0.3
"""Shares of a card's anchors from which a cluster takes it, and from which a person is asked."""

FIELDS: dict[str, tuple[str, str]] = {
    "claim": ("Claim", "what this tradition says, in one line"),
    "disciplines": ("Disciplines", "who works in it"),
    "years": ("Years", "its range, with the reason for both ends"),
    "conceptual": ("Conceptual", "what is seen as the object and the problem; key terms with their sense here"),
    "theoretical": ("Theoretical", "how things are thought to relate; named theories"),
    "methodological": ("Methodological", "accepted designs; what counts as good evidence"),
    "instrumental": ("Instrumental", "scales, tools, sources of data"),
    "actors": ("Key people and groups", "who carried it"),
    "landmarks": ("Landmark works", "candidates with evidence, and the human verdict; none is an answer"),
    "events": ("Storyline", "three to seven dated events"),
    "shifts": ("Shifts", "where the way of seeing changed"),
    "findings": ("Main findings", "what it found"),
    "contested": ("Contested points", "where other traditions see it otherwise"),
    "language": ("Language and metaphors", "the words it thinks with"),
    "blind_spots": ("Blind spots", "what it does not look at"),
    "policy": ("Policy", "documents that funded, triggered or cite it"),
    "confidence": ("Confidence", "how sure the team is, and why"),
    "memo": ("Memos", "notes of the team"),
}
"""Field of a card to its title and what it asks for, after method notes on meta-narrative reviews."""


@dataclass(frozen=True)
class Entry:
    """One thing that people wrote: its words and the ids it rests on."""

    words: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """The written fields of one tradition."""

    tradition: str
    anchors: tuple[str, ...]
    fields: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    by: str = ""


def read_cards(text: str) -> tuple[list[Card], list[Problem]]:
    """Return the cards of a file and what could not be understood.

    Parameters
    ----------
    text : str
        ``[[card]]`` tables with ``tradition`` or ``anchors``, ``by``, and the fields: text, a list
        of texts, or ``{text = "...", evidence = ["wk_..."]}``.

    Examples
    --------
    >>> cards, problems = read_cards('[[card]]\\ntradition = "Hope"\\nclaim = "Hope helps."\\n')
    >>> cards[0].fields["claim"][0].words, problems
    ('Hope helps.', [])
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [], [_problem("bad-cards", f"{FILE} is no TOML: {error}", "mend the line; the file is left as it is")]
    cards: list[Card] = []
    problems: list[Problem] = []
    rows = found.get("card", [])
    if not isinstance(rows, list) or set(found) - {"card"}:
        problems.append(
            _problem("bad-cards", f"{FILE} holds more than [[card]] tables", "begin each card with [[card]]")
        )
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        if not isinstance(row, dict):
            continue
        name = str(row.get("tradition", "")).strip()
        anchors = (
            tuple(str(a) for a in row.get("anchors", []) if str(a)) if isinstance(row.get("anchors"), list) else ()
        )
        where = name or f"card {number}"
        if not name and not anchors:
            problems.append(
                _problem(
                    "card-without-home", f"{where} names no tradition and no anchors", "add tradition = or anchors ="
                )
            )
        fields: dict[str, tuple[Entry, ...]] = {}
        for key, value in row.items():
            if key in ("tradition", "anchors", "by"):
                continue
            if key not in FIELDS:
                problems.append(
                    _problem(
                        "card-unknown-field",
                        f"{where}: no field is called {key!r}",
                        f"fields: {', '.join(FIELDS)}",
                        where,
                    )
                )
                continue
            entries = tuple(entry for entry in _entries(value) if entry.words)
            if entries:
                fields[key] = entries
        cards.append(Card(name, anchors, fields, str(row.get("by", ""))))
    return cards, problems


def _entries(value: Any) -> list[Entry]:
    if isinstance(value, list):
        return [entry for item in value for entry in _entries(item)]
    if isinstance(value, dict):
        words = str(value.get("text", value.get("what", "")))
        if value.get("year") is not None:
            words = f"{value['year']}: {words}"
        raw = value.get("evidence", [])
        ids = [raw] if isinstance(raw, str) else raw if isinstance(raw, list) else []
        return [Entry(" ".join(words.split()), tuple(str(i) for i in ids))]
    return [Entry(" ".join(str(value).split()))]


def match(
    cards: Sequence[Card], clusters: Sequence[Mapping[str, Any]], members: Mapping[str, str], known: frozenset[str]
) -> tuple[dict[str, list[Card]], list[Problem]]:
    """Return which cards belong to which cluster, and a problem for each that fits none.

    Parameters
    ----------
    cards : sequence of Card
    clusters : sequence of mapping
        Rows of the table ``cluster``.
    members : mapping
        Work id to cluster id.
    known : frozenset of str
        Every id that evidence may name: works and passages.

    Returns
    -------
    homes : dict
        Cluster id to its cards, in the order of the file.
    problems : list of Problem
    """
    homes: dict[str, list[Card]] = {}
    problems: list[Problem] = []
    by_name = {str(row["tradition"]).casefold(): str(row["cluster_id"]) for row in clusters if row["tradition"]}
    for number, card in enumerate(cards, 1):
        where = card.tradition or f"card {number}"
        home = by_name.get(card.tradition.casefold(), "") if card.tradition else ""
        if not home and card.anchors:
            counts: dict[str, int] = {}
            for anchor in card.anchors:
                cluster = members.get(anchor, "")
                if cluster:
                    counts[cluster] = counts.get(cluster, 0) + 1
            best = sorted(counts, key=lambda c: (-counts[c], c))[:1]
            share = counts[best[0]] / len(card.anchors) if best else 0.0
            if best and share >= UNSURE:
                home = best[0]
                if share < SURE:
                    problems.append(
                        _problem(
                            "card-unsure",
                            f"{where} is shown where {share:.0%} of its anchors are: please check",
                            "give its tradition a name (metanarrative decide name), or newer anchors",
                            where,
                        )
                    )
        if home:
            homes.setdefault(home, []).append(card)
        elif card.tradition or card.anchors:
            problems.append(
                _problem(
                    "card-without-home",
                    f"no cluster is {where} any more; its card is kept in the file and not shown",
                    "name the tradition again (metanarrative decide name), or give the card newer anchors",
                    where,
                )
            )
        for entries in card.fields.values():
            for lost in sorted({i for entry in entries for i in entry.evidence} - known):
                problems.append(
                    _problem(
                        "card-lost-evidence",
                        f"{where}: nothing here has the id {lost}",
                        "give the id of a work or passage",
                        where,
                    )
                )
    return homes, problems


def _problem(code: str, message: str, mend: str, subject: str = "") -> Problem:
    return Problem(code=code, message=message, mend=mend, severity="warning", file=FILE, subject=subject)


__all__ = ["FIELDS", "FILE", "Card", "Entry", "match", "read_cards"]
