"""BibTeX: the tolerant scanner, pybtex beside it, LaTeX, names."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metanarrative.model import Problem, Record
from metanarrative.read import bibtex, bibtex_scan, read_file
from metanarrative.read.latex import to_unicode
from metanarrative.read.source import Source
from metanarrative.text import normal_title, squash

FIXTURES = Path(__file__).parent / "fixtures" / "read"
Shared = Callable[[str], Path]

KNOWN = [
    ("bib/loader/bib_data.bib", 6, 2, 5),
    ("bib/loader/enl_data_expected.bib", 3, 0, 3),
    ("bib/sources/abi_inform_proquest_bib.bib", 2, 2, 2),
    ("bib/sources/abi_inform_proquest_bib_expected.bib", 2, 2, 2),
    ("bib/sources/acm_bib.bib", 2, 2, 1),
    ("bib/sources/acm_bib_expected.bib", 2, 2, 1),
    ("bib/sources/ais_enl_expected.bib", 6, 0, 6),
    ("bib/sources/crossref_bib.bib", 1, 1, 1),
    ("bib/sources/crossref_bib_expected.bib", 1, 1, 1),
    ("bib/sources/dblp_bib.bib", 2, 2, 2),
    ("bib/sources/dblp_bib_expected.bib", 2, 2, 2),
    ("bib/sources/ebsco_bib.bib", 2, 0, 1),
    ("bib/sources/ebsco_bib_expected.bib", 2, 0, 1),
    ("bib/sources/eric_nbib_expected.bib", 1, 1, 1),
    ("bib/sources/europe_pmc_bib.bib", 2, 2, 2),
    ("bib/sources/europe_pmc_bib_expected.bib", 2, 2, 2),
    ("bib/sources/ieee_csv_expected.bib", 2, 2, 0),
    ("bib/sources/jstor_ris_expected.bib", 4, 1, 4),
    ("bib/sources/pubmed_csv_expected.bib", 1, 1, 1),
    ("bib/sources/taylor_and_francis_bib.bib", 2, 2, 2),
    ("bib/sources/taylor_and_francis_bib_expected.bib", 2, 2, 2),
    ("dedup/colrev_records.bib", 21, 17, 21),
    ("dedup/colrev_records_expected.bib", 19, 16, 19),
]


@pytest.fixture
def tolerant() -> tuple[dict[str, Record], list[Problem]]:
    records, problems, info = read_file(FIXTURES / "tolerant.bib", name="tolerant.bib")
    assert (info.format, info.n_found, info.n_read, info.n_lost) == ("bibtex", 11, 11, 0)
    return {r.title: r for r in records}, problems


@pytest.mark.parametrize(("name", "n", "dois", "years"), KNOWN)
def test_known_answers(shared: Shared, name: str, n: int, dois: int, years: int) -> None:
    records, _, info = read_file(shared(name))
    assert (info.format, info.n_found, info.n_read, info.n_lost) == ("bibtex", n, n, 0)
    assert sum(bool(r.doi) for r in records) == dois
    assert sum(r.year is not None for r in records) == years
    assert all(r.title and r.raw.startswith("@") and r.line for r in records)


@pytest.mark.parametrize(
    "stem", ["abi_inform_proquest", "acm", "crossref", "dblp", "ebsco", "europe_pmc", "taylor_and_francis"]
)
def test_agrees_with_the_expected_file(shared: Shared, stem: str) -> None:
    ours = read_file(shared(f"bib/sources/{stem}_bib.bib"))[0]
    expected = read_file(shared(f"bib/sources/{stem}_bib_expected.bib"))[0]
    # the other tool sorts its entries and changes the case of titles
    assert sorted((normal_title(r.title), r.year or 0, r.doi) for r in ours) == sorted(
        (normal_title(r.title), r.year or 0, r.doi) for r in expected
    )


def test_the_loader_file(shared: Shared) -> None:
    records, problems, _ = read_file(shared("bib/loader/bib_data.bib"))
    assert len({r.key for r in records}) == 5
    assert records[0].authors == ("Articlewriter, Laura, III",)
    assert records[1].keywords == ("Dummy", "Template", "Void", "Example")
    assert (records[2].year, records[2].venue) == (
        2015,
        "Proceedings of the 34th International Cosmic Ray Conference",
    )
    assert records[5].key == "WOS:000072095400011"
    assert records[5].title.endswith("Fe3B7O13X (X = Cl, Br OR I)")
    assert {p.code for p in problems} == {"repeated-key", "missing-crossref", "tolerant-bibtex"}


def test_field_names_with_spaces_and_at_signs_lose_nothing(
    tolerant: tuple[dict[str, Record], list[Problem]],
) -> None:
    record = tolerant[0]["An Old title with “quotes” and a ö"]
    assert record.extra["funding_text 1"] == "Money from somebody@example.org, and others"
    assert record.extra["early access date"] == "JAN 2020"
    assert record.authors == ("Sample, Anna", "Health and Care Board", "Jones, Owain Prys", "van der Berg, J.")
    assert (record.venue, record.year, record.pages) == ("Journal of Notes", 2019, "12-34")
    assert (record.doi, record.keywords) == ("10.5555/spaced_1", ("recovery", "care plan"))
    assert [r.title for r in record.references] == ["Recovery; what is it?", "Idea"]
    assert record.line == 8


def test_repeated_keys_are_different_works(tolerant: tuple[dict[str, Record], list[Problem]]) -> None:
    records, problems = tolerant
    assert (records["First twin"].doi, records["Second twin"].doi) == ("10.5555/twin.1", "10.5555/twin.2")
    assert [p.line for p in problems if p.code == "repeated-key"] == [23]


def test_unbalanced_braces_lose_nothing(tolerant: tuple[dict[str, Record], list[Problem]]) -> None:
    records, problems = tolerant
    unclosed = records["A brace is missing"]
    assert (unclosed.year, unclosed.abstract, unclosed.authors) == (2003, "Ends well.", ("Open, O.",))
    early = records["Closes"]
    assert (early.year, early.authors) == (2004, ("Too, Early",))
    assert "Cut of" in records
    assert [p.line for p in problems if p.code == "unbalanced"] == [31, 38, 67]


def test_crossref_macros_and_references(tolerant: tuple[dict[str, Record], list[Problem]]) -> None:
    records, problems = tolerant
    child = records["In Proceedings"]
    assert (child.year, child.venue, child.type) == (2015, "Proceedings of Samples", "conference")
    keyless = records["No key at all"]
    assert [(r.key, r.doi) for r in keyless.references] == [
        ("spaced", ""),
        ("", "10.5555/twin.2"),
        ("twin", ""),
    ]
    wos = records["Lines that go on"]
    assert [(r.first_author, r.year, r.page) for r in wos.references] == [
        ("Older, A", 1988, "11"),
        ("Newer, BC", 2003, "5"),
        ("", 2010, ""),
    ]
    assert records["Too many commas"].pmid == "23456789"
    assert {p.code for p in problems} >= {"undefined-macro", "tolerant-bibtex"}


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"Bj{\"o}rkman", "Björkman"),
        (r"{\'E}mile {\v S}imek \c{c} \~n", "Émile Šimek ç ñ"),
        (r"50\% of \$5 \& more_", "50% of $5 & more_"),
        ("50% stays % stays", "50% stays % stays"),
        (r"\emph{Care} {P}rogramme", "Care Programme"),
        (r"T\^{y} \^w", "Tŷ ŵ"),
        (r"\unknown{x}", r"\unknown x"),
        ("plain", "plain"),
    ],
)
def test_latex(latex: str, plain: str) -> None:
    assert to_unicode(latex) == plain


NAMES = st.sampled_from(["title", "author", "year", "note", "x-field", "journal"])
VALUES = st.text(alphabet="abc XYZ,.-0 1é@#%{}", max_size=30).filter(lambda v: _balanced(v) and v == v.strip())


def _balanced(value: str) -> bool:
    depth = 0
    for sign in value:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=4, unique_by=lambda p: p[0])),
        min_size=1,
        max_size=4,
    ),
    st.booleans(),
)
def test_scanner_agrees_with_pybtex_on_sound_files(entries: list[tuple[list[tuple[str, str]]]], quoted: bool) -> None:
    from pybtex.database.input.bibtex import LowLevelParser

    text = ""
    for number, (pairs,) in enumerate(entries):
        body = ",\n".join(f'  {name} = "{value}"' if quoted else f"  {name} = {{{value}}}" for name, value in pairs)
        text += f"@article{{key{number},\n{body}\n}}\n\n"
    theirs = [(key, [(name, "".join(parts)) for name, parts in fields]) for _, (key, fields) in LowLevelParser(text)]
    ours = [(entry.key, entry.pairs) for entry in bibtex_scan.scan(text).entries]
    assert ours == theirs


SIGNS = st.lists(
    st.sampled_from(
        ["a = ", "note=", "{", "}", "{x}", "{{y z}}", ",", ",\n  ", "\n", " ", '"q"', "1", "#", "jan", "\\'e"]
    ),
    max_size=24,
).map("".join)


@settings(max_examples=500, deadline=None)
@given(SIGNS, st.sampled_from(["{}", "()"]))
def test_fields_cut_at_closing_braces_are_those_of_the_scanner(body: str, braces: str) -> None:
    text = f"@article{braces[0]}key, {body}{braces[1]}\n"
    quick = bibtex_scan.scan(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bibtex_scan, "_plain_fields", lambda text, place, stop: ([], place))
        assert bibtex_scan.scan(text) == quick


@pytest.mark.parametrize(
    "words", ["a b", "a  b", "a\tb", "a\nb", "a\u00a0b", "é  b", "{a}  {b}", "a{ }b", "a--b", "``a''", "a~b"]
)
def test_plain_words_are_squashed(words: str) -> None:
    assert bibtex._words(words) == squash(to_unicode(squash(words)))


def test_scanner_and_pybtex_give_the_same_records(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shared("dedup/colrev_records.bib")
    both = read_file(path)[0]
    monkeypatch.setattr(bibtex, "PYBTEX_BYTES", 0)
    assert read_file(path)[0] == both


@settings(max_examples=100, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cuts=st.lists(st.tuples(st.integers(0, 2400), st.integers(0, 60), st.binary(max_size=4)), max_size=6),
)
def test_mutations_never_raise(tmp_path: Path, cuts: list[tuple[int, int, bytes]]) -> None:
    data = (FIXTURES / "tolerant.bib").read_bytes()
    for at, length, new in cuts:
        data = data[:at] + new + data[at + length :]
    path = tmp_path / "m.bib"
    path.write_bytes(data)
    source = Source(path)
    records = [item for item in bibtex.READER.read(source) if isinstance(item, Record)]
    assert bibtex.READER.count is not None
    assert len(records) == bibtex.READER.count(source)


@pytest.mark.parametrize("pattern", ["{", "@article{a,", "a = {", '"', "@a{b, c = {d} e", "= # ", "@string{a=a#a}"])
def test_hostile_repetition_is_quick(tmp_path: Path, pattern: str) -> None:
    path = tmp_path / "hostile.bib"
    path.write_text("@article{x, title = " + pattern * (200_000 // len(pattern)))
    started = time.perf_counter()
    list(bibtex.READER.read(Source(path)))
    assert time.perf_counter() - started < 10
