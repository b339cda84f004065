"""Turn cited references into works: surest evidence first, each match with its kind and score.

1. the key of a record in the same source, DOI, PMID;
2. first author, year, volume and page;
3. the title with the year, exactly, then a shortlist by shared letter triples and rapidfuzz;
4. first author and year with most of the words of the title.

What stays outside the corpus becomes a node of its own, one a cited work, however it is spelled:
references that share a key are one, but two DOIs never are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rapidfuzz import fuzz

from metanarrative.text import content_id, family_name, first_page, fold, normal_doi, normal_title
from metanarrative.text.citations import parse_reference, same_reference_keys
from metanarrative.text.titles import title_numbers

__all__ = ["Resolved", "WorkIndex", "jaccard_words", "resolve"]

# ids that mean one work in whatever file: OpenAlex, Web of Science, Scopus, Dimensions, Lens
_GLOBAL_KEY = re.compile(
    r"^(?:https?://openalex\.org/)?W\d{4,}$|^WOS:|^2-s2\.0-|^ISI:|^pub\.\d{6,}$|^(?:\d{3}-){4}\d{2}[\dX]$",
    re.IGNORECASE,
)
_SHORTLIST = 10
_RANK = ("doi|", "pmid|", "long|", "title|", "source|", "raw|")


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where one reference leads."""

    node: str  # a work id; "ref_..." outside the corpus; "" where the entry is blank
    match: str  # key | doi | pmid | author-year-volume-page | title-year | author-year-title | ... | none
    score: float

    @property
    def work_id(self) -> str:
        """The cited work, "" outside the corpus."""
        return "" if self.match == "none" else self.node


@dataclass(frozen=True, slots=True)
class _Work:
    id: str
    title: str
    words: frozenset[str]
    year: int | None
    families: tuple[str, ...]
    doi: str


def jaccard_words(a: Iterable[str], b: Iterable[str]) -> float:
    """Return the share of words two titles have in common, 0 to 1.

    Examples
    --------
    >>> jaccard_words("care plan approach".split(), "care programme approach".split())
    0.5
    """
    first, second = frozenset(a), frozenset(b)
    union = first | second
    return len(first & second) / len(union) if union else 0.0


class WorkIndex:
    """Every way by which a work of the corpus may be cited.

    Parameters
    ----------
    records : iterable of mapping
        Rows of the ``record`` table with ``work_id`` added: all copies of all works.
    """

    def __init__(self, records: Iterable[Mapping[str, Any]]) -> None:
        self.keys: dict[tuple[str, str], str] = {}
        self.global_keys: dict[str, set[str]] = {}
        self.policy_keys: dict[str, set[str]] = {}
        self.dois: dict[str, set[str]] = {}
        self.own_dois: dict[str, set[str]] = {}
        self.pmids: dict[str, set[str]] = {}
        self.places: dict[str, set[str]] = {}
        self.titles: dict[str, list[int]] = {}
        self.author_years: dict[tuple[str, int], list[int]] = {}
        self.entries: list[_Work] = []
        for record in sorted(records, key=lambda r: (str(r["work_id"]), str(r["record_id"]))):
            self._add(record)

    def _add(self, record: Mapping[str, Any]) -> None:
        work = str(record["work_id"])
        for key in {str(record.get("key") or ""), str(record["record_id"]), work} - {""}:
            self.keys[(str(record.get("source_file") or ""), key)] = work
            if _GLOBAL_KEY.match(key):
                self.global_keys.setdefault(_bare_key(key), set()).add(work)
            if key.startswith(("rec_", "wk_")):
                self.global_keys.setdefault(key, set()).add(work)
        if record.get("kind") == "policy" and record.get("key"):
            # ids of the manifest hold for the whole project, also where only the literature cites them
            self.policy_keys.setdefault(str(record["key"]).strip(), set()).add(work)
        doi = normal_doi(str(record.get("doi") or ""))
        if doi:
            self.dois.setdefault(doi, set()).add(work)
            self.own_dois.setdefault(work, set()).add(doi)
        pmid = re.sub(r"\D", "", str(record.get("pmid") or ""))
        if pmid:
            self.pmids.setdefault(pmid, set()).add(work)
        authors = record.get("authors") or ()
        families = tuple(f for f in (family_name(str(name)) for name in authors) if f)
        year = record.get("year")
        volume = fold(str(record.get("volume") or "")).strip().lstrip("0")
        page = first_page(str(record.get("pages") or ""))
        if families and year and volume and page:
            self.places.setdefault(f"long|{families[0]}|{year}|{volume}|{page}", set()).add(work)
        title = normal_title(str(record.get("title") or ""))
        if not title:
            return
        row = len(self.entries)
        words = title.split()
        self.entries.append(_Work(work, title, frozenset(words), year, families, doi))
        self.titles.setdefault(title, []).append(row)
        if families and year:
            for shift in (-1, 0, 1):
                self.author_years.setdefault((families[0], int(year) + shift), []).append(row)

    def exact(self, reference: Mapping[str, Any], part: Mapping[str, Any]) -> Resolved | None:
        """Return the work by key, DOI, PMID or place in a volume; None where nothing says so."""
        key = str(reference.get("key") or "").strip()
        if key:
            work = self.keys.get((str(reference.get("source_file") or ""), key))
            if work is None and (_GLOBAL_KEY.match(key) or key.startswith(("rec_", "wk_"))):
                work = _only(self.global_keys.get(_bare_key(key)))
            if work is not None:
                return Resolved(work, "key", 1.0)
        work = _only(self.policy_keys.get(key or str(reference.get("raw") or "").strip()))
        if work is not None:
            return Resolved(work, "key", 1.0)
        for kind, table in (("doi", self.dois), ("pmid", self.pmids)):
            work = _only(table.get(part[kind])) if part[kind] else None
            if work is not None:
                return Resolved(work, kind, 1.0)
        if part["family"] and part["year"] and part["volume"] and part["page"]:
            place = f"long|{part['family']}|{part['year']}|{part['volume']}|{part['page']}"
            work = _only(self.places.get(place))
            if work is not None and not self._other_doi(work, part["doi"]):
                return Resolved(work, "author-year-volume-page", 0.98)
        return None

    def _other_doi(self, work: str, doi: str) -> bool:
        """True where the reference has a DOI and the work has only others."""
        own = self.own_dois.get(work, set())
        return bool(doi and own and doi not in own)

    def by_title(self, part: Mapping[str, Any], title: str, *, least: float, latest: int | None) -> Resolved | None:
        """Return the work of exactly this title whose year and author do not contradict."""
        rows = self.titles.get(title, [])
        return self._best(part, title, rows, least=least, latest=latest)

    def _best(
        self, part: Mapping[str, Any], title: str, rows: Iterable[int], *, least: float, latest: int | None
    ) -> Resolved | None:
        found: list[tuple[float, str, str]] = []
        for row in rows:
            hit = _match(self.entries[row], part, title, least=least, latest=latest)
            if hit is not None:
                found.append((-hit[1], self.entries[row].id, hit[0]))
        if not found:
            return None
        found.sort()
        # two works that fit equally well: neither, rather than a coin's toss
        rivals = {work for score, work, _ in found if score <= found[0][0] + 0.005}
        if len(rivals) > 1:
            return None
        score, work, kind = found[0]
        return Resolved(work, kind, round(-score, 4))


def _bare_key(key: str) -> str:
    return key.rsplit("/", 1)[-1].casefold() if not key.startswith(("rec_", "wk_")) else key


def _only(works: set[str] | None) -> str | None:
    return next(iter(works)) if works and len(works) == 1 else None


def _match(
    work: _Work, part: Mapping[str, Any], title: str, *, least: float, latest: int | None
) -> tuple[str, float] | None:
    """Return kind and score of a match by wording, or None."""
    if part["doi"] and work.doi and part["doi"] != work.doi:
        return None
    gap = abs(work.year - part["year"]) if work.year is not None and part["year"] else None
    if gap is not None and gap > 1:
        return None
    if latest is not None and work.year is not None and work.year > latest + 1:
        return None  # nobody cites what appears years later
    author: bool | None = None
    if part["family"] and work.families:
        author = any(fuzz.ratio(part["family"], f) >= 80 or part["family"] in f.split() for f in work.families)
    words = title.split()
    mine = title_numbers(tuple(work.title.split()))
    theirs = title_numbers(tuple(words))
    if mine[1] != theirs[1] or (mine[0] and theirs[0] and mine[0] != theirs[0]):
        return None
    similar = fuzz.ratio(work.title, title) / 100
    short, long = sorted((work.title, title), key=len)
    if similar < least and len(short.split()) >= 5 and long.startswith(short + " ") and author and gap == 0:
        similar = least  # the subtitle is missing on one side
    if similar >= least:
        firm = author or gap is not None
        telling = len(words) >= 4
        if author is False and not (similar >= 0.97 and gap == 0 and telling):
            return None
        if not firm and not (similar >= 0.97 and telling):
            return None
        if not telling and not (author and gap is not None):
            return None
        return "title-year" if gap is not None else "title", similar - (0.02 if gap else 0.0)
    if author and gap == 0 and len(words) >= 3:
        shared = jaccard_words(work.words, words)
        if shared >= 0.8:
            return "author-year-title", shared
    return None


def _in_raw(work: _Work, part: Mapping[str, Any], raw: str, *, latest: int | None) -> float:
    """Return how well a work's title and author are found inside an unparsed reference, 0 to 1."""
    if part["doi"] and work.doi and part["doi"] != work.doi:
        return 0.0
    if len(work.title.split()) < 4 or (latest is not None and work.year is not None and work.year > latest + 1):
        return 0.0
    if work.year is not None and part["year"] and abs(work.year - part["year"]) > 1:
        return 0.0
    if work.families and not any(re.search(rf"\b{re.escape(f)}\b", raw) for f in work.families[:3]):
        return 0.0
    if len(raw) < len(work.title):
        return 0.0
    alignment = fuzz.partial_ratio_alignment(work.title, raw)
    if alignment is None or alignment.score < 92:
        return 0.0
    inside = tuple(raw[alignment.dest_start : alignment.dest_end + 5].split())
    if title_numbers(tuple(work.title.split()))[1] - title_numbers(inside)[0]:
        return 0.0
    return float(alignment.score) / 100


def resolve(
    references: Sequence[Mapping[str, Any]], records: Iterable[Mapping[str, Any]], *, min_title_score: float = 0.90
) -> list[Resolved]:
    """Resolve references to works of the corpus, or to nodes of their own.

    Parameters
    ----------
    references : sequence of mapping
        Rows of ``record_reference`` with ``source_file`` and ``citing_year`` added.
    records : iterable of mapping
        Rows of ``record`` with ``work_id`` added and ``authors`` as a list.
    min_title_score : float
        Similarity from which two titles are one.

    Returns
    -------
    list of Resolved, one a reference, in order

    Examples
    --------
    >>> works = [{"work_id": "wk_1", "record_id": "rec_1", "title": "Recovery from mental illness", "year": 1993,
    ...           "authors": ["Anthony, W."], "doi": "10.1037/h0095655"}]
    >>> hit, out = resolve([{"raw": "Anthony 1993", "doi": "10.1037/H0095655"}, {"raw": "Nobody, 2001"}], works)
    >>> hit.node, hit.match, out.match
    ('wk_1', 'doi', 'none')
    """
    index = WorkIndex(records)
    parts = [parse_reference(reference) for reference in references]
    raws = [normal_title(str(reference.get("raw") or "")) for reference in references]
    results: list[Resolved | None] = [None] * len(parts)
    open_rows: dict[tuple[Any, ...], list[int]] = {}
    for row, (reference, part) in enumerate(zip(references, parts, strict=True)):
        found = index.exact(reference, part)
        latest = reference.get("citing_year")
        # without a title the source's name may be one: books in Web of Science lists
        title = part["title"] or (part["venue"] if not part["page"] else "")
        if found is None and title:
            found = index.by_title(part, title, least=min_title_score, latest=latest)
        results[row] = found
        if found is None and (title or raws[row]):
            doi = part["doi"]
            text = title or raws[row]
            open_rows.setdefault((text, bool(title), doi, part["family"], part["year"], latest), []).append(row)
    _fuzzy(index, parts, raws, open_rows, results, least=min_title_score)
    _same_spelling(references, parts, results)
    nodes = outside_nodes([same_reference_keys({**p, "raw": r.get("raw", "")}) if found is None else ()
                           for p, r, found in zip(parts, references, results, strict=True)])  # fmt: skip
    return [found or Resolved(node, "none", 0.0) for found, node in zip(results, nodes, strict=True)]


def _fuzzy(
    index: WorkIndex,
    parts: Sequence[Mapping[str, Any]],
    raws: Sequence[str],
    open_rows: Mapping[tuple[Any, ...], Sequence[int]],
    results: list[Resolved | None],
    *,
    least: float,
) -> None:
    """Fill `results` for references whose wording is near that of a work's title."""
    years = [entry.year for entry in index.entries if entry.year is not None]
    if not index.entries or not open_rows:
        return
    undated = len(years) < len(index.entries)
    low, high = (min(years) - 1, max(years) + 1) if years else (0, 9999)
    # most references point outside the corpus: a year no work has needs no look
    asked = sorted((key for key in open_rows if undated or key[4] is None or low <= key[4] <= high), key=_ask_order)
    if not asked:
        return
    shortlists = _shortlists([key[0] for key in asked], [entry.title for entry in index.entries])
    for key, shortlist in zip(asked, shortlists, strict=True):
        text, titled, _, family, year, latest = key
        part = parts[open_rows[key][0]]
        near = sorted({*shortlist, *index.author_years.get((family, year or 0), [])})
        if titled:
            hit = index._best(part, text, near, least=least, latest=latest)
        else:
            scored = [(_in_raw(index.entries[row], part, text, latest=latest), index.entries[row].id) for row in near]
            best = max((score for score, _ in scored), default=0.0)
            works = {work for score, work in scored if score >= best - 0.005} if best else set()
            hit = Resolved(works.pop(), "text-year", round(best, 4)) if len(works) == 1 else None
        if hit is not None:
            for row in open_rows[key]:
                results[row] = hit


def _ask_order(key: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple("" if value is None else str(value) for value in key)


def _shortlists(queries: Sequence[str], titles: Sequence[str]) -> list[list[int]]:
    """Return for each query the titles that share most letter triples with it."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sparse_dot_topn import sp_matmul_topn

    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True, dtype=np.float32)
    try:
        known = vectorizer.fit_transform(titles).T.tocsr()
    except ValueError:  # titles of one letter
        return [[] for _ in queries]
    lists: list[list[int]] = []
    for start in range(0, len(queries), 20_000):
        asked = vectorizer.transform(queries[start : start + 20_000])
        best = sp_matmul_topn(asked, known, min(_SHORTLIST, len(titles)), threshold=0.15, n_threads=1).tocsr()
        lists += [best.indices[best.indptr[i] : best.indptr[i + 1]].tolist() for i in range(best.shape[0])]
    return lists


def _same_spelling(
    references: Sequence[Mapping[str, Any]], parts: Sequence[Mapping[str, Any]], results: list[Resolved | None]
) -> None:
    """Let a spelling that was resolved once, by DOI say, resolve its twins without one."""
    known: dict[str, set[str]] = {}
    keyed = [
        [key for key in same_reference_keys({**part, "raw": reference.get("raw", "")}) if key[:4] in ("long", "titl")]
        for part, reference in zip(parts, references, strict=True)
    ]
    for keys, found in zip(keyed, results, strict=True):
        if found is not None:
            for key in keys:
                known.setdefault(key, set()).add(found.node)
    for row, keys in enumerate(keyed):
        if results[row] is None and not parts[row]["doi"]:
            works = set().union(*(known.get(key, set()) for key in keys))
            if len(works) == 1:
                kind = "author-year-volume-page" if keys[0].startswith("long") else "author-year-title"
                results[row] = Resolved(works.pop(), kind, 0.9)


def outside_nodes(keys: Sequence[tuple[str, ...]]) -> list[str]:
    """Return one node id a cited thing: references that share a key share the node.

    Parameters
    ----------
    keys : sequence of tuple of str
        Of :func:`metanarrative.text.citations.same_reference_keys`; () gives "": nothing there
        tells what was cited.

    Examples
    --------
    >>> one, two, three = outside_nodes([("doi|10.1/a", "long|x|1|2|3"), ("long|x|1|2|3",), ("doi|10.1/b",)])
    >>> one == two, one == three
    (True, False)
    """
    parent: dict[str, str] = {}
    doi: dict[str, str] = {}

    def root(key: str) -> str:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    def join(a: str, b: str) -> None:
        x, y = sorted((root(a), root(b)))
        if x == y or (doi.get(x) and doi.get(y)):
            return  # two DOIs are two works, whatever else they share
        parent[y] = x
        if doi.get(y):
            doi[x] = doi[y]

    # the commonest spelling first: of two DOIs that claim one place in a volume, the usual one gets it
    frequency = Counter(keys)
    distinct = sorted(frequency, key=lambda group: (-frequency[group], group))
    for key in sorted({key for group in distinct for key in group}):
        parent[key] = key
        if key.startswith("doi|"):
            doi[key] = key
    for group in distinct:
        for other in group[1:]:
            join(group[0], other)
    places: dict[str, set[str]] = {}
    for key in sorted(parent):
        if key.startswith("long|"):
            places.setdefault(root(key), set()).add(key)
    for a, b in _alike({key for key in parent if key.startswith("title|")}):
        x, y = root(a), root(b)
        # like titles of one year that begin on other pages are two works
        if not (places.get(x) and places.get(y) and places[x].isdisjoint(places[y])):
            join(a, b)
            places[root(a)] = places.get(x, set()) | places.get(y, set())
    members: dict[str, list[str]] = {}
    for key in sorted(parent):
        members.setdefault(root(key), []).append(key)
    names = {
        top: content_id("ref", min(group, key=lambda k: (_RANK.index(k.split("|", 1)[0] + "|"), k)))
        for top, group in members.items()
    }
    return [names[root(group[0])] if group else "" for group in keys]


def _alike(title_keys: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of title keys of one author and year whose titles are nearly the same."""
    groups: dict[str, list[str]] = {}
    for key in sorted(title_keys):
        head, title = key.rsplit("|", 1)
        if len(title) >= 20:
            groups.setdefault(head, []).append(key)
    pairs: list[tuple[str, str]] = []
    for group in groups.values():
        # an author with hundreds of titles in a year is a name like "World Health Organization"
        for i, a in enumerate(group[:60]):
            for b in group[i + 1 : 60]:
                left, right = a.rsplit("|", 1)[1], b.rsplit("|", 1)[1]
                if title_numbers(tuple(left.split())) != title_numbers(tuple(right.split())):
                    continue
                alike = fuzz.ratio(left, right) >= 92 or jaccard_words(left.split(), right.split()) >= 0.8
                if alike and not _another_word(left.split(), right.split()):
                    pairs.append((a, b))
    return pairs


def _another_word(a: Sequence[str], b: Sequence[str]) -> bool:
    """Tell whether one title has a word in place of another, which no slip of the pen explains.

    Examples
    --------
    >>> _another_word("care in hospital teams".split(), "care in community teams".split())
    True
    >>> _another_word("care in hospitel teams".split(), "care in the hospital teams".split())
    False
    """
    only_a, only_b = sorted(set(a) - set(b)), sorted(set(b) - set(a))
    if not only_a or not only_b:
        return False
    few, many = sorted((only_a, only_b), key=len)
    return any(max(fuzz.ratio(word, other) for other in many) < 70 for word in few)
