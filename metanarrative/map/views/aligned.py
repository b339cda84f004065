"""The aligned reader: passages of two nations that answer each other, side by side.

Takes alignments and passages; gives plain HTML. A reader may accept or reject a pair; the page
then saves a decisions file that ``metanarrative decide`` and the decisions folder understand.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.map.page import Page, render
from metanarrative.map.strings import strings
from metanarrative.map.svg import esc
from metanarrative.map.views.common import counted, loads, meta_of, nation_name, place_words, theme_names
from metanarrative.text.shorten import cut

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project

MOST, MOST_ALONE = 200, 60
NEAR_EQUAL = 0.5
"""Share of words in step from which a pair's differing words are underlined."""
_TOLD = {
    "same subject": "on the same subject", "accepted": "accepted by people", "reuse": "that share wording",
    "possible": "possible, for a person to judge", "rejected": "rejected by people",
}  # fmt: skip
_ADDRESS = re.compile(r"https?:/+(?:web\.archive\.org/web/\d+/(?:https?:/+)?)?([^\s/]+)(/\S{12,})")
ALONE = ("no counterpart found yet", "none found")


def collect(project: Project, settings: MapSettings) -> dict[str, Any]:
    """Read alignments with both passages."""
    store = project.store
    rows = store.read("alignment")
    needed = sorted({row[key] for row in rows for key in ("passage_id", "other_id") if row[key]})
    passages = {row["passage_id"]: row for row in store.read("passage", where={"passage_id": needed})} if needed else {}
    works = {row["work_id"]: row for row in store.read("work", columns=("work_id", "title", "year", "nation"))}
    themes = theme_names(store, settings.page_lang)

    def side(passage_id: str) -> dict[str, Any] | None:
        row = passages.get(passage_id)
        if row is None:
            return None
        work = works.get(row["work_id"], {"title": "", "year": None, "nation": ""})
        nation = row["nation"] or work["nation"]
        title = cut(work["title"], 90) + (f" ({work['year']})" if work["year"] else "")
        return {
            "id": passage_id,
            "text": cut(without_addresses(row["text"]), 900),
            "language": row["language"],
            "nation": nation,
            "year": work["year"],
            "place": place_words({**row, "nation": ""}, title),
        }

    pairs = []
    for row in rows:
        a, b = side(row["passage_id"]), side(row["other_id"]) if row["other_id"] else None
        if a is None:
            continue
        pairs.append(
            {
                "a": a,
                "b": b,
                "theme": row["theme"],
                "similarity": row["similarity"],
                "margin": row["margin"],
                "verdict": row["verdict"],
                "decided_by": row["decided_by"],
                "differs": loads(row["differs"], {}),
            }
        )
    return {"meta": meta_of(project, settings), "pairs": pairs, "themes": themes}


def without_addresses(words: str) -> str:
    """Return `words` with long web addresses cut to their host: they are no words to compare.

    Examples
    --------
    >>> without_addresses("Stay home https://web.archive.org/web/2020/https://gov.wales/coronavirus-rules now")
    'Stay home gov.wales/… now'
    """
    return _ADDRESS.sub(r"\1/…", words)


def chosen(pairs: Sequence[Mapping[str, Any]], most: int = MOST) -> list[Mapping[str, Any]]:
    """Return the pairs to show: ruled, opposite, then matched by similarity, then alone; every kind keeps a share."""
    matched = [pair for pair in pairs if pair.get("b")]
    alone = [pair for pair in pairs if not pair.get("b")]
    matched.sort(
        key=lambda p: (
            not p.get("decided_by") or p["decided_by"] == "machine",
            "opposite" not in (p.get("differs") or {}),
            -float(p["similarity"] or 0),
            str(p["a"]["id"]),
            str(p["b"]["id"]),
        )
    )
    alone.sort(key=lambda p: (str(p["theme"]), str(p["a"]["id"])))
    kept = matched[:most]
    # some of every theme, so that the first in the alphabet does not fill the page
    turn: dict[str, int] = {}
    queue = []
    for pair in alone:
        theme = str(pair["theme"])
        turn[theme] = turn.get(theme, 0) + 1
        queue.append((turn[theme], theme, str(pair["a"]["id"]), pair))
    queue.sort(key=lambda entry: entry[:3])
    return kept + [entry[3] for entry in queue[:MOST_ALONE]]


def in_words(similarity: float) -> str:
    """Return a similarity in words.

    Examples
    --------
    >>> in_words(0.81), in_words(0.6), in_words(0.2)
    ('close', 'partial', 'loose')
    """
    return "close" if similarity >= 0.7 else "partial" if similarity >= 0.5 else "loose"


def marked(words: str, other: str) -> str:
    """Return `words` as markup, runs of words that `other` lacks underlined.

    Only where the two are near-equal, at least half of all their words in step: elsewhere to
    underline nearly all of both would say nothing. Both sides of a pair are judged alike.

    Examples
    --------
    >>> marked("must review the plan", "should review the plan")
    '<ins>must</ins> review the plan'
    >>> marked("A plan must be reviewed with the person every year", "The person has a right to a plan")
    'A plan must be reviewed with the person every year'
    """
    mine, theirs = re.findall(r"\S+", words), re.findall(r"\S+", other)
    bare, against = ([re.sub(r"\W", "", w).casefold() for w in side] for side in (mine, theirs))
    # the matcher is not symmetric: asked in one order, both sides of a pair get one answer
    first, second = sorted((bare, against))
    if difflib.SequenceMatcher(None, first, second, autojunk=False).ratio() < NEAR_EQUAL:
        return esc(words)
    matcher = difflib.SequenceMatcher(a=bare, b=against, autojunk=False)
    out: list[str] = []
    at = 0
    for block in matcher.get_matching_blocks():
        if block.a > at:
            out.append(f"<ins>{esc(' '.join(mine[at : block.a]))}</ins>")
        if block.size:
            out.append(esc(" ".join(mine[block.a : block.a + block.size])))
        at = block.a + block.size
    return " ".join(out)


def page_of(data: Mapping[str, Any]) -> Page:
    """Return the parts of the page.

    Parameters
    ----------
    data : mapping
        ``meta``, ``themes`` (id to name) and ``pairs``: ``a`` and ``b`` (``id, text, language,
        nation, place``; ``b`` None where nothing answers), ``theme, similarity, verdict``.
    """
    meta = data["meta"]
    words = strings(str(meta.get("lang", "en")))
    language = str(meta.get("lang", "en"))
    pairs = chosen(data["pairs"])
    left, right = "england", "wales"
    rows = [_pair(pair, number, left, right, data["themes"], language) for number, pair in enumerate(pairs)]
    themes = sorted(
        {t for pair in pairs for t in str(pair["theme"]).split(";") if t},
        key=lambda t: str(data["themes"].get(t, t)).casefold(),
    )
    kinds = sorted({_kind(pair) for pair in pairs})
    if pairs:
        options = "".join(f'<option value="{esc(t)}">{esc(data["themes"].get(t, t))}</option>' for t in themes)
        kind_options = "".join(f'<option value="{esc(k)}">{esc(k)}</option>' for k in kinds)
        tools = (
            '<div class="pairtools"><div><label for="rtheme">Theme</label><br><select id="rtheme">'
            f'<option value="">{esc(words["all"])}</option>{options}</select></div><div><label '
            'for="rkind">Answer</label><br><select id="rkind"><option value="">'
            f'{esc(words["all"])}</option>{kind_options}</select></div><div><button type="button" '
            'id="rprev">Previous (k)</button> <button type="button" id="rnext">Next (j)</button></div><p '
            'class="count" id="rcount" role="status"></p></div>\n<div class="pairtools"><div><label '
            'for="rwho">Your name, for decisions</label><br><input id="rwho" type="search" '
            f'autocomplete="off"></div><div><button type="button" id="rsave" data-label="Save {{n}} '
            'decisions" disabled>Save decisions</button></div><p class="small soft">Rule on pairs below, '
            "save, then: metanarrative decide import FILE</p></div>"
        )
        head = (
            f'<div class="pairhead" aria-hidden="true"><span>{esc(nation_name(left))}</span><span>'
            f"Likeness</span><span>{esc(nation_name(right))}</span></div>"
        )
        picture = tools + head + "".join(rows)
        n_alone = sum(1 for pair in pairs if not pair.get("b"))
        every = sum(1 for pair in data["pairs"] if not pair.get("b"))
        found = Counter(str(pair["verdict"]) for pair in pairs if pair.get("b"))
        told = ", ".join(f"{found[verdict]} {words_}" for verdict, words_ in _TOLD.items() if found[verdict])
        n_against = sum(1 for pair in pairs if "opposite" in (pair.get("differs") or {}))
        against = f"In {counted(n_against, 'pair')}, shown first, one side may deny what the other says. "
        lead = (
            (f"{counted(len(pairs) - n_alone, 'pair')} of passages: {told}. " if told else "No pair was found. ")
            + (f"{counted(every, 'passage')} without a counterpart yet; {n_alone} are shown. " if every else "")
            + (against if n_against else "")
            + "In near-equal pairs, words "
            "that only one side has are underlined."
        )
    else:
        picture = (
            f'<p class="nodata">{esc(words["no_data"])} No passages of both nations were compared. '
            "metanarrative run compare</p>"
        )
        lead = "Passages of two nations side by side."
    limits = [
        (
            "Likeness is measured by a machine on short passages; it says that two passages speak of the "
            "same thing, not that they say the same."
        ),
        "“No counterpart found yet” and “none found” are about these documents and this method.",
    ]
    if len(data["pairs"]) > len(pairs):
        limits.append(f"{len(pairs)} of {len(data['pairs']):,} rows are shown; the CSV export has all.")
    return Page(
        name="aligned",
        lead=lead,
        picture=picture,
        more={"pairs": [dict(pair) for pair in chosen(list(data["pairs"]))], "themes": dict(data["themes"])},
        meta=meta,
        wide=True,
        engine="svg",
        data={"decisionKind": "align"},
        method=(
            "Pairs are nearest neighbours in both directions with a margin over the next best; people’s "
            "decisions overrule them."
        ),
        limits=limits,
        carries="policy passages, cut at 900 characters, with page and section",
    )


def build(data: Mapping[str, Any]) -> str:
    """Return the page; see :func:`page_of`."""
    return render(page_of(data))


def _kind(pair: Mapping[str, Any]) -> str:
    """Return what a pair is; that nothing answers is said of the search, never of the nation."""
    if pair.get("b"):
        return str(pair["verdict"])
    return f"{nation_name(str(pair['a']['nation']))}: {pair['verdict']}"


def _pair(pair: Mapping[str, Any], number: int, left: str, right: str, names: Mapping[str, str], language: str) -> str:
    a, b = pair["a"], pair.get("b")
    if a["nation"] == right or (b and b["nation"] == left):
        a, b = b, a
    themes = ", ".join(str(names.get(t, t)) for t in str(pair["theme"]).split(";") if t)
    similarity = float(pair["similarity"] or 0)
    parts = []
    for side, other, nation in ((a, b, left), (b, a, right)):
        if side is None:
            parts.append(f'<p class="none">No counterpart found in the documents of {esc(nation_name(nation))}.</p>')
            continue
        lang = (
            f' lang="{esc(side["language"])}"'
            if side.get("language") in ("en", "cy") and side["language"] != language
            else ""
        )
        same_language = other is not None and other.get("language") == side.get("language")
        words = marked(side["text"], other["text"]) if other is not None and same_language else esc(side["text"])
        place = (
            side["place"]
            if side["nation"] in (left, right)
            else f"{side['place']} · {nation_name(str(side['nation']))}"
        )
        parts.append(
            f'<blockquote class="{"b" if nation == right else "a"}"><p{lang}>{words}</p><footer>'
            f"{esc(place)}</footer></blockquote>"
        )
    differs = "".join(
        f"<br><span class='soft'>{esc(slot)}: {esc(values[0] or '–')} / {esc(values[1] or '–')}</span>"
        for slot, values in sorted((pair.get("differs") or {}).items())
        if isinstance(values, list | tuple) and len(values) == 2
    )
    if b is not None and a is not None:
        ruled = (
            f"<br><span class='soft'>by {esc(pair['decided_by'])}</span>"
            if pair.get("decided_by") not in ("", None, "machine")
            else ""
        )
        middle = (
            f"<strong>{in_words(similarity)}</strong>{similarity:.2f}<br><span class='soft'>"
            f"{esc(pair['verdict'])}</span>{ruled}{differs}"
        )
        buttons = (
            '<br><button type="button" data-verdict="accept" aria-pressed="false">Accept</button><button '
            'type="button" data-verdict="reject" aria-pressed="false">Reject</button>'
        )
    else:
        middle, buttons = f"<strong>none</strong><span class='soft'>{esc(pair['verdict'])}</span>", ""
    ids = " ".join(str(pair[key]["id"]) for key in ("a", "b") if pair.get(key))
    theme = f"<br><span class='chip'>{esc(themes)}</span>" if themes else ""
    return (
        f'<article class="pair" tabindex="-1" id="p{number}" aria-label="Pair '
        f'{number + 1}{": " + esc(themes) if themes else ""}" data-subject="{esc(ids)}" '
        f'data-theme="{esc(pair["theme"])}" data-kind="{esc(_kind(pair))}">'
        f'{parts[0]}<div class="mid">{middle}{theme}{buttons}</div>{parts[1]}</article>'
    )
