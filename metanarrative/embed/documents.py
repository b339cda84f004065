"""Texts and passages of works, as rows; which of them a model may be given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metanarrative.model import Block
from metanarrative.text import content_id, squash
from metanarrative.text.boilerplate import strip_boilerplate
from metanarrative.text.language import language_of
from metanarrative.text.passages import passages


def may_embed(language: str, stated: str, known: Sequence[str]) -> bool:
    """Tell whether a text may be given to a model that knows the languages `known`.

    Parameters
    ----------
    language : str
        As found: en, cy, mixed or unknown.
    stated : str
        As the source says, "" where it does not.
    known : sequence of str
        BCP 47 tags; ``mul`` means any.

    Examples
    --------
    >>> may_embed("cy", "", ("en",)), may_embed("unknown", "fr", ("en",)), may_embed("mixed", "", ("en",))
    (False, False, True)
    """
    if "mul" in known:
        return True
    short = {tag.split("-")[0].casefold() for tag in known}
    if language in ("en", "cy"):
        return language in short
    if language == "mixed":
        return bool(short & {"en", "cy"})
    tag = stated.split("-")[0].casefold()
    return not tag or tag in ("unknown", "und", "mixed") or tag[:2] in short


@dataclass(frozen=True, slots=True)
class Document:
    """One text of one work and its passages."""

    work_id: str
    expression: str
    analysed: bool
    text: str
    passages: tuple[dict[str, Any], ...]
    whole: str  # the text that stands for the work as one piece; "" where passages are pooled
    stated: str  # language as stated


def literature_document(
    work: Mapping[str, Any], record_id: str, blocks: Sequence[Block], *, low: int, high: int
) -> Document:
    """Make the document of a literature work from its title and abstract.

    The body is used only where there is no abstract.
    """
    title = squash(str(work["title"]))
    abstract = squash(str(work["abstract"]))
    stated = str(work["language"]).split("-")[0].casefold()
    if not abstract and blocks:
        text, rows = _body(blocks, low=low, high=high)
    else:
        text = f"{title}\n{abstract}" if title and abstract else title or abstract
        rows = []
        if title:
            rows.append({"kind": "title", "start": 0, "end": len(title)})
        if abstract:
            rows.append({"kind": "abstract", "start": len(text) - len(abstract), "end": len(text)})
    language = language_of(text, prior=stated) if text else "unknown"
    made = _rows(rows, text, work, record_id, language, lambda _: language)
    clean = strip_boilerplate(abstract)
    whole = f"{title.rstrip('.')}. {clean}" if title and clean else title or clean
    long = any(row["kind"] not in ("title", "abstract") for row in rows)
    return Document(str(work["work_id"]), language, True, text, made, "" if long else whole, stated)


def policy_document(
    work: Mapping[str, Any],
    record: Mapping[str, Any],
    blocks: Sequence[Block],
    *,
    low: int,
    high: int,
    cut: bool = True,
) -> Document:
    """Make one expression of a policy work from its blocks.

    Parameters
    ----------
    cut : bool
        False keeps the text only, for quoting.
    """
    expression = str(record["expression"])
    if not blocks and work["abstract"]:
        blocks = [Block(str(work["abstract"]))]
    text, rows = _body(blocks, low=low, high=high)
    prior = expression if expression in ("en", "cy") else ""
    made = _rows(
        rows if cut else [], text, work, str(record["record_id"]), expression,
        lambda piece: language_of(piece, prior=prior),
    )  # fmt: skip
    whole = "" if made else squash(str(work["title"]))
    return Document(
        str(work["work_id"]), expression, bool(record["analysed"]), text, made, whole if cut else "", expression
    )


def _body(blocks: Sequence[Block], *, low: int, high: int) -> tuple[str, list[dict[str, Any]]]:
    text, cuts = passages(blocks, low=low, high=max(high, low))
    rows = [
        {
            "kind": cut.kind, "page": cut.page, "section": cut.section, "paragraph": cut.paragraph,
            "start": cut.start, "end": cut.end, "stem": cut.stem,
        }
        for cut in cuts
    ]  # fmt: skip
    return text, rows


def _rows(
    rows: Sequence[Mapping[str, Any]],
    text: str,
    work: Mapping[str, Any],
    record_id: str,
    expression: str,
    language: Callable[[str], str],
) -> tuple[dict[str, Any], ...]:
    made: list[dict[str, Any]] = []
    seen: dict[tuple[str, ...], int] = {}
    for position, row in enumerate(rows, start=1):
        piece = text[row["start"] : row["end"]]
        # by record, place and words, not by offset: a paragraph added above changes no id below
        place = (str(row.get("section", "")), str(row.get("paragraph", "")), piece)
        nth = seen[place] = seen.get(place, 0) + 1
        made.append(
            {
                "passage_id": content_id("ps", record_id, row["kind"], *place, nth),
                "work_id": work["work_id"],
                "position": position,
                "page": None,
                "section": "",
                "paragraph": "",
                "stem": "",
                **row,
                "expression": expression,
                "language": language(piece),
                "nation": work["nation"],
                "text": piece,
            }
        )
    return tuple(made)


def passage_text(row: Mapping[str, Any]) -> str:
    """Return what of a passage is embedded: an item of a list with the words it hangs from.

    Examples
    --------
    >>> passage_text({"stem": "The team must-", "text": "review the plan."})
    'The team must- review the plan.'
    """
    return squash(f"{row['stem']} {row['text']}")
