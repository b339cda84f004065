"""Works for reference managers: RIS, BibTeX and CSL-JSON, with what each format cannot hold.

Takes rows of the table ``work``; gives the text of a file. Authors are "Family, Given". The source's
citation key stays the entry's key, so that a manuscript's citations hold; the work's id travels in
the note, and a tradition that a person named among the keywords.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metanarrative.project import Project

Row = Mapping[str, Any]

FORMATS = ("ris", "bibtex", "csl")

LOSSES: dict[str, tuple[str, ...]] = {
    "ris": (
        "line breaks inside a field become spaces",
        "an issue or volume without a number is kept, but pages that are no range stand whole in SP",
        "reference lists, routes, screening and proposals are left out (export csv has them)",
        "types without one of RIS's own become GEN",
    ),
    "bibtex": (
        "line breaks inside a field become spaces",
        "types without one of BibTeX's own become @misc",
        "reference lists, routes, screening and proposals are left out (export csv has them)",
        "a brace without its partner is left out, because no escape of it is read alike everywhere",
    ),
    "csl": (
        "a single name without a comma becomes a literal name",
        "reference lists, routes, screening and proposals are left out (export csv has them)",
    ),
}
"""What each format cannot carry; docs/exports.md prints it."""

_RIS_TYPE = {
    "article": "JOUR", "book": "BOOK", "chapter": "CHAP", "report": "RPRT", "thesis": "THES", "conference": "CONF",
    "web": "ELEC", "act": "STAT", "preprint": "UNPB", "dataset": "DATA", "news": "NEWS",
}  # fmt: skip
_BIB_TYPE = {
    "article": "article", "book": "book", "chapter": "incollection", "report": "techreport", "thesis": "phdthesis",
    "conference": "inproceedings", "preprint": "unpublished",
}  # fmt: skip
_CSL_TYPE = {
    "article": "article-journal", "book": "book", "chapter": "chapter", "report": "report", "thesis": "thesis",
    "conference": "paper-conference", "web": "webpage", "act": "legislation", "preprint": "manuscript",
    "dataset": "dataset", "news": "article-newspaper",
}  # fmt: skip


_TEX = {
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def ris(works: Iterable[Row]) -> str:
    """Return works as RIS.

    Examples
    --------
    >>> print(ris([{"work_id": "wk_1", "type": "article", "title": "A plan", "year": 2016}]).strip())
    TY  - JOUR
    ID  - wk_1
    TI  - A plan
    PY  - 2016
    ER  -
    """
    out: list[str] = []
    for row in works:
        lines = [("TY", _RIS_TYPE.get(str(row.get("type", "")), "GEN")), ("ID", _key(row))]
        lines += [("AU", name) for name in _authors(row)]
        first, last = _pages(str(row.get("pages") or ""))
        pmid = str(row.get("pmid") or "")
        lines += [
            ("TI", _flat(row.get("title"))), ("T2", _flat(row.get("venue"))), ("PY", _flat(row.get("year"))),
            ("VL", _flat(row.get("volume"))), ("IS", _flat(row.get("issue"))), ("SP", first), ("EP", last),
            ("DO", _flat(row.get("doi"))), ("AN", pmid), ("DB", "PubMed" if pmid else ""),
            ("LA", _flat(row.get("language"))), ("AB", _flat(row.get("abstract"))),
        ]  # fmt: skip
        lines += [("KW", word) for word in _keywords(row)]
        lines += [("N1", _note(row)), ("UR", _flat(row.get("url")))]
        out += [f"{tag}  - {value}" for tag, value in lines if value]
        out += ["ER  - ", ""]
    return "\n".join(out)


def bibtex(works: Iterable[Row]) -> str:
    """Return works as BibTeX, UTF-8.

    Examples
    --------
    >>> print(bibtex([{"work_id": "wk_1", "type": "article", "title": "A plan", "year": 2016}]).strip())
    @article{wk_1,
      title = {{A plan}},
      year = {2016},
    }
    """
    out: list[str] = []
    for row in works:
        kind = _BIB_TYPE.get(str(row.get("type", "")), "misc")
        venue = {"incollection": "booktitle", "inproceedings": "booktitle", "techreport": "institution",
                 "phdthesis": "school", "article": "journal"}.get(kind, "howpublished")  # fmt: skip
        authors = " and ".join(_bib_author(name) for name in _authors(row))
        pages = "--".join(part for part in _pages(str(row.get("pages") or "")) if part)
        fields = [
            ("author", authors),
            ("title", f"{{{_tex(row.get('title'))}}}" if row.get("title") else ""),
            (venue, _tex(row.get("venue"))),
            ("year", _flat(row.get("year"))),
            ("volume", _tex(row.get("volume"))),
            ("number", _tex(row.get("issue"))),
            ("pages", _tex(pages)),
            ("doi", _balanced(_flat(row.get("doi")))),
            ("pmid", _flat(row.get("pmid"))),
            ("language", _tex(row.get("language"))),
            ("keywords", _tex(", ".join(_keywords(row)))),
            ("url", _balanced(_flat(row.get("url")))),
            ("note", _tex(_note(row))),
            ("abstract", _tex(row.get("abstract"))),
        ]
        out.append(f"@{kind}{{{_key(row)},")
        out += [f"  {name} = {{{value}}}," for name, value in fields if value]
        out += ["}", ""]
    return "\n".join(out)


def csl(works: Iterable[Row]) -> str:
    """Return works as CSL-JSON.

    Examples
    --------
    >>> json.loads(csl([{"work_id": "wk_1", "type": "", "title": "A", "year": 2016}]))[0]["issued"]
    {'date-parts': [[2016]]}
    """
    items = []
    for row in works:
        names: list[dict[str, str]] = []
        for name in _authors(row):
            family, comma, given = name.partition(",")
            names.append({"family": family.strip(), "given": given.strip()} if comma else {"literal": name})
        item = {
            "id": _key(row),
            "type": _CSL_TYPE.get(str(row.get("type", "")), "document"),
            "title": str(row.get("title") or ""),
            "author": names,
            "issued": {"date-parts": [[int(row["year"])]]} if row.get("year") is not None else None,
            "container-title": row.get("venue"),
            "volume": row.get("volume"),
            "issue": row.get("issue"),
            "page": row.get("pages"),
            "DOI": row.get("doi"),
            "PMID": row.get("pmid"),
            "URL": row.get("url"),
            "language": row.get("language"),
            "keyword": ", ".join(_keywords(row)),
            "note": _note(row),
            "abstract": row.get("abstract"),
        }
        items.append({key: value for key, value in item.items() if value})
    return json.dumps(items, ensure_ascii=False, indent=1) + "\n"


WRITERS = {"ris": ris, "bibtex": bibtex, "csl": csl}


def records(project: Project, kind: str, *, which: str = "literature") -> bytes:
    """Return the works of a project as a file for reference managers.

    Parameters
    ----------
    kind : {"ris", "bibtex", "csl"}
    which : {"literature", "policy", "all"}
        Works that screening includes, of this kind.
    """
    included = project.included()
    keys = cite_keys(project)
    named = dict(zip(*project.store.read_columns("membership", "work_id", "tradition"), strict=True))
    rows = [
        {
            **row,
            "key": keys[row["work_id"]],
            "tradition": named.get(row["work_id"], ""),
            "venue": row["venue"] or row["issuer"],
            "type": row["type"] if row["kind"] == "literature" else _policy(row),
        }
        for row in project.store.read("work")
        if row["work_id"] in included and which in ("all", row["kind"])
    ]
    return WRITERS[kind](rows).encode("utf-8")


def cite_keys(project: Project) -> dict[str, str]:
    """Return the key of every work: its source's own, without what BibTeX cannot hold, each only once."""
    own: dict[str, list[tuple[bool, str, str]]] = {}
    keys = dict(zip(*project.store.read_columns("record", "record_id", "key"), strict=True))
    for work, record in zip(*project.store.read_columns("work_record", "work_id", "record_id"), strict=True):
        # the record that gave the work its id first
        own.setdefault(work, []).append((record[4:] != work[3:], record, keys.get(record, "")))
    works = sorted(project.store.read_columns("work", "work_id")[0])
    return unique_keys({work: next((key for *_, key in sorted(own.get(work, ())) if key), "") for work in works})


def unique_keys(wanted: Mapping[str, str]) -> dict[str, str]:
    """Return a key for each work that no other has, in any case of letters; the work's id where none is wanted.

    Examples
    --------
    >>> unique_keys({"wk_1": "Ann 2001", "wk_2": "ann2001", "wk_3": "", "wk_4": "Ann2001b"})
    {'wk_1': 'Ann2001', 'wk_2': 'ann2001c', 'wk_3': 'wk_3', 'wk_4': 'Ann2001b'}
    """
    clean = {work: re.sub(r"[^\w.:/+-]+", "", key) or work for work, key in wanted.items()}
    taken: set[str] = set()
    wished = {key.casefold() for key in clean.values()}
    out = {}
    for work in sorted(clean):
        key = clean[work]
        if key.casefold() in taken:
            tails = (f"{key}{chr(97 + at) if at < 26 else at}" for at in range(1, len(clean) + 2))
            key = next(tail for tail in tails if tail.casefold() not in taken | wished)
        taken.add(key.casefold())
        out[work] = key
    return out


def _key(row: Row) -> str:
    return str(row.get("key") or row["work_id"])


def _note(row: Row) -> str:
    """Return the work's id where the key is another."""
    return f"metanarrative {row['work_id']}" if row.get("key") else ""


def _keywords(row: Row) -> list[str]:
    words = _list(row.get("keywords"))
    tradition = _flat(row.get("tradition")).replace(",", " ").replace(";", " ")
    return [*words, " ".join(tradition.split())] if tradition and tradition not in words else words


def _policy(row: Row) -> str:
    return "act" if row["force"] in ("statute", "regulations") else "report"


def _list(value: object) -> list[str]:
    if isinstance(value, str):
        try:
            value = json.loads(value) if value else []
        except ValueError:
            value = [value]
    return [_flat(item) for item in value if _flat(item)] if isinstance(value, Sequence) else []


def _authors(row: Row) -> list[str]:
    return _list(row.get("authors"))


def _flat(value: object) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", "" if value is None else str(value)).split())


def _pages(pages: str) -> tuple[str, str]:
    """Return first and last page; what is no range stands whole in the first.

    Examples
    --------
    >>> _pages("101-12"), _pages("e45"), _pages("S1–S9")
    (('101', '12'), ('e45', ''), ('S1', 'S9'))
    """
    parts = re.split(r"\s*[-–—]+\s*", _flat(pages))
    return (parts[0], parts[1]) if len(parts) == 2 and all(parts) else (_flat(pages), "")


def _balanced(text: str) -> str:
    """Return text without braces that have no partner."""
    depth = 0
    keep: list[str] = []
    opened: list[int] = []
    for letter in text:
        if letter == "{":
            opened.append(len(keep))
            depth += 1
        elif letter == "}":
            if not depth:
                continue
            depth -= 1
            opened.pop()
        keep.append(letter)
    for at in reversed(opened):
        del keep[at]
    return "".join(keep)


def _tex(value: object) -> str:
    return "".join(_TEX.get(letter, letter) for letter in _balanced(_flat(value)))


def _bib_author(name: str) -> str:
    text = _tex(name)
    return text if "," in name and " and " not in name else f"{{{text}}}"
