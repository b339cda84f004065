"""Bring in literature and policy: read, show what is there, copy, and list what is not."""

from __future__ import annotations

import csv
import filecmp
import io
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metanarrative import export as exporting
from metanarrative.api.base import Base
from metanarrative.api.choosing import Place, checked_date, choose, policy_place
from metanarrative.errors import (
    MetanarrativeError,
    StoreError,
    UsageError,
)
from metanarrative.model import FORCES, LEVELS, NATIONS, Problem
from metanarrative.project import MANIFEST_COLUMNS, SOURCES_COLUMNS
from metanarrative.results import Result, percent
from metanarrative.text.labels import labels_told
from metanarrative.text.numbers import counted

if TYPE_CHECKING:
    from metanarrative.read import FileSummary


class Adding(Base):
    """Bring in literature and policy: read, show what is there, copy, and list what is not."""

    def add_literature(
        self,
        files: Sequence[Path | str],
        *,
        database: str = "",
        search: str = "",
        date: str = "",
        routes: Sequence[str] = ("database",),
        dry_run: bool = False,
        force: bool = False,
    ) -> Result:
        """Read exports of the literature and copy those that can be read into the project.

        Parameters
        ----------
        files : sequence of path
            Of a folder, the files below it that a reader knows by suffix; hidden folders, projects
            and what programs leave behind are passed over, and counted.
        database, search, date : str, optional
            Where the export comes from, the search that made it, and when (a day, month or year);
            kept in ``sources.csv``.
        routes : sequence of str
            By which routes these records came: database, hand-search, snowball-back,
            snowball-forward, expert, serendipity, demonstration.
        dry_run : bool, default=False
            Only say what would happen.
        force : bool, default=False
            Replace a file of the same name with other content.

        Returns
        -------
        Result
            One row a file; ``exit_code`` 5 where something was lost, 4 where no file could be read.

        Raises
        ------
        UsageError
            If there is no file to add, or the date is none.
        """
        checked_date("date", date)
        facts = {"database": database, "search": search, "date": date, "routes": ";".join(routes)}
        place = Place("corpus/literature", facts)
        return self._add(files, "literature", lambda *_: place, dry_run=dry_run, force=force)

    def add_policy(
        self,
        files: Sequence[Path | str],
        *,
        nation: str = "",
        dry_run: bool = False,
        overwrite: bool = False,
        **facts: str,
    ) -> Result:
        """Read policy documents and copy those that can be read into the project.

        Parameters
        ----------
        files : sequence of path
        nation : str
            england, wales, uk ...; it holds for every document of the files. Where it is left out,
            each document must say it itself.
        dry_run : bool, default=False
            Only say what would happen.
        overwrite : bool, default=False
            Replace a file of the same name with other content.
        **facts : str
            Columns of the manifest: title, issuer, year, issued, type, force (legal force),
            level, site, language, expression_of, supersedes, valid_from, valid_to, licence, url.

        Raises
        ------
        UsageError
            If a value is not of the vocabulary.
        """
        facts = {key: value for key, value in facts.items() if value}
        unknown = sorted(set(facts) - set(MANIFEST_COLUMNS))
        if unknown:
            raise UsageError(f"no such fact: {', '.join(unknown)}", mend=f"known: {', '.join(MANIFEST_COLUMNS)}")
        for name in ("issued", "valid_from", "valid_to"):
            checked_date(name, facts.get(name, ""))
        for name, value, known in (
            ("nation", nation, NATIONS),
            ("force", facts.get("force", ""), FORCES),
            ("level", facts.get("level", ""), LEVELS),
        ):
            if value and value not in known:
                raise UsageError(f"{name} {value!r} is not known", mend=f"choose one of {', '.join(known)}")

        def place(path: Path, found: FileSummary) -> Place:
            return policy_place(path.name, found.nations, nation, facts)

        return self._add(files, "policy", place, dry_run=dry_run, force=overwrite)

    def _add(
        self,
        files: Sequence[Path | str],
        kind: str,
        place: Callable[[Path, FileSummary], Place],
        *,
        dry_run: bool,
        force: bool,
        name: str = "add",
        before: Sequence[Problem] = (),
    ) -> Result:
        from metanarrative.read import readers

        known, _ = readers()
        chosen = choose(
            files, {suffix for reader in known.values() if kind in reader.kinds for suffix in reader.suffixes}
        )
        rows: list[dict[str, Any]] = []
        problems: list[Problem] = list(before)
        labels: Counter[bool] = Counter()
        n_read_files = 0
        with self.lock():
            for path in chosen.files:
                row, told, found = self._add_one(path, kind, place, dry_run=dry_run, force=force)
                new = [problem for problem in told if problem not in problems]  # a broken plug-in is told once
                problems += new
                rows.append({**row, "problems": len(_serious(new))})
                if found is not None:
                    n_read_files += 1
                    labels += found.labels
            listed = "" if dry_run else self._write_problems(problems, name)
        total = sum(row["kept"] for row in rows)
        unit = "record" if kind == "literature" else "document"
        serious = _serious(problems)
        notes = [f"{counted(len(rows), 'file')}, {counted(total, unit)} kept, {counted(len(serious), 'problem')}"]
        skipped = chosen.told(kind)
        notes += [skipped] if skipped else []
        notes += _problem_lines(problems)
        if listed:
            notes.append(f"all of them are listed in {listed}")
        if labels:
            notes.append(labels_told(labels[True], labels[False], heeded=self.settings("screen").use_labels))
        if dry_run:
            notes.append("nothing was copied (dry run)")
        else:
            notes.append("next: metanarrative run" if n_read_files else "nothing was added")
        lost_any = any(p.severity == "error" for p in problems)
        exit_code = 4 if not n_read_files else 5 if lost_any else 0
        columns = ["file", "read", "kept", "problems"]
        columns += ["abstracts", "references", "dois", "years"] if kind == "literature" else ["passages", "nation"]
        data = {
            "problems": [asdict(p) for p in problems],
            "skipped": {**chosen.skipped, **chosen.suffixes},
            "labels": {"included": labels[True], "excluded": labels[False]} if labels else {},
            "dry_run": dry_run,
        }
        return Result(name, (*columns, "what"), rows, notes, data, exit_code)

    def _add_one(
        self, path: Path, kind: str, place: Callable[[Path, FileSummary], Place], *, dry_run: bool, force: bool
    ) -> tuple[dict[str, Any], list[Problem], FileSummary | None]:
        """Read one file and copy it; the summary only where it is in the project now."""
        from metanarrative.read import scan_file

        row: dict[str, Any] = {"file": path.name, "read": 0, "kept": 0, "problems": 0, "what": ""}
        row.update({} if kind == "literature" else {"nation": ""})
        problems: list[Problem] = []
        try:
            found = scan_file(path, kind=kind, name=path.name)
            lost = [p for p in found.problems if p.severity == "error"]
            problems += found.problems
            row.update(read=found.n + len(lost), kept=found.n)
            if not found.n:
                row["what"] = lost[0].message if lost else "no records in it"
                if not lost:
                    problems.append(Problem("empty", "no records in it", "check the export", "error", path.name))
                return row, problems, None
            _cover(row, found, kind)
            placed = place(path, found)
            target, what = self._target(path, placed.folder, force=force)
            row.update({"what": what, **({"nation": placed.nation} if kind == "policy" else {})})
            held = target.parent.relative_to(self.root).as_posix()
            if what == "there already" and kind == "policy" and held != placed.folder:
                row["nation"] = held.rpartition("/")[2] if held.count("/") > 1 else ""
                problems.append(
                    Problem(
                        "nation-conflict",
                        f"the same document is there already as {held}/{target.name}; "
                        f"it was not added to {placed.folder}",
                        "if it is for England and Wales, write nation uk into the manifest; else move the file",
                        "warning",
                        path.name,
                    )
                )
            elif what != "there already":
                problems += placed.problems
                if not dry_run:
                    _copy(path, target)
                    self._enter(kind, target, placed.facts)
        except MetanarrativeError as error:
            row.update(kept=0, what=error.message)
            return row, [*problems, Problem(error.code, error.message, error.mend, "error", path.name)], None
        return row, problems, found

    def _target(self, path: Path, folder: str, *, force: bool) -> tuple[Path, str]:
        target = self.root / folder / path.name
        if path.resolve() == target.resolve():
            return target, "there already"
        for other in self.files("corpus/literature/**/*" if "literature" in folder else "corpus/policy/**/*"):
            if other.stat().st_size == path.stat().st_size and filecmp.cmp(path, other, shallow=False):
                return other, "there already"
        if target.exists() and not force:
            stem, number = target.stem, 2
            while target.exists():
                target = target.with_name(f"{stem}-{number}{target.suffix}")
                number += 1
            return target, f"added as {target.name}"
        return target, "replaced" if target.exists() else "added"

    def _enter(self, kind: str, target: Path, facts: Mapping[str, str]) -> None:
        if kind == "literature":
            table = self.root / "corpus/literature/sources.csv"
            columns: tuple[str, ...] = (*SOURCES_COLUMNS, "licence")
            name = target.relative_to(table.parent).as_posix()
            if not any(facts.get(key) for key in ("database", "search", "date")) and facts["routes"] == "database":
                return  # nothing to say beyond the default
        else:
            table, columns = self.root / "corpus/policy/manifest.csv", (*MANIFEST_COLUMNS, "fetched")
            name = target.relative_to(table.parent).as_posix()
        _append_row(table, columns, {**facts, "file": name})

    def _write_problems(self, problems: Sequence[Problem], name: str = "add") -> str:
        """List what was told in a file of its own, so that the next command does not take it away."""
        if not _serious(problems) and len(problems) <= _SHOWN:
            return ""
        columns = ("file", "line", "severity", "code", "message", "mend", "subject")
        stem = f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        path, number = self.root / "problems" / f"{stem}.csv", 2
        while path.exists():
            path, number = path.with_name(f"{stem}-{number}.csv"), number + 1
        text = exporting.csv_text(columns, [asdict(p) for p in problems])
        exporting.write_file(path, text.encode("utf-8"))
        return path.relative_to(self.root).as_posix()

    offline = False
    """Set it, and every connector refuses (so does ``METANARRATIVE_OFFLINE=1``)."""


def _serious(problems: Iterable[Problem]) -> list[Problem]:
    return [p for p in problems if p.severity != "note"]


_SHOWN = 8
"""Most problems shown; the rest is in the file."""


def _problem_lines(problems: Sequence[Problem]) -> list[str]:
    rank = {"error": 0, "warning": 1}
    shown = sorted(problems, key=lambda p: rank.get(p.severity, 2))
    lines = []
    for p in shown[:_SHOWN]:
        where = f"{p.file}:{p.line}" if p.line else p.file
        mend = f"; mend: {p.mend}" if p.mend else ""
        lines.append(f"{p.severity}: {where}: {p.message}{mend}")
    more = Counter(p.severity for p in shown[_SHOWN:])
    if more:
        lines.append(
            "... and " + ", ".join(counted(n, f"more {severity}", f"more {severity}s") for severity, n in more.items())
        )
    return lines


def _cover(row: dict[str, Any], found: FileSummary, kind: str) -> None:
    if kind == "literature":
        row["abstracts"] = percent(found.abstracts, found.n)
        row["references"] = percent(found.references, found.n)
        row["dois"] = percent(found.dois, found.n)
        row["years"] = percent(found.years, found.n)
    else:
        row["passages"] = found.passages


def _copy(path: Path, target: Path) -> None:
    # whole or not at all, and bit by bit: an export may be larger than the memory
    temporary = target.with_name(f"{target.name}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as original, temporary.open("wb") as copy:
            shutil.copyfileobj(original, copy, 1024**2)
            copy.flush()
            os.fsync(copy.fileno())
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StoreError(
            f"cannot write {target}: {error.strerror or error}", mend="check permissions and free space"
        ) from error


def _append_row(table: Path, columns: Sequence[str], values: dict[str, str]) -> None:
    """Add a row to a table people edit, keeping their own columns and rows as they are."""
    old = table.read_bytes().decode("utf-8-sig") if table.exists() else ""
    rows = list(csv.reader(io.StringIO(old, newline="")))
    header = rows[0] if rows else list(columns)
    extra = [column for column in columns if column not in header and values.get(column)]
    place = header.index("file") if "file" in header else 0
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*header, *extra])
    for row in rows[1:]:
        if row and len(row) > place and row[place] == values["file"]:
            continue  # the file is added again with new facts
        writer.writerow(row)
    writer.writerow([values.get(column, "") for column in [*header, *extra]])
    exporting.write_file(table, buffer.getvalue().encode("utf-8"), force=True)
