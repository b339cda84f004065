"""Theme by level: what national policy says, what is planned locally, and what is done.

Takes works with their level, site and force, their passages, themes and provisions, and what people
coded of single documents; gives one row a theme, scope and level, and the themes on which the levels
part. A document is the unit: shares are means over documents, so that one long interview cannot win.

*No evidence* (no document stands at the level) is not *none found* (documents stand there, and no
passage was given the theme), and neither is *coded, absent* (people looked and said no). Sites are the
clusters at the lower levels: four or more are resampled, with fewer all that can be told is the range.
What is done is for people to say (done, partly, not done, contradicted); the machine only points at
silence. Levels part on a theme where policy says it and at least half of the documents below do not,
and the share of documents with it is at most half of the share above, so that a theme that is equally
rare everywhere parts nothing.

References
----------
Ritchie & Spencer 1994 (Framework); O'Cathain, Murphy & Nicholl 2010, doi:10.1136/bmj.c4587 (silence,
dissonance); Gale et al. 2013, doi:10.1186/1471-2288-13-117.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from metanarrative.compare.matrix import LEVELS, pick_quotes

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["IN_LAW", "PRACTICE", "Documents", "discordance", "level_rows"]

PRACTICE = ("done", "partly", "not-done", "contradicted")
"""What people may code of a theme in one document."""

IN_LAW = ("statute", "regulations", "statutory-code", "directions")
"""A document's own force that makes its "must" binding; elsewhere it is advice in strong words."""

LEAST_SITES = 4
RESAMPLES = 1000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Documents:
    """What is counted, by document.

    ``of_theme`` is (work, theme) to passage ids with their scores, ``force`` (passage, theme) to
    counts of must, should and may, ``practice`` (work, theme) to what people coded, ``absent``
    (work, theme) where people said that passages do not carry the theme.
    """

    works: Mapping[str, Mapping[str, Any]]
    n_passages: Mapping[str, int]
    of_theme: Mapping[tuple[str, str], Sequence[tuple[str, float, str]]]
    force: Mapping[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)
    practice: Mapping[tuple[str, str], str] = field(default_factory=dict)
    absent: frozenset[tuple[str, str]] = frozenset()

    def at(self, level: str, scope: str, value: str) -> list[str]:
        """Return the documents with text at a level, of a scope: all, a nation, or a site."""
        return [
            own
            for own, row in sorted(self.works.items())
            if self.n_passages.get(own)
            and str(row.get("level") or "").casefold() == level
            and (scope == "all" or str(row.get(scope) or "").casefold() == value.casefold())
        ]


def scopes(works: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return all documents, then every nation and site that has documents at one level or more.

    Examples
    --------
    >>> scopes([{"nation": "wales", "site": "Llan", "level": "micro"}, {"nation": "wales", "level": "macro"}])
    [('all', ''), ('nation', 'wales'), ('site', 'Llan')]
    """
    rows = [row for row in works if str(row.get("level") or "").casefold() in LEVELS]
    found = [("all", "")]
    for scope in ("nation", "site"):
        values: dict[str, str] = {}
        for row in rows:
            value = " ".join(str(row.get(scope) or "").split())
            if value:
                values.setdefault(value.casefold(), value)
        found += [(scope, values[key]) for key in sorted(values)]
    return found


def _share(docs: Documents, work: str, theme: str) -> float:
    return len(docs.of_theme.get((work, theme), ())) / docs.n_passages[work]


def _over_sites(docs: Documents, works: Sequence[str], theme: str, rng: Generator) -> tuple[int, Any, Any, str]:
    """(sites, low, high, how) of the share: resampled sites where there are enough, else their range."""
    import numpy as np

    of_site: dict[str, list[float]] = {}
    for own in works:
        site = str(docs.works[own].get("site") or "").casefold()
        if site:
            of_site.setdefault(site, []).append(_share(docs, own, theme))
    means = np.array([sum(values) / len(values) for _, values in sorted(of_site.items())])
    if len(means) < 2:
        return len(means), None, None, ""
    if len(means) < LEAST_SITES:
        return len(means), float(means.min()), float(means.max()), "range of sites"
    drawn = means[rng.integers(0, len(means), (RESAMPLES, len(means)))].mean(1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return len(means), float(low), float(high), "resampled sites"


def level_rows(docs: Documents, themes: Sequence[str], rng: Generator) -> list[Row]:
    """Return the rows of the table ``theme_level``: every theme at every level, for all, nations and sites.

    Examples
    --------
    >>> import numpy as np
    >>> works = {"wk_1": {"level": "macro", "nation": "wales"}, "wk_2": {"level": "micro", "nation": "wales"}}
    >>> docs = Documents(works, {"wk_1": 4, "wk_2": 5}, {("wk_1", "review"): [("ps_1", 1.0, "Plans are reviewed.")]})
    >>> rows = level_rows(docs, ["review"], np.random.default_rng(1))
    >>> [(r["level"], r["share"], r["evidence"]) for r in rows if r["scope"] == "all"]
    [('macro', 0.25, 'found'), ('meso', None, 'no evidence'), ('micro', 0.0, 'none found')]
    """
    rows: list[Row] = []
    for scope, value in scopes(docs.works.values()):
        for level in LEVELS:
            works = docs.at(level, scope, value)
            for theme in themes:
                hits = {own: docs.of_theme[own, theme] for own in works if docs.of_theme.get((own, theme))}
                force = {"must": 0, "should": 0, "may": 0}
                for own in hits:
                    for passage, _, _ in hits[own]:
                        for name, n in docs.force.get((passage, theme), {}).items():
                            force[name] += n
                said = [docs.practice[own, theme] for own in works if (own, theme) in docs.practice]
                if hits:
                    evidence = "found"
                elif not works:
                    evidence = "no evidence"
                else:
                    looked = any((own, theme) in docs.absent for own in works)
                    evidence = "coded, absent" if looked else "none found"
                n_sites, low, high, how = _over_sites(docs, works, theme, rng)
                rows.append(
                    {
                        "theme": theme, "scope": scope, "value": value, "level": level,
                        "n_documents": len(works), "n_with": len(hits),
                        "n_passages": sum(len(found) for found in hits.values()),
                        "n_all": sum(docs.n_passages[own] for own in works),
                        "share": sum(_share(docs, own, theme) for own in works) / len(works) if works else None,
                        "n_sites": n_sites, "low": low, "high": high, "interval": how,
                        "n_must": force["must"], "n_should": force["should"], "n_may": force["may"],
                        "n_done": said.count("done"), "n_partly": said.count("partly"),
                        "n_not_done": said.count("not-done"), "n_contradicted": said.count("contradicted"),
                        "evidence": evidence,
                        "quotes": json.dumps(pick_quotes([hit for found in hits.values() for hit in found])),
                    }
                )  # fmt: skip
    return rows


def _against(docs: Documents, works: Sequence[str], theme: str) -> list[str]:
    """Return the documents that do not bear a theme out: coded so, or else without a passage on it."""
    return [
        own
        for own in works
        if docs.practice.get((own, theme), "" if docs.of_theme.get((own, theme)) else "silent")
        in ("not-done", "contradicted", "silent")
    ]


def discordance(docs: Documents, themes: Sequence[str]) -> list[Row]:
    """Return the themes on which levels part, for all documents, each nation and each site.

    Only levels at which documents stand are compared: macro with micro, else with meso, and meso with
    micro. ``gap`` is the share above less the share below. A row is *strong* where the theme is in the
    top third of themes above, and *binding* says whether a "must" stands there in law or in guidance.
    The rows that are both come first, then those with the largest gap.

    Examples
    --------
    >>> works = {f"wk_{n}": {"level": "macro" if n < 2 else "micro", "force": "statute"} for n in range(4)}
    >>> every = {(own, "review"): [(f"ps{own}", 1.0, "x")] for own in ("wk_0", "wk_1")}
    >>> every |= {(own, "carers"): [(f"pc{own}", 1.0, "x")] for own in works}
    >>> docs = Documents(works, dict.fromkeys(works, 2), every, {("pswk_0", "review"): {"must": 1}})
    >>> [(r["theme"], r["pattern"], r["binding"], r["n_against"]) for r in discordance(docs, ["carers", "review"])]
    [('review', 'said above, not found below', 'in law', 2)]
    """
    rows: list[Row] = []
    for scope, value in scopes(docs.works.values()):
        own = {level: docs.at(level, scope, value) for level in LEVELS}
        if scope == "site":  # what is done at a site is held against the policy of its nation and of all
            nations = {str(docs.works[w].get("nation") or "").casefold() for level in LEVELS for w in own[level]}
            own["macro"] = [
                w
                for w in docs.at("macro", "all", "")
                if str(docs.works[w].get("nation") or "").casefold() in nations | {"uk"}
            ]
        for above, below in (("macro", "micro"), ("macro", "meso"), ("meso", "micro")):
            if not own[above] or not own[below] or (below == "meso" and own["micro"]):
                continue
            rows += _parted(docs, themes, scope, value, (above, below), own)
    return sorted(
        rows,
        key=lambda r: (
            r["scope"] != "all", r["scope"] != "nation", r["value"].casefold(), r["above"] != "macro",
            not (r["strong"] and r["binding"]), r["pattern"] != "said above, not found below", -r["gap"], r["theme"],
        ),
    )  # fmt: skip


def _parted(
    docs: Documents, themes: Sequence[str], scope: str, value: str, pair: tuple[str, str], own: Mapping[str, list[str]]
) -> list[Row]:
    above, below = pair
    share = {
        (level, theme): sum(_share(docs, w, theme) for w in own[level]) / len(own[level])
        for level in pair
        for theme in themes
    }
    said = [theme for theme in themes if share[above, theme] > 0]
    top = set(sorted(said, key=lambda t: (-share[above, t], t))[: math.ceil(len(said) / 3)])
    rows: list[Row] = []
    for theme in themes:
        with_above = [w for w in own[above] if docs.of_theme.get((w, theme))]
        against = _against(docs, own[below], theme)
        borne = len(own[below]) - len(against)
        pattern = ""
        if with_above and 2 * len(against) >= len(own[below]):
            # an equally rare theme parts nothing: the share of documents must fall by half
            if 2 * borne * len(own[above]) <= len(with_above) * len(own[below]):
                pattern = "said above, not found below"
        elif not with_above and borne:
            pattern = "found below, not said above"
        if not pattern:
            continue
        law = any(
            docs.force.get((passage, theme), {}).get("must")
            and str(docs.works[w].get("force") or "").casefold() in IN_LAW
            for w in with_above
            for passage, _, _ in docs.of_theme[w, theme]
        )
        must = sum(
            docs.force.get((passage, theme), {}).get("must", 0)
            for w in with_above
            for passage, _, _ in docs.of_theme[w, theme]
        )
        coded = [w for w in own[below] if (w, theme) in docs.practice]
        quotes = {
            level: pick_quotes([hit for w in own[level] for hit in docs.of_theme.get((w, theme), ())], 1)
            for level in LEVELS
            if own[level]
        }
        rows.append(
            {
                "theme": theme, "scope": scope, "value": value, "above": above, "below": below, "pattern": pattern,
                "share_above": share[above, theme], "share_below": share[below, theme],
                "gap": share[above, theme] - share[below, theme],
                "n_above": len(own[above]), "with_above": len(with_above),
                "n_below": len(own[below]), "n_against": len(against), "n_coded": len(coded),
                "strong": int(theme in top), "binding": "in law" if law else "in guidance" if must else "",
                "n_must": must, "quotes": json.dumps(quotes),
            }
        )  # fmt: skip
    return rows
