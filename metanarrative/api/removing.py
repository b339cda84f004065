"""Take files back out: moved aside with what was written about them, never deleted."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from metanarrative import export as exporting
from metanarrative.api.base import Base
from metanarrative.errors import StoreError, UsageError
from metanarrative.project import SOURCES_COLUMNS
from metanarrative.results import Result
from metanarrative.text.numbers import counted

_TABLES = {"literature": "sources.csv", "policy": "manifest.csv"}


class Removing(Base):
    """Take files back out: moved aside with what was written about them, never deleted."""

    def remove(self, files: Sequence[Path | str], *, dry_run: bool = False) -> Result:
        """Move files out of the corpus into ``removed/``, with their rows of ``sources.csv`` or ``manifest.csv``.

        Decisions on their works stay and are reported as not applying; adding a file again brings
        them back to life.

        Parameters
        ----------
        files : sequence of path
            As a path, or as the name below ``corpus/literature`` or ``corpus/policy``.
        dry_run : bool, optional
            Only say what would be moved.

        Raises
        ------
        UsageError
            If a name is no file of the corpus, or is the name of several; nothing is moved then.
        """
        found = list(dict.fromkeys(self._in_corpus(str(name)) for name in files))
        rows = []
        for path in found:
            stream = path.relative_to(self.root).parts[1]
            n = self.store.count("record", where={"source_file": path.relative_to(self.root).as_posix()})
            target = self.root / "removed" / path.relative_to(self.root / "corpus")
            number = 2
            while target.exists():
                target = target.with_name(f"{path.stem}-{number}{path.suffix}")
                number += 1
            if not dry_run:
                self._take_out(path, target, stream)
            rows.append(
                {
                    "file": path.relative_to(self.root).as_posix(),
                    "records": n,
                    "to": target.relative_to(self.root).as_posix(),
                }
            )
        verb = "would be moved" if dry_run else "moved"
        notes = [f"{counted(len(rows), 'file')} {verb}; to take one back: metanarrative add {stream} {rows[-1]['to']}"]
        if not dry_run:
            notes.append("next: metanarrative run")
        return Result("remove", ("file", "records", "to"), rows, notes, whole=("to",))

    def _in_corpus(self, name: str) -> Path:
        here = {path.resolve(): path for path in self.inputs()}
        bases = (Path.cwd(), self.root, self.root / "corpus/literature", self.root / "corpus/policy")
        for base in bases:
            if (base / name).resolve() in here:
                return here[(base / name).resolve()]
        named = [path for path in here.values() if path.name == name]
        if len(named) == 1:
            return named[0]
        if named:
            shown = ", ".join(path.relative_to(self.root).as_posix() for path in named)
            raise UsageError(f"{len(named)} files are called {name!r}: {shown}", mend="give the path")
        raise UsageError(
            f"{name!r} is no file of the corpus", mend="give a path below corpus/literature or corpus/policy"
        )

    def _take_out(self, path: Path, target: Path, stream: str) -> None:
        table = self.root / "corpus" / stream / _TABLES[stream]
        name = path.relative_to(table.parent).as_posix()
        # what is written about it is copied first and taken away last: a crash leaves it twice, never nowhere
        kept, own = _parted(table, name)
        if len(own) > 1:
            aside = target.parents[len(Path(name).parts) - 1] / _TABLES[stream]
            old = aside.read_text("utf-8") if aside.exists() else ""
            exporting.write_file(aside, (old + _csv(own if not old else own[1:])).encode("utf-8"), force=True)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
        except OSError as error:
            raise StoreError(f"cannot move {path}: {error.strerror or error}", mend="check permissions") from error
        if len(own) > 1:
            exporting.write_file(table, _csv(kept).encode("utf-8"), force=True)


def _parted(table: Path, name: str) -> tuple[list[list[str]], list[list[str]]]:
    """Return the rows of a table without those of a file, and those of it; both with the header."""
    text = table.read_bytes().decode("utf-8-sig") if table.exists() else ""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    header = rows[0] if rows else list(SOURCES_COLUMNS)
    place = header.index("file") if "file" in header else 0
    own = [row for row in rows[1:] if len(row) > place and row[place] == name]
    return [header, *(row for row in rows[1:] if row not in own)], [header, *own]


def _csv(rows: Sequence[Sequence[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()
