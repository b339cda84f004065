"""The two sides of policy: contrasts, aligned passages, lineage, the framework matrix."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metanarrative import export as exporting
from metanarrative import links as linking
from metanarrative.api.base import Base
from metanarrative.api.choosing import checked_day, one_of
from metanarrative.config import make_settings
from metanarrative.errors import UsageError
from metanarrative.model import NATIONS
from metanarrative.project import default_who
from metanarrative.results import Result
from metanarrative.text.numbers import counted
from metanarrative.text.verdicts import ALIGNED, common_remarks, tally, tally_words

if TYPE_CHECKING:
    from metanarrative.compare.facets import Compared

_NO_ALIGNMENT = ("no-policy", "one-side-empty", "no-text", "no-facet", "welsh-not-aligned", "welsh-by-dictionary")


class Comparing(Base):
    """The two sides of policy: contrasts, aligned passages, lineage, the framework matrix."""

    def compare(
        self, *, theme: str = "", by: str = "", kind: str = "", sides: Sequence[str] = (), period: str = "",
        on: str = "",
    ) -> Result:  # fmt: skip
        """Compare the two sides; the numbers of the comparison page.

        Nothing is written: another facet than the settings' is computed from the passages, themes and
        provisions that the last run of the step stored.

        Parameters
        ----------
        theme : str, optional
            Only this theme (its id or name).
        by : str, optional
            Another facet than the settings' (nation, level, site, issuer, type, force, period).
        kind : str, optional
            theme, force or term.
        sides : str, optional
            The values to compare, two or more; for periods years such as -2011 and 2012-. Without
            them every pair of the six values with most documents.
        period : str, optional
            Years in which periods begin, such as ``2012`` (before it and from it on) or ``2008,2012``.
        on : str, optional
            Only documents in force on this day, such as 2012-06-06.

        Raises
        ------
        UsageError
            If facet, sides, years or date cannot be used.
        """
        checked_day("on", on, "metanarrative compare --by force")
        self._needs("compare")
        now = self._compared_by()
        facet = by or ("period" if period else now.facet)
        told: list[str] = []
        data: dict[str, Any] = {}
        if facet == now.facet and not (sides or period or on):
            rows = self.store.read("contrast")
            told = [p["message"] for p in self.store.read("problem", where={"stage": "compare"})][:12]
        else:
            found = self._by(now, facet, tuple(sides), period, on)
            rows, told = found.rows, found.notes
            data = {"facet": facet, "pairs": [asdict(pair) for pair in found.pairs], "on": on}
        if theme:
            wanted = self._theme(theme)
            rows = [r for r in rows if r["theme"] == wanted or (r["kind"] == "theme" and r["item"] == wanted)]
        if kind:
            rows = [r for r in rows if r["kind"] == kind]
        rows.sort(key=lambda r: (r["kind"] != "theme", r["kind"] != "force", -abs(r["estimate"] or 0), r["item"]))
        for row in rows:
            row["docs"] = f"{row['n_docs_a']} v {row['n_docs_b']}"
            row["sides"] = f"{row['side_a']} v {row['side_b']}"
        several = len({row["sides"] for row in rows}) > 1
        scale = "theme and force: difference of shares, 0.1 is ten percentage points; term: log-odds"
        notes = []
        if several:
            notes.append(f"estimate above 0 means more on the second side ({scale})")
        elif rows:
            notes.append(f"{rows[0]['sides']}: estimate above 0 means more in {rows[0]['side_b']} ({scale})")
        if rows:
            notes.append(tally_words(tally(rows)))
        common, own = common_remarks(rows)
        for row, remark in zip(rows, own, strict=True):
            row["remark"] = remark
        if common:
            notes.append(f"for every row: {common}")
        columns = ["item", "theme", "estimate", "low", "high", "same_genre", "q", "docs", "verdict", "remark"]
        if len({row["kind"] for row in rows}) > 1:
            columns.insert(0, "kind")
        if several:
            columns.insert(0, "sides")
        if all(not row["theme"] or row["kind"] == "theme" for row in rows):
            columns.remove("theme")
        if all(row["same_genre"] is None for row in rows):
            columns.remove("same_genre")
        return Result(
            "compare", columns, rows, [*notes, *told], data,
            whole=("verdict",), spare=("remark", "docs", "low", "high", "kind", "q"),
        )  # fmt: skip

    def _compared_by(self) -> Any:
        """Return the settings that the stored comparison was made with."""
        stored = json.loads(self.store.read("run", where={"stage": "compare"})[0]["settings"])
        return make_settings("compare", stored, where="compare")

    def _by(self, now: Any, facet: str, sides: tuple[str, ...], period: str, on: str) -> Compared:
        from metanarrative.compare import facets

        make_settings("compare", {"facet": facet}, where="--by")
        works = self.store.read("work", where={"kind": "policy"})
        within: frozenset[str] | None = None
        notes: list[str] = []
        if on:
            within = self._in_force(works, on)
            works = [row for row in works if row["work_id"] in within]
            notes.append(
                f"{counted(len(works), 'document')} in force on {on}, by the dates of the manifest and the lineage"
            )
        if period:
            if facet != "period":
                raise UsageError(
                    f"--period divides by years, not by {facet}", mend=f"metanarrative compare --period {period}"
                )
            try:
                sides = facets.periods(period)
            except ValueError as error:
                raise UsageError(str(error), mend="metanarrative compare --period 2012") from error
        chosen = tuple(dict.fromkeys(sides))
        if not chosen and facet == now.facet:
            chosen = (now.side_a, now.side_b)
        elif not chosen and facet == "period":
            chosen = self._two_periods(works)
        elif not chosen:
            known = facets.values_of(works, facet)
            chosen = tuple(facets.in_order(facet, [value for value, _ in known[: facets.MOST_VALUES]]))
            if len(known) > facets.MOST_VALUES:
                most, more = facets.MOST_VALUES, len(known) - facets.MOST_VALUES
                notes.append(f"the {most} values of {facet} with most documents; {more} more: name them with --sides")
        else:
            self._known_values(facet, chosen, works)
        if len({value.casefold() for value in chosen}) < 2:
            if chosen:
                told = f"every document that has a {facet} has the same: {chosen[0]}"
            else:
                told = "the documents do not differ in year" if facet == "period" else f"no document has a {facet}"
            column = "year" if facet == "period" else facet
            raise UsageError(
                f"nothing to compare by {facet}: {told}",
                mend=f"fill the column {column} of corpus/policy/manifest.csv, then metanarrative run",
            )
        done = facets.compare_by(self, now, facet, chosen, within=within)
        head = f"compared by {facet}: {', '.join(f'{p.side_a} ({p.a}) v {p.side_b} ({p.b})' for p in done.pairs)}"
        return replace(done, notes=[head, *notes, *done.notes])

    def _known_values(self, facet: str, sides: Sequence[str], works: Sequence[Mapping[str, Any]]) -> None:
        """Refuse a side that is no value of the facet, and name what there is."""
        from metanarrative.compare import facets

        if facet == "period":
            bad = [side for side in sides if not re.fullmatch(r"(\d{4})?-(\d{4})?", side) or side == "-"]
            if bad:
                raise UsageError(f"{bad[0]!r} is no span of years", mend="such as -2011, 2008-2012 or 2012-")
            return
        there = {value.casefold(): n for value, n in facets.values_of(works, facet)}
        for side in sides:
            if side.casefold() not in there:
                listed = ", ".join(f"{value} ({n})" for value, n in facets.values_of(works, facet)) or "none"
                raise UsageError(f"no document has {facet} {side!r}", mend=f"documents have: {listed}")

    def _two_periods(self, works: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        years = sorted(int(row["year"]) for row in works if row["year"] is not None)
        if len(set(years)) < 2:
            return ()
        middle = years[(len(years) - 1) // 2]
        middle = middle if middle < years[-1] else max(year for year in years if year < years[-1])
        return f"-{middle}", f"{middle + 1}-"

    def _in_force(self, works: Sequence[Mapping[str, Any]], on: str) -> frozenset[str]:
        from metanarrative.compare.lineage import in_force

        try:
            return frozenset(row["work_id"] for row in in_force(works, on, self.store.read("lineage")))
        except ValueError as error:
            raise UsageError(str(error), mend="metanarrative compare --on 2012-06-06") from error

    def align(self, *, verdict: str = "", limit: int = 0) -> Result:
        """List passages on the same subject: those where one side may deny the other first, then the closest.

        Parameters
        ----------
        verdict : str, optional
            Only these; one of :data:`metanarrative.text.verdicts.ALIGNED`.
        limit : int, optional
            Most rows; 0 for all.

        Raises
        ------
        UsageError
            If no pair can have that verdict.
        """
        one_of("verdict", verdict, ALIGNED)
        self._needs("compare")
        text = dict(zip(*self.store.read_columns("passage", "passage_id", "text"), strict=True))
        rows = [r for r in self.store.read("alignment") if r["other_id"] and (not verdict or r["verdict"] == verdict)]
        for row in rows:
            row["differs"] = json.loads(row["differs"] or "{}")
        rows.sort(key=lambda r: ("opposite" not in r["differs"], -r["margin"], r["passage_id"], r["other_id"]))
        for row in rows:
            row["opposite"] = " / ".join(row["differs"].get("opposite", ()))
            row["passage"], row["other"] = text.get(row["passage_id"], ""), text.get(row["other_id"], "")
        counts = Counter(r["verdict"] for r in self.store.read("alignment"))
        notes = [", ".join(f"{v} {n}" for v, n in sorted(counts.items()))]
        if not counts:
            why = [p for p in self.store.read("problem", where={"stage": "compare"}) if p["code"] in _NO_ALIGNMENT]
            notes = ["nothing was aligned", *(p["message"] for p in why)]
        columns = ("passage_id", "other_id", "verdict", "opposite", "similarity", "margin", "passage", "other")
        return Result("align", columns, rows[:limit] if limit else rows, notes)

    def lineage(self, *, on: str = "", nation: str = "") -> Result:
        """List what supersedes, amends, revokes or names what; or, with `on`, what was in force that day.

        Parameters
        ----------
        on : str, optional
            A day such as 2012-06-06.
        nation : str, optional
            Only documents of this nation.

        Raises
        ------
        UsageError
            If `on` is not one day, or no nation is called so.
        """
        checked_day("on", on, "metanarrative lineage")
        one_of("nation", nation.strip().casefold(), NATIONS)
        from metanarrative.compare.inputs import named
        from metanarrative.compare.lineage import in_force

        self._needs("compare")
        works = {row["work_id"]: row for row in self.store.read("work", where={"kind": "policy"})}
        wanted = nation.strip().casefold()
        edges = self.store.read("lineage")
        if on:
            try:
                rows = in_force(works.values(), on, edges)
            except ValueError as error:
                raise UsageError(str(error), mend="metanarrative lineage --on 2012-06-06") from error
            rows = [row for row in rows if not wanted or row["nation"].casefold() == wanted]
            for row in rows:
                row["force"] = works[row["work_id"]]["force"]
                row["ended_by"] = works[row["ended_by"]]["title"] if row["ended_by"] in works else row["ended_by"]
            undated = sorted(
                own for own, row in works.items() if not (row["valid_from"] or row["issued"] or row["year"])
            )
            notes = [f"{counted(len(rows), 'document')} in force on {on}, by the dates of the manifest and the lineage"]
            if undated:
                have = "has" if len(undated) == 1 else "have"
                notes.append(
                    f"{counted(len(undated), 'document')} {have} no date and {'is' if have == 'has' else 'are'} not "
                    f"judged: {named(works, undated)}"
                )
            columns: tuple[str, ...] = ("nation", "since", "until", "force", "title", "ended_by", "work_id")
            return Result("lineage", columns, rows, notes)
        # what a text says of two laws that are not here is known by their titles
        laws = {row["other_id"]: row["other_title"] for row in edges}
        rows = [
            {**row, "nation": works.get(row["work_id"], {}).get("nation", ""),
             "title": works.get(row["work_id"], {}).get("title") or laws.get(row["work_id"], row["work_id"])}
            for row in edges
        ]  # fmt: skip
        rows = [row for row in rows if not wanted or row["nation"].casefold() == wanted]
        rank = {"supersedes": 0, "revokes": 1, "amends": 2, "refers-to": 3}
        rows.sort(key=lambda row: (rank.get(row["relation"], 9), row["nation"], row["title"], row["other_title"]))
        counts = Counter(row["relation"] for row in rows)
        conflicts = sum(bool(row["conflict"]) for row in rows)
        notes = [", ".join(f"{n} {what}" for what, n in counts.most_common()) or "no document names another"]
        if conflicts:
            notes.append(f"{conflicts} with a conflict between manifest, text or dates: check them")
        return Result(
            "lineage", ("nation", "title", "relation", "other_title", "how", "conflict", "evidence"), rows, notes
        )

    def matrix(self, cases: str = "level", *, theme: str = "") -> Result:
        """Show the framework matrix: theme by case, with counts; "no evidence" is not zero.

        Parameters
        ----------
        cases : {"document", "nation", "level", "site", "tradition", "group", "actor"}
            ``actor`` shows who plays which part in which nation, on all or on one theme.
        theme : str, optional
            For ``actor``: only passages on this theme (its id or name); ``each`` gives a row a theme.
        """
        self._needs("compare")
        if cases == "actor":
            return self._actors(theme)
        if theme:
            raise UsageError(
                "a theme goes with the cases 'actor'", mend="metanarrative matrix --cases actor --theme ID"
            )
        rows = self.store.read("matrix_cell", where={"cases": cases})
        if not rows:
            known = sorted({row["cases"] for row in self.store.read("matrix_cell", columns=("cases",))})
            raise UsageError(f"the matrix has no cases {cases!r}", mend=f"cases: {', '.join([*known, 'actor'])}")
        order = {"macro": 0, "meso": 1, "micro": 2}
        heads = sorted({(order.get(r["case_id"], 9), r["case_name"], r["case_id"]) for r in rows})
        at = {(row["theme"], row["case_id"]): row for row in rows}

        def told(row: dict[str, Any]) -> str:
            if row["evidence"] == "no evidence":
                return "no evidence"
            if row["evidence"] == "coded, absent":
                return "coded, absent"
            return f"{row['n_passages']} of {row['n_all']} in {row['n_with']}/{row['n_documents']}"

        names = {own: f"{name} ({own})" if [n for _, n, _ in heads].count(name) > 1 else name for _, name, own in heads}
        shown = [
            {"theme": theme, **{names[own]: told(at[theme, own]) for _, _, own in heads}}
            for theme in dict.fromkeys(row["theme"] for row in sorted(rows, key=lambda r: r["theme"]))
        ]
        notes = ["passages on the theme of all passages, in documents with it of all documents"]
        empty = [names[own] for _, _, own in heads if at[rows[0]["theme"], own]["evidence"] == "no evidence"]
        if empty:
            notes.append(f"no text at all, so nothing can be said: {', '.join(empty)}")
        return Result("matrix", ("theme", *names.values()), shown, notes, {"cells": rows})

    def _actors(self, theme: str) -> Result:
        from metanarrative.compare.narrative import AGENT_ROLES, ROLES

        wanted = self._theme(theme) if theme and theme != "each" else ""
        of_passage: dict[str, list[str]] = {}
        for row in self.store.read("passage_theme"):
            if row["how"] != "suggested":
                of_passage.setdefault(row["passage_id"], []).append(row["theme"])
        counts: dict[tuple[str, str, str], Counter[str]] = {}
        works: dict[tuple[str, str, str], set[str]] = {}
        for row in self.store.read("element", where={"slot": "character"}):
            themes = of_passage.get(row["passage_id"], [])
            for own in sorted(themes) or ["(no theme)"] if theme == "each" else [wanted] if wanted else [""]:
                if wanted and wanted not in themes:
                    continue
                key = (row["item"], own, row["nation"])
                counts.setdefault(key, Counter())[row["role"]] += 1
                works.setdefault(key, set()).add(row["work_id"])
        rows = [
            {
                "actor": actor, "theme": own, "nation": nation, "documents": len(works[actor, own, nation]),
                **{role: found[role] for role in ROLES},
                "agency": round(sum(found[role] for role in AGENT_ROLES) / found.total(), 2),
            }
            for (actor, own, nation), found in sorted(counts.items())
        ]  # fmt: skip
        notes = ["agency: share of namings in which the actor does something; the quotes are in elements.csv"]
        notes.append("candidates found by rules: which part an actor plays is for the analyst to say")
        if wanted:
            notes.insert(0, f"only passages on {wanted}")
        head = ("actor", "theme", "nation") if theme == "each" else ("actor", "nation")
        return Result("matrix", (*head, "documents", *ROLES, "agency"), rows, notes)

    def import_matrix(self, path: Path | str) -> Result:
        """Take over what people wrote into an exported matrix (XLSX or CSV) or list of links (CSV, TSV).

        Nothing that stands is changed: summaries are added to corpus/matrix.csv, where the last line of
        a cell holds, and verdicts on links become decisions. A cell that others changed since the file
        was exported is a conflict: it is reported and not taken.
        """
        self._needs("compare")
        if linking.is_links(Path(path)):
            with self.lock():
                decided, notes = linking.import_links(self, Path(path), who=default_who())
            return Result("decide", ("subject", "verdict", "reason"), decided, notes)
        with self.lock():
            rows, notes = exporting.import_matrix(self, Path(path), who=default_who())
        return Result("decide", ("cell_id", "cases", "case_name", "theme", "status", "summary"), rows, notes)
