"""Which records describe one work: verdicts, vetoes, chains, decisions, expressions."""

from __future__ import annotations

import csv
import itertools
import json
import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import fill, new_project

from metanarrative import dedupe
from metanarrative.dedupe import Match, find_duplicates, judge_pair, merge
from metanarrative.dedupe.entry import Entry, make_entry, same_venue
from metanarrative.dedupe.memory import Memory
from metanarrative.dedupe.merge import groups
from metanarrative.dedupe.twins import layout_of, twin_signs
from metanarrative.model import Block, Record, Reference
from metanarrative.project import Project
from metanarrative.text.titles import title_numbers

CASES = json.loads((Path(__file__).parent / "cases" / "dedupe.json").read_text(encoding="utf-8"))
Shared = Callable[[str], Path]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_own_cases(case: dict[str, Any]) -> None:
    verdict = judge_pair(case["a"], case["b"])
    assert verdict.verdict == case["verdict"], verdict.reason
    assert judge_pair(case["b"], case["a"]).verdict == verdict.verdict
    assert 0.0 <= verdict.score <= 1.0
    assert verdict.reason


def clusters(ids: list[str], matches: list[Match]) -> list[list[str]]:
    home = {x: x for x in ids}
    for match in matches:
        if match.verdict == "same":
            a, b = home[match.record_id], home[match.other_id]
            home = {x: min(a, b) if y in (a, b) else y for x, y in home.items()}
    found: dict[str, list[str]] = {}
    for x in ids:
        found.setdefault(home[x], []).append(x)
    return list(found.values())


# -- public test sets ---------------------------------------------------------------------------


@pytest.mark.shared
def test_bibdedupe_pairs(shared: Shared) -> None:
    cases = json.loads(shared("dedup/bibdedupe_test_cases.json").read_text(encoding="utf-8"))["cases"]
    unsure = []
    for case in cases:
        a, b = (
            {
                "title": r.get("title"),
                "authors": re.split(r"\s+and\s+|;\s*", r.get("author") or ""),
                "year": r.get("year"),
                "venue": r.get("journal") or r.get("booktitle"),
                "volume": r.get("volume"),
                "issue": r.get("number"),
                "pages": r.get("pages"),
                "doi": r.get("doi"),
                "type": {"inproceedings": "conference"}.get(r["ENTRYTYPE"], r["ENTRYTYPE"]),
            }
            for r in (case["record_a"], case["record_b"])
        )
        verdict = judge_pair(a, b).verdict
        wanted = "same" if case["expected_duplicate"] else "different"
        assert verdict in (wanted, "unsure"), case["id"]
        if verdict == "unsure":
            unsure.append((a["doi"], b["doi"]))
    # the one half point: two versions of a Cochrane review, each with its own DOI. Two DOIs never
    # merge by themselves, here either: a person who counts versions as one work joins them
    assert len(cases) == 25
    ((one, other),) = unsure
    assert one != other
    assert one.rsplit(".", 1)[0] == other.rsplit(".", 1)[0]


@pytest.mark.shared
def test_tafenoquine(shared: Shared) -> None:
    from lxml import etree

    tree = etree.parse(str(shared("dedup/sweep_tafenoquine.xml")), etree.XMLParser(resolve_entities=False))
    records, marked = [], set()
    for number, node in enumerate(tree.getroot().iter("record")):

        def text(path: str, node: Any = node) -> str:
            found = node.find(path)
            return "".join(found.itertext()).strip() if found is not None else ""

        record_id = f"rec_{number:03d}"
        if text("caption") == "Duplicate":
            marked.add(record_id)
        records.append(
            {
                "record_id": record_id,
                "title": text(".//titles/title"),
                "authors": ["".join(a.itertext()) for a in node.findall(".//authors/author")],
                "year": text(".//dates/year"),
                "venue": text(".//titles/secondary-title"),
                "volume": text("volume"),
                "pages": text("pages"),
                "doi": text("electronic-resource-num"),
                "type": node.find("ref-type").get("name"),
                "abstract": text("abstract"),
            }
        )
    matches = find_duplicates(records)
    joined = {x for match in matches if match.verdict == "same" for x in (match.record_id, match.other_id)}
    assert len(records) == 179
    assert len(joined & marked) >= 113
    assert joined <= marked


@pytest.mark.shared
def test_colrev_and_sra(shared: Shared) -> None:
    from pybtex.database import parse_file

    data = parse_file(str(shared("dedup/colrev_records.bib")))
    records = [
        {
            "record_id": f"rec_{key}",
            "title": e.fields.get("title", ""),
            "authors": [str(p) for p in e.persons.get("author", [])],
            "year": e.fields.get("year"),
            "venue": e.fields.get("journal") or e.fields.get("booktitle"),
            "doi": e.fields.get("doi"),
            "pages": e.fields.get("pages"),
            "volume": e.fields.get("volume"),
            "type": e.type,
        }
        for key, e in data.entries.items()
    ]
    assert (len(records), len(clusters([r["record_id"] for r in records], find_duplicates(records)))) == (21, 19)
    for name, before, after in (("sra_dupes-obvious", 200, (99, 100)), ("sra_nodupes", 5, (5,))):
        items = json.loads(shared(f"dedup/{name}.json").read_text(encoding="utf-8"))
        records = [{**item, "record_id": f"rec_{i:03d}", "venue": item.get("journal")} for i, item in enumerate(items)]
        assert len(records) == before
        assert len(clusters([r["record_id"] for r in records], find_duplicates(records))) in after


@pytest.mark.shared
def test_blank_titles_with_other_dois_are_no_duplicates(shared: Shared) -> None:
    with shared("bib/asreview/duplicate_records.csv").open(encoding="utf-8") as stream:
        rows = [{**row, "record_id": f"rec_{i:02d}"} for i, row in enumerate(csv.DictReader(stream, delimiter=";"))]
    assert [(m.record_id, m.other_id) for m in find_duplicates(rows)] == [("rec_00", "rec_01")]


# -- pieces -------------------------------------------------------------------------------------


def test_numbers_in_titles() -> None:
    assert title_numbers(tuple("study iv methods".split()))[1] == {"4"}
    assert title_numbers(tuple("mental health i".split())) == (frozenset(), frozenset())
    assert title_numbers(tuple("rhan 2 y mesur".split()))[1] == {"2"}
    assert title_numbers(tuple("part b findings".split()))[1] == {"b"}


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("clin microbiol rev", "clinical microbiology reviews", True),
        ("int j nurs stud", "international journal of nursing studies", True),
        ("pnas", "proceedings of the national academy of sciences", True),
        ("nature", "nature reviews neuroscience", False),
        ("journal of digital studies", "workshop of digital studies", False),
        ("psychiatr serv", "psychiatric services", True),
        ("psychiatry", "psychology", False),
    ],
)
def test_same_venue(a: str, b: str, same: bool) -> None:
    assert same_venue(a, b) is same
    assert same_venue(b, a) is same


def test_entry_survives_odd_values() -> None:
    entry = make_entry({"title": None, "authors": None, "year": "n.d.", "pages": None, "doi": 7, "volume": 3})
    assert (entry.title, entry.year, entry.volume, entry.doi) == ("", None, "3", "")
    assert make_entry({"authors": "Green, A.; Brown, B."}).families == ("green", "brown")


def test_chain_is_closed_but_not_over_two_dois() -> None:
    base = {"title": "Plans that travel with people over time", "authors": ["Green, A."], "year": 2010}
    records = [
        {**base, "record_id": "rec_a", "doi": "10.5555/1"},
        {**base, "record_id": "rec_b"},
        {**base, "record_id": "rec_c", "doi": "10.5555/2"},
    ]
    matches = find_duplicates(records)
    entries = [make_entry(r) for r in records]
    links = {(m.record_id, m.other_id): m.score for m in matches if m.verdict == "same"}
    found, held, _ = groups(entries, links, [])
    assert found == [["rec_a", "rec_b"], ["rec_c"]]
    assert held == {("rec_b", "rec_c"): "would join two DOIs through a third record"}


def test_groups_respect_people_and_report_contradictions() -> None:
    entries = [make_entry({"id": x}) for x in "abc"]
    found, _, contradictions = groups(entries, {}, [("a", "c")], together=[("a", "b"), ("b", "c")])
    assert found == [["a", "b"], ["c"]]
    assert [pair for pair, _ in contradictions] == [("b", "c")]


def test_merge_takes_each_field_from_its_best_source() -> None:
    work = merge(
        [
            {
                "record_id": "rec_2",
                "title": "PLANS THAT TRAVEL",
                "authors": ["Green A"],
                "year": 2016,
                "doi": "10.5555/1",
                "venue": "CARE",
                "keywords": ["Plans"],
                "type": "misc",
                "abstract": "Short.",
            },
            {
                "record_id": "rec_1",
                "title": "Plans that travel",
                "authors": ["Green, Ann", "Brown, Bo"],
                "year": 2017,
                "volume": "3",
                "pages": "1-9",
                "venue": "Care Quarterly",
                "keywords": ["plans", "Trust"],
                "type": "article",
                "abstract": "A much longer abstract.",
            },
        ]
    )
    assert work["title"] == "Plans that travel"
    assert work["authors"] == ["Green, Ann", "Brown, Bo"]
    assert (work["year"], work["volume"], work["pages"]) == (2017, "3", "1-9")
    assert (work["doi"], work["venue"], work["type"]) == ("10.5555/1", "Care Quarterly", "article")
    assert work["abstract"] == "A much longer abstract."
    assert work["keywords"] == ["Plans", "Trust"]


def test_thousand_editorials_cost_little_and_order_does_not_matter() -> None:
    rng = random.Random(3)
    words = ["".join(rng.choices("abcdefghijklmnoprstu", k=7)) for _ in range(300)]
    records: list[dict[str, Any]] = [
        {"record_id": f"rec_e{i:04d}", "title": "Editorial", "authors": [f"Name{i}, A."], "year": 2000, "venue": "Care",
         "volume": str(i), "pages": str(i + 2)}
        for i in range(1000)
    ]  # fmt: skip
    for i in range(400):
        title = " ".join(rng.choices(words, k=8))
        records.append({"record_id": f"rec_t{i:04d}", "title": title, "authors": [f"Name{i}, B."], "year": 2001})
        if i % 4 == 0:
            slip = title[:10] + title[11:]
            records.append({"record_id": f"rec_u{i:04d}", "title": slip, "authors": [f"Name{i}, B."], "year": 2001})
    matches = find_duplicates(records)
    assert [(m.record_id[5:], m.other_id[5:]) for m in matches] == [(f"{i:04d}",) * 2 for i in range(0, 400, 4)]
    assert {m.verdict for m in matches} == {"same"}
    shuffled = records[:]
    rng.shuffle(shuffled)
    assert find_duplicates(shuffled) == matches


def test_no_two_dois_ever_merge() -> None:
    titles = ["Plans that travel", "Plans that travel.", "PLANS THAT TRAVEL", "Plans that travel: a study"]
    for (i, a), (j, b) in itertools.product(enumerate(titles), repeat=2):
        for year in (2010, 2011):
            one = {
                "title": a,
                "authors": ["Green, A."],
                "year": 2010,
                "doi": f"10.5555/x{i}",
                "pages": "3",
                "volume": "1",
            }
            two = {
                "title": b,
                "authors": ["Green, A."],
                "year": year,
                "doi": f"10.5555/y{j}",
                "pages": "3",
                "volume": "1",
            }
            assert judge_pair(one, two).verdict != "same"


# -- the stage ----------------------------------------------------------------------------------

COPY = Record(
    kind="literature",
    title="Plans that travel with people",
    authors=("Green, Ann",),
    year=2010,
    doi="10.5555/1",
    source_file="corpus/literature/scopus.csv",
    references=(Reference("A", doi="10.5555/r1"), Reference("B", doi="10.5555/r2")),
)
OTHER = COPY._replace(
    doi="",
    abstract="What plans do when people move.",
    source_file="corpus/literature/wos.txt",
    references=(Reference("B again", doi="10.5555/r2"), Reference("C", doi="10.5555/r3")),
)


def run(project: Project) -> Mapping[str, Any]:
    return dedupe.run(project, project.settings("dedupe")).counts


def test_run_merges_and_lists(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    ids = fill(project, [COPY, OTHER], {COPY.source_file: "database", OTHER.source_file: "database; snowball-back"})
    counts = run(project)
    assert (counts["records"], counts["works"], counts["merged"]) == (2, 1, 1)
    (work,) = project.store.read("work")
    assert work["work_id"] == min(ids).replace("rec_", "wk_")
    assert json.loads(work["routes"]) == ["database", "snowball-back"]
    assert json.loads(work["sources"]) == [COPY.source_file, OTHER.source_file]
    assert (work["n_records"], work["n_references"], work["abstract"]) == (2, 3, OTHER.abstract)
    (pair,) = project.store.read("duplicate")
    assert (pair["verdict"], pair["decided_by"]) == ("same", "machine")
    assert pair["record_id"] < pair["other_id"]
    assert {row["record_id"] for row in project.store.read("work_record")} == set(ids)


def test_decision_undoes_a_merge(tmp_path: Path) -> None:
    project = new_project(tmp_path, [COPY, OTHER])
    a, b = sorted(row["record_id"] for row in project.store.read("record"))
    decision = project.append_decision("different", f"{a} {b}", "two studies", who="mair")
    assert run(project)["works"] == 2
    (pair,) = project.store.read("duplicate")
    assert (pair["verdict"], pair["decided_by"], pair["reason"]) == ("different", "mair", "two studies")
    project.append_decision("undo", decision.id, "", who="mair")
    assert run(project)["works"] == 1


def test_decision_joins_two_dois_and_a_lost_subject_is_reported(tmp_path: Path) -> None:
    project = new_project(tmp_path, [COPY, COPY._replace(doi="10.5555/9")])
    a, b = sorted(row["record_id"] for row in project.store.read("record"))
    assert run(project)["works"] == 2
    assert [r["verdict"] for r in project.store.read("duplicate")] == ["unsure"]
    project.append_decision("same", f"{a} {b}", "preprint", who="mair")
    project.append_decision("same", f"{a} rec_gone", "x", who="mair")
    project.append_decision("same", f"{a}", "x", who="mair")
    assert run(project)["works"] == 1
    codes = [p["code"] for p in project.store.read("problem", where={"stage": "dedupe"})]
    assert sorted(codes) == ["bad-decision", "decision-subject-gone"]


def test_contradicting_decisions_are_reported(tmp_path: Path) -> None:
    third = COPY._replace(doi="", title="Other plans for other people", references=())
    project = new_project(tmp_path, [COPY, COPY._replace(doi="10.5555/9"), third])
    a, b, c = sorted(row["record_id"] for row in project.store.read("record"))
    for kind, pair in (("same", f"{a} {b}"), ("same", f"{b} {c}"), ("different", f"{a} {c}")):
        project.append_decision(kind, pair, "ruled", who="mair")
    project.append_decision("different", f"{a} {b}", "ruled", who="sian")
    project.append_decision("same", f"{b} {a}", "ruled", who="mair")
    assert run(project)["works"] == 2
    problems = project.store.read("problem", where={"stage": "dedupe"})
    assert {p["code"] for p in problems} == {"decision-contradiction"}
    assert len(problems) >= 2


def policy(title: str, language: str, text: str, **facets: str) -> Record:
    name = re.sub(r"\W+", "_", title.casefold())
    return Record(
        kind="policy",
        title=title,
        year=2010,
        language=language,
        source_file=f"corpus/policy/wales/{name}.txt",
        facets={"nation": "wales", "type": "act", **facets},
        blocks=(Block(text),),
    )


ENGLISH = "The plan must be reviewed within 12 months. " + " ".join(
    f"Section {i} of the plan says so." for i in range(40)
)
WELSH = "Rhaid adolygu'r cynllun o fewn 12 mis. " + " ".join(
    f"Mae adran {i} o'r cynllun yn dweud hynny." for i in range(40)
)


def test_expressions_by_manifest_count_once(tmp_path: Path) -> None:
    english = policy("The Plan Measure 2010", "en", ENGLISH)
    welsh = policy("Mesur y Cynllun 2010", "cy", WELSH, expression_of="the_plan_measure_2010.txt")
    project = new_project(tmp_path, [welsh, english])
    assert run(project)["works"] == 1
    (work,) = project.store.read("work")
    assert (work["title"], work["language"], work["nation"], work["type"]) == (english.title, "en", "wales", "act")
    rows = {row["expression"]: row["analysed"] for row in project.store.read("work_record")}
    assert rows == {"en": 1, "cy": 0}
    assert project.store.read("duplicate")[0]["decided_by"] == "manifest"


def test_suspected_twins_are_asked_about(tmp_path: Path) -> None:
    records = [policy("The Plan Measure 2010", "en", ENGLISH), policy("Mesur y Cynllun 2010", "", WELSH)]
    project = new_project(tmp_path, records)
    assert run(project)["works"] == 2
    (pair,) = project.store.read("duplicate")
    assert pair["verdict"] == "unsure"
    assert pair["reason"].startswith("looks like two language versions of one document: the same are 100% of the num")
    (problem,) = project.store.read("problem", where={"stage": "dedupe"})
    assert problem["code"] == "possible-twin"
    project.append_decision("same", f"{pair['record_id']} {pair['other_id']}", "twins", who="mair")
    assert run(project)["works"] == 1


def law(language: str, *, key: str = "asc/2031/9", title: str = "", text: str = "") -> Record:
    made = policy(
        title or f"The Plan Act 2031 ({language})", language, text or (ENGLISH if language == "en" else WELSH)
    )
    return made._replace(key=key, year=2031)


def test_one_law_in_two_languages_is_known_by_its_number(tmp_path: Path) -> None:
    other = law("cy", key="asc/2031/10", title="Deddf arall", text="Rhaid i'r tîm wneud rhywbeth arall. " * 30)
    project = new_project(tmp_path, [law("cy"), law("en"), other])
    assert run(project)["works"] == 2
    (pair,) = project.store.read("duplicate")
    assert (pair["verdict"], pair["decided_by"], pair["reason"]) == (
        "same", "machine", "two language versions of asc/2031/9",
    )  # fmt: skip
    rows = project.store.read("work_record", where={"work_id": pair["record_id"].replace("rec_", "wk_")})
    assert {row["expression"]: row["analysed"] for row in rows} == {"en": 1, "cy": 0}
    # a person who says they are two is heard
    decision = project.append_decision("different", f"{pair['record_id']} {pair['other_id']}", "no", who="mair")
    assert run(project)["works"] == 3
    project.append_decision("undo", decision.id, "", who="mair")
    assert run(project)["works"] == 2


def test_of_several_versions_of_a_law_none_is_joined_by_its_number(tmp_path: Path) -> None:
    later = law("en")._replace(source_file="corpus/policy/wales/later.txt", blocks=(Block("Another text. " * 50),))
    project = new_project(tmp_path, [law("cy"), law("en"), later])
    assert run(project)["works"] == 3
    assert {row["verdict"] for row in project.store.read("duplicate")} == {"unsure"}


def built(language: str, sentence: str, *, cites: tuple[str, ...] = ()) -> Record:
    return policy(f"A document in {language}", language, "x")._replace(
        blocks=tuple(Block(f"{sentence} {chr(97 + n)}", number=f"{n // 3 + 1}({n % 3 + 1})") for n in range(12)),
        references=tuple(Reference(key, key=key) for key in cites),
    )


def test_structure_and_citations_tell_twins_where_the_text_has_no_numbers(tmp_path: Path) -> None:
    laws = ("asc/2014/4", "mwa/2010/7", "ukpga/2014/23")
    english = built("en", "The team must review the plan with the person and the family every year.", cites=laws)
    welsh = built("cy", "Rhaid i'r tîm adolygu'r cynllun gyda'r person a'r teulu bob blwyddyn yn.", cites=laws)
    project = new_project(tmp_path, [english, welsh])
    assert run(project)["works"] == 2
    (pair,) = project.store.read("duplicate")
    assert pair["verdict"] == "unsure"
    assert "100% of the paragraph numbers, 100% of the laws and works cited" in pair["reason"]
    (problem,) = project.store.read("problem", where={"stage": "dedupe"})
    assert problem["code"] == "possible-twin"
    project.append_decision("same", f"{pair['record_id']} {pair['other_id']}", "twins", who="mair")
    assert run(project)["works"] == 1


def test_a_shared_outline_alone_makes_no_twins(tmp_path: Path) -> None:
    english = built("en", "The team must review the plan with the person and the family every year.")
    welsh = built("cy", "Rhaid i'r bwrdd iechyd gyhoeddi adroddiad am wariant ar wasanaethau plant.")
    project = new_project(tmp_path, [english, welsh])
    assert run(project)["works"] == 2
    assert project.store.read("duplicate") == []


def report(language: str, year: int, seed: int, *, numbers: bool, names: bool = True) -> Record:
    """Return a yearly report on one plan: the same parts, numbers of paragraphs, laws and names each year."""
    rng = random.Random(seed)
    words = "y cynllun gofal a'r person" if language == "cy" else "of the care plan and the person"
    blocks = []
    for part in range(10):
        blocks.append(Block(f"{part + 1} Part {part + 1}", kind="heading", level=1))
        for n in range(4):
            sentences = [f"{words.capitalize()} {words}." for _ in range(rng.randint(1, 9))]
            if names:
                sentences.append("Yn ôl Powys, Gwent, Ceredigion, Conwy ac Eryri." if language == "cy" else
                                 "It is in Powys, Gwent, Ceredigion, Conwy and Eryri.")  # fmt: skip
            if numbers:
                sentences.append(f"{rng.randint(1, 9999)} {words} {year}.")
            blocks.append(Block(" ".join(sentences), number=f"{part + 1}.{n + 1}"))
    laws = ("asc/2014/4", "mwa/2010/7", "ukpga/2014/23")
    return policy(f"Report {year} {language}", language, "x")._replace(
        blocks=tuple(blocks), references=tuple(Reference(key, key=key) for key in laws)
    )


@pytest.mark.parametrize("numbers", [False, True])
def test_yearly_reports_on_one_plan_are_no_twins_and_translations_are(tmp_path: Path, numbers: bool) -> None:
    records = [report(language, 2010 + n, n, numbers=numbers) for n in range(3) for language in ("en", "cy")]
    project = new_project(tmp_path, records)
    assert run(project)["works"] == 6
    titles = {row["record_id"]: row["title"] for row in project.store.read("record")}
    rows = [row for row in project.store.read("duplicate") if row["reason"].startswith("looks like two language")]
    assert sorted(sorted((titles[row["record_id"]], titles[row["other_id"]])) for row in rows) == [
        [f"Report {year} cy", f"Report {year} en"] for year in (2010, 2011, 2012)
    ]
    assert all("lengths of 40 parts (agreement" in row["reason"] for row in rows)


def test_lengths_alone_tell_a_translation_that_is_cut_a_little_differently(tmp_path: Path) -> None:
    english = report("en", 2010, 1, numbers=False, names=False)._replace(references=())
    welsh = report("cy", 2010, 1, numbers=False, names=False)._replace(references=())
    bare = [block._replace(number="") for block in welsh.blocks]
    del bare[7]
    bare.insert(30, bare[30])
    welsh = welsh._replace(blocks=tuple(bare))
    other = report("cy", 2011, 2, numbers=False, names=False)._replace(references=())
    project = new_project(tmp_path, [english, welsh, other])
    run(project)
    (row,) = [row for row in project.store.read("duplicate") if "language versions" in row["reason"]]
    titles = {record["record_id"]: record["title"] for record in project.store.read("record")}
    assert {titles[row["record_id"]], titles[row["other_id"]]} == {"Report 2010 en", "Report 2010 cy"}
    assert "agreement 0.9" in row["reason"]


def document_of(name: str, language: str, paragraphs: list[str]) -> Entry:
    rows = [{"kind": "paragraph", "text": text} for text in paragraphs]
    record = {"record_id": name, "kind": "policy", "title": name, "language": language}
    return make_entry(record, "\n".join(paragraphs), layout=layout_of(rows))


@pytest.mark.shared
def test_real_texts_in_two_languages_are_told_by_their_lengths(shared: Callable[[str], Path]) -> None:
    def paragraphs(name: str) -> list[str]:
        text = shared(f"lang/{name}.xml").read_text("utf-8")
        return [
            re.sub("<[^>]+>", "", part).strip()
            for part in re.findall(r"<(?:para|p)[^>]*>(.*?)</(?:para|p)>", text, re.S)
        ]

    score, signs = twin_signs(
        document_of("e", "en", paragraphs("udhr_eng")), document_of("c", "cy", paragraphs("udhr_cym"))
    )
    assert score > 0.9
    assert "lengths of 60 parts" in signs
    rows = [line.split("\t") for line in shared("lang/ud_welsh_dev.tsv").read_text("utf-8").splitlines()[1:]]
    parts = [rows[start : start + 40] for start in range(0, 400, 40)]
    english = [document_of(f"e{n}", "en", [row[-1] for row in part]) for n, part in enumerate(parts)]
    welsh = [document_of(f"c{n}", "cy", [row[-2] for row in part]) for n, part in enumerate(parts)]
    found = {(a.id, b.id) for a in english for b in welsh if twin_signs(a, b)[1]}
    assert {(f"e{n}", f"c{n}") for n in range(10) if n != 4} == found  # part 4 is of three words a sentence


def test_manifest_that_names_nothing(tmp_path: Path) -> None:
    project = new_project(tmp_path, [policy("Mesur", "cy", WELSH, expression_of="gone.pdf")])
    assert run(project)["works"] == 1
    assert [p["code"] for p in project.store.read("problem")] == ["expression-of-unknown"]


def test_exact_copies_of_policy_merge(tmp_path: Path) -> None:
    first = policy("The Plan Measure 2010", "en", ENGLISH)
    copy = first._replace(title="Plan measure (mirror site)", source_file="corpus/policy/wales/mirror.txt")
    edited = first._replace(title="The Plan Measure 2012", year=2012, source_file="corpus/policy/wales/later.txt",
                     blocks=(Block(ENGLISH.replace("12 months", "6 months")),))  # fmt: skip
    project = new_project(tmp_path, [first, copy, edited])
    assert run(project)["works"] == 2
    (problem,) = {p["code"] for p in project.store.read("problem")}
    assert problem == "possible-duplicate"  # the edited one, against each of the copies


def test_one_document_under_two_nations_is_said(tmp_path: Path) -> None:
    first = policy("The Plan Measure 2010", "en", ENGLISH)
    other = first._replace(
        title="Plan Measure", source_file="corpus/policy/england/p.txt", facets={"nation": "england"}
    )
    project = new_project(tmp_path, [first, other])
    assert run(project)["works"] == 1
    assert [p["code"] for p in project.store.read("problem")] == ["nation-conflict"]


ODD = st.one_of(st.none(), st.integers(-5, 3000), st.text(max_size=40), st.lists(st.text(max_size=12), max_size=3))
FIELDS = ("title", "authors", "year", "venue", "volume", "pages", "doi", "pmid", "type", "abstract", "language")
ROWS = st.dictionaries(st.sampled_from(FIELDS), ODD)


@settings(max_examples=150, deadline=None)
@given(ROWS, ROWS)
def test_any_values_are_judged(a: dict[str, Any], b: dict[str, Any]) -> None:
    found = judge_pair(a, b)
    assert found.verdict in ("same", "different", "unsure")
    assert 0.0 <= found.score <= 1.0
    assert found.verdict == judge_pair(b, a).verdict


def test_nothing_and_one(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    assert run(project)["works"] == 0
    fill(project, [COPY._replace(references=())])
    assert run(project)["works"] == 1
    assert project.store.read("duplicate") == []
    assert find_duplicates([]) == []


# -- what was judged before ---------------------------------------------------------------------

_RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.sampled_from(
                ["Care planning in Wales", "Care planning in Wales: a trial", "Recovery. Part I", "Recovery. Part II"]
            ),
            "year": st.sampled_from([2010, 2011, None]),
            "authors": st.sampled_from([["Jones, A."], ["Jones, A.", "Ash, B."], []]),
            "doi": st.sampled_from(["", "", "10.5555/a", "10.5555/b"]),
            "volume": st.sampled_from(["", "3", "4"]),
            "pages": st.sampled_from(["", "11-19"]),
        }
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(_RECORDS, st.integers(0, 12))
def test_a_database_added_later_costs_only_its_own_pairs_and_changes_nothing(
    records: list[dict[str, Any]], first: int
) -> None:
    entries = [make_entry({**record, "record_id": f"rec_{i:02d}"}) for i, record in enumerate(records)]
    before = Memory()
    dedupe._judge_all(entries[:first], memory=before)
    later = Memory(before.judged)
    judged = dedupe._judge_all(entries, memory=later)
    assert judged == dedupe._judge_all(entries)
    assert later.fresh + later.remembered == len(judged)
    again = Memory(later.judged)
    assert dedupe._judge_all(entries, memory=again) == judged
    assert again.fresh == 0


def test_a_second_run_remembers_and_a_broken_cache_costs_nothing(tmp_path: Path) -> None:
    one = Record("literature", title="Care planning in Wales", authors=("Jones, A.",), year=2012, source_file="a.ris")
    records = [one._replace(pages=f"{n}-{n + 9}", volume=str(n)) for n in (1, 11, 21)]
    project = new_project(tmp_path)
    fill(project, records[:2])
    first = dedupe.run(project, project.settings("dedupe"))
    assert first.counts["remembered"] == 0
    fill(project, records)
    second = dedupe.run(project, project.settings("dedupe"))
    assert (first.counts["judged"], second.counts["judged"], second.counts["remembered"]) == (1, 2, 1)
    assert "2 pairs judged, 1 from before" in second.text
    kept = (project.store.read("duplicate"), project.store.read("work"))
    cache = project.store.folder / "dedupe-cache.npz"
    for damage in (b"", b"not a database at all", cache.read_bytes()[:700]):
        cache.write_bytes(damage)
        third = dedupe.run(project, project.settings("dedupe"))
        assert third.counts["judged"] == 3
        assert (project.store.read("duplicate"), project.store.read("work")) == kept
    assert dedupe.run(project, project.settings("dedupe")).counts["remembered"] == 3
    assert Memory.load(cache, "other rules").known == {}


def test_the_pairs_are_listed_with_titles_files_and_reasons(tmp_path: Path) -> None:
    from metanarrative.api import Project as Door
    from metanarrative.errors import UsageError

    one = Record("literature", title="Care planning in Wales", authors=("Jones, A.",), year=2012, source_file="a.ris")
    project = new_project(tmp_path)
    fill(project, [one._replace(line=3, doi="10.5555/a"), one._replace(line=9, doi="10.5555/b", source_file="b.ris")])
    dedupe.run(project, project.settings("dedupe"))
    listed = Door(project.root).duplicates(pairs=True)
    (row,) = listed.rows
    assert (row["verdict"], row["title"], row["other_title"]) == ("unsure", one.title, one.title)
    assert {row["file"], row["other_file"]} == {"a.ris:3", "b.ris:9"}
    assert "two DOIs" in row["reason"]
    assert f"{row['record_id']} {row['other_id']}" in row["decide"]
    assert "1 of them waits" in listed.notes[0]
    assert Door(project.root).duplicates(verdict="same").rows == []
    with pytest.raises(UsageError, match="verdict 'zz' is not known"):
        Door(project.root).duplicates(verdict="zz")


def test_records_of_one_title_are_one_group_and_one_ruling(tmp_path: Path) -> None:
    from metanarrative.api import Project as Door
    from metanarrative.errors import DecisionError

    one = Record("literature", title="Care planning in Wales", authors=("Jones, A.",), year=2012, source_file="a.ris")
    project = new_project(tmp_path)
    fill(project, [one._replace(line=n, doi=f"10.5555/{n}") for n in range(1, 5)])
    dedupe.run(project, project.settings("dedupe"))
    door = Door(project.root)
    listed = door.duplicates()
    ids = [row["record_id"] for row in listed.rows]
    assert listed.notes[0] == "1 group of 4 records; 6 pairs, 6 of them wait for a person"
    assert [row["group"] for row in listed.rows] == [1, 1, 1, 1]
    assert sorted((row["file"], row["doi"]) for row in listed.rows) == [
        (f"a.ris:{n}", f"10.5555/{n}") for n in (1, 2, 3, 4)
    ]
    assert all(one in listed.text(width=100) for one in ids)
    with pytest.raises(DecisionError, match="given twice"):
        door.decide_together("same", ids[0], ids[0])
    with pytest.raises(DecisionError, match="2 subjects or more"):
        door.decide_together("same", ids[0])
    made = door.decide_together("same", *ids[:3], who="ann")
    assert [one.kind for one in made] == ["same", "same"]
    # either all are written or none: the last pair contradicts
    with pytest.raises(DecisionError, match="contradicts"):
        door.decide_together("different", ids[3], ids[1], ids[2])
    assert len(door.decisions()) == 2
    dedupe.run(project, project.settings("dedupe"))
    assert len(project.store.read("work")) == 2
    door.decide_together("different", ids[0], ids[3])
    dedupe.run(project, project.settings("dedupe"))
    assert door.duplicates(verdict="unsure").rows == []
