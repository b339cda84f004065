"""Bring in literature and policy: read, show what is there, copy, and list what is not."""

from __future__ import annotations

import csv
import filecmp
import io
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metanarrative import export as exporting
from metanarrative.errors import (
    MetanarrativeError,
    StoreError,
    UsageError,
)
from metanarrative.model import FORCES, LEVELS, NATIONS, Problem
from metanarrative.project import MANIFEST_COLUMNS, SOURCES_COLUMNS
from metanarrative.results import Result, percent

if TYPE_CHECKING:
    from metanarrative.read import FileSummary
from metanarrative.api.base import Base


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
        database, search, date : str, optional
            Where the export comes from, the search that made it, and when; kept in ``sources.csv``.
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
        """
        facts = {"database": database, "search": search, "date": date, "routes": ";".join(routes)}
        where = "corpus/literature"
        return self._add(files, "literature", lambda *_: (where, facts), dry_run=dry_run, force=force)

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
            england, wales, uk ...; where it is left out, the document must say it itself.
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
        for name, value, known in (
            ("nation", nation, NATIONS),
            ("force", facts.get("force", ""), FORCES),
            ("level", facts.get("level", ""), LEVELS),
        ):
            if value and value not in known:
                raise UsageError(f"{name} {value!r} is not known", mend=f"choose one of {', '.join(known)}")

        def place(_: Path, found: dict[str, str]) -> tuple[str, dict[str, str]]:
            where = _nation(nation or found.get("nation", ""))
            return f"corpus/policy/{where}", {"nation": where, **facts}

        return self._add(files, "policy", place, dry_run=dry_run, force=overwrite)

    def _add(
        self,
        files: Sequence[Path | str],
        kind: str,
        place: Callable[[Path, dict[str, str]], tuple[str, dict[str, str]]],
        *,
        dry_run: bool,
        force: bool,
        name: str = "add",
        before: Sequence[Problem] = (),
    ) -> Result:
        from metanarrative.read import scan_file

        paths = _expanded(files)
        rows: list[dict[str, Any]] = []
        problems: list[Problem] = list(before)
        n_read_files = 0
        with self.lock():
            for path in paths:
                row: dict[str, Any] = {"file": path.name, "read": 0, "kept": 0, "problems": 0, "what": ""}
                rows.append(row)
                try:
                    found = scan_file(path, kind=kind, name=path.name)
                    lost = [p for p in found.problems if p.severity == "error"]
                    problems += found.problems
                    row.update(read=found.n + len(lost), kept=found.n, problems=len(_serious(found.problems)))
                    if not found.n:
                        row["what"] = lost[0].message if lost else "no records in it"
                        if not lost:
                            problems.append(
                                Problem("empty", "no records in it", "check the export", "error", path.name)
                            )
                        continue
                    _cover(row, found, kind)
                    folder, facts = place(path, found.facets)
                    target, what = self._target(path, folder, force=force)
                    row["what"] = what
                    n_read_files += 1
                    held = target.parent.relative_to(self.root).as_posix()
                    if what == "there already" and folder.startswith("corpus/policy/") and held != folder:
                        problems.append(
                            Problem(
                                "nation-conflict",
                                f"the same document is there already as {held}/{target.name}; "
                                f"it was not added to {folder}",
                                "if it is for England and Wales, write nation uk into the manifest; else move the file",
                                "warning",
                                path.name,
                            )
                        )
                    if not dry_run and what != "there already":
                        _copy(path, target)
                        self._enter(kind, target, facts)
                except MetanarrativeError as error:
                    row.update(kept=0, what=error.message)
                    problems.append(Problem(error.code, error.message, error.mend, "error", path.name))
                    row["problems"] += 1
            problems = list(dict.fromkeys(problems))  # a broken plug-in is met at every file, and told once
            rejects = "" if dry_run else self._write_rejects(problems, name)
        serious = _serious(problems)
        total = sum(row["kept"] for row in rows)
        unit = "records" if kind == "literature" else "documents"
        notes = [f"{len(paths)} files, {total:,} {unit} kept, {len(serious)} problems"]
        notes += _problem_lines(problems)
        if rejects:
            notes.append(f"every problem is listed in {rejects}")
        notes.append("nothing was copied (dry run)" if dry_run else "next: metanarrative run")
        lost_any = any(p.severity == "error" for p in problems)
        exit_code = 4 if not n_read_files else 5 if lost_any else 0
        columns = ["file", "read", "kept", "problems"]
        columns += ["abstracts", "references", "dois", "years"] if kind == "literature" else ["passages", "nation"]
        data = {"problems": [asdict(p) for p in problems], "dry_run": dry_run}
        return Result(name, (*columns, "what"), rows, notes, data, exit_code)

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

    def _enter(self, kind: str, target: Path, facts: dict[str, str]) -> None:
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

    def _write_rejects(self, problems: Sequence[Problem], name: str = "add") -> str:
        if not _serious(problems):
            return ""
        columns = ("file", "line", "severity", "code", "message", "mend", "subject")
        path = self.root / "rejects" / f"{name}.csv"
        text = exporting.csv_text(columns, [asdict(p) for p in problems])
        exporting.write_file(path, text.encode("utf-8"), force=True)
        return path.relative_to(self.root).as_posix()

    offline = False
    """Set it, and every connector refuses (so does ``METANARRATIVE_OFFLINE=1``)."""


def _expanded(files: Sequence[Path | str]) -> list[Path]:
    """Return files; folders give the files below them; what is not there is an error."""
    paths: list[Path] = []
    for item in files:
        path = Path(item)
        if path.is_dir():
            paths += sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        else:
            paths.append(path)
    if not paths:
        raise UsageError("no file was named", mend="metanarrative add literature FILE...")
    return paths


def _nation(where: str) -> str:
    if where not in NATIONS:
        raise UsageError(
            "the document does not say which nation it is of" if not where else f"nation {where!r} is not known",
            mend=f"add --nation, one of {', '.join(NATIONS)}",
        )
    return where


def _serious(problems: Iterable[Problem]) -> list[Problem]:
    return [p for p in problems if p.severity != "note"]


def _problem_lines(problems: Sequence[Problem], *, most: int = 8) -> list[str]:
    shown = sorted(problems, key=lambda p: {"error": 0, "warning": 1}.get(p.severity, 2))
    lines = []
    for p in shown[:most]:
        where = f"{p.file}:{p.line}" if p.line else p.file
        mend = f"; mend: {p.mend}" if p.mend else ""
        lines.append(f"{p.severity}: {where}: {p.message}{mend}")
    if len(shown) > most:
        lines.append(f"... and {len(shown) - most} more")
    return lines


def _cover(row: dict[str, Any], found: FileSummary, kind: str) -> None:
    if kind == "literature":
        row["abstracts"] = percent(found.abstracts, found.n)
        row["references"] = percent(found.references, found.n)
        row["dois"] = percent(found.dois, found.n)
        row["years"] = percent(found.years, found.n)
    else:
        row["passages"] = found.passages
        row["nation"] = found.facets.get("nation", "")


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
