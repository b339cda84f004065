"""Storylines looked at closely: main paths by any weight and search, cited works, historiograph, phases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from metanarrative import explain as explaining
from metanarrative.api.base import Base
from metanarrative.errors import UsageError
from metanarrative.results import Result

WEIGHTS = ("SPC", "SPLC", "SPNP", "pairs")
SEARCHES = ("key-route", "global", "local")

__all__ = ["SEARCHES", "WEIGHTS", "Telling"]


class Telling(Base):
    """Storylines looked at closely; nothing here writes."""

    def main_path(
        self, *, tradition: str = "", weights: str = "SPC", search: str = "key-route", key_routes: int = 0
    ) -> Result:
        """Show the arcs of a main path, cited to citing, with their weights.

        Parameters
        ----------
        tradition : str
            Only this cluster; all works by default.
        weights : {"SPC", "SPLC", "SPNP", "pairs"}
            Search path count; from every work; between all works; distinct pairs of works.
        search : {"key-route", "global", "local"}
            Through the heaviest links; the greatest total; the heaviest step after step.
        key_routes : int
            Links the key-route search starts from; 0: as set.

        Raises
        ------
        UsageError
            If a weight or a search is unknown.
        """
        from metanarrative.storyline import paths

        if weights not in WEIGHTS:
            raise UsageError(f"no weight is called {weights!r}", mend=", ".join(WEIGHTS))
        if search not in SEARCHES:
            raise UsageError(f"no search is called {search!r}", mend=", ".join(SEARCHES))
        self._needs("storyline")
        scope = explaining.find_cluster(self, tradition)["cluster_id"] if tradition else "all"
        arcs = self.store.read("main_path", where={"scope": scope})
        weight = {(a["source_id"], a["target_id"]): int(a["weight"]) for a in arcs}
        kept = {(a["source_id"], a["target_id"]) for a in arcs if a["on_path"]}
        notes = [p["message"] for p in self.store.read("problem", where={"stage": "storyline"})]
        if not kept:
            return Result("main-path", ("cited", "citing", "spc", "share"), [], notes or ["none"])
        total = sum(n for (u, _), n in weight.items() if u not in {v for _, v in weight})
        number = key_routes or self.settings("storyline").key_routes
        if (weights, search, number) != ("SPC", "key-route", self.settings("storyline").key_routes):
            large = {node for arc in kept for node in arc}
            group = {n for own in paths.components(weight) if large & set(own) for n in own}
            own = {arc: n for arc, n in paths.weights(weight, weights).items() if arc[0] in group}
            kept, told = _searched(own, search, number)
            weight = own
            notes = [told, *notes]
        by_spc = weights == "SPC"
        works = {w["work_id"]: w for w in self.store.read("work", columns=("work_id", "title", "year"))}
        rows = []
        for u, v in sorted(kept):
            rows.append(
                {
                    "source_id": u,
                    "target_id": v,
                    "weight": str(weight[u, v]),
                    weights.lower(): str(weight[u, v]),
                    "share": paths.share_of(weight[u, v], total) if by_spc else None,
                    "cited": _titled(works.get(u)),
                    "citing": _titled(works.get(v)),
                }
            )
        rows.sort(key=lambda r: (r["cited"], r["citing"]))
        longest, short = paths.basket(weight)
        basket = sorted(work for work, missing in short.items() if not missing)
        on_path = {node for arc in kept for node in arc}
        notes.append(
            f"the longest chain of citations has {longest} links; {len(basket)} works lie on a chain of that length, "
            f"{len(on_path & set(basket))} of them among the {len(on_path)} works of the path"
        )
        columns = ("cited", "citing", weights.lower(), *(("share",) if by_spc else ()))
        data = {"weights": weights, "search": search, "basket": basket, "paths": str(total)}
        return Result("main-path", columns, rows, notes, data)

    def cited(self, *, tradition: str = "", top: int = 20) -> Result:
        """List the works that the corpus cites most, with every figure and what it rests on.

        Citations from inside (the local citation score), per year of age, the share of later years
        in which a work is cited, the share of clusters that cite it, PageRank, percentile among works
        of about its year, and the CD index where it is defined.
        """
        from metanarrative.storyline.disruption import disruption
        from metanarrative.storyline.landmarks import WINDOW, signals

        self._needs("storyline")
        members, years, citations, home = self._cited_scope(tradition)
        titles = dict(zip(*self.store.read_columns("work", "work_id", "title"), strict=True))
        settings = self.settings("storyline")
        found = signals(members, years, citations, min_citations=settings.min_citations, percentile=settings.percentile)
        within = set(members)
        inside = [(a, b) for a, b in citations if a in within and b in within]
        index = disruption(inside, {work: years[work] for work in members}, strict=True)
        clusters = set(home.values())
        citers: dict[str, set[str]] = {}
        for a, b in citations:
            if a in home:
                citers.setdefault(b, set()).add(home[a])
        names = self._cluster_names()
        rows: list[dict[str, Any]] = [
            {
                "work_id": s.work, "year": s.year, "cited": s.cited,
                "a year": s.per_year if s.year is not None else None,
                "persistence": s.persistence if s.year is not None else None, "percentile": s.percentile,
                "rank": s.rank, "pagerank": s.pagerank, "cd": index.get(s.work),
                "clusters": f"{len(citers.get(s.work, ()))} of {len(clusters)}",
                "T": names.get(home.get(s.work, ""), "-"), "title": titles.get(s.work, ""),
            }
            for s in found
            if s.cited
        ]  # fmt: skip
        rows.sort(key=lambda r: (-r["cited"], r["rank"], r["work_id"]))
        parsed = {r["work_id"] for r in self.store.read("reference", columns=("work_id",))} & within
        notes = [
            f"{len(inside):,} citations inside, from the {len(parsed):,} of {len(members):,} works that have parsed "
            f"references; {len(rows):,} works are cited",
            f"percentile: share of works within {WINDOW} years that are cited less; rank: by PageRank, damping 0.5",
            "cd: -1 to 1, later works that cite the work alone against those that cite its references too; a corpus "
            "of one topic does not see all of them; empty without references, citers or year",
        ]
        columns = (
            "T", "year", "cited", "a year", "persistence", "percentile", "rank", "clusters", "cd", "title",
        )  # fmt: skip
        return Result("cited", columns, rows[:top] if top else rows, notes)

    def historiograph(self, *, tradition: str = "", top: int = 30) -> Result:
        """Show the works cited most from inside, year by year, and which of them each one cites."""
        from metanarrative.storyline.historiograph import historiograph

        self._needs("storyline")
        members, years, citations, _ = self._cited_scope(tradition)
        found = historiograph(members, years, citations, top=top)
        titles = dict(zip(*self.store.read_columns("work", "work_id", "title"), strict=True))
        number = {work: place for place, work in enumerate((w for _, own in found.layers for w in own), start=1)}
        cites: dict[str, list[int]] = {}
        for cited, citing in found.arcs:
            cites.setdefault(citing, []).append(number[cited])
        rows = [
            {
                "no": number[work], "work_id": work, "year": year, "lcs": found.scores[work],
                "cites": ", ".join(str(n) for n in sorted(cites.get(work, []))) or "-", "title": titles.get(work, ""),
            }
            for year, layer in found.layers
            for work in layer
        ]  # fmt: skip
        notes = ["lcs: citations from inside these works; cites: numbers of works in this list"] if rows else ["none"]
        if found.ties:
            notes.append(f"{found.ties} more works are cited as often as the last of these")
        data = {"arcs": [{"cited": a, "citing": b} for a, b in found.arcs]}
        return Result("historiograph", ("no", "year", "lcs", "cites", "title"), rows, notes, data)

    def phases(self, *, tradition: str = "") -> Result:
        """Show the phases and turning points of traditions: those the machine tested, those people wrote."""
        from metanarrative.map.cards import FILE, match, read_cards

        self._needs("storyline")
        names = self._cluster_names()
        scope = explaining.find_cluster(self, tradition)["cluster_id"] if tradition else ""
        rows: list[dict[str, Any]] = [
            {
                "T": names[row["cluster_id"]], "years": f"{row['first_year']}-{row['last_year']}", "by": "machine",
                "what": "phase", "works": row["n_works"], "p": row["p"],
                "words": ", ".join(json.loads(row["terms"])), "note": row["note"], "cluster_id": row["cluster_id"],
            }
            for row in self.store.read("phase")
            if row["cluster_id"] in names
        ]  # fmt: skip
        path = self.root / FILE
        if path.is_file():
            cards, _ = read_cards(path.read_text(encoding="utf-8-sig"))
            members = {m["work_id"]: m["cluster_id"] for m in self.store.read("membership")}
            by_cluster, _ = match(cards, self.store.read("cluster"), members, frozenset(members))
            for cluster, card in ((c, card) for c, own in by_cluster.items() for card in own):
                for name in ("events", "shifts"):
                    for entry in card.fields.get(name, ()):
                        rows.append(
                            {
                                "T": names[cluster], "years": _years(entry.words), "by": card.by or "people",
                                "what": name.removesuffix("s"), "works": len(entry.evidence), "p": None,
                                "words": entry.words, "note": " ".join(entry.evidence), "cluster_id": cluster,
                            }
                        )  # fmt: skip
        rows = [row for row in rows if not scope or row["cluster_id"] == scope]
        rows.sort(key=lambda r: (int(r["T"][1:]), r["years"], r["by"] != "machine", r["words"]))
        notes = [f"{row['T']} {row['years']}: {row['note']}" for row in rows if row["by"] == "machine" and row["note"]]
        notes.append(f"what people wrote stands in {FILE}; a machine's phase is a candidate for a person to judge")
        return Result("phases", ("T", "years", "by", "what", "works", "p", "words"), rows, notes)

    def _cited_scope(
        self, tradition: str
    ) -> tuple[list[str], dict[str, int | None], list[tuple[str, str]], dict[str, str]]:
        """Return the works of a scope, their years, citations among included research works, and clusters."""
        included = self.included()
        works = {
            w["work_id"]: w["year"]
            for w in self.store.read("work", columns=("work_id", "kind", "year"))
            if w["kind"] != "policy" and w["work_id"] in included
        }
        pairs = sorted(
            (c["citing_id"], c["cited_id"])
            for c in self.store.read("citation", columns=("citing_id", "cited_id"))
            if c["citing_id"] in works and c["cited_id"] in works
        )
        home = {
            m["work_id"]: m["cluster_id"]
            for m in self.store.read("membership", columns=("work_id", "cluster_id"))
            if m["cluster_id"] and m["work_id"] in works
        }
        members = sorted(works)
        if tradition:
            cluster = explaining.find_cluster(self, tradition)["cluster_id"]
            members = [work for work in members if home.get(work) == cluster]
        return members, works, pairs, home


def _searched(weight: Mapping[tuple[str, str], int], search: str, number: int) -> tuple[set[tuple[str, str]], str]:
    """Return the arcs that a search finds, and a sentence on what it found."""
    from metanarrative.storyline import paths

    if search == "key-route":
        found = paths.key_route(weight, number)
        return set(found.arcs), f"key-route from the {number} heaviest links; {found.ties} ties, all kept"
    if search == "local":
        found = paths.local_forward(weight)
        return set(found.arcs), f"local search from the sources; {found.ties} ties, all kept"
    total, every = paths.global_paths(weight)
    arcs = {arc for path in every for arc in pairwise(path)}
    tied = "one path" if len(every) == 1 else f"{len(every)} tied paths" + (" or more" if len(every) >= 100 else "")
    return arcs, f"global search: {tied} of total weight {total}"


def _titled(work: Mapping[str, Any] | None) -> str:
    return f"{(work or {}).get('year') or '?'} {(work or {}).get('title', '')}"


def _years(words: str) -> str:
    """Return the first year in a text; "" where there is none."""
    import re

    found = re.search(r"\b(1[5-9]\d\d|20\d\d)\b", words)
    return found.group() if found else ""
