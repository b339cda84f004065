"""What people rule: checked against what is there, refused where it contradicts, written durably."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from metanarrative import explain as explaining
from metanarrative import export as exporting
from metanarrative import project as project_room
from metanarrative.api.base import Base
from metanarrative.errors import (
    DecisionError,
    ReadError,
    StepMissingError,
    UsageError,
)
from metanarrative.model import Decision
from metanarrative.project import DECISION_KINDS
from metanarrative.results import Result
from metanarrative.store import write_whole
from metanarrative.text.numbers import counted
from metanarrative.text.shorten import cut

PASSED_ON = ("align", "theme", "include", "exclude", "must-link", "cannot-link", "same", "different")
"""Kinds of decision that a file from a page may carry: their subjects are ids that stand for themselves."""


def decision_rows(path: Path) -> list[dict[str, str]]:
    """Return the lines of a file of decisions.

    Raises
    ------
    ReadError
        If the file cannot be read or its first line does not name the columns.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig", errors="replace").replace("\0", "")
        reader = csv.DictReader(io.StringIO(text, newline=""))
        heads = [str(name or "").strip().lower() for name in reader.fieldnames or ()]
        rows = [{h: str(v or "").strip() for h, v in zip(heads, r.values(), strict=False)} for r in reader if any(r)]
    except (OSError, csv.Error) as error:
        raise ReadError(f"{path.name} cannot be read: {error}", mend="save it again from the page") from error
    missing = [name for name in project_room.DECISION_COLUMNS[:5] if name not in heads]
    if missing:
        raise ReadError(
            f"{path.name} is no list of decisions: no column {', '.join(missing)}",
            mend=f"its first line must be {','.join(project_room.DECISION_COLUMNS)}",
        )
    return [{name: row.get(name, "") for name in project_room.DECISION_COLUMNS} for row in rows]


def is_decisions(path: Path) -> bool:
    """Return whether a file begins like a list of decisions."""
    try:
        with path.open("rb") as stream:
            head = stream.readline(400).decode("utf-8-sig", errors="replace").casefold()
    except OSError:
        return False
    return {"when", "who", "kind", "subject", "verdict"} <= {cell.strip().strip('"') for cell in head.split(",")}


class Deciding(Base):
    """What people rule: checked against what is there, refused where it contradicts, written durably."""

    def decide(self, kind: str, *subjects: str, verdict: str = "", reason: str = "", who: str = "") -> Decision:
        """Record what a person rules; it takes effect at the next run and is never lost.

        Parameters
        ----------
        kind : str
            See :data:`metanarrative.project.DECISION_KINDS`.
        *subjects : str
            ``name``, ``accept``, ``reject``: a cluster (T1, its id, its name); ``merge``: two
            clusters; ``split``: a cluster, then comma-separated groups of works; ``move`` and
            ``pin``: a work, then a cluster or a tradition's name; ``must-link``, ``cannot-link``:
            two works; ``same``, ``different``: two records; ``include``, ``exclude``: a work;
            ``theme``: a passage; ``align``: two passages; ``force``: a passage and the place of a
            trigger in it; ``practice``: a document and a theme; ``cite``: a policy passage and a work;
            ``undo``: a decision's id, or ``last`` for one's own newest.
        verdict : str
            The new name (``name``, ``merge``), ``+theme`` or ``-theme``, ``accept`` or ``reject``, a
            class of force; done, partly, not-done or contradicted (``practice``).

        Raises
        ------
        DecisionError
            If a subject is unknown, or the decision contradicts one that holds.
        """
        if kind not in DECISION_KINDS:
            raise DecisionError(f"no decision is called {kind!r}", mend=f"known: {', '.join(DECISION_KINDS)}")
        if not subjects:
            raise DecisionError(f"a decision {kind!r} needs a subject", mend=f"it says: {DECISION_KINDS[kind]}")
        try:
            subject, verdict = self._subject(kind, list(subjects), verdict, who=who)
        except UsageError as error:
            raise DecisionError(error.message, mend=error.mend, where=error.where) from error
        with self.lock():
            if kind in ("must-link", "cannot-link"):
                self._refuse_contradiction(kind, subject)
            if kind in ("same", "different"):
                self._refuse_contradiction(kind, subject, together="same", apart="different")
            return self.append_decision(kind, subject, verdict, reason=reason, who=who)

    def decide_together(self, kind: str, *records: str, reason: str = "", who: str = "") -> list[Decision]:
        """Rule on a group of records at once: all describe one work, or each another one.

        Written as decisions on pairs, so that each can be taken back by itself: ``same`` ties every
        record to the first, ``different`` parts every pair. Either all are written or none.

        Parameters
        ----------
        kind : {"same", "different"}
        *records : str
            Two or more record ids or keys.

        Raises
        ------
        DecisionError
            If a record is unknown or given twice, or the ruling contradicts one that holds.
        """
        if kind not in ("same", "different"):
            raise DecisionError(f"{kind!r} is no ruling on a group of records", mend="same or different")
        if len(records) < 2:
            raise DecisionError(f"{kind} needs 2 subjects or more, not {len(records)}", mend=DECISION_KINDS[kind])
        ids = [self._record(text) for text in records]
        if len(set(ids)) < len(ids):
            twice = next(one for one in ids if ids.count(one) > 1)
            raise DecisionError(f"record {twice} is given twice", mend="give each record once")
        pairs = [(ids[0], other) for other in ids[1:]] if kind == "same" else list(combinations(ids, 2))
        subjects = [" ".join(sorted(pair)) for pair in pairs]
        with self.lock():
            for subject in subjects:
                self._refuse_contradiction(kind, subject, together="same", apart="different")
            return [self.append_decision(kind, subject, "", reason=reason, who=who) for subject in subjects]

    def import_decisions(self, path: Path | str) -> Result:
        """Take over the decisions that a page saved as a file, each under the name of who ruled.

        A ruling that stands already is not written twice; one that fits nothing here is listed
        with its reason and left in the file.

        Parameters
        ----------
        path : path
            CSV with the columns ``when, who, kind, subject, verdict, reason``, as the aligned
            reader saves it. Kinds whose subject is a work, a record or a passage are taken over.

        Returns
        -------
        Result
            A row a line of the file, with ``state``: new, known or refused.

        Raises
        ------
        ReadError
            If the file is no list of decisions.
        """
        rows = []
        states = self.decision_states()
        held = {(d.who, d.kind, d.subject, d.verdict) for d in self.all_decisions()[0] if states[d.id] == "active"}
        for cells in decision_rows(Path(path)):
            who = project_room.clean_name(cells["who"] or project_room.default_who())
            key = (who, cells["kind"], " ".join(cells["subject"].split()), cells["verdict"])
            state, why = "new", ""
            if key in held:
                state = "known"
            elif cells["kind"] not in PASSED_ON:
                state, why = "refused", f"a page does not rule on {cells['kind']!r}: metanarrative decide"
            else:
                try:
                    self.decide(key[1], *key[2].split(), verdict=key[3], reason=cells["reason"], who=who)
                    held.add(key)
                except DecisionError as error:
                    state, why = "refused", error.message
            rows.append({**cells, "who": who, "state": state, "why": why})
        new = sum(row["state"] == "new" for row in rows)
        notes = ["next: metanarrative run"] if new else ["nothing new"]
        return Result("decide", ("who", "kind", "verdict", "state", "why", "subject"), rows, notes)

    def meant(self, kind: str, *subjects: str, who: str = "") -> list[str]:
        """Say in words what a decision's subjects are: numbers of clusters may change between runs."""
        about = []
        if kind in ("move", "pin") and len(subjects) > 1:
            subjects = (subjects[0], " ".join(subjects[1:]))  # a name may be of several words
        for place, text in enumerate(subjects):
            try:
                if kind == "undo":
                    wanted = self._undone(text, who)
                    d = next(d for d in self.all_decisions()[0] if d.id == wanted)
                    about.append(f"takes back: {d.kind} {d.verdict[:60]} by {d.who} on {d.when[:10]}")
                elif kind == "merge" or (kind in ("name", "accept", "reject", "split") and place == 0):
                    row = explaining.find_cluster(self, text)
                    about.append(_named(row, "about"))
                elif kind in ("move", "pin") and place == 1:
                    row = self._home(text)
                    if not row:
                        about.append(f"this founds a new tradition: {text!r} (no cluster answers to it)")
                        continue
                    about.append(_named(row, "to"))
                elif kind in ("move", "pin", "include", "exclude", "must-link", "cannot-link"):
                    work = explaining.find_work(self, text)
                    about.append(f"about {work['work_id']}: {cut(work['title'], 80)} ({work['year'] or 'n.d.'})")
            except UsageError:
                continue  # deciding itself says what is wrong
        return about

    def _subject(self, kind: str, subjects: list[str], verdict: str, *, who: str) -> tuple[str, str]:
        def cluster(text: str) -> str:
            return " ".join(self._shown(explaining.find_cluster(self, text)))

        def work(text: str) -> str:
            return str(explaining.find_work(self, text)["work_id"])

        _need(kind, subjects, {"merge": 2, "must-link": 2, "cannot-link": 2, "same": 2, "different": 2, "align": 2,
                              "practice": 2, "cite": 2}, 1)  # fmt: skip
        if kind in ("name", "accept", "reject"):
            name = verdict or " ".join(subjects[1:])
            if kind == "name" and not name:
                raise DecisionError("a name is missing", mend='metanarrative decide name T1 "the name"')
            return cluster(subjects[0]), name
        if kind == "merge":
            return " | ".join(cluster(text) for text in subjects), verdict
        if kind == "split":
            groups = [[work(text) for text in group.split(",") if text.strip()] for group in subjects[1:]]
            if not groups:
                raise DecisionError(
                    "say which works seed the parts", mend="metanarrative decide split T1 WORK,WORK [WORK,WORK]"
                )
            return cluster(subjects[0]), " | ".join(" ".join(group) for group in groups)
        if kind in ("move", "pin"):
            target = verdict or " ".join(subjects[1:])
            if not target and kind == "pin":
                home = self.store.read("membership", where={"work_id": work(subjects[0])})
                target = home[0]["cluster_id"] if home else ""
            if not target:
                raise DecisionError("say where to", mend=f"metanarrative decide {kind} WORK T2")
            try:
                found = explaining.find_cluster(self, target)
                where = found["tradition"] or " ".join(json.loads(found["anchors"]))
            except UsageError:
                if _is_number_of_cluster(target):
                    raise
                where = target  # a tradition that this decision begins
            return work(subjects[0]), where
        if kind in ("must-link", "cannot-link"):
            return " ".join(sorted(work(text) for text in subjects)), verdict
        if kind in ("include", "exclude"):
            return work(subjects[0]), verdict
        if kind in ("same", "different"):
            return " ".join(sorted(self._record(text) for text in subjects)), verdict
        if kind == "force":
            from metanarrative.compare.force import FORCES

            parts = " ".join(subjects).split()
            if len(parts) != 2 or not parts[1].isdigit():
                raise DecisionError("say the passage and the trigger", mend="metanarrative decide force PASSAGE 1 must")
            if not self.store.count("provision", where={"passage_id": parts[0], "position": int(parts[1])}):
                raise DecisionError(
                    f"passage {parts[0]!r} has no trigger {parts[1]}",
                    mend="passage_id and position are in provisions.csv of the export",
                )
            if verdict not in FORCES:
                raise DecisionError(f"{verdict!r} is no class of force", mend=f"classes: {', '.join(FORCES)}")
            return " ".join(parts), verdict
        if kind == "practice":
            from metanarrative.compare.levels import PRACTICE

            themes = {row["theme_id"] for row in self.store.read("theme")}
            if subjects[1] not in themes:
                raise DecisionError(f"no theme {subjects[1]!r}", mend=f"themes: {', '.join(sorted(themes)) or 'none'}")
            if verdict not in PRACTICE:
                raise DecisionError(
                    f"say {', '.join(PRACTICE)}", mend="metanarrative decide practice DOCUMENT THEME done"
                )
            return f"{work(subjects[0])} {subjects[1]}", verdict
        if kind == "cite":
            if not self.store.count("passage", where={"passage_id": subjects[0]}):
                raise DecisionError(f"no passage {subjects[0]!r}", mend="ids are in metanarrative links")
            if verdict not in ("accept", "reject"):
                raise DecisionError("say accept or reject", mend="metanarrative decide cite PASSAGE WORK accept")
            return f"{subjects[0]} {work(subjects[1])}", verdict
        if kind in ("theme", "align"):
            for text in subjects:
                if not self.store.count("passage", where={"passage_id": text}):
                    raise DecisionError(f"no passage {text!r}", mend="ids are in passages.csv of the export")
            if kind == "theme" and not verdict.startswith(("+", "-")):
                raise DecisionError("say +theme or -theme", mend="metanarrative decide theme PASSAGE recovery")
            if kind == "align" and verdict not in ("accept", "reject"):
                raise DecisionError("say accept or reject", mend="metanarrative decide align A B accept")
            return " ".join(subjects), verdict
        return self._undone(subjects[0], who), verdict

    def _home(self, text: str) -> dict[str, Any]:
        """Return the cluster that answers to `text`, or nothing where a decision may found one of that name."""
        try:
            return explaining.find_cluster(self, text)
        except UsageError:
            if _is_number_of_cluster(text):
                raise
            return {}

    def _shown(self, cluster: Mapping[str, Any]) -> list[str]:
        """List the works of a cluster as a person sees them: its anchors first, then the others, surest first."""
        anchors = json.loads(cluster["anchors"])
        policy = set(self.store.read_columns("work", "work_id", where={"kind": "policy"})[0])
        members = self.store.read("membership", where={"cluster_id": cluster["cluster_id"]})
        members.sort(key=lambda m: (-(m["confidence"] or 0.0), m["work_id"]))
        others = [m["work_id"] for m in members if m["work_id"] not in policy and m["work_id"] not in anchors]
        return [*anchors, *others]

    def _record(self, text: str) -> str:
        rows = self.store.read("record", where={"record_id": text}, columns=("record_id",))
        rows = rows or self.store.read("record", where={"key": text}, columns=("record_id",))
        if len(rows) != 1:
            raise DecisionError(
                f"{'no record' if not rows else str(len(rows)) + ' records'} answer to {text!r}",
                mend="give record ids; duplicates.csv of the export lists them",
            )
        return str(rows[0]["record_id"])

    def _undone(self, text: str, who: str) -> str:
        decisions, _ = self.all_decisions()
        states = self.decision_states()
        active = [d for d in decisions if states[d.id] == "active"]
        if text == "last":
            me = project_room.clean_name(who or project_room.default_who())
            mine = [d for d in active if d.kind != "undo" and d.who == me]
            if not mine:
                raise DecisionError(
                    f"no decision of {me} holds", mend="metanarrative decide list shows the ids of everybody's"
                )
            return mine[-1].id
        for decision in active:
            if decision.id == text:
                return text
        raise DecisionError(f"no decision {text!r} holds", mend="metanarrative decide list shows the ids")

    def _refuse_contradiction(
        self, kind: str, subject: str, *, together: str = "must-link", apart: str = "cannot-link"
    ) -> None:
        """Refuse a link that the closure of earlier ones forbids, naming the chain."""
        links: dict[str, list[tuple[str, str]]] = {}
        barred: list[tuple[str, str, str]] = []
        new = Decision("this one", "", "", kind, subject, "")
        for d in [*self.decisions(together, apart), new]:
            ids = d.subject.split()
            if len(ids) < 2:
                continue
            a, b = ids[:2]
            if d.kind == together:
                links.setdefault(a, []).append((b, d.id))
                links.setdefault(b, []).append((a, d.id))
            else:
                barred.append((a, b, d.id))
        for a, b, by in barred:
            chain = _chain(links, a, b)
            if chain is not None:
                raise DecisionError(
                    f"{kind} contradicts earlier decisions: {together} {', '.join(chain)} joins {a} and {b}, "
                    f"{apart} {by} keeps them apart",
                    mend="metanarrative decide undo ID",
                )

    def keep(self, *, drop: bool = False, force: bool = False, who: str = "") -> Result:
        """Keep the clusters as they stand: later runs leave their works in place and add new works to them.

        Written to ``corpus/kept.csv``, an input like any other, so that the same files still give
        the same result. Numbers, ids and labels stay; what no longer fits is listed by each run.

        Parameters
        ----------
        drop : bool
            Forget what was kept: the next run clusters afresh.
        force : bool
            Keep anew what was kept before.

        Raises
        ------
        StepMissingError
            If there are no clusters yet.
        UsageError
            If something was kept before, or nothing is there to drop.
        """
        from metanarrative.traditions.kept import FILE, kept_text

        path = self.root / FILE
        with self.lock():
            if drop:
                if not path.exists():
                    raise UsageError("nothing was kept", mend="metanarrative traditions keep")
                path.unlink()
                return Result(
                    "keep", notes=[f"{FILE} is gone: the next run clusters afresh", "next: metanarrative run"]
                )
            if path.exists() and not force:
                raise UsageError(
                    "clusters were kept before", mend="--force keeps them as they stand now; --drop forgets them",
                    where=str(path),
                )  # fmt: skip
            self._needs("traditions")
            about = {row["cluster_id"]: row for row in self.store.read("cluster")}
            if not about:
                raise StepMissingError("there are no clusters to keep", mend="metanarrative run --to traditions")
            kinds = dict(zip(*self.store.read_columns("work", "work_id", "kind"), strict=True))
            counts = json.loads(self.store.read("run", where={"stage": "traditions"})[0]["counts"])
            me = project_room.clean_name(who or project_room.default_who())
            when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            rows = [
                {
                    "work_id": m["work_id"], "cluster_id": m["cluster_id"], "machine_id": m["machine_id"],
                    "number": about[m["cluster_id"]]["number"] if m["cluster_id"] else 0,
                    "label": about[m["cluster_id"]]["label"] if m["cluster_id"] else "",
                    "resolution": counts["resolution"], "who": me, "when": when,
                }
                for m in self.store.read("membership")
                if kinds[m["work_id"]] != "policy"
            ]  # fmt: skip
            write_whole(path, kept_text(rows).encode("utf-8"))
        inside = sum(bool(row["cluster_id"]) for row in rows)
        return Result(
            "keep",
            notes=[
                f"{len(about)} clusters of {inside:,} works are kept in {FILE}",
                "later runs leave these works in place and add new ones; what no longer fits is listed",
                "forget it: metanarrative traditions keep --drop",
            ],
            data={"file": FILE, "clusters": len(about), "works": len(rows)},
        )

    def decided(self) -> Result:
        """List all decisions with what they are about, in words, and their state."""
        rows = exporting.table_rows(self, "decisions")
        titles = dict(zip(*self.store.read_columns("work", "work_id", "title"), strict=True))
        home = dict(zip(*self.store.read_columns("membership", "work_id", "cluster_id"), strict=True))
        numbers = self._cluster_names()

        def words(ids: str) -> str:
            """Say what ids are: a work by its title, works by the cluster most of them stand in."""
            parts = []
            for group in ids.split(" | "):
                works = [one for one in group.split() if one in titles]
                if len(works) < 2 or len(works) < len(group.split()) / 2:
                    parts.append(" ".join(titles.get(one, one) for one in group.split()))
                    continue
                at = Counter(numbers.get(home.get(one, ""), "") for one in works)
                most, n = min(at.items(), key=lambda pair: (-pair[1], pair[0]))
                parts.append(f"{n} of {counted(len(works), 'work')} now in {most}" if most else f"{len(works)} works")
            return " | ".join(parts)

        for row in rows:
            pair = row["kind"] in ("must-link", "cannot-link")
            row["date"] = row["when"][:10]
            row["about"] = " | ".join(map(words, row["subject"].split())) if pair else words(row["subject"])
            row["ruling"] = words(row["verdict"]) if row["kind"] in ("move", "pin") else row["verdict"]
        about = {row["id"]: f"{row['kind']}: {row['about']}" for row in rows}
        for row in rows:
            if row["kind"] == "undo":  # it holds nothing itself: it took another back
                row["state"], row["about"] = "done", about.get(row["subject"], row["subject"])
        columns = ("id", "date", "who", "kind", "ruling", "state", "about", "reason")
        problems = [f"{p.file}:{p.line}: {p.message} ({p.mend})" for p in self.all_decisions()[1]]
        return Result("decisions", columns, rows, problems or ([] if rows else ["no decisions yet"]))


def _named(row: Mapping[str, Any], word: str) -> str:
    """Say which cluster is meant, with the id that stays when numbers change."""
    works = counted(row["size"], "work")
    return f"{word} T{row['number']}: {row['tradition'] or row['label']} ({works}; id {row['cluster_id']})"


def _is_number_of_cluster(text: str) -> bool:
    """Tell a mistyped T99 or cl_1a2b, which founds nothing, from a name."""
    return re.fullmatch(r"[Tt]\d+|cl_\w*", text.strip()) is not None


def _need(kind: str, subjects: Sequence[str], exact: dict[str, int], least: int) -> None:
    wanted = exact.get(kind)
    if wanted is not None and (len(subjects) < wanted or (len(subjects) > wanted and kind != "merge")):
        raise DecisionError(f"{kind} needs {wanted} subjects, not {len(subjects)}", mend=DECISION_KINDS[kind])
    if len(subjects) < least:
        raise DecisionError(f"{kind} needs a subject", mend=DECISION_KINDS[kind])


def _chain(links: dict[str, list[tuple[str, str]]], start: str, end: str) -> list[str] | None:
    """Return the ids of the decisions that join `start` and `end`, or None."""
    waiting: list[tuple[str, list[str]]] = [(start, [])]
    seen = {start}
    while waiting:
        here, path = waiting.pop(0)
        if here == end:
            return path
        for other, by in links.get(here, []):
            if other not in seen:
                seen.add(other)
                waiting.append((other, [*path, by]))
    return None
