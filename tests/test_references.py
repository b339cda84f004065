"""One cited work in every vendor's spelling is one node; near-identical works stay apart.

The works are made up. Each is printed as Web of Science, Scopus (old and new), Crossref and free
text print references; readers parse those that readers parse.
"""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest
from making import fill, new_project

from metanarrative import dedupe
from metanarrative.graph.resolve import resolve
from metanarrative.model import Record, Reference
from metanarrative.read.references import parse_reference

WORKS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "fixtures" / "references" / "works.json").read_text(encoding="utf-8")
)


def spellings(work: dict[str, Any]) -> dict[str, Reference]:
    """Return the reference to a work as each source gives it; the DOI only where the source deposits one."""
    family, initials = work["family"], work["initials"]
    dotted = "".join(f"{c}." for c in initials)
    year, title, journal, short = work["year"], work["title"], work["journal"], work["short"]
    volume, issue, first, last, doi = work["volume"], work["issue"], work["first"], work["last"], work["doi"]
    place = f"{journal}, {volume} ({issue}), pp. {first}-{last}"
    return {
        "wos": parse_reference(f"{family} {initials}, {year}, {short.upper()}, V{volume}, P{first}, DOI {doi}"),
        "wos without doi": parse_reference(f"{family} {initials}, {year}, {short.upper()}, V{volume}, P{first}"),
        "scopus old": parse_reference(f"{family}, {dotted}, {title} ({year}) {place}"),
        "scopus new": parse_reference(
            f"{family} {dotted}, {title}, {journal}, {volume}, {issue}, pp. {first}-{last}, ({year})"
        ),
        "crossref": Reference(
            raw=f"{family}, {year}, {title}, {journal}, {volume}, {first}, {doi}", doi=doi, first_author=family,
            year=year, title=title, venue=journal, volume=volume, page=first,
        ),
        "vancouver": parse_reference(
            f"{family} {initials}. {title}. {short}. {year};{volume}({issue}):{first}-{last}."
        ),
        "apa": parse_reference(f"{family}, {dotted} ({year}). {title}. {journal}, {volume}({issue}), {first}-{last}."),
        "apa with doi": parse_reference(
            f"{family}, {dotted} ({year}). {title}. {journal}, {volume}({issue}), {first}–{last}. https://doi.org/{doi}"
        ),
    }  # fmt: skip


def rows(references: list[Reference]) -> list[dict[str, Any]]:
    return [
        {
            "raw": r.raw, "doi": r.doi, "pmid": r.pmid, "key": r.key, "first_author": r.first_author, "year": r.year,
            "title": r.title, "venue": r.venue, "volume": r.volume, "page": r.page,
        }
        for r in references
    ]  # fmt: skip


def labelled() -> list[tuple[str, str, Reference]]:
    return [(work["doi"], how, ref) for work in WORKS for how, ref in spellings(work).items()]


def corpus() -> list[dict[str, Any]]:
    return [
        {
            "work_id": f"wk_{n:02d}", "record_id": f"rec_{n:02d}", "title": w["title"], "year": w["year"],
            "authors": [f"{w['family']}, {w['initials']}"], "doi": w["doi"], "volume": w["volume"],
            "pages": f"{w['first']}-{w['last']}",
        }
        for n, w in enumerate(WORKS)
    ]  # fmt: skip


def test_there_are_twenty_works_and_some_are_nearly_the_same() -> None:
    assert len(WORKS) == 20
    assert len({work["doi"] for work in WORKS}) == 20
    assert sum(a["family"] == b["family"] and a["year"] == b["year"] for a, b in itertools.combinations(WORKS, 2)) >= 3


def test_every_spelling_of_a_work_outside_the_corpus_is_one_node_and_no_two_works_share_one() -> None:
    cited = labelled()
    found = resolve(rows([ref for _, _, ref in cited]), [])
    nodes: dict[str, set[str]] = {}
    for (doi, _, _), hit in zip(cited, found, strict=True):
        assert hit.match == "none"
        nodes.setdefault(doi, set()).add(hit.node)
    split = {doi: [(how, hit.node) for (d, how, _), hit in zip(cited, found, strict=True) if d == doi]
             for doi, several in nodes.items() if len(several) > 1}  # fmt: skip
    assert not split
    assert len(set.union(*nodes.values())) == 20


def test_every_spelling_finds_its_work_in_the_corpus() -> None:
    cited = labelled()
    home = {work["doi"]: f"wk_{n:02d}" for n, work in enumerate(WORKS)}
    found = resolve(rows([ref for _, _, ref in cited]), corpus())
    wrong = [(how, ref.raw, hit) for (doi, how, ref), hit in zip(cited, found, strict=True) if hit.node != home[doi]]
    assert not wrong
    assert all(hit.score >= 0.9 for hit in found)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_references_does_not_matter(seed: int) -> None:
    cited = labelled()
    shuffled = random.Random(seed).sample(cited, len(cited))
    plain = {(d, how): hit for (d, how, _), hit in zip(cited, resolve(rows([r for *_, r in cited]), []), strict=True)}
    other = {
        (d, how): hit for (d, how, _), hit in zip(shuffled, resolve(rows([r for *_, r in shuffled]), []), strict=True)
    }
    assert plain == other


def test_one_slip_of_the_pen_does_not_make_a_new_node() -> None:
    for work in WORKS:
        right = spellings(work)["apa"]
        typed = right._replace(raw=right.raw.replace("care", "caer", 1), title=right.title.replace("care", "caer", 1))
        one, other = resolve(rows([right, typed]), [])
        assert one.node == other.node, right.raw


def test_copies_of_one_work_keep_the_union_of_their_references(tmp_path: Path) -> None:
    one, two, three, four = (spellings(work) for work in WORKS[:4])
    base = Record(
        "literature", title="Care planning in community teams: an observational study", authors=("Marsh, A.",),
        year=2016, doi="10.5555/citing", venue="Journal of Made Studies", source_file="scopus.csv", line=2,
    )  # fmt: skip
    copies = [
        base._replace(references=(one["scopus new"], two["scopus new"])),
        base._replace(source_file="wos.txt", doi="", references=(two["wos"], three["wos"])),
        base._replace(source_file="openalex.json", title=base.title.upper(), references=(four["crossref"],)),
    ]
    project = new_project(tmp_path)
    fill(project, copies)
    dedupe.run(project, project.settings("dedupe"))
    (work,) = project.store.read("work")
    assert work["n_records"] == 3
    from metanarrative import graph

    graph.run(project, project.settings("graph"))
    assert len({row["node"] for row in project.store.read("reference")}) == 4


def test_like_titles_without_a_doi_stay_apart() -> None:
    bare = ["scopus old", "scopus new", "vancouver", "apa"]
    cited = [(work["doi"], spellings(work)[how]) for work in WORKS for how in bare]
    cited += [(doi, ref._replace(volume="", page="", raw=ref.title)) for doi, ref in cited if ref.title]
    found = resolve(rows([ref for _, ref in cited]), [])
    nodes: dict[str, set[str]] = {}
    for (doi, _), hit in zip(cited, found, strict=True):
        nodes.setdefault(hit.node, set()).add(doi)
    assert not [several for several in nodes.values() if len(several) > 1]
    assert len(nodes) == 20
