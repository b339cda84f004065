"""Read every file below corpus/ into records.

Takes ``corpus/literature/**`` and ``corpus/policy/**``, what ``sources.csv`` and ``manifest.csv``
say of them, and the readers of the entry-point group; gives the tables ``source``, ``record``,
``record_reference`` and ``record_block``, and every problem with its file and line. The format is
told by content. What a file holds is counted a second way, so that nothing is lost in silence:
``n_found = n_read + n_lost`` in every row of ``source``. One bad file never stops the others.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metanarrative import plugins
from metanarrative.errors import MetanarrativeError
from metanarrative.model import Problem, Record, Summary
from metanarrative.plugins import Reader
from metanarrative.read.manifest import Row, apply_manifest, match_rows, nation_tag, read_rows
from metanarrative.read.source import Source
from metanarrative.text import content_id, record_content
from metanarrative.text.labels import label_of

if TYPE_CHECKING:
    from metanarrative.config import ReadSettings
    from metanarrative.project import Project, Writing

VERSION = "5"
READS: tuple[str, ...] = ()
WRITES = ("source", "record", "record_reference", "record_block")
DECISIONS: tuple[str, ...] = ()
FILES = ("corpus/literature/**/*", "corpus/policy/**/*")

CONFIDENT = 20
"""A reader must be at least this sure (0-100) that a file is of its format."""

_FOLDERS = {"literature": "corpus/literature", "policy": "corpus/policy"}
_TABLES = {"literature": "sources.csv", "policy": "manifest.csv"}
_BATCH = 500


@dataclass(slots=True)
class SourceInfo:
    """What was found in one file; ``n_found == n_read + n_lost``."""

    file: str
    kind: str
    sha256: str = ""
    bytes: int = 0
    format: str = ""
    encoding: str = ""
    n_found: int = 0
    n_read: int = 0
    n_lost: int = 0


@dataclass(slots=True)
class FileSummary:
    """What is in one file, without what it says: see :func:`scan_file`.

    ``abstracts``, ``references``, ``dois`` and ``years`` count the records that have one (or a
    list of them); ``passages`` counts paragraphs and their like in all bodies. ``nations`` counts
    documents by the nation they say they are of, ``""`` where they say none; ``labels`` counts
    records by the screening label another tool gave them (True: included).
    """

    info: SourceInfo
    problems: list[Problem] = field(default_factory=list)
    n: int = 0
    abstracts: int = 0
    references: int = 0
    dois: int = 0
    years: int = 0
    passages: int = 0
    nations: Counter[str] = field(default_factory=Counter)
    labels: Counter[bool] = field(default_factory=Counter)


@dataclass(slots=True)
class _Cover:
    """Running counts behind :func:`coverage`."""

    n: Counter[str] = field(default_factory=Counter)

    def add(self, record: Record | Mapping[str, Any]) -> None:
        get = record.get if isinstance(record, Mapping) else lambda name: getattr(record, name)
        references = get("n_references") if isinstance(record, Mapping) else get("references")
        self.n["n"] += 1
        self.n["abstract"] += bool(get("abstract"))
        self.n["references"] += bool(references)
        self.n["doi"] += bool(get("doi"))
        self.n["year"] += get("year") is not None

    def shares(self) -> dict[str, float]:
        n = self.n["n"]
        shares = {"n": float(n)}
        for name in ("abstract", "references", "doi", "year"):
            shares[name] = self.n[name] / n if n else 0.0
        return shares


def coverage(records: Iterable[Record | Mapping[str, Any]]) -> dict[str, Any]:
    """Tell how complete records are.

    Parameters
    ----------
    records : iterable of Record, or of rows of the table ``record``

    Returns
    -------
    dict
        ``n`` and the shares (0 to 1) with ``abstract``, ``references``, ``doi`` and ``year``;
        the same for each file under ``sources``.

    Examples
    --------
    >>> found = coverage([Record("literature", doi="10.1/a", source_file="x"), Record("literature")])
    >>> found["n"], found["doi"], found["sources"]["x"]["doi"]
    (2, 0.5, 1.0)
    """
    whole = _Cover()
    parts: dict[str, _Cover] = {}
    for record in records:
        file = record["source_file"] if isinstance(record, Mapping) else record.source_file
        whole.add(record)
        parts.setdefault(str(file), _Cover()).add(record)
    result: dict[str, Any] = whole.shares()
    result["n"] = whole.n["n"]
    result["sources"] = {file: {**part.shares(), "n": part.n["n"]} for file, part in sorted(parts.items())}
    return result


def readers() -> tuple[dict[str, Reader], list[Problem]]:
    """Return every reader by name, and a problem for each plug-in that failed to load."""
    return plugins.load_all("metanarrative.readers")


def sniff(source: Source, kind: str, known: Mapping[str, Reader]) -> Reader | Problem:
    """Tell the format of a file by its content.

    Parameters
    ----------
    source : Source
    kind : str
        ``literature`` or ``policy``: only readers for it are asked.
    known : mapping of str to Reader

    Returns
    -------
    Reader or Problem
        The most confident reader (ties by name), or why there is none.

    Raises
    ------
    ReadError
        If the file cannot be opened.
    """
    if source.size == 0:
        return Problem(
            code="empty-file",
            message="the file is empty (0 bytes)",
            mend="export or download it again",
            severity="error",
            file=source.name,
        )
    head, data = source.head_text(), source.head()
    name = source.name.rsplit("/", 1)[-1]
    asked = [reader for reader in known.values() if kind in reader.kinds]
    best = min(((-_sure(reader, head, data, name), reader.name) for reader in asked), default=(0, ""))
    if -best[0] >= CONFIDENT:
        return next(reader for reader in asked if reader.name == best[1])
    elsewhere, mend = "", ""
    for reader in sorted(known.values(), key=lambda reader: reader.name):
        if kind not in reader.kinds and _sure(reader, head, data, name) >= CONFIDENT:
            elsewhere = f"; it looks like {reader.title}, which belongs under {_FOLDERS[reader.kinds[0]]}"
            mend = f"metanarrative add {reader.kinds[0]} FILE"
            break
    suffix = Path(name).suffix.lower()
    claimed = [reader.title for reader in known.values() if suffix in reader.suffixes]
    if claimed and not elsewhere and suffix not in (".txt", ".csv", ".json", ".xml"):
        # a download that failed, or a file under a wrong name: say what it is not
        size = f"{source.size:,} bytes"
        elsewhere = f": it is named {suffix} but holds no {' or '.join(sorted(claimed))} ({size})"
        mend = "open the file to see what it is, then download or export it again"
    formats = "; ".join(sorted(reader.title for reader in asked))
    return Problem(
        code="unknown-format",
        message=f"the format is not known{elsewhere}",
        mend=mend or f"known for {kind}: {formats}",
        severity="error",
        file=source.name,
    )


def _sure(reader: Reader, head: str, data: bytes, name: str) -> int:
    try:
        return int(reader.sniff(head, data, name))
    except Exception:  # noqa: BLE001 - a reader that cannot judge a file is not its reader
        return 0


def _stream(source: Source, info: SourceInfo, known: Mapping[str, Reader]) -> Iterator[Record | Problem]:
    """Yield what is in one file and fill in `info`; whatever happens becomes a problem."""
    reader: Reader | None = None
    try:
        info.bytes = source.size
        info.sha256 = source.sha256
        told = sniff(source, info.kind, known)
        if isinstance(told, Problem):
            info.n_lost += 1
            yield told
        else:
            reader = told
            info.format = reader.name
            for item in reader.read(source):
                if isinstance(item, Record):
                    info.n_read += 1
                    if item.kind != info.kind or item.source_file != source.name:
                        item = item._replace(kind=info.kind, source_file=source.name)
                    yield item
                else:
                    info.n_lost += item.severity == "error"
                    yield item.at(file=source.name)
    except MetanarrativeError as error:
        info.n_lost += 1
        yield Problem(error.code, error.message, error.mend, "error", source.name)
    except Exception as error:  # noqa: BLE001 - one file, whatever it holds, never stops the others
        info.n_lost += 1
        yield Problem(
            code="reader-failed",
            message=f"the reader {reader.name if reader else ''!r} failed: {type(error).__name__}: {error}"[:500],
            mend="export the file again; if it fails again, report it with the file",
            severity="error",
            file=source.name,
        )
    info.n_found = info.n_read + info.n_lost
    info.encoding = source.used_encoding
    if reader is None or reader.count is None:
        return
    try:
        counted = reader.count(source)
    except Exception:  # noqa: BLE001 - what could not be read cannot be counted either; that is said above
        return
    if counted != info.n_found:
        missing = counted - info.n_found
        if missing > 0:
            info.n_lost += missing
            info.n_found = counted
        yield Problem(
            code="count-mismatch",
            message=f"{counted} entries were counted, {info.n_read} read and "
            f"{info.n_found - info.n_read} listed as lost",
            mend="compare the file with the records; entries may run into each other",
            severity="error" if missing > 0 else "warning",
            file=source.name,
        )


def read_file(
    path: Path | str, kind: str = "literature", name: str = ""
) -> tuple[list[Record], list[Problem], SourceInfo]:
    """Read one file, outside any project.

    Parameters
    ----------
    path : Path or str
    kind : {"literature", "policy"}
    name : str, optional
        How records and messages call the file.

    Returns
    -------
    records : list of Record
    problems : list of Problem
        Also of a file that cannot be read at all; nothing is raised.
    info : SourceInfo

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.ris").write_text("TY  - JOUR\\nTI  - Care planning\\nPY  - 2016\\nER  - \\n")
    >>> records, problems, info = read_file(folder / "a.ris", name="a.ris")
    >>> records[0].title, records[0].year, info.format, info.n_found, problems
    ('Care planning', 2016, 'ris', 1, [])
    """
    known, broken = readers()
    source = Source(Path(path), name=name or Path(path).name)
    info = SourceInfo(source.name, kind)
    records: list[Record] = []
    problems: list[Problem] = []
    for item in _stream(source, info, known):
        if isinstance(item, Record):
            records.append(item)
        else:
            problems.append(item)
    if not info.format:
        problems += broken  # perhaps one of them would have known it
    return records, problems, info


def scan_file(path: Path | str, kind: str = "literature", name: str = "") -> FileSummary:
    """Read one file as :func:`read_file` does, and keep only counts and problems.

    Parameters
    ----------
    path : Path or str
    kind : {"literature", "policy"}
    name : str, optional
        How messages call the file.

    Returns
    -------
    FileSummary
        Memory stays flat however many records the file holds.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.ris").write_text("TY  - JOUR\\nTI  - Care planning\\nPY  - 2016\\nER  - \\n")
    >>> found = scan_file(folder / "a.ris")
    >>> found.n, found.years, found.dois, found.info.format
    (1, 1, 0, 'ris')
    """
    known, broken = readers()
    source = Source(Path(path), name=name or Path(path).name)
    found = FileSummary(SourceInfo(source.name, kind))
    for item in _stream(source, found.info, known):
        if isinstance(item, Problem):
            found.problems.append(item)
            continue
        found.n += 1
        if kind == "policy":
            found.nations[nation_tag(item.facets.get("nation", ""))] += 1
        label = label_of(item.extra) if item.extra else None
        if label is not None:
            found.labels[label] += 1
        found.abstracts += bool(item.abstract)
        found.references += bool(item.references)
        found.dois += bool(item.doi)
        found.years += item.year is not None
        found.passages += sum(block.kind != "heading" for block in item.blocks)
    if not found.info.format:
        found.problems += broken
    return found


def _inputs(project: Project, kind: str) -> list[tuple[str, Path]]:
    """Return (path below corpus/<kind>, path) of every file to read."""
    base = project.root / _FOLDERS[kind]
    found = []
    for path in project.files(f"{_FOLDERS[kind]}/**/*"):
        below = path.relative_to(base).as_posix()
        if below == _TABLES[kind] or path.name.casefold().startswith("readme"):
            continue
        found.append((below, path))
    return found


def _table_rows(project: Project, kind: str, files: list[str], code: str) -> tuple[dict[str, Row], list[Problem]]:
    name = f"{_FOLDERS[kind]}/{_TABLES[kind]}"
    path = project.root / name
    if not path.is_file():
        return {}, []
    try:
        rows, problems = read_rows(Source(path, name=name))
    except MetanarrativeError as error:
        return {}, [Problem(error.code, error.message, error.mend, "error", name)]
    matched, missing = match_rows(rows, files, table=name, code=code)
    return matched, problems + missing


class _Rows:
    """Gathers rows of the three tables and writes them in batches, so that large files stream."""

    def __init__(self, out: Writing, max_raw: int) -> None:
        self.out = out
        self.max_raw = max_raw
        self.seen: dict[str, int] = {}
        self.cover = {"literature": _Cover(), "policy": _Cover()}
        self.records: list[dict[str, Any]] = []
        self.references: list[dict[str, Any]] = []
        self.blocks: list[dict[str, Any]] = []

    def add(self, record: Record, identity: str) -> None:
        number = self.seen[identity] = self.seen.get(identity, 0) + 1
        record_id = identity if number == 1 else f"{identity}.{number}"
        self.cover[record.kind].add(record)
        self.records.append(
            {
                "record_id": record_id, "kind": record.kind, "source_file": record.source_file,
                "line": record.line, "key": record.key, "type": record.type, "title": record.title,
                "authors": _json(list(record.authors)), "year": record.year, "venue": record.venue,
                "volume": record.volume, "issue": record.issue, "pages": record.pages,
                "doi": record.doi, "pmid": record.pmid, "language": record.language,
                "abstract": record.abstract, "keywords": _json(list(record.keywords)), "url": record.url,
                "facets": _json(dict(record.facets)), "extra": _json(dict(record.extra)),
                "n_references": len(record.references), "n_blocks": len(record.blocks),
                "raw": record.raw[: self.max_raw],
            }
        )  # fmt: skip
        for position, cited in enumerate(record.references, 1):
            self.references.append(
                {
                    "record_id": record_id, "position": position, "raw": cited.raw, "doi": cited.doi,
                    "pmid": cited.pmid, "key": cited.key, "first_author": cited.first_author,
                    "year": cited.year, "title": cited.title, "venue": cited.venue,
                    "volume": cited.volume, "page": cited.page, "context": cited.context,
                }
            )  # fmt: skip
        for position, block in enumerate(record.blocks, 1):
            self.blocks.append(
                {
                    "record_id": record_id, "position": position, "kind": block.kind, "level": block.level,
                    "number": block.number, "page": block.page, "section": block.section, "text": block.text,
                }
            )  # fmt: skip
        if len(self.records) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        self.out.write("record", self.records)
        self.out.write("record_reference", self.references)
        self.out.write("record_block", self.blocks)
        self.records, self.references, self.blocks = [], [], []


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _identity(record: Record) -> str:
    body = record.raw or "\n".join(block.text for block in record.blocks)
    return record_content(
        doi=record.doi,
        pmid=record.pmid,
        title=record.title,
        year=record.year,
        authors=record.authors,
        venue=record.venue,
        pages=record.pages,
        key=record.key,
        body=body,
    )


def run(project: Project, settings: ReadSettings) -> Summary:
    """Read every input file and write the tables of this stage."""
    known, broken = readers()
    literature, policy = _inputs(project, "literature"), _inputs(project, "policy")
    said, said_problems = _table_rows(project, "literature", [below for below, _ in literature], "sources-missing-file")
    manifest, manifest_problems = _table_rows(
        project, "policy", [below for below, _ in policy], "manifest-missing-file"
    )
    files = [("literature", below, path) for below, path in literature]
    files += [("policy", below, path) for below, path in policy]
    sources: list[dict[str, Any]] = []
    severities: Counter[str] = Counter()

    with project.writing("read") as out:

        def tell(problem: Problem) -> None:
            severities[problem.severity] += 1
            out.problem(problem)

        for problem in (*broken, *said_problems, *manifest_problems):
            tell(problem)
        rows = _Rows(out, settings.max_raw)
        for kind, below, path in project.track(files, "reading files", total=len(files)):
            source = Source(path, name=f"{_FOLDERS[kind]}/{below}")
            info = SourceInfo(source.name, kind)
            held: list[Record] = []  # policy files are one document, or few
            for item in _stream(source, info, known):
                if isinstance(item, Problem):
                    tell(item)
                elif kind == "policy":
                    held.append(item)
                else:
                    rows.add(item, _identity(item))
            for record in held:
                line = manifest.get(below)
                if line is not None and len(held) > 1:
                    # a title belongs to one document, a file of several has several
                    line = replace(line, cells={k: v for k, v in line.cells.items() if k != "title"})
                joined, problems = apply_manifest(
                    record,
                    line,
                    folder=below.split("/", 1)[0] if "/" in below else "",
                    table=f"{_FOLDERS['policy']}/{_TABLES['policy']}",
                )
                for problem in problems:
                    tell(problem)
                # the id comes from the document alone, so that editing the manifest keeps it
                rows.add(joined, _identity(record))
            cells = said[below].cells if kind == "literature" and below in said else {}
            sources.append(_source_row(info, cells))
        rows.flush()
        out.write("source", sources)
        for problem in _advice(rows):
            tell(problem)
        out.summary = _summary(rows, sources, severities)
    return out.summary


def _source_row(info: SourceInfo, cells: Mapping[str, str]) -> dict[str, Any]:
    return {
        "source_id": content_id("src", info.file.removeprefix("corpus/")),
        "file": info.file, "kind": info.kind, "sha256": info.sha256, "bytes": info.bytes,
        "format": info.format, "encoding": info.encoding, "n_found": info.n_found,
        "n_read": info.n_read, "n_lost": info.n_lost,
        "database": cells.get("database", ""), "search": cells.get("search", ""),
        "date": cells.get("date", ""), "routes": cells.get("routes", ""),
    }  # fmt: skip


def _advice(rows: _Rows) -> Iterator[Problem]:
    counts = rows.cover["literature"].n
    if counts["n"] and not counts["references"]:
        yield Problem(
            code="no-references",
            message="no record of the literature carries a reference list; there will be no citation network",
            mend="export again with cited references (Web of Science: full record and cited references; "
            "Scopus: CSV with references; or OpenAlex JSON)",
        )


def _summary(rows: _Rows, sources: list[dict[str, Any]], severities: Counter[str]) -> Summary:
    literature, policy = rows.cover["literature"], rows.cover["policy"]
    lost = sum(row["n_lost"] for row in sources)
    shares = literature.shares()
    counts: dict[str, int | float | str] = {
        "files": len(sources),
        "literature": literature.n["n"],
        "policy": policy.n["n"],
        "lost": lost,
        "problems": severities["error"] + severities["warning"],
    }
    counts.update({f"share_{name}": round(share, 4) for name, share in shares.items() if name != "n"})
    text = f"{len(sources)} files: {literature.n['n']:,} literature records"
    if literature.n["n"]:
        text += " (" + ", ".join(
            f"{words} {shares[name]:.0%}"
            for name, words in (
                ("abstract", "abstract"), ("references", "references"), ("doi", "DOI"), ("year", "year"),
            )
        ) + ")"  # fmt: skip
    text += f", {policy.n['n']:,} policy documents, {lost:,} lost, {counts['problems']:,} problems"
    return Summary("read", counts, text)
