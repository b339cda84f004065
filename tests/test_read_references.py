"""Cited references: the quick way for regular ones says what the patterns say."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metanarrative.model import Reference
from metanarrative.read import references, references_quick
from metanarrative.text import squash

PARTS = st.one_of(
    st.sampled_from(
        "Smith A.B.|Smith J.|van der Berg J.-P.|Smith|J.|O'Neil K.|Öst L.G.|Deegan PE|*WHO|[Anonymous]|et al."
        "|NHS England|Li X.|E. coli|A.B.||WORLD PSYCHIATRY|Psychosoc Rehabil J.|J. Made|DOI J|[x]|2|pp. 3|SUPPL. 2|A12B"
        "|Department of Health|WHO|Care planning|J. Nurs.|V16, P3"
        "|Care plans and their uses in practice|Care plan v. 2.0|pm 1|PMID: 12345678|(a bracket) title|1999|1450"
        "|13|pp. 12-20|pp. 011-019|pp. xii|p. 3|V13|P11|p11|P1.|PE12|V1-2|Vx|art. no. 12|(2014)|(1450)"
        "|DOI 10.1037/h0099565|DOI 10.1037/h00(95)65.|DOI 10.1037/a%2Fb.|DOI 10.1037/ab.,|DOI 10.1/x"
        "|DOI 10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2".split("|")
    ),
    st.text(alphabet="ab A.,-(): 19é'", max_size=8),
)
WOS = st.tuples(PARTS, st.sampled_from(["1988", "2014"]), PARTS).map(list)
SCOPUS = st.lists(PARTS, min_size=1, max_size=6).map(lambda parts: [*parts, "(2014)"])


@settings(max_examples=600, deadline=None)
@given(st.one_of(SCOPUS, st.tuples(WOS, st.lists(PARTS, max_size=3)).map(lambda both: both[0] + both[1])))
def test_quick_and_patterns_agree(parts: list[str]) -> None:
    raw = squash(", ".join(parts))
    by_patterns = references._by_patterns(raw)
    for quick in (references_quick.wos(raw), references_quick.scopus(raw)):
        assert quick is None or quick == by_patterns
    assert references.parse_reference(raw) == by_patterns


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(WOS, SCOPUS, st.lists(PARTS, max_size=4)), min_size=1, max_size=5),
    st.sampled_from(["\n", "; ", ".\n   ", ";", "&amp; "]),
)
def test_a_list_is_its_pieces(lists: list[list[str]], separator: str) -> None:
    text = separator.join(", ".join(parts) for parts in lists)
    printed = references.split_references(text)
    assert references.parse_references(text) == tuple(references.parse_reference(raw) for raw in printed)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            "Deegan PE, 1988, PSYCHOSOC REHABIL J, V11, P11, DOI 10.1037/H0099565.",
            ("10.1037/h0099565", "Deegan, PE", 1988, "", "PSYCHOSOC REHABIL J", "11", "11"),
        ),
        (
            "Slade M., Leamy M., Uses and abuses, of recovery, World Psychiatry, 13, 1, pp. 012-20, (2014)",
            ("", "Slade, M.", 2014, "Uses and abuses, of recovery", "World Psychiatry", "13", "12"),
        ),
        (
            "Slade M., On wellbeing and what it means, J. Recov., 13, SUPPL. 2, pp. S12-S20, (2014)",
            ("", "Slade, M.", 2014, "On wellbeing and what it means", "J. Recov.", "13", "s12"),
        ),
        ("Act of Parliament, 1990, NHS ACT", ("", "Act of Parliament", 1990, "", "NHS ACT", "", "")),
    ],
)
def test_regular_forms_are_read_the_quick_way(raw: str, expected: tuple[object, ...]) -> None:
    found = references_quick.wos(raw) or references_quick.scopus(raw)
    assert found == Reference(raw, *(expected[:1]), "", "", *expected[1:])


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "Smith J., , Berg K., Title, Venue, (2014)",
        "Smith, J., K. Title, (2014)",
        "Deegan PE, 1988, J CARE, V11, PMID 1234567",
        "Deegan PE, 1988, J CARE, P11, V11",
        "Title, DOI 10.1/a, (2014)",
        "(2014)",
    ],
)
def test_what_is_not_regular_is_left_to_the_patterns(raw: str) -> None:
    assert references_quick.wos(raw) is None
    assert references_quick.scopus(raw) is None


@pytest.mark.parametrize(
    ("raw", "author", "title", "venue", "volume", "page"),
    [
        ("Made J, 2010, V16, P3, DOI 10.5555/a.1", "Made, J", "", "", "16", "3"),
        ("Made J, 2010, V16", "Made, J", "", "", "16", ""),
        ("Made J, 2010, VISION2000, P3", "Made, J", "", "VISION2000", "", "3"),
        ("Department of Health, Care made better, (2010)", "Department of Health", "Care made better", "", "", ""),
        (
            "World Health Organization, Plans for all, Bull. Made, 3, 1, pp. 5-9, (2010)",
            "World Health Organization", "Plans for all", "Bull. Made", "3", "5",
        ),
        (
            "Emergency department crowding, Ann. Made Med., 3, pp. 5-9, (2010)",
            "", "Emergency department crowding", "Ann. Made Med.", "3", "5",
        ),
        ("Department of Health, (2010)", "", "Department of Health", "", "", ""),
        ("Welsh Government, Together for care (2010) Made Press, 3, pp. 5-9", "Welsh Government", "Together for care",
         "Made Press", "3", "5"),
        ("Care planning, J. Nurs., 13, pp. 5-9, (2010)", "", "Care planning", "J. Nurs.", "13", "5"),
        ("Made A., Care planning, J. Nurs., 13, pp. 5-9, (2010)", "Made, A.", "Care planning", "J. Nurs.", "13", "5"),
        ("Made, A., Up, B., Care planning, J. Nurs., 13, (2010)", "Made, A.", "Care planning", "J. Nurs.", "13", ""),
        ("Made AB, Up C, et al. Plans vs. no plans: a trial. Made J 2010;322:12-5.", "Made, AB",
         "Plans vs. no plans: a trial", "Made J", "322", "12"),
        ("7. van Made A, Up C. Care in plans. Ann. Made Med. 2010; 9 (2): 5–9.", "van Made, A", "Care in plans",
         "Ann. Made Med", "9", "5"),
        ("Made A, Up C, editors. A book of plans. 2nd ed. Cardiff: Made Press; 2010.", "Made, A", "A book of plans", "",
         "", ""),
        ("Made A. The chapter. In: Up B, editor. A book of plans. Leeds: Made Press; 2010. p. 12-30.", "Made, A",
         "The chapter", "A book of plans", "", "12"),
        ("Made A, Up C, et al. Screening by machine. In: Proceedings of the 16th Made Symposium, 2010, p. 173-82.",
         "Made, A", "Screening by machine", "Proceedings of the 16th Made Symposium", "", "173"),
        ("Made A. Plans for all. Made Rev 2010;(2):CD001089.", "Made, A", "Plans for all", "Made Rev", "", "cd001089"),
        ("Department of Health. Care made better. London: DH, 2010.", "Department of Health", "Care made better",
         "", "", ""),
        ("Department of Health (2010) Care made better. London: DH.", "Department of Health", "Care made better",
         "", "", ""),
        ("Made A. Do plans work? Made J 2010;340:c1.", "Made, A", "Do plans work?", "Made J", "340", "c1"),
        ("Mental Made Act 2010. London: Press; 2010.", "", "", "", "", ""),
        (
            "Made CD, Up BC (2010) The uses of care. Academy of Samples 35(2): 292–309.",
            "Made, CD", "The uses of care", "Academy of Samples", "35", "292",
        ),
    ],
)  # fmt: skip
def test_spellings_that_were_once_misread(
    raw: str, author: str, title: str, venue: str, volume: str, page: str
) -> None:
    found = references.parse_reference(raw)
    assert (found.year, found.title, found.venue, found.volume, found.page) == (2010, title, venue, volume, page)
    assert found.first_author.replace(", ", " ") == author.replace(", ", " ")
    assert references._by_patterns(raw) == found


@pytest.mark.parametrize("part", ["Aa B, ", "Aa B and ", "Aa B ", "Aa B. ", "In: In: ", "A. B: c; ", "Ab. ", "(2010) "])
def test_a_list_that_goes_wrong_late_is_not_tried_in_all_ways(part: str) -> None:
    begun = time.process_time()
    for raw in (part * 300, f"Aa B. {part * 300}2010"):
        references._by_patterns(raw)
    assert time.process_time() - begun < 5  # exponential ways took minutes
