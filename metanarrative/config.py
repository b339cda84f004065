"""Every knob once: one frozen settings class a stage, from which options and checks are made.

Settings differ from the defaults only where ``metanarrative.toml`` says so::

    title = "Care planning"
    seed = 7

    [traditions]
    resolution = 1.2
"""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from metanarrative.errors import SettingError


def knob(
    default: Any,
    *,
    help: str,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    why: str = "",
) -> Any:
    """Declare a setting: its default, what it does, its range and why the default is what it is."""
    meta = {"help": help, "low": low, "high": high, "choices": choices, "why": why}
    return field(default=default, metadata=meta)


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """Reading exports and documents."""

    max_raw: int = knob(
        200_000,
        help="longest raw text kept a record, characters",
        low=0,
        why="a page of tagged text is 3,000",
    )


@dataclass(frozen=True, slots=True)
class DedupeSettings:
    """Joining records that describe one work."""

    largest_block: int = knob(
        60,
        help="records that share a key and are all compared with each other; more are compared in a window",
        low=2,
        high=2000,
        why="a thousand editorials would make half a million hopeless pairs",
    )


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """In or out, and why."""

    use_labels: bool = knob(
        False,
        help="exclude records whose export carries a screening label 0",
        why="labels of other tools are a proposal, not this review's verdict",
    )


@dataclass(frozen=True, slots=True)
class EmbedSettings:
    """Passages and vectors."""

    model: str = knob(
        "auto",
        help="auto, minilm, tfidf-svd, or the folder of a sentence-transformers model",
        why="auto takes the packaged model and says so when it is absent",
    )
    batch: int = knob(32, help="texts encoded at once", low=1, high=1024, why="fastest on two cores")
    dtype: str = knob(
        "auto",
        help="number type of the model; auto: float32, above 2,000 texts the faster of the two",
        choices=("auto", "float32", "bfloat16"),
        why="vectors differ in the fourth decimal, so small projects stay equal on every machine",
    )
    low: int = knob(25, help="shortest passage, words", low=1, high=500, why="shorter ones carry no theme")
    high: int = knob(180, help="longest passage, words", low=20, high=2000, why="the model reads 256 tokens")
    expressions: str = knob(
        "analysed",
        help="cut into passages the analysed language version only, or all of them",
        choices=("analysed", "all"),
        why="a document in two languages must count once",
    )


@dataclass(frozen=True, slots=True)
class GraphSettings:
    """References, citation layers, nearest neighbours."""

    neighbours: int = knob(
        0,
        help="nearest works in text a work; 0: half the square root of N, between 8 and 30",
        low=0,
        high=200,
        why="measured on samples of two real corpora",
    )
    bm25_neighbours: int = knob(0, help="nearest works by words; 0: as neighbours, at most 15", low=0, high=200)
    coupling_neighbours: int = knob(0, help="nearest works by references; 0: at most 15", low=0, high=200)
    hub_cap: int = knob(
        0,
        help="references cited by more works than this are set aside in coupling; 0: 200 above 20,000 works",
        low=0,
        why="one report cited by everybody says nothing about traditions",
    )
    min_title_score: float = knob(
        0.90,
        help="title similarity from which a reference is matched to a work",
        low=0.5,
        high=1.0,
    )
    extra_layers: str = knob(
        "none",
        help="further layers: works of one venue, works that share authors",
        choices=("none", "venue", "author", "both"),
        why="they count in clusters only by traditions.venue_weight and author_weight",
    )


@dataclass(frozen=True, slots=True)
class TraditionsSettings:
    """Clusters as proposals."""

    resolution: float = knob(
        0.0,
        help="detail of the clusters, about 0.2 to 6; 0: chosen by stability",
        low=0.0,
        high=20.0,
        why="the finest level whose stability is within 0.02 of the best",
    )
    quality: str = knob(
        "modularity",
        help="what a partition is made for: modularity, or the constant Potts model",
        choices=("modularity", "cpm"),
        why="measured best; cpm knows no resolution limit, its resolutions count in mean links",
    )
    solver: str = knob(
        "free",
        help="free: permissively licensed libraries alone; igraph (GPL) needs the extra gpl",
        choices=("free", "igraph"),
        why="what is installed must not change a result",
    )
    starts: int = knob(10, help="starts of the clustering; the best is kept", low=1, high=200)
    bootstraps: int = knob(20, help="resamples for stability", low=0, high=1000, why="a figure a cluster and a work")
    text_weight: float = knob(
        0.6,
        help="weight of text against citations (0.4) where a work has both",
        low=0.0,
        high=1.0,
        why="0.5 to 0.7 change the result by 0.015 AMI or less",
    )
    words_weight: float = knob(
        0.5,
        help="the same weight where no language model made the vectors",
        low=0.0,
        high=1.0,
        why="words alone tell less: half and half was measured best",
    )
    second_steps: float = knob(
        0.3,
        help="weight of neighbours of neighbours of works with text and citations; 0 leaves them out",
        low=0.0,
        high=1.0,
        why="on made literatures +0.02 AMI at eight traditions, the same at four; within one view alone they cost 0.03",
    )
    bm25_share: float = knob(0.3, help="share of words in the text layer", low=0.0, high=1.0)
    coupling_share: float = knob(0.7, help="share of coupling in the citation layer", low=0.0, high=1.0)
    cocitation_share: float = knob(
        0.0,
        help="share of co-citation in the citation layer, taken from coupling and direct citation",
        low=0.0,
        high=1.0,
        why="works of a search are seldom cited together inside it: the measured mix does without",
    )
    venue_weight: float = knob(
        0.0,
        help="weight of a common venue beside text and citations, which make 1; needs graph.extra_layers",
        low=0.0,
        high=1.0,
        why="where works were published is to be seen in clusters, not put into them",
    )
    author_weight: float = knob(
        0.0,
        help="weight of common authors beside text and citations, which make 1; needs graph.extra_layers",
        low=0.0,
        high=1.0,
        why="as for the venue",
    )
    min_size: int = knob(
        3,
        help="smallest cluster drawn as one; 1 % of the works (at most 50) where that is more",
        low=1,
        high=1000,
        why="smaller ones join the cluster they are most linked to",
    )
    nested_from: int = knob(
        60,
        help="works a cluster needs for a finer level to be looked for inside it; 0: none",
        low=0,
        why="parts of fewer than ten works come and go",
    )


@dataclass(frozen=True, slots=True)
class StorylineSettings:
    """Landmarks, main paths, phases."""

    min_citations: int = knob(5, help="fewest citations inside the corpus for a landmark", low=1)
    percentile: float = knob(
        95.0,
        help="citation percentile among works of about the same year for a landmark",
        low=50.0,
        high=100.0,
    )
    key_routes: int = knob(10, help="links the key-route search starts from", low=1, high=1000)
    path_citations: int = knob(
        20, help="fewest citations among the works for a main path", low=1, why="with fewer any link lies on the path"
    )
    path_works: int = knob(5, help="fewest works in a connected group for a main path through it", low=2)
    shuffles: int = knob(199, help="shuffles of years in the test for phases", low=19, high=9999)


@dataclass(frozen=True, slots=True)
class ConceptsSettings:
    """Terms and the concept graph."""

    max_concepts: int = knob(150, help="concepts kept", low=5, high=2000, why="more cannot be read on one map")
    min_documents: int = knob(0, help="fewest works a concept occurs in; 0: 2 or 1 %", low=0)


@dataclass(frozen=True, slots=True)
class CompareSettings:
    """Two sides of policy."""

    facet: str = knob(
        "nation",
        help="what divides the sides",
        choices=("nation", "level", "site", "issuer", "type", "force", "period"),
        why="for period the sides are years, such as -2011 and 2012-",
    )
    side_a: str = knob("england", help="first side")
    side_b: str = knob("wales", help="second side")
    q: float = knob(0.10, help="false discovery rate", low=0.0, high=1.0)
    min_documents: int = knob(
        3, help="fewest documents a side for a test; below it the answer is 'too few documents'", low=2
    )
    theme_threshold: float = knob(1.5, help="score from which meaning alone suggests a theme", low=-5.0, high=20.0)
    margin_shared: float = knob(
        1.15, help="margin from which an aligned pair is on the same subject", low=0.5, high=5.0
    )
    margin_possible: float = knob(1.0, help="margin from which an aligned pair is possible", low=0.5, high=5.0)
    min_cosine: float = knob(0.40, help="least cosine of an aligned pair", low=0.0, high=1.0)
    relabellings: int = knob(40, help="relabellings of documents in the keyness gate", low=5, high=1000)
    quoted_amendments: bool = knob(
        True,
        help="count text that an Act inserts into another as the amending Act's",
        why="an amending Act says most of what it changes in such text; its provisions get a lower confidence",
    )


@dataclass(frozen=True, slots=True)
class MapSettings:
    """Pages."""

    max_links: int = knob(1000, help="strongest links drawn in an overview", low=0, high=100_000)
    abstracts: bool = knob(
        False,
        help="let whole abstracts travel inside the pages",
        why="publishers' abstracts must not be passed on by accident",
    )
    page_lang: str = knob("en", help="language of the page's own words", choices=("en", "cy"))


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """The report."""

    question: str = knob("", help="the review question printed at the head")


SETTINGS: dict[str, type[Any]] = {
    "read": ReadSettings,
    "dedupe": DedupeSettings,
    "screen": ScreenSettings,
    "embed": EmbedSettings,
    "graph": GraphSettings,
    "traditions": TraditionsSettings,
    "storyline": StorylineSettings,
    "concepts": ConceptsSettings,
    "compare": CompareSettings,
    "map": MapSettings,
    "report": ReportSettings,
}
"""Stage name to its settings class, in running order."""

TOP_LEVEL = {"title": str, "question": str, "seed": int, "kind": str}
CONFIG_NAME = "metanarrative.toml"
MAX_SEED = 2**63 - 1
"""Largest seed that the run log can keep."""


def describe() -> list[dict[str, Any]]:
    """Return every setting: stage, name, default, help, range or choices, why."""
    rows = []
    for stage, cls in SETTINGS.items():
        for item in fields(cls):
            rows.append({"stage": stage, "name": item.name, "default": item.default, **item.metadata})
    return rows


def load_config(path: Path) -> dict[str, Any]:
    """Read and check ``metanarrative.toml``.

    Raises
    ------
    SettingError
        With the file, the setting and the nearest known name or the range.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors write a mark
    except tomllib.TOMLDecodeError as error:
        raise SettingError(
            f"is not valid TOML: {error}", mend="mend the line it names", where=str(path.name)
        ) from error
    except UnicodeDecodeError as error:
        raise SettingError("is not UTF-8", mend="save it as UTF-8", where=str(path.name)) from error
    except OSError as error:
        raise SettingError(
            f"cannot be read: {error.strerror or error}", mend="check that it is a file you may read", where=path.name
        ) from error
    for key, value in raw.items():
        if key in TOP_LEVEL:
            if not isinstance(value, TOP_LEVEL[key]) or isinstance(value, bool):
                raise SettingError(
                    f"{key} must be {'a whole number' if TOP_LEVEL[key] is int else 'text'}, not {value!r}",
                    mend=f"write {key} = " + ("1" if TOP_LEVEL[key] is int else '"..."'),
                    where=path.name,
                )
        elif key not in SETTINGS:
            raise SettingError(f"unknown entry {key!r}", mend=_nearest(key, [*TOP_LEVEL, *SETTINGS]), where=path.name)
    if not 0 <= raw.get("seed", 0) <= MAX_SEED:
        raise SettingError(f"seed must be from 0 to {MAX_SEED}", mend="write seed = 1", where=path.name)
    for stage in SETTINGS:
        make_settings(stage, raw.get(stage, {}), where=path.name)
    return raw


def make_settings(stage: str, values: Mapping[str, Any], *, where: str = "") -> Any:
    """Build the settings of `stage` from plain values, checking names, types and ranges.

    Raises
    ------
    SettingError

    Examples
    --------
    >>> make_settings("traditions", {"starts": 5}).starts
    5
    >>> make_settings("traditions", {"stars": 5})
    Traceback (most recent call last):
        ...
    metanarrative.errors.SettingError: traditions: unknown setting 'stars'
    """
    if stage not in SETTINGS:
        raise SettingError(f"no stage is called {stage!r}", mend=_nearest(stage, list(SETTINGS)), where=where)
    cls = SETTINGS[stage]
    if not isinstance(values, Mapping):
        raise SettingError(f"{stage} must be a table", mend=f"write [{stage}]", where=where)
    known: dict[str, Field[Any]] = {item.name: item for item in fields(cls)}
    hints = get_type_hints(cls)
    place = f"{where}: [{stage}]" if where else stage
    clean: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise SettingError(f"unknown setting {name!r}", mend=_nearest(name, list(known)), where=place)
        clean[name] = _checked(name, value, hints[name], known[name], place)
    return cls(**clean)


def _checked(name: str, value: Any, hint: Any, item: Field[Any], place: str) -> Any:
    kind = get_origin(hint) or hint
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if kind is tuple and isinstance(value, list):
        value = tuple(value)
    if get_args(hint) and kind is not tuple:
        kind = get_args(hint)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        default = item.default if item.default is not MISSING else ""
        raise SettingError(
            f"{name} must be like {default!r}, not {value!r}", mend=f"write {name} = {default!r}", where=place
        )
    low, high, choices = (item.metadata[key] for key in ("low", "high", "choices"))
    # written so that nan, which TOML knows, is out of every range
    in_range = (low is None or value >= low) and (high is None or value <= high)
    if not in_range or (isinstance(value, float) and not math.isfinite(value)):
        span = f"{low if low is not None else '...'} to {high if high is not None else '...'}"
        raise SettingError(f"{name} = {value!r} is out of range", mend=f"give a value from {span}", where=place)
    if choices and value not in choices:
        raise SettingError(f"{name} = {value!r} is not known", mend=f"choose one of {', '.join(choices)}", where=place)
    return value


def as_dict(settings: Any) -> dict[str, Any]:
    """Return settings as plain values for the run log."""
    return asdict(settings)


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
