"""The pages in Welsh: nothing of their own words is left in English, nothing of the corpus is touched."""

from __future__ import annotations

import html
import re
from typing import Any

import pages_data
import pytest

from metanarrative.map import VIEWS, draw_pages, module_of, translate, welsh
from metanarrative.map.check import check_page
from metanarrative.map.strings import ENGLISH, NAV_NAMES, VIEW_TITLES, WELSH

SAME = {"p", "DOI", "q", "T2"}
"""Words that are the same in both languages."""


def welsh_pages() -> dict[str, str]:
    data = pages_data.every()
    for each in data.values():
        each["meta"]["lang"] = "cy"
    return draw_pages(data)


def texts(page: str) -> set[str]:
    plain = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)
    found = re.findall(r">([^<>]+)<", plain) + re.findall(r'(?:aria-label|title|placeholder)="([^"]*)"', plain)
    return {html.unescape(text).strip() for text in found}


def test_the_tables_of_strings_are_whole() -> None:
    assert WELSH.keys() == ENGLISH.keys()
    for key, english in ENGLISH.items():
        assert set(re.findall(r"{(\w+)}", WELSH[key])) == set(re.findall(r"{(\w+)}", english)), key
    assert VIEW_TITLES["cy"].keys() == VIEW_TITLES["en"].keys()
    assert NAV_NAMES["cy"].keys() == NAV_NAMES["en"].keys()


def test_every_pattern_names_the_same_things_in_both_languages() -> None:
    for english, said in welsh.PATTERNS:
        assert set(re.findall(r"{(\w+)}", said)) == set(re.findall(r"{(\w+)}", english)), english
        assert english != said or "·" in english or "(" in english


@pytest.mark.parametrize("name", [name for name in VIEWS if name != "index"])
def test_all_that_a_view_says_of_itself_has_its_welsh(name: str) -> None:
    data = pages_data.MAKERS[name]()
    data["meta"]["lang"] = "cy"
    page = module_of(name).page_of(data)
    said = [page.lead, page.method, page.carries, *page.limits]
    said += [column["t"] for column in page.data.get("columns", [])]
    said += [page.data.get(key) or "" for key in ("groupTitle", "groupFact", "quoteTitle")]
    said += page.data.get("legendNotes", [])
    items = page.data.get("items", {})
    said += sorted({kind for kind in items.get("k", []) if kind})
    facts = {fact[0] for each in items.get("f", []) for fact in each or []}
    said += sorted(fact for fact in facts if not re.match(r"[\d–-]+$", fact))
    missing = []
    for text in said:
        for sentence in translate._SENTENCE.split(text):
            if (
                sentence
                and sentence not in SAME
                and sentence not in WELSH.values()
                and translate.welsh(sentence, name) == sentence
            ):
                missing.append(sentence)
    groups = {str(row["label"]) for row in pages_data.clusters()} | {"Making services work together"}
    assert [text for text in missing if not any(label in text for label in groups)] == []


def test_no_english_of_ours_is_left_on_a_welsh_page() -> None:
    for name, page in welsh_pages().items():
        assert check_page(page) == []
        assert f'<html lang="cy" data-view="{name}">' in page
        left = {text for text in texts(page) if len(text) > 9 and (text in welsh.EXACT or text in ENGLISH.values())}
        same = {text for text in left if welsh.EXACT.get(text) == text}
        assert left - same == set(), name


def test_the_words_of_the_corpus_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    data: dict[str, Any] = pages_data.tradition()
    data["works"][0]["title"] = "Documents"
    data["meta"]["lang"] = "cy"
    page = module_of("tradition").page_of(data)
    assert translate.in_welsh(page).data["items"]["t"][0] == "Documents"
    assert translate.welsh("Documents") == "Dogfennau"


def test_english_pages_are_left_alone() -> None:
    page = module_of("force").page_of(pages_data.force())
    assert page.data["legendNotes"][1] == "dashed: gap, none found"
    assert "dashed: gap" in draw_pages({"force": pages_data.force()})["force"]


def test_a_figure_never_swallows_a_sentence() -> None:
    said = translate.welsh(
        "97 works and 50 policy documents in 8 clusters, none of them named or accepted by people yet. "
        "3 works and 32 policy documents stand in no cluster: hollow grey marks, listed in the table."
    )
    assert said.startswith("Gweithiau: 97; dogfennau polisi: 50; clystyrau: 8, heb")
    assert "gweithiau 3, dogfennau polisi 32" in said
