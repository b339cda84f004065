"""Look at works, clusters, graphs and concepts; nothing here writes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative import explain as explaining
from metanarrative import export as exporting
from metanarrative import pipeline
from metanarrative.api.base import Base, _or
from metanarrative.api.choosing import one_of
from metanarrative.config import CONFIG_NAME, describe
from metanarrative.errors import UsageError
from metanarrative.results import Result, percent
from metanarrative.text import fold
from metanarrative.text.numbers import counted

if TYPE_CHECKING:
    import networkx as nx


class Looking(Base):
    """Look at works, clusters, graphs and concepts; nothing here writes."""

    def records(self, query: str = "", *, kind: str = "", limit: int = 0) -> Result:
        """List works, newest first, those that hold all words of `query` where given."""
        works = exporting.table_rows(self, "works")
        words = fold(query).split()
        text = {r["work_id"]: r["abstract"] for r in self.store.read("work", columns=("work_id", "abstract"))}
        rows = [
            w
            for w in works
            if (not kind or w["kind"] == kind)
            and all(word in fold(f"{w['title']} {w['authors']} {w['doi']} {text[w['work_id']]}") for word in words)
        ]
        rows.sort(key=lambda w: (-(w["year"] or 0), w["work_id"]))
        shown = rows[:limit] if limit else rows
        notes = [counted(len(rows), "work") + (f", {len(shown)} shown" if len(shown) < len(rows) else "")]
        notes += [p["message"] for p in self.store.read("problem", where={"code": "labels-not-heeded"})]
        return Result("records", ("work_id", "year", "kind", "screening", "authors", "title"), shown, notes)

    def duplicates(self, *, verdict: str = "", pairs: bool = False) -> Result:
        """List the records that are, or may be, one work, with what each says and the reason.

        Parameters
        ----------
        verdict : {"", "same", "unsure", "different"}
            Only these; "unsure" are the ones that wait for a person.
        pairs : bool, optional
            Each pair in a row of its own; else records that pairs of one verdict tie together are one
            row, as sixteen records of one title make 120 pairs.

        Raises
        ------
        UsageError
            If no pair can have that verdict.
        """
        one_of("verdict", verdict, ("same", "unsure", "different"))
        self._needs("dedupe")
        judged = [row for row in self.store.read("duplicate") if not verdict or row["verdict"] == verdict]
        ids = sorted({row[name] for row in judged for name in ("record_id", "other_id")})
        needed = ("record_id", "title", "year", "doi", "source_file", "line")
        known = {r["record_id"]: r for r in self.store.read("record", columns=needed, where={"record_id": ids})}
        rows = []
        for row in judged:
            one, other = known.get(row["record_id"], {}), known.get(row["other_id"], {})
            rows.append(
                {
                    **row,
                    "title": one.get("title", ""),
                    "other_title": other.get("title", ""),
                    "year": one.get("year"),
                    "other_year": other.get("year"),
                    "doi": one.get("doi", ""),
                    "other_doi": other.get("doi", ""),
                    "file": f"{one['source_file']}:{one['line']}" if one else "",
                    "other_file": f"{other['source_file']}:{other['line']}" if other else "",
                    "decide": f"metanarrative decide same {row['record_id']} {row['other_id']}",
                }
            )
        rows.sort(key=lambda r: (r["verdict"] != "unsure", r["verdict"], -r["score"], r["record_id"], r["other_id"]))
        unsure = sum(row["verdict"] == "unsure" for row in rows)
        notes = [f"{counted(len(rows), 'pair')}, {unsure:,} of them {'waits' if unsure == 1 else 'wait'} for a person"]
        if unsure:
            notes.append("say which: metanarrative decide same RECORD RECORD..., or decide different RECORD RECORD...")
        if not pairs:
            groups = _groups(rows)
            told = counted(groups[-1]["group"] if groups else 0, "group")
            notes[0] = f"{told} of {counted(len(groups), 'record')}; {notes[0]}"
            columns = ("group", "verdict", "score", "record_id", "year", "title", "reason", "file")
            return Result("duplicates", columns, groups, notes, whole=("record_id", "verdict"), spare=("score",))
        shown = ("verdict", "score", "title", "other_title", "reason", "file", "other_file", "record_id", "other_id")
        return Result("duplicates", shown, rows, notes)

    def problems(self, *, severity: str = "") -> Result:
        """List what could not be read, matched or computed."""
        rows = [row for row in exporting.problems(self) if not severity or row["severity"] == severity]
        return Result("problems", ("stage", "severity", "file", "line", "code", "message", "mend"), rows)

    def traditions(self) -> Result:
        """List the clusters: proposals by the machine, traditions where a person has ruled."""
        self._needs("traditions")
        clusters = sorted(self.store.read("cluster"), key=lambda row: row["number"])
        kinds = dict(zip(*self.store.read_columns("work", "work_id", "kind"), strict=True))
        placed = Counter((m["cluster_id"], kinds.get(m["work_id"])) for m in self.store.read("membership"))
        parts: dict[str, list[dict[str, Any]]] = {row["cluster_id"]: [] for row in clusters}
        for part in sorted(self.store.read("subcluster"), key=lambda p: p["number"]):
            parts[part["cluster_id"]].append(part)
        rows = []
        for row in clusters:
            name = row["tradition"] or "-"
            rows.append(
                {
                    **row,
                    "T": f"T{row['number']}",
                    "tradition": name,
                    "proposal": row["label"],
                    "works": placed[row["cluster_id"], "literature"],
                    "policy": placed[row["cluster_id"], "policy"],
                    "years": f"{row['first_year'] or '?'}-{row['last_year'] or '?'}",
                    "terms": json.loads(row["terms"] or "[]"),
                }
            )
        notes = [p["message"] for p in self.store.read("problem", where={"stage": "traditions"})]
        for row in clusters:
            own = parts[row["cluster_id"]]
            told = [f"{s['number']} {s['label']} ({s['size']} works, {s['stability']:.2f})" for s in own]
            notes += [f"inside T{row['number']}: {'; '.join(told)}"] if told else []
            if "do not tell it apart" in row["note"]:
                notes.append(f"T{row['number']}: {row['note']}")
        if any(not row["accepted"] for row in clusters):
            notes.append('a proposal becomes a tradition when you rule: metanarrative decide name T1 "..."')
        ruled = ("ruled",) if any(row["ruled"] for row in clusters) else ()
        columns = ("T", "tradition", *ruled, "proposal", "works", "policy", "years", "stability", "grade")
        return Result("traditions", columns, rows, notes)

    def review_queue(self, *, limit: int = 0) -> Result:
        """List works in the order in which they are worth reading: lowest confidence in their place first."""
        self._needs("traditions")
        names = {r["cluster_id"]: f"T{r['number']}" for r in self.store.read("cluster")}
        works = {w["work_id"]: w for w in self.store.read("work", columns=("work_id", "title", "year", "kind"))}
        rows = [
            {**m, "T": names[m["cluster_id"]], "next": names.get(m["second_cluster_id"], "-"),
             "title": works[m["work_id"]]["title"], "year": works[m["work_id"]]["year"]}
            for m in self.store.read("membership")
            if m["cluster_id"] in names and m["confidence"] is not None and m["placed_by"] in ("machine", "passages")
        ]  # fmt: skip
        rows.sort(key=lambda m: (m["confidence"], m["work_id"]))
        notes = [f"{len(rows):,} works placed by the machine; of the first tenth most errors are to be expected"]
        notes.append("metanarrative decide move WORK T2 puts one right; decide pin WORK keeps it")
        columns = ("work_id", "confidence", "grade", "T", "next", "second_strength", "year", "title")
        return Result("review-queue", columns, rows[:limit] if limit else rows, notes)

    def stability(self) -> Result:
        """Show the curve by which the level of detail was chosen."""
        import numpy as np

        from metanarrative.traditions.communities import granularity

        self._needs("traditions")
        rows = [{**row, "chosen": "yes" if row["chosen"] else ""} for row in self.store.read("resolution")]
        homes = self.store.read_columns("membership", "cluster_id")[0]
        place = {cluster: number for number, cluster in enumerate(sorted(set(homes) - {""}))}
        notes = ["set it yourself: [traditions] resolution = ... in metanarrative.toml"]
        if place:
            fine = granularity(np.array([place.get(home, -1) for home in homes], dtype=np.int64))
            notes.append(
                f"granularity {fine:.4f} (works over the sum of squared sizes): compare partitions only where it is "
                "about the same"
            )
        return Result("stability", ("gamma", "k", "stability", "chosen"), rows, notes)

    def graph(self, name: str = "citation") -> nx.Graph:
        """Return a layer as a networkx graph with plain attributes."""
        return exporting.graph(self, name)

    def graph_stats(self) -> Result:
        """Count nodes and links of every layer."""
        self._needs("graph")
        rows: list[dict[str, Any]] = []
        for layer in exporting.LAYERS:
            if layer == "citation":
                pairs = list(zip(*self.store.read_columns("citation", "citing_id", "cited_id"), strict=True))
            else:
                ends = self.store.read_columns("edge", "source_id", "target_id", where={"layer": layer})
                pairs = list(zip(*ends, strict=True))
            if not pairs and layer in ("venue", "author"):
                continue  # not asked for
            rows.append({"layer": layer, "links": len(pairs), "works": len({i for pair in pairs for i in pair})})
        n_refs = self.store.count("reference")
        n_in = n_refs - self.store.count("reference", where={"cited_work_id": ""})
        notes = [f"{n_refs:,} references, {n_in:,} ({percent(n_in, n_refs)}) are works of this corpus"]
        return Result("graph-stats", ("layer", "works", "links"), rows, notes)

    def bridges(self, *, top: int = 10) -> Result:
        """List literature with at least 0.3 of its ties in each of two clusters, most spread first."""
        self._needs("traditions")
        names = {r["cluster_id"]: f"T{r['number']}" for r in self.store.read("cluster")}
        titles = dict(zip(*self.store.read_columns("work", "work_id", "title"), strict=True))
        rows = [
            {**m, "T": names.get(m["cluster_id"], "-"), "next": names.get(m["second_cluster_id"], "-"),
             "title": titles.get(m["work_id"], "")}
            for m in self.store.read("membership")
            if m["work_id"] in titles and min(m["strength"], m["second_strength"]) >= 0.3
        ]  # fmt: skip
        rows.sort(key=lambda m: (-m["bridge"], m["work_id"]))
        columns = ("work_id", "bridge", "T", "strength", "next", "second_strength", "title")
        notes = [] if rows else ["none: no work has 0.3 or more of its ties in each of two clusters"]
        return Result("bridges", columns, rows[:top], notes)

    def traffic(self) -> Result:
        """Show citations between traditions against expectation, silence included."""
        self._needs("storyline")
        names = self._cluster_names()
        found = {(r["citing_cluster_id"], r["cited_cluster_id"]): r for r in self.store.read("traffic")}
        rows = []
        for (one, other), row in found.items():
            back = found[other, one]["log_ratio"]
            rows.append({**row, "citing": names[one], "cited": names[other], "asymmetry": row["log_ratio"] - back})
        rows.sort(key=lambda r: (int(r["citing"][1:]), int(r["cited"][1:])))
        silent = [f"{r['citing']} never cites {r['cited']}" for r in rows if r["verdict"] == "silent"]
        notes = ["log_ratio 0: as often as chance would have it; 1: twice as often; -1: half as often"]
        notes += [f"silence: {'; '.join(silent)}"] if silent else []
        columns = ("citing", "cited", "observed", "expected", "log_ratio", "low", "high", "asymmetry", "verdict")
        return Result("traffic", columns, rows, notes if rows else ["none: fewer than two clusters"])

    def signals(self, kind: str, *, tradition: str = "") -> Result:
        """Show years that stand out: those cited (``rpys``) or those published (``burst``).

        Parameters
        ----------
        kind : {"rpys", "burst"}
        tradition : str, optional
            Only this cluster; for rpys all works by default.
        """
        if kind not in ("rpys", "burst"):
            raise UsageError(f"no signal is called {kind!r}", mend="rpys or burst")
        self._needs("storyline")
        names = {"all": "all", **self._cluster_names()}
        rows = self.store.read("signal", where={"kind": kind})
        scope = explaining.find_cluster(self, tradition)["cluster_id"] if tradition else "all" if kind == "rpys" else ""
        rows = [{**r, "T": names.get(r["scope"], "-")} for r in rows if not scope or r["scope"] == scope]
        rows = [{**r, "peak": "yes" if r["peak"] else ""} for r in rows]
        rows.sort(key=lambda r: (r["scope"], r["first_year"]))
        none = {"rpys": "none: no reference has a year", "burst": "none: no years in which a tradition bursts"}
        columns = ("T", "first_year", "last_year", "n", "score", "peak", "evidence")
        return Result(kind, columns, rows, [] if rows else [none[kind]])

    def concepts(self, *, limit: int = 0) -> Result:
        """List concepts, widest first, with their theme and the traditions rich in them."""
        self._needs("concepts")
        names = self._cluster_names()
        rich: dict[str, list[tuple[float, str]]] = {}
        for row in self.store.read("tradition_concept"):
            if row["lift"] >= 1.5 and row["n_works"] >= 3:
                rich.setdefault(row["concept_id"], []).append((-row["lift"], names.get(row["tradition_id"], "-")))
        theme = {row["cluster_id"]: row["label"] for row in self.store.read("concept_theme")}
        rows = [
            {**row, "works": row["n_documents"], "theme": theme.get(row["cluster_id"], "-"),
             "mean year": "" if row["mean_year"] is None else f"{row['mean_year']:.0f}",
             "rich in": ", ".join(name for _, name in sorted(rich.get(row["concept_id"], ()))[:3]) or "-"}
            for row in self.store.read("concept")
        ]  # fmt: skip
        rows.sort(key=lambda r: (-r["works"], r["concept_id"]))
        columns = ("concept_id", "label", "works", "mean year", "rich in", "theme")
        return Result("concepts", columns, rows[:limit] if limit else rows, [f"{len(rows)} concepts"])

    def concept_themes(self) -> Result:
        """List themes of concepts: Callon's centrality and density, classic and as bibliometrix has them."""
        self._needs("concepts")
        rows = sorted(self.store.read("concept_theme"), key=lambda r: (-r["centrality"], r["cluster_id"]))
        columns = ("label", "n_concepts", "centrality", "density", "bibliometrix_centrality", "bibliometrix_density")
        return Result("concept-themes", columns, rows, [] if rows else ["none"])

    def concept_evolution(self) -> Result:
        """Show how themes pass from one period into the next."""
        self._needs("concepts")
        rows = self.store.read("theme_flow")
        columns = ("period", "theme", "next_period", "next_theme", "inclusion", "stability", "weighted_inclusion")
        return Result("concept-evolution", columns, rows, [] if rows else ["none: too few dated works for two periods"])

    def contested(self) -> Result:
        """Show concepts that keep different company in two traditions, with quotations from both."""
        self._needs("concepts")
        names = self._cluster_names()
        label = dict(zip(*self.store.read_columns("concept", "concept_id", "label"), strict=True))
        rows = sorted(self.store.read("contested"), key=lambda r: (-r["z"], r["concept_id"]))
        wanted = {p for r in rows for side in ("quotes", "quotes_other") for p in json.loads(r[side])}
        said = {p["passage_id"]: p["text"] for p in self.store.read("passage", where={"passage_id": sorted(wanted)})}
        notes = []
        for row in rows:
            term = label.get(row["concept_id"], row["concept_id"])
            row.update(concept=term, T=names[row["cluster_id"]], other=names[row["other_id"]])
            for side, words, name in (("quotes", "words", "T"), ("quotes_other", "words_other", "other")):
                notes.append(f"{term} in {row[name]}, with {', '.join(json.loads(row[words])) or '-'}:")
                notes += [f'  {passage}  "{_around(said.get(passage, ""), term)}"' for passage in json.loads(row[side])]
        ran = self.store.read("run", where={"stage": "concepts"})
        tested = json.loads(ran[0]["counts"]).get("contested tested", 0) if ran else 0
        shared = f"{tested} concepts that two traditions share in 15 works each"
        notes.append(f"{len(rows)} of {shared} stand out (z of 2 or more)")
        columns = ("concept", "T", "other", "z", "excess", "n_works", "n_works_other")
        return Result("contested", columns, rows, notes)

    def config_list(self) -> Result:
        """List every setting: its value here, default, range and reason."""
        rows = []
        for row in describe():
            value = getattr(self.settings(row["stage"]), row["name"])
            span = ", ".join(row["choices"]) or f"{_or(row['low'])}-{_or(row['high'])}".strip("-")
            rows.append({**row, "setting": f"{row['stage']}.{row['name']}", "value": value, "range": span})
        notes = [f"set them in {self.root / CONFIG_NAME}"]
        return Result("config", ("setting", "value", "default", "range", "help"), rows, notes)

    def explain(self, subject: str) -> Result:
        """Tell where a work, record, passage or cluster comes from and why it stands where it does."""
        return explaining.explain(self, subject)

    def log(self, *, last: int = 0) -> Result:
        """Show each step's last run: when, seconds, peak memory, seed, versions, counts."""
        order = {name: i for i, name in enumerate(pipeline.NAMES)}
        rows = sorted(self.store.read("run"), key=lambda r: order.get(r["stage"], 99))
        for row in rows:
            row["what"] = row["text"]
        notes = []
        if rows:
            notes.append(
                f"{sum(r['seconds'] for r in rows):.1f} s in all, peak {max(r['peak_mb'] for r in rows):,.0f} MB"
            )
            notes.append("versions: " + ", ".join(f"{k} {v}" for k, v in json.loads(rows[-1]["versions"]).items()))
        shown = rows[-last:] if last else rows
        return Result("log", ("stage", "started", "seconds", "peak_mb", "seed", "what"), shown, notes)


def _around(text: str, term: str, width: int = 90) -> str:
    """Return the part of a text around a term, cut at words."""
    bare = term.split(" (")[0]
    at = max(text.lower().find(bare.lower()), 0)
    start, end = max(0, at - width), min(len(text), at + len(bare) + width)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    stop = text.find(" ", end)
    end = len(text) if stop < 0 else stop
    return ("... " if start else "") + " ".join(text[start:end].split()) + (" ..." if end < len(text) else "")


def _ties(row: Mapping[str, Any]) -> int:
    return int(row.get("cited_by_yours") or row.get("cites_yours") or 0)


def _groups(pairs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a row a record, grouped by the pairs of one verdict that tie them, in the order of the pairs."""
    import networkx as nx

    graph: dict[str, nx.Graph] = {}
    for row in pairs:
        graph.setdefault(row["verdict"], nx.Graph()).add_edge(row["record_id"], row["other_id"])
    at = {
        (verdict, record): number
        for verdict, ties in graph.items()
        for number, tied in enumerate(nx.connected_components(ties))
        for record in tied
    }
    of_group: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for row in pairs:
        of_group.setdefault((row["verdict"], at[row["verdict"], row["record_id"]]), []).append(row)
    out = []
    for number, ((verdict, _), rows) in enumerate(of_group.items(), 1):
        reasons = [reason for reason, _ in Counter(row["reason"] for row in rows).most_common()]
        shared = {
            "group": number,
            "verdict": verdict,
            "score": max(row["score"] for row in rows),
            "reason": reasons[0] + (f" (and {counted(len(reasons) - 1, 'other reason')})" if reasons[1:] else ""),
        }
        members = {row[f"{end}_id"]: (row, end) for row in rows for end in ("record", "other")}
        for record, (row, end) in sorted(members.items()):
            own = "" if end == "record" else "other_"
            told = {name: row[f"{own}{name}"] for name in ("year", "doi", "title", "file")}
            out.append({**shared, "record_id": record, **told})
    return out
