"""The words of the pages, English first, Welsh beside it; and the names of the views.

The Welsh is ours and waits for a native reader's check; an untranslated word falls back to
English, never to a key.
"""

from __future__ import annotations

ENGLISH: dict[str, str] = {
    "skip": "Skip to the picture",
    "home": "All views",
    "search": "Search",
    "search_hint": "title, author, words",
    "search_words": "words",
    "found": "{n} found",
    "none_found": "Nothing found",
    "shown": "{n} of {all} shown",
    "in_all": "; {n} works in all",
    "filter": "Show",
    "all": "All",
    "clear": "Clear all filters",
    "years": "Years",
    "from": "from",
    "to": "to",
    "period": "Period",
    "all_years": "all years",
    "colour_by": "Colour by",
    "by_group": "group",
    "by_year": "year",
    "by_nation": "nation or kind",
    "nations": "Nation or kind",
    "panel": "Evidence",
    "panel_empty": (
        "Choose a mark in the picture, a row of the table or a search result. What is known about "
        "it, and where it comes from, appears here."
    ),
    "near": "Closest works",
    "near_none": "No neighbour: nothing in this corpus is linked to it.",
    "quotes": "In the source’s words",
    "quotes_digest": "From the digest, not the source’s own words",
    "no_quote": "No text travels with this page for this item.",
    "copy_cite": "Copy citation",
    "copy_link": "Copy link to this view",
    "copied": "Copied",
    "close": "Close",
    "table": "The same as a table",
    "table_note": "First {n} of {all} rows; the CSV has them all.",
    "save": "Save",
    "csv": "CSV of the rows shown",
    "svg": "SVG: the picture for print and slides",
    "png": "PNG: the picture for screens",
    "print": "Print",
    "theme": "Light or dark",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "zoom_all": "Whole map",
    "lasso": "Lasso",
    "lasso_on": "Draw round the works you want; the table then lists only those.",
    "lasso_done": "{n} works inside the lasso",
    "density": "Density",
    "labels": "Labels",
    "keys": (
        "Keys: arrows move to the nearest mark, + − 0 zoom, Shift with arrows moves the map, / "
        "searches, Enter opens the evidence, Esc clears."
    ),
    "keys_svg": "Keys: arrows move from mark to mark, Enter opens the evidence, / searches, Esc clears.",
    "method": "How this was made",
    "settings": "Settings",
    "seed": "Seed",
    "versions": "Versions",
    "inputs": "Input hash",
    "carries": "This page carries",
    "cite": "How to cite",
    "limits": "Please mind",
    "noscript": (
        "This page needs its own script for search, filters and the evidence panel. Nothing is "
        "loaded from anywhere. The same rows are in the CSV export: metanarrative export csv -o OUT"
    ),
    "selected": "Selected",
    "no_year": "no year",
    "low_confidence": "hollow: low confidence",
    "size_is": "size: times cited inside this corpus",
    "foundations": "Foundations",
    "bridges": "Bridges",
    "foundations_why": "most cited inside this corpus",
    "bridges_why": "links spread over several groups",
    "strength": "Weakest link shown",
    "measure": "Number in the cell",
    "threshold_note": "{n} links drawn",
    "scroll": "scroll sideways to see the whole picture",
    "main_only": "Main path only",
    "loading": "Drawing …",
    "no_data": "There is nothing to draw here yet.",
}

WELSH: dict[str, str] = {
    "skip": "Neidio i’r llun",
    "home": "Pob golwg",
    "search": "Chwilio",
    "search_hint": "teitl, awdur, geiriau",
    "search_words": "geiriau",
    "found": "{n} wedi’u canfod",
    "none_found": "Dim byd wedi’i ganfod",
    "shown": "Dangosir {n} o {all}",
    "in_all": "; gweithiau i gyd: {n}",
    "filter": "Dangos",
    "all": "Popeth",
    "clear": "Clirio pob hidlydd",
    "years": "Blynyddoedd",
    "from": "o",
    "to": "hyd at",
    "period": "Cyfnod",
    "all_years": "pob blwyddyn",
    "colour_by": "Lliwio yn ôl",
    "by_group": "grŵp",
    "by_year": "blwyddyn",
    "by_nation": "cenedl neu fath",
    "nations": "Cenedl neu fath",
    "panel": "Tystiolaeth",
    "panel_empty": (
        "Dewiswch farc yn y llun, rhes o’r tabl neu ganlyniad chwilio. Bydd yr hyn sy’n hysbys "
        "amdano, a’i ffynhonnell, yn ymddangos yma."
    ),
    "near": "Y gweithiau agosaf",
    "near_none": "Dim cymydog: nid oes dim yn y corpws hwn yn gysylltiedig ag ef.",
    "quotes": "Yng ngeiriau’r ffynhonnell",
    "quotes_digest": "O’r crynodeb, nid geiriau’r ffynhonnell ei hun",
    "no_quote": "Nid oes testun yn y dudalen hon ar gyfer yr eitem hon.",
    "copy_cite": "Copïo’r cyfeiriad",
    "copy_link": "Copïo dolen i’r olwg hon",
    "copied": "Wedi’i gopïo",
    "close": "Cau",
    "table": "Yr un peth fel tabl",
    "table_note": "Y {n} rhes gyntaf o {all}; mae’r cyfan yn y CSV.",
    "save": "Cadw",
    "csv": "CSV o’r rhesi a ddangosir",
    "svg": "SVG: y llun ar gyfer print a sleidiau",
    "png": "PNG: y llun ar gyfer sgriniau",
    "print": "Argraffu",
    "theme": "Golau neu dywyll",
    "zoom_in": "Chwyddo",
    "zoom_out": "Lleihau",
    "zoom_all": "Y map cyfan",
    "lasso": "Lasŵ",
    "lasso_on": "Tynnwch linell o amgylch y gweithiau; bydd y tabl wedyn yn rhestru’r rheini yn unig.",
    "lasso_done": "{n} gwaith y tu mewn i’r lasŵ",
    "density": "Dwysedd",
    "labels": "Labeli",
    "keys": (
        "Bysellau: saethau i symud i’r marc agosaf, + − 0 i chwyddo, Shift a saethau i symud y map, "
        "/ i chwilio, Enter i agor y dystiolaeth, Esc i glirio."
    ),
    "keys_svg": "Bysellau: saethau i symud o farc i farc, Enter i agor y dystiolaeth, / i chwilio, Esc i glirio.",
    "method": "Sut y gwnaed hyn",
    "settings": "Gosodiadau",
    "seed": "Hedyn",
    "versions": "Fersiynau",
    "inputs": "Hash y mewnbwn",
    "carries": "Mae’r dudalen hon yn cynnwys",
    "cite": "Sut i ddyfynnu",
    "limits": "Cofiwch",
    "noscript": (
        "Mae angen sgript y dudalen hon ar gyfer chwilio, hidlo a’r panel tystiolaeth. Ni lwythir "
        "dim o unman. Mae’r un rhesi yn yr allforyn CSV: metanarrative export csv -o OUT"
    ),
    "selected": "Wedi’i ddewis",
    "no_year": "dim blwyddyn",
    "low_confidence": "gwag: hyder isel",
    "size_is": "maint: dyfyniadau o fewn y corpws hwn",
    "foundations": "Sylfeini",
    "bridges": "Pontydd",
    "foundations_why": "y mwyaf eu dyfynnu o fewn y corpws hwn",
    "bridges_why": "dolenni dros sawl grŵp",
    "strength": "Y ddolen wannaf a ddangosir",
    "measure": "Rhif yn y gell",
    "threshold_note": "{n} dolen wedi’u tynnu",
    "scroll": "sgroliwch i’r ochr i weld y llun cyfan",
    "main_only": "Y prif lwybr yn unig",
    "loading": "Wrthi’n lluniadu …",
    "no_data": "Nid oes dim i’w lunio yma eto.",
}

VIEW_TITLES: dict[str, dict[str, str]] = {
    "en": {
        "index": "All views",
        "tradition": "Tradition map",
        "storyline": "Citation storyline",
        "concepts": "Concept map",
        "themes": "Thematic map",
        "compare": "England and Wales compared",
        "force": "Requirements of policy",
        "aligned": "Passages side by side",
        "evidence": "Policy and its sources",
        "flow": "Document flow",
        "report": "Report",
    },
    "cy": {
        "index": "Pob golwg",
        "tradition": "Map traddodiadau",
        "storyline": "Llinell stori’r dyfyniadau",
        "concepts": "Map cysyniadau",
        "themes": "Map themâu",
        "compare": "Cymharu Cymru a Lloegr",
        "force": "Yr hyn y mae polisi’n ei fynnu",
        "aligned": "Darllen ochr yn ochr",
        "evidence": "Polisi a’i ffynonellau",
        "flow": "Llif dogfennau",
        "report": "Adroddiad",
    },
}

NAV_NAMES: dict[str, dict[str, str]] = {
    "en": {
        "index": "All views",
        "tradition": "Traditions",
        "storyline": "Storyline",
        "concepts": "Concepts",
        "themes": "Themes",
        "compare": "England and Wales",
        "force": "Requirements",
        "aligned": "Side by side",
        "evidence": "Sources",
        "flow": "Flow",
        "report": "Report",
    },
    "cy": {
        "index": "Pob golwg",
        "tradition": "Traddodiadau",
        "storyline": "Llinell stori",
        "concepts": "Cysyniadau",
        "themes": "Themâu",
        "compare": "Cymru a Lloegr",
        "force": "Gofynion",
        "aligned": "Ochr yn ochr",
        "evidence": "Ffynonellau",
        "flow": "Llif",
        "report": "Adroddiad",
    },
}
"""What the navigation calls the views: short, so that all of them stand in one line."""

NATION_NAMES: dict[str, str] = {
    "england": "England",
    "wales": "Wales",
    "uk": "UK or both",
    "scotland": "Scotland",
    "northern-ireland": "Northern Ireland",
    "other": "other",
    "": "literature",
}


def strings(language: str) -> dict[str, str]:
    """Return every page string in `language`, English where there is no translation.

    Examples
    --------
    >>> strings("cy")["search"], strings("en")["search"]
    ('Chwilio', 'Search')
    """
    return {**ENGLISH, **WELSH} if language == "cy" else dict(ENGLISH)


def view_title(name: str, language: str = "en") -> str:
    """Return the title of a view.

    Examples
    --------
    >>> view_title("flow")
    'Document flow'
    """
    return VIEW_TITLES.get(language, VIEW_TITLES["en"]).get(name, VIEW_TITLES["en"].get(name, name))


def nav_name(name: str, language: str = "en") -> str:
    """Return the short name of a view, for the navigation.

    Examples
    --------
    >>> nav_name("force"), nav_name("force", "cy")
    ('Requirements', 'Gofynion')
    """
    return NAV_NAMES.get(language, NAV_NAMES["en"]).get(name, view_title(name, language))
