"""What a row of the comparison comes to, and what counts in it: said once, for tables, pages and report.

The comparison writes the verdicts; whoever shows or counts them takes their names, their order and
the sentence on them from here, so that no two places can count differently.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from metanarrative.text.numbers import counted

__all__ = [
    "BARRED", "DIFFERS", "FEW", "FORCES", "LEAST_REVERSAL", "MEANING", "REVERSES", "UNCLEAR", "UNTESTED",
    "VERDICTS", "common_remarks", "counts_in", "force_counts", "judged", "tally", "tally_words", "uncorrected",
]  # fmt: skip

DIFFERS, REVERSES, UNCLEAR = "differs", "reverses within genre", "no clear difference"
UNTESTED, FEW, BARRED = "not tested", "too few documents", "not compared"

VERDICTS = (DIFFERS, REVERSES, UNCLEAR, UNTESTED, FEW, BARRED)
"""All verdicts, from what says most to what says nothing."""

MEANING = {
    DIFFERS: "clear difference",
    REVERSES: "turns round within the same genre",
    UNCLEAR: "no clear difference",
    UNTESTED: "not tested: too little carries it",
    FEW: "too few documents to say",
    BARRED: "not compared: see the caveat",
}

TESTED = (DIFFERS, REVERSES, UNCLEAR)

LEAST_REVERSAL = 0.01
"""A difference of less than one percentage point has no direction that could turn round."""

ALIGNED = ("same subject", "possible", "reuse", "accepted", "rejected")
"""Verdicts of a pair of aligned passages."""

LINKED = ("possible", "ambiguous", "matched", "not in the corpus", "accepted", "rejected")
"""Verdicts of a reference from policy to a work; those that wait for a person first."""

FORCES = ("must", "must-not", "should", "should-not", "may", "need-not", "aspires", "will")
"""Classes of force that lay something down, strongest first; each is counted by itself."""

_SHARED = ("must", "should", "may")


def judged(estimate: float | None, same_genre: float | None, q: float | None, level: float) -> str:
    """Return the verdict on a row that was tested.

    Parameters
    ----------
    estimate, same_genre : float or None
        Difference over all documents, and within the genres that both sides have.
    q : float or None
        p after correction, 0 to 1.
    level : float
        False discovery rate.

    Examples
    --------
    >>> judged(0.2, 0.1, 0.04, 0.1), judged(0.2, None, 0.4, 0.1), judged(0.36, -0.14, 0.04, 0.1)
    ('differs', 'no clear difference', 'reverses within genre')
    """
    both = (estimate or 0.0, same_genre or 0.0)
    if both[0] * both[1] < 0 and min(abs(value) for value in both) >= LEAST_REVERSAL:
        return REVERSES
    return DIFFERS if q is not None and q <= level else UNCLEAR


def uncorrected(rows: Sequence[dict[str, Any]], level: float, tests: int = 0) -> None:
    """Say at each row, in place, where an interval excludes 0 and the row still does not stand.

    q was corrected over `rows`, or over `tests` of which they are a part.

    Examples
    --------
    >>> rows = [{"p": 0.04, "q": 0.3, "caveat": ""}, {"p": 0.2, "q": 0.4, "caveat": "genre"}]
    >>> uncorrected(rows, 0.1)
    >>> [row["caveat"] for row in rows]
    ['p 0.040 does not stand after correction for 2 tests (q 0.30)', 'genre']
    """
    tests = tests or sum(row["p"] is not None for row in rows)
    for row in rows:
        told = [part for part in str(row["caveat"]).split("; ") if part and "does not stand after" not in part]
        if row["p"] is not None and row["q"] is not None and row["p"] < 0.05 and row["q"] > level:
            told.append(
                f"p {row['p']:.3f} does not stand after correction for {counted(tests, 'test')} (q {row['q']:.2f})"
            )
        row["caveat"] = "; ".join(told)


def tally(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many rows have each verdict, in the order of :data:`VERDICTS`.

    Examples
    --------
    >>> tally([{"verdict": "differs"}, {"verdict": "not tested"}, {"verdict": "differs"}])["differs"]
    2
    """
    found = Counter(str(row["verdict"]) for row in rows)
    return {verdict: found[verdict] for verdict in VERDICTS}


def tally_words(counts: Mapping[str, int]) -> str:
    """Return the counts as one sentence, the same on the page, in the report and on the command line.

    Examples
    --------
    >>> tally_words({"differs": 1, "no clear difference": 6, "too few documents": 2})
    '9 contrasts: 1 differs, 6 no clear difference, 2 too few documents.'
    >>> tally_words({"differs": 0, "not tested": 1})
    '1 contrast: 0 differ, 1 not tested.'
    """
    clear = counts.get(DIFFERS, 0)
    told = [f"{clear:,} {'differs' if clear == 1 else 'differ'}"]
    several = {REVERSES: "reverse within genre"}
    told += [
        f"{n:,} {several.get(verdict, verdict) if n > 1 else verdict}"
        for verdict, n in ((verdict, counts.get(verdict, 0)) for verdict in VERDICTS[1:])
        if n
    ]
    return f"{counted(sum(counts.values()), 'contrast')}: {', '.join(told)}."


def common_remarks(rows: Sequence[Mapping[str, Any]]) -> tuple[str, list[str]]:
    """Return the caveats that hold for every row, once, and what is left for each.

    Examples
    --------
    >>> common_remarks([{"caveat": "may be genre; one document"}, {"caveat": "may be genre"}])
    ('may be genre', ['one document', ''])
    """
    clauses = [[part for part in str(row["caveat"] or "").split("; ") if part] for row in rows]
    common = [part for part in clauses[0] if all(part in other for other in clauses)] if len(clauses) > 1 else []
    return "; ".join(common), ["; ".join(part for part in parts if part not in common) for parts in clauses]


def counts_in(item: str, force: str, bearer: str) -> tuple[bool, bool]:
    """Tell whether a provision carries a measure of force, and whether it is among those that could.

    Parameters
    ----------
    item : str
        must, should, may, ``must on a named actor`` or ``must without a bearer``.
    force, bearer : str
        Of the provision. Prohibitions (must-not) and the other classes are in no share.

    Examples
    --------
    >>> counts_in("must", "must", ""), counts_in("must", "may", ""), counts_in("must", "must-not", "")
    ((True, True), (False, True), (False, False))
    >>> counts_in("must without a bearer", "must", "board"), counts_in("must on a named actor", "may", "")
    ((False, True), (False, False))
    """
    if force not in _SHARED:
        return False, False
    if item == "must on a named actor":
        return force == "must" and bool(bearer), bool(bearer)
    if item == "must without a bearer":
        return force == "must" and not bearer, force == "must"
    return force == item, item in _SHARED


def force_counts(provisions: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    """Count provisions by nation and class of force: those that lay something down and count.

    A provision with a filter does not count: no act, or a document that is a copy of another.

    Examples
    --------
    >>> rows = [{"nation": "wales", "force": "must", "filter": ""}, {"nation": "wales", "force": "none", "filter": ""},
    ...         {"nation": "wales", "force": "must", "filter": "a copy"}]
    >>> force_counts(rows)
    {('wales', 'must'): 1}
    """
    found = Counter((str(p["nation"]), str(p["force"])) for p in provisions if not p["filter"] and p["force"] in FORCES)
    return dict(sorted(found.items()))
