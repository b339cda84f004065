# ruff: noqa: E501  (patterns are read better in one line)
"""Legislation, circulars and policy papers named in running text, English and Welsh.

A grammar of titles (a run of capitalised words before Act, Measure, Regulations ... and a year;
in Welsh after Deddf, Mesur, Rheoliadau ...), of numbers (SI 2011/2942, HC(90)23, WHC (2003) 5,
Cm 849), and a gazetteer of the titles in the manifest. Short names ("the Measure", "the 1983 Act")
hold inside the document that uses them, and only where they are not ambiguous.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from metanarrative.compare.words import flat
from metanarrative.text import content_id, normal_title

__all__ = ["Mention", "Titles", "builtin_laws", "find_mentions", "law_key"]


@dataclass(frozen=True, slots=True)
class Mention:
    """One naming of an instrument: ``text[start:end]``.

    ``key`` is what it is ("mental health act 1983"), ``title`` how to print it, ``how`` is
    grammar, number, title, alias or unresolved.
    """

    key: str
    title: str
    start: int
    end: int
    how: str


_KIND = r"(?:Acts?|Measures?|Orders?|Regulations|Rules|Bill|Directions|Scheme)"
_YEAR = r"(?:1[5-9]\d\d|20\d\d)"
_END = re.compile(
    rf"\b({_KIND})((?:\s*\((?:[A-Z][\w'’&.,-]*(?:\s+(?:and\s+)?[A-Z][\w'’&.,-]*){{0,4}}|No\.?\s*\d+)\))*)(?:\s+of)?,?\s*\(?({_YEAR})\)?(?:(?:,|\s+and)\s+(?={_YEAR}\b))?"
)
_MORE_YEARS = re.compile(rf"\s*({_YEAR})(?:(?:,|\s+and)\s+(?={_YEAR}\b))?")
_BACK_TOKEN = re.compile(r"(?:\([^()]{1,120}\)|[^\s()]+)$")
_CONNECTOR = frozenset("and of for to in on with etc etc. by or at against into from as &".split())
_NOT_TITLE = frozenset(
    "the under in see by when since this that as and of for to at on with from section sections part parts schedule paragraph "
    "chapter both both, under, if is are was these also however, where while although both the. following unlike "
    "article regulation".split()
)
_PLACE = frozenset(
    "england, wales, scotland, uk, parliament, government, ireland, however, accordingly, therefore, instead, finally, first, second, additionally, further, moreover, similarly, today, now,".split()
)
_SI = re.compile(
    rf"\b(?:W?\.?S\.?I\.?|O\.?S\.?|statutory instrument|offeryn statudol)\s*(?:no\.?\s*|rhif\s*)?({_YEAR})\s*/\s*(?:rhif\s*|no\.?\s*)?(\d{{1,5}})(?:\s*\((?:W|Cy|C)\.?\s*\d+\))*",
    re.IGNORECASE,
)
_CIRCULAR = re.compile(
    r"\b(HC|HSG|HSC|LASSL|LAC|EL|HN|HRC|WHC|WOC|NAFWC|NAfWC|PL/CNO|CI)(?:\s?\((DH|DHSC)\))?\s?(?:\((\d{2}|\d{4})\)\s?\(?(\d{1,3})\)?|(\d{2,4})\s?/\s?(\d{1,3})|(\d{1,3})\s?/\s?(\d{4}))(?!\d)"
)
_COMMAND = re.compile(r"\b(Cmnd|Cmd|Cm|Cd|CP)\.?\s?(\d{2,5})\b(?!\))")
_CITATION = re.compile(
    rf"\[({_YEAR})\]\s+(UKSC|UKHL|EWCA\s+(?:Civ|Crim)|EWHC|UKUT|EWCOP)\s+(\d{{1,5}})(?:\s+\((?:Admin|Fam|QB|KB|Ch|AAC)\))?"
)
_CY_HEAD = re.compile(
    r"\b(Mesur|Fesur|Deddf|Ddeddf|Neddf|Rheoliadau|Reoliadau|Gorchymyn|Orchymyn|Ngorchymyn|Rheolau|Reolau|Bil|Fil|Cyfarwyddiadau|Gyfarwyddiadau|Chyfarwyddiadau)\b"
)
_CY_RADICAL = {
    "Fesur": "Mesur", "Ddeddf": "Deddf", "Neddf": "Deddf", "Reoliadau": "Rheoliadau", "Orchymyn": "Gorchymyn",
    "Ngorchymyn": "Gorchymyn", "Reolau": "Rheolau", "Fil": "Bil", "Gyfarwyddiadau": "Cyfarwyddiadau",
    "Chyfarwyddiadau": "Cyfarwyddiadau",
}  # fmt: skip
_CY_SMALL = frozenset(
    "a ac y yr i o ar ag â am gan yn ei eu at er sy’n sy'n a'r a’r i'r i’r o'r o’r drwy dan gyda mewn hyd a'u a'i ar gyfer'r gyfer etc".split()
)
_ALIAS = re.compile(
    r"\(\s*(?:hereafter|hereinafter|referred to (?:here |below )?as|known as|y cyfeirir ato fel|sef)?\s*[\"“”‘’']?\s*((?:the|y|yr)\s+)?([A-Z][\w’'-]*(?:\s+(?:[A-Z]\w*|of|and|\d{4})){0,4}|\d{4}\s+(?:Act|Measure|Regulations|Order|Code))\s*[\"“”‘’']?\s*\)"
)
_GENERIC = re.compile(
    rf"\b[Tt]he\s+(?:({_YEAR})\s+)?(Act|Measure|Regulations|Order|Code|Circular)\b(?!\s+(?:of|to|for|on)\b)(?!\s*\(?{_YEAR})"
)


def law_key(title: str, year: int | str | None) -> str:
    """Return the key of an instrument: its folded title without "the", and its year.

    Examples
    --------
    >>> law_key("The Mental Health (Wales) Measure", 2010)
    'mental health wales measure 2010'
    """
    name = normal_title(re.sub(r"\bco-(?=ordinat)", "co", title, flags=re.IGNORECASE)).removeprefix("the ")
    return f"{name} {year}" if year and not name.endswith(str(year)) else name


@cache
def builtin_laws() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return (Welsh key -> English key, short name -> key, key -> printed title) of well-known instruments.

    Examples
    --------
    >>> builtin_laws()[0]["mesur iechyd meddwl cymru 2010"]
    'mental health wales measure 2010'
    """
    data = tomllib.loads((files("metanarrative.compare") / "data" / "laws.toml").read_text("utf-8"))
    welsh: dict[str, str] = {}
    short: dict[str, str] = {}
    titles: dict[str, str] = {}
    for law in data["law"]:
        key = law_key(law["title"], law["year"])
        titles[key] = f"{law['title']} {law['year']}"
        welsh[law_key(law["cy"], law["year"])] = key
        for name in law["short"]:
            short[name] = key
    return welsh, short, titles


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles of the corpus's own policy papers, to be found in running text.

    ``first`` maps a first word to (words, work id); a title borne by two works has ``""`` as work.
    """

    first: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]] = field(default_factory=dict)
    by_key: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def of(works: Iterable[tuple[str, str, int | None]]) -> Titles:
        """Make the gazetteer from (work id, title, year).

        Examples
        --------
        >>> titles = Titles.of([("wk_1", "Together for Mental Health: a strategy", 2012)])
        >>> [m.key for m in find_mentions("As Together for Mental Health says", titles)]
        ['wk_1']
        """
        forms: dict[tuple[str, ...], set[str]] = {}
        keys: dict[str, set[str]] = {}
        for work, title, year in works:
            bare = re.sub(r"\s*\((?:Cm|Cmnd|SI|WSI|c\.)[^()]*\)\s*$", "", title).strip()
            variants = {bare, re.split(r"\s*[:–—]\s+|:\s*", bare, maxsplit=1)[0]}
            for variant in sorted(variants):
                named = year_in(variant)
                key = law_key(variant, named or year)
                if re.search(
                    r"\b(?:act|measure|regulations|order|rules|bill|directions|deddf|mesur|rheoliadau|gorchymyn)\b", key
                ):
                    keys.setdefault(builtin_laws()[0].get(key, key), set()).add(work)
                words = tuple(re.findall(r"\w+", flat(variant)))
                if words[:1] == ("the",):
                    words = words[1:]
                informative = [w for w in words if w not in _CONNECTOR and w not in ("the", "a")]
                if len(words) >= 2 and len(informative) >= 2 and len("".join(words)) >= 10:
                    forms.setdefault(words, set()).add(work)
            for number in _numbers(title):
                keys.setdefault(number[0], set()).add(work)
        first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for words, owners in sorted(forms.items()):
            first.setdefault(words[0], []).append((words, next(iter(owners)) if len(owners) == 1 else ""))
        return Titles(
            {word: tuple(sorted(entries, key=lambda e: (-len(e[0]), e[0]))) for word, entries in sorted(first.items())},
            {key: next(iter(owners)) for key, owners in sorted(keys.items()) if len(owners) == 1},
        )


def year_in(text: str) -> int | None:
    """Return the year a title ends in, or None.

    Examples
    --------
    >>> year_in("Care Act 2014"), year_in("Care Act")
    (2014, None)
    """
    found = re.search(rf"\b({_YEAR})\)?\s*$", text)
    return int(found.group(1)) if found else None


def _title_before(text: str, end: int) -> tuple[int, str]:
    """Walk back from the word Act (starting at `end`) over the words of its title."""
    at = end
    kept: list[tuple[int, str]] = []
    while True:
        stretch = text[max(0, at - 140) : at].rstrip()
        if not stretch or re.search(r"\n\s*\n", text[len(stretch) + max(0, at - 140) : at]):
            break
        found = _BACK_TOKEN.search(stretch)
        if not found:
            break
        token = found.group()
        begin = max(0, at - 140) + found.start()
        word = token.strip(",")
        bracket = token.startswith("(")
        if bracket:
            ok = bool(re.match(r"\([A-Z]", token)) and not re.search(r"\d{4}", token)
        elif token.endswith((".", ";", ":")) and word not in ("etc.",):
            ok = False
        elif token.endswith(","):
            # commas stand inside titles only in a list: "Nationality, Immigration and Asylum Act"
            ok = word[:1].isupper() and token.lower() not in _PLACE and any(w == "and" for _, w in kept)
        elif re.fullmatch(_YEAR, word) and kept and kept[-1][1].startswith("("):
            # "the Welfare Reform Act 2012 (Commencement No. 32) Order": an Act inside the title
            ok = bool(re.search(rf"\b{_KIND}\s*$", stretch[: found.start()]))
        else:
            ok = (
                word[:1].isupper() and not word[-1:].isdigit() and not any(c.isdigit() for c in word)
            ) or word in _CONNECTOR
            if word == "the":
                stretch_before = stretch[: found.start()].rstrip()
                ok = stretch_before.endswith("Against")
        if not ok:
            break
        kept.append((begin, word))
        at = begin
        if len(kept) > 24:
            break
    kept.reverse()
    while kept and (kept[0][1].lower() in _CONNECTOR or kept[0][1].lower() in _NOT_TITLE or kept[0][1].startswith("(")):
        if kept[0][1] == "Regulation" and [word for _, word in kept[1:2]] == ["and"]:
            break  # the Regulation and Inspection of Social Care (Wales) Act
        kept.pop(0)
    if not kept:
        return end, ""
    return kept[0][0], text[kept[0][0] : end]


def _numbers(text: str) -> list[tuple[str, str, int, int]]:
    found: list[tuple[str, str, int, int]] = []
    for m in _SI.finditer(text):
        label = f"SI {m.group(1)}/{m.group(2)}"
        found.append((label, label, m.start(), m.end()))
    for m in _CIRCULAR.finditer(text):
        series = m.group(1).upper() + (f"({m.group(2)})" if m.group(2) else "")
        year = m.group(3) or m.group(5) or m.group(8)
        number = m.group(4) or m.group(6) or m.group(7)
        label = f"{series}({year}){int(number)}"
        found.append((label, label, m.start(), m.end()))
    for m in _COMMAND.finditer(text):
        label = f"{m.group(1)} {m.group(2)}"
        found.append((label, label, m.start(), m.end()))
    for m in _CITATION.finditer(text):
        label = " ".join(m.group().split())
        found.append((label, label, m.start(), m.end()))
    return found


def _english(text: str) -> list[tuple[str, str, int, int]]:
    found = []
    for m in _END.finditer(text):
        start, name = _title_before(text, m.start(1))
        kind = m.group(1)
        if not name.strip():
            continue
        tail = m.group(2)
        singular = {"Acts": "Act", "Measures": "Measure", "Orders": "Order"}.get(kind, kind)
        title = " ".join(f"{name}{singular}{tail}".split())
        years = [(m.group(3), m.end(3))]
        place = m.end()
        while (
            kind in ("Acts", "Measures", "Orders", "Regulations")
            and (more := _MORE_YEARS.match(text, place))
            and place > m.end(3)
        ):
            years.append((more.group(1), more.end(1)))
            place = more.end()
        for at, (year, end) in enumerate(years):
            begin = start if at == 0 else end - 4
            if text[end : end + 1] == ")" and "(" in text[m.end(2) : m.start(3)]:
                end += 1
            found.append((law_key(title, year), f"{title} {year}", begin, end))
    return found


def _welsh(text: str) -> list[tuple[str, str, int, int]]:
    found = []
    laws = builtin_laws()[0]
    for m in _CY_HEAD.finditer(text):
        at = m.end()
        named = False
        for token in re.finditer(r"\s+(\([^()]{1,160}\)|[^\s()]+)", text[at : at + 320]):
            raw = token.group(1)
            word = raw.strip(",")
            year = re.fullmatch(rf"({_YEAR})[.,;:)’']*.*", raw)
            if year and named:
                end = at + token.start(1) + 4
                head = _CY_RADICAL.get(m.group(1), m.group(1))
                title = " ".join((head + text[m.end() : at + token.start(1)]).split())
                key = law_key(title, year.group(1))
                english = laws.get(key, "")
                shown = builtin_laws()[2].get(english, f"{title} {year.group(1)}")
                found.append((english or key, shown, m.start(), end))
                break
            if raw.endswith((".", ";", ":")) or not (
                raw.startswith("(") or word[:1].isupper() or word.lower() in _CY_SMALL
            ):
                break
            named = named or word[:1].isupper() or raw.startswith("(")
    return found


def _own_titles(text: str, titles: Titles) -> list[tuple[str, str, int, int, str]]:
    if not titles.first:
        return []
    text_flat = flat(text)
    if titles.first.keys().isdisjoint(re.findall(r"\w+", text_flat)):
        return []
    tokens = [(m.group(), m.start(), m.end()) for m in re.finditer(r"\w+", text_flat)]
    found = []
    at = 0
    while at < len(tokens):
        for words, work in titles.first.get(tokens[at][0], ()):
            if at + len(words) <= len(tokens) and all(tokens[at + k][0] == word for k, word in enumerate(words)):
                start, end = tokens[at][1], tokens[at + len(words) - 1][2]
                heavy = [
                    tokens[at + k][1]
                    for k, w in enumerate(words)
                    if w not in _CONNECTOR and w not in ("the", "a", "is", "our") and w.isalpha()
                ]
                capital = sum(text[place].isupper() for place in heavy)
                if text[start].isupper() and capital >= 0.6 * len(heavy) and (capital > 1 or len(heavy) == 1):
                    found.append((work, text[start:end], start, end, "title" if work else "unresolved"))
                    at += len(words) - 1
                    break
        at += 1
    return found


def find_mentions(
    text: str, titles: Titles | None = None, aliases: Mapping[str, str] | None = None, language: str = "en"
) -> list[Mention]:
    """Return the instruments named in a passage, longest naming first where two overlap, in order.

    Parameters
    ----------
    text : str
    titles : Titles, optional
        The corpus's own papers; their mentions have the work id as key.
    aliases : mapping of str to str, optional
        Short names that hold in this document ("the Measure" -> key).
    language : {"en", "cy", "mixed", "unknown"}

    Examples
    --------
    >>> [m.title for m in find_mentions("Under section 117 of the Mental Health Act 1983 and HC(90)23, services")]
    ['Mental Health Act 1983', 'HC(90)23']
    >>> [m.key for m in find_mentions("o dan Fesur Iechyd Meddwl (Cymru) 2010.", language="cy")]
    ['mental health wales measure 2010']
    """
    titles = titles or Titles()
    found = [Mention(key, title, start, end, "grammar") for key, title, start, end in _english(text)]
    if language != "en":
        found += [Mention(key, title, start, end, "grammar") for key, title, start, end in _welsh(text)]
    found += [Mention(key, title, start, end, "number") for key, title, start, end in _numbers(text)]
    found += [Mention(*entry) for entry in _own_titles(text, titles)]
    _, short, shown = builtin_laws()
    named = {**short, **{n: k for n, k in (aliases or {}).items() if not n.startswith("the ")}}
    for name in sorted(name for name in named if name in text):
        key = named[name]
        found += [
            Mention(key, shown.get(key, name), m.start(), m.end(), "alias")
            for m in re.finditer(rf"(?<![\w(])(?:{re.escape(name)})(?!\w)", text)
        ]
    if aliases:
        for m in _GENERIC.finditer(text):
            name = f"the {m.group(1) + ' ' if m.group(1) else ''}{m.group(2)}"
            meant = aliases.get(name)
            if meant:
                found.append(Mention(meant, shown.get(meant, meant), m.start(), m.end(), "alias"))
    found = [
        Mention(
            short.get(m.key, titles.by_key.get(short.get(m.key, m.key), short.get(m.key, m.key))),
            m.title,
            m.start,
            m.end,
            m.how,
        )
        for m in found
    ]
    found = [Mention(titles.by_key.get(m.key, m.key), m.title, m.start, m.end, m.how) for m in found]
    rank = {"grammar": 0, "number": 1, "title": 2, "alias": 3, "unresolved": 4}
    found.sort(key=lambda m: (-(m.end - m.start), rank[m.how], m.start))
    kept: list[Mention] = []
    for mention in found:
        if all(mention.end <= other.start or mention.start >= other.end for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def document_aliases(passages: Sequence[str], titles: Titles, languages: Sequence[str]) -> dict[str, str]:
    """Return the short names a document defines or leaves no doubt about.

    "(the Measure)" or "(CPA)" after a full name defines one. "the Measure" without a definition
    means the only Measure the document names; with two it means nothing.

    Examples
    --------
    >>> document_aliases(["The Mental Health (Wales) Measure 2010 (the Measure) applies."], Titles(), ["en"])
    {'the 2010 Measure': 'mental health wales measure 2010', 'the Measure': 'mental health wales measure 2010'}
    """
    defined: dict[str, set[str]] = {}
    kinds: dict[str, set[str]] = {}
    for text, language in zip(passages, languages, strict=True):
        for mention in find_mentions(text, titles, language=language):
            if mention.how == "unresolved":
                continue
            after = _ALIAS.match(text, mention.end + (1 if text[mention.end : mention.end + 1] == " " else 0))
            if after:
                name = after.group(2)
                generic = re.fullmatch(
                    rf"(?:{_YEAR}\s+)?(?:Act|Measure|Regulations|Order|Code|Circular|Framework|Strategy|Guidance)", name
                )
                if after.group(1) or generic:
                    defined.setdefault(f"the {name}", set()).add(mention.key)
                elif re.fullmatch(r"[A-Z]{2,6}\w?", name):
                    defined.setdefault(name, set()).add(mention.key)
            named = re.search(rf"\b(Act|Measure|Regulations|Order|Code)\b.*?({_YEAR})?$", mention.title)
            if mention.how == "grammar" and named:
                year = year_in(mention.title)
                kinds.setdefault(f"the {named.group(1)}", set()).add(mention.key)
                if year:
                    kinds.setdefault(f"the {year} {named.group(1)}", set()).add(mention.key)
    result = {name: next(iter(keys)) for name, keys in kinds.items() if len(keys) == 1}
    for name, keys in defined.items():
        if len(keys) == 1:
            result[name] = next(iter(keys))
        else:
            result.pop(name, None)
    return dict(sorted(result.items()))


def outside_id(key: str) -> str:
    """Return the id of an instrument that is cited but not in the corpus.

    Examples
    --------
    >>> outside_id("care act 2014")[:4]
    'law_'
    """
    return content_id("law", key)
