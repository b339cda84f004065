"""The worked example holds what it says: well-formed files, only facts that were seen, known answers."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pybtex.database import BibliographyData, Entry, parse_file

from metanarrative.model import FORCES, LEVELS, NATIONS
from metanarrative.project import MANIFEST_COLUMNS, SOURCES_COLUMNS
from metanarrative.text import normal_doi

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "corpus"
POLICY = CORPUS / "policy"
TRADITIONS = ROOT / "tests" / "fixtures" / "corpus" / "traditions.csv"

NOT_SEEN = {
    "L004", "L009", "L016", "L019", "L022", "L025", "L031", "L036", "L037", "L039", "L046", "L050",
    "L063", "L064", "L077",
}  # fmt: skip
"""Works that were known but not seen: they stay out."""

LINKS = {
    ("L012", "L010"), ("L013", "L010"), ("L014", "L007"), ("L043", "L041"), ("L047", "L033"),
    ("L047", "L035"), ("L047", "L044"), ("L059", "L081"), ("L085", "L083"),
}  # fmt: skip
TO_POLICY = {("L014", "P37"), ("L051", "P04"), ("L051", "P02"), ("L093", "P22"), ("L108", "P37")}
OUTSIDE = {("L032", "Bachrach 1981"), ("L043", "Marshall 1998"), ("L110", "Morgan 2007")}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def works() -> BibliographyData:
    return parse_file(str(CORPUS / "literature" / "cocapp.bib"), bib_format="bibtex")


@pytest.fixture(scope="module")
def manifest() -> dict[str, dict[str, str]]:
    rows = table(POLICY / "manifest.csv")
    found = {row["id"]: row for row in rows}
    assert len(found) == len(rows), "an id stands twice"
    return found


@pytest.fixture(scope="module")
def themes() -> list[dict[str, Any]]:
    with (CORPUS / "codebook.toml").open("rb") as stream:
        return list(tomllib.load(stream)["theme"])


def field(entry: Entry, name: str) -> str:
    return str(entry.fields.get(name, ""))


def ids(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def digest(row: dict[str, str]) -> tuple[dict[str, str], str]:
    """Return front matter and body of the digest of a manifest row."""
    text = (POLICY / row["file"]).read_text(encoding="utf-8")
    _, head, body = text.split("---\n", 2)
    pairs = (line.split(": ", 1) for line in head.splitlines())
    return {name: value.strip('"') for name, value in pairs}, body


def sections(row: dict[str, str]) -> dict[str, str]:
    _, body = digest(row)
    found = {}
    for part in re.split(r"^## ", body, flags=re.MULTILINE)[1:]:
        name, _, text = part.partition("\n")
        found[name] = text.strip()
    return found


# -- literature ---------------------------------------------------------------------------------


def test_the_bibliography_holds_every_work_that_was_seen_and_no_other(works: BibliographyData) -> None:
    expected = {f"L{n:03d}" for n in range(1, 113)} - NOT_SEEN
    assert set(works.entries) == expected
    assert len(works.entries) == 97


def test_every_work_says_where_it_was_seen(works: BibliographyData) -> None:
    for key, entry in works.entries.items():
        assert field(entry, "seen").startswith(f"working notes, section 4, row {key}, mark S"), key
        assert re.fullmatch(r"(19|20)\d\d", field(entry, "year")), key
        assert field(entry, "title"), key


def test_nothing_that_was_only_known_slips_in(works: BibliographyData) -> None:
    text = (CORPUS / "literature" / "cocapp.bib").read_text(encoding="utf-8")
    assert "k:" not in text
    assert not re.search(r"\(\w+ K\)", text)
    with_author = {key for key, entry in works.entries.items() if entry.persons.get("author")}
    assert set(works.entries) - with_author == {"L051", "L110"}
    assert field(works.entries["L057"], "title").strip("{}").startswith("[Title not seen")
    assert not field(works.entries["L057"], "abstract")
    # DOIs known but not seen
    for key in ("L001", "L002", "L030", "L043", "L068"):
        assert bool(field(works.entries[key], "doi")) == (key == "L068"), key
    assert sum(1 for entry in works.entries.values() if field(entry, "doi")) == 56


def test_dois_are_well_formed_and_unlike(works: BibliographyData) -> None:
    dois = [field(entry, "doi") for entry in works.entries.values() if field(entry, "doi")]
    for doi in dois:
        assert normal_doi(doi) == doi.casefold()
    assert len({doi.casefold() for doi in dois}) == len(dois)


def test_only_first_authors_are_given(works: BibliographyData) -> None:
    assert all(len(entry.persons.get("author", [])) <= 1 for entry in works.entries.values())
    assert str(works.entries["L015"].persons["author"][0]) == "{Le Boutillier}"
    assert str(works.entries["L028"].persons["author"][0]) == "{Recovery in the Bin}"


def test_abstracts_are_short_notes_and_all_different(works: BibliographyData) -> None:
    notes = {key: field(entry, "abstract") for key, entry in works.entries.items() if key != "L057"}
    assert all(10 <= len(note.split()) <= 45 for note in notes.values())
    assert len(set(notes.values())) == len(notes)
    openings = [" ".join(note.split()[:3]) for note in notes.values()]
    # one opening used again and again would be read as a theme by the text methods
    assert max(openings.count(opening) for opening in openings) <= 5


def test_no_label_of_a_tradition_reaches_the_clustering(works: BibliographyData) -> None:
    labels = {row["id"]: row["tradition"] for row in table(TRADITIONS)}
    assert set(labels) == set(works.entries)
    assert len(set(labels.values())) == 13
    for entry in works.entries.values():
        assert not {"keywords", "tradition", "note-tradition"} & {name.lower() for name in entry.fields}


def test_the_known_links_are_there_and_no_other(works: BibliographyData, manifest: dict[str, Any]) -> None:
    found = {(key, target) for key, entry in works.entries.items() for target in ids(field(entry, "references"))}
    assert found == LINKS | TO_POLICY | OUTSIDE
    assert all(target in works.entries for _, target in LINKS)
    assert all(target in manifest for _, target in TO_POLICY)


def test_works_that_look_alike_stay_apart(works: BibliographyData) -> None:
    for left, right in (("L053", "L054"), ("L067", "L068"), ("L060", "L061"), ("L011", "L015")):
        assert field(works.entries[left], "title") != field(works.entries[right], "title")


def test_the_funnel_and_the_three_traditions_of_the_topic_review(works: BibliographyData) -> None:
    note = field(works.entries["L071"], "abstract")
    assert "3,940" in note
    assert "50 papers" in note
    assert "three traditions" in note


def test_sources_are_described() -> None:
    (row,) = table(CORPUS / "literature" / "sources.csv")
    assert tuple(row) == SOURCES_COLUMNS
    assert (CORPUS / "literature" / row["file"]).is_file()


# -- policy -------------------------------------------------------------------------------------


def test_manifest_and_files_match_one_to_one(manifest: dict[str, dict[str, str]]) -> None:
    listed = sorted(row["file"] for row in manifest.values())
    on_disk = sorted(str(path.relative_to(POLICY).as_posix()) for path in POLICY.rglob("*.md"))
    assert listed == on_disk
    assert len(set(listed)) == len(listed)


def test_manifest_speaks_the_vocabulary_of_the_house(manifest: dict[str, dict[str, str]]) -> None:
    for key, row in manifest.items():
        assert set(MANIFEST_COLUMNS) <= set(row), key
        assert row["nation"] in NATIONS, key
        assert row["file"].startswith(row["nation"] + "/"), key
        assert row["force"] in FORCES, key
        assert row["level"] in LEVELS, key
        assert row["language"] in ("en", "cy"), key
        assert re.fullmatch(r"(19|20)\d\d", row["year"]), key
        for name in ("issued", "valid_from", "valid_to"):
            assert re.fullmatch(r"|\d{4}(-\d\d(-\d\d)?)?", row[name]), (key, name)
        assert row["title"], key
        assert row["issuer"], key
        assert row["seen"].startswith("working notes, section "), key
        for name in ("expression_of", "supersedes", "refers_to"):
            assert all(target in manifest and target != key for target in ids(row[name])), (key, name)
        for older in ids(row["supersedes"]) + ids(row["refers_to"]):
            assert int(manifest[older]["year"]) <= int(row["year"]), (key, older)


def test_nations_have_enough_documents(manifest: dict[str, dict[str, str]]) -> None:
    originals = [row["nation"] for row in manifest.values() if not row["expression_of"]]
    assert {nation: originals.count(nation) for nation in ("england", "wales", "uk")} == {
        "england": 23,
        "wales": 21,
        "uk": 6,
    }


def test_every_digest_says_that_it_is_one(manifest: dict[str, dict[str, str]]) -> None:
    for key, row in manifest.items():
        head, body = digest(row)
        assert head["digest"] == "true", key
        assert head["id"] == key
        assert ("not the document" if row["language"] == "en" else "Nid y ddogfen") in head["about"], key
        assert row["seen"].replace("; text of the Act", "").startswith(head["seen"][:30]), key
        title, *_ = body.strip().splitlines()
        assert title == f"# {row['title']}"
        assert sections(row), key
        assert "digest" not in body.casefold(), f"{key}: the notice belongs in the front matter"
        assert '"' not in body, f"{key}: digests quote nothing"


def test_digests_keep_the_force_of_their_document(manifest: dict[str, dict[str, str]]) -> None:
    must = re.compile(r"\b(must|shall)\b", re.IGNORECASE)
    duties = {key for key, row in manifest.items() if must.search(digest(row)[1])}
    assert duties == {"P33", "P38", "P44", "P46", "P47", "P61"}
    assert {manifest[key]["force"] for key in duties} == {"statute", "regulations"}
    for key in ("P04", "P20", "P22", "P40", "P54", "P57", "P60", "P41"):
        assert re.search(r"\bshould\b", digest(manifest[key])[1]), key
    for key in ("P37", "P42", "P28", "P59"):
        assert re.search(r"\baims?\b", digest(manifest[key])[1]), key


def test_force_classes(manifest: dict[str, dict[str, str]]) -> None:
    classes = {key: manifest[key]["force"] for key in ("P33", "P38", "P41", "P25", "P42", "P02", "P53", "P52")}
    assert classes == {
        "P33": "statute",
        "P38": "regulations",
        "P41": "statutory-code",
        "P25": "guidance",
        "P42": "strategy",
        "P02": "white-paper",
        "P53": "review",
        "P52": "independent",
    }


def test_lineage(manifest: dict[str, dict[str, str]]) -> None:
    found = {(key, older) for key, row in manifest.items() for older in ids(row["supersedes"])}
    assert found == {
        ("P37", "P31"),  # No Health Without Mental Health replaces New Horizons
        ("P42", "P12"),  # Together for Mental Health replaces the Welsh strategies for age groups
        ("P42", "P15"),  # ... and the national service framework
        ("P51", "P27"),  # Welsh Code 2016 replaces 2008
        ("P54", "P25"),  # the community framework replaces the Care Programme Approach
        ("P57", "P25"),
    }
    assert "N/A" in manifest["P25"]["note"]
    assert manifest["P56"]["year"] == "2020"


def test_known_answers_in_the_digests(manifest: dict[str, dict[str, str]]) -> None:
    measure = sections(manifest["P33"])
    assert "eight outcome areas" in measure["Care and treatment plan"]
    assert "wyth maes" in sections(manifest["P33-cy"])["Cynllun gofal a thriniaeth"]
    assert "informal patients" in measure["Advocacy"]
    assert "up to 2024" in sections(manifest["P01"])["Advocacy"]
    assert "personal budget" in sections(manifest["P44"])["Personal budget"]
    assert "Personalisation avoided" in sections(manifest["P36"])
    assert "six objectives" in sections(manifest["P37"])["Six objectives"]
    assert "six high-level outcomes" in sections(manifest["P42"])["One strategy for all ages"]


def test_welsh_expressions_pair_with_their_english_ones(manifest: dict[str, dict[str, str]]) -> None:
    welsh = {key: row for key, row in manifest.items() if row["language"] == "cy"}
    assert {row["expression_of"] for row in welsh.values()} == {"P33", "P46"}
    for row in welsh.values():
        english = manifest[row["expression_of"]]
        for name in ("nation", "issuer", "year", "issued", "type", "force", "level", "valid_from", "refers_to"):
            assert row[name] == english[name], name
        body = digest(row)[1]
        assert "rhaid" in body.casefold()
        assert not re.search(r"\b(the|and|must)\b", body)


# -- codebook, fieldwork, decisions --------------------------------------------------------------


def test_codebook_is_complete(themes: list[dict[str, Any]]) -> None:
    names = [theme["id"] for theme in themes]
    assert names == [
        "care-planning", "coordinator", "recovery", "choice-control", "risk-safety", "carers", "advocacy",
        "review", "involvement", "language",
    ]  # fmt: skip
    for theme in themes:
        assert all(theme[part] for part in ("name", "definition", "includes", "excludes"))
        assert 5 <= len(theme["seeds"]["en"]) <= 10
        assert 3 <= len(theme["seeds"]["cy"]) <= 8


WORDS = {
    "care-planning": r"care plan|care and (treatment|support) plan",
    "coordinator": r"care co-?ordinat|key worker",
    "recovery": r"recover",
    "choice-control": r"choice|control|direct payment|budget",
    "risk-safety": r"\brisk|safe|suicide",
    "carers": r"\bcarers?\b|famil",
    "advocacy": r"advoca",
    "review": r"review|reassess",
    "involvement": r"involve|participat|co-produc|take part|views of the (patient|person)",
    "language": r"language",
}


def test_every_theme_is_found_in_both_nations(
    themes: list[dict[str, Any]], manifest: dict[str, dict[str, str]]
) -> None:
    assert set(WORDS) == {theme["id"] for theme in themes}
    for name, pattern in WORDS.items():
        where = [
            row["nation"]
            for row in manifest.values()
            if row["language"] == "en" and re.search(pattern, digest(row)[1], re.IGNORECASE)
        ]
        if name == "language":  # no fact about England was seen
            assert where.count("wales") == 3
            continue
        assert where.count("england") >= 2, name
        assert where.count("wales") >= 2, name


def test_fieldwork_numbers_add_up_and_both_counts_are_kept() -> None:
    rows = table(CORPUS / "fieldwork.csv")
    assert all(row["value"] and row["source"] and row["seen"] for row in rows)
    value = {row["measure"]: int(row["value"]) for row in rows}
    groups = ("senior managers", "senior practitioners", "care coordinators", "service users", "carers")
    parts = [value[f"interviews with {group}"] for group in groups]
    assert parts == [12, 27, 28, 33, 17]
    assert sum(parts) == value["interviews in all"] == 117
    assert value["sites in England"] + value["sites in Wales"] == value["sites"] == 6
    assert sorted(int(row["value"]) for row in rows if row["measure"] == "service users surveyed") == [448, 449]


def test_decisions_start_empty() -> None:
    text = (CORPUS / "decisions" / "example.csv").read_text(encoding="utf-8")
    assert text == "when,who,kind,subject,verdict,reason\n"


def test_the_readme_says_what_this_is(works: BibliographyData, manifest: dict[str, Any]) -> None:
    text = (CORPUS / "README.md").read_text(encoding="utf-8")
    assert "digests written for the example, not the documents" in text
    assert f"{len(works.entries)} works" in text
    assert "23, 21 and 6 documents" in text
    assert len(manifest) == 23 + 21 + 6 + 2


def test_a_span_in_a_title_is_no_year_of_publication() -> None:
    """P56 is named for 2019-22 and came out in 2020: no conflict, and nothing to mend."""
    from metanarrative.text import without_spans, year_of

    assert year_of(without_spans("Together for Mental Health Delivery Plan 2019-22")) is None
    assert year_of(without_spans("Together for Mental Health Delivery Plan 2019\u20132022")) is None
    assert year_of(without_spans("Mental Health and Wellbeing Strategy 2025-35")) is None
    assert year_of(without_spans("Mental Health (Wales) Measure 2010")) == 2010
