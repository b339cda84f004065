"""What all readers of whole documents share: headings, numbering, dates, nation, one record.

Takes blocks in reading order and what a document says of itself; gives the one
:class:`~metanarrative.model.Record` a document becomes. Nothing here knows a file format.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Any

from metanarrative.errors import MetanarrativeError
from metanarrative.model import Block, Problem, Record, Reference
from metanarrative.text import squash, year_of
from metanarrative.text.language import main_language

__all__ = [
    "Numbering",
    "Outline",
    "contents_note",
    "document",
    "guarded",
    "is_binary",
    "iso_date",
    "nation_of",
    "parse_xml",
    "sniff_xml_root",
    "text_problems",
    "without_contents",
]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan ionawr",
            "february feb chwefror",
            "march mar mawrth",
            "april apr ebrill",
            "may mai",
            "june jun mehefin",
            "july jul gorffennaf",
            "august aug awst",
            "september sep sept medi",
            "october oct hydref",
            "november nov tachwedd",
            "december dec rhagfyr",
        ),
        1,
    )
    for name in names.split()
}
_ISO = re.compile(r"\b((?:19|20)\d\d)-(\d\d)(?:-(\d\d))?")
_DAY_MONTH = re.compile(r"\b(?:(\d{1,2})(?:st|nd|rd|th|ain|af|eg|fed|ydd)?\s+)?([A-Za-z]{3,10}),?\s+((?:19|20)\d\d)\b")
_COMPACT = re.compile(r"\b((?:19|20)\d\d)(\d\d)(\d\d)\b")


def iso_date(text: str) -> str:
    """Return the first date in `text` as ISO 8601 (year-month where there is no day), or "".

    Examples
    --------
    >>> iso_date("Published: 29 January, 2025"), iso_date("9 Hydref 2024"), iso_date("July 2025")
    ('2025-01-29', '2024-10-09', '2025-07')
    >>> iso_date("20200316"), iso_date("2025-03-25T10:00:00Z"), iso_date("soon")
    ('2020-03-16', '2025-03-25', '')
    """
    if "19" not in text and "20" not in text:
        return ""
    for found in _ISO.finditer(text):
        # "2019-22" is a span of years, not a month
        if 1 <= int(found.group(2)) <= 12:
            return found.group()
    if compact := _COMPACT.search(text):
        year, month, day = compact.groups()
        return f"{year}-{month}-{day}" if 1 <= int(month) <= 12 and 1 <= int(day) <= 31 else ""
    for found in _DAY_MONTH.finditer(text):
        day, month, year = found.groups()
        number = _MONTHS.get(month.casefold())
        if number and day and 1 <= int(day) <= 31:
            return f"{year}-{number:02d}-{int(day):02d}"
        if number:
            return f"{year}-{number:02d}"
    return ""


# every branch begins with a bracket, a full stop or a capital, with what stands before it looked at behind,
# so that the pattern is skipped quickly where none of them stands
_WALES = re.compile(
    r"\(Wales\)|\(Cymru\)|W(?<=\bW)elsh (?:Government|Assembly|Ministers|Parliament)|N(?<=\bN)HS Wales\b"
    r"|S(?<=\bS)enedd\b|L(?<=\bL)lywodraeth (?:Cynulliad )?Cymru|G(?<=\bG)weinidogion Cymru"
    r"|W(?:(?<=\bfor W)|(?<=\bin W)|(?<=\bacross W))ales\b|N(?<=\byng N)ghymru\b"
    r"|\.(?:(?<=\bgov\.)wales|(?<=\bllyw\.)cymru)|G(?<=\bG)IG Cymru"
)
_ENGLAND = re.compile(
    r"\(England\)|N(?<=\bN)HS England\b|E(?:(?<=\bfor E)|(?<=\bin E)|(?<=\bacross E))ngland\b"
    r"|D(?<=\bD)epartment of Health(?: and Social Care)?\b"
    r"|N(?<=\bN)HS (?:Improvement|Long Term Plan)\b|\.(?<=\bengland\.)nhs\.uk"
)
_UK = re.compile(
    r"U(?<=\bU)nited Kingdom\b|U(?<=\bU)K[- ]wide\b|E(?<=\bE)ngland and Wales\b"
    r"|U(?:(?<=\bfor the U)|(?<=\bin the U)|(?<=\bacross the U))K\b"
)
# no pattern matches a text that holds none of these
_WALES_HINTS = ("Wales", "Welsh", "Cymru", "Nghymru", "Senedd", ".wales", ".cymru")
_ENGLAND_HINTS = ("England", "Department of Health", "NHS ", "england.nhs")
_UK_HINTS = ("UK", "United Kingdom", "England and")


def _mentions(pattern: re.Pattern[str], hints: tuple[str, ...], text: str, least: int = 1) -> int:
    """Return how often the nation is named, 0 where it is fewer than `least` times."""
    # every mention holds one of the hints
    found = len(pattern.findall(text)) if sum(map(text.count, hints)) >= least else 0
    return found if found >= least else 0


def nation_of(title: str, text: str = "") -> str:
    """Return the nation a document names as its own, or "" where it does not say clearly.

    Parameters
    ----------
    title : str
        Decides alone where it names one nation.
    text : str, optional
        The document; counts only where one nation clearly outweighs the other, first in its
        opening, then in the whole.

    Examples
    --------
    >>> nation_of("Health and Social Care (Wales) Act 2025"), nation_of("A plan for England")
    ('wales', 'england')
    >>> nation_of("Guidance for England and Wales"), nation_of("Guidance")
    ('uk', '')
    """
    if re.search(r"\bEngland and Wales\b|\bLloegr a Chymru\b", title):
        return "uk"
    for part, least in ((title, 1), (text[:6000], 2), (text[:400_000], 5)):
        wales = _mentions(_WALES, _WALES_HINTS, part)
        england = _mentions(_ENGLAND, _ENGLAND_HINTS, part)
        if least > 1 and _mentions(_UK, _UK_HINTS, part, 3) > max(wales, england):
            return "uk"
        if wales >= least and wales >= 3 * england:
            return "wales"
        if england >= least and england >= 3 * wales:
            return "england"
    return ""


_CONTENTS = re.compile(r"(?:table of )?contents?(?: page)?|cynnwys|tabl cynnwys|content list|in this document", re.I)
_LEADER = re.compile(r"(?:\.\s?){4,}\s*\d*$|\s\d{1,3}$|\t\d{1,3}$")


def without_contents(blocks: Sequence[Block]) -> tuple[list[Block], int]:
    """Leave out lists of contents; return the rest and how many lines were left out.

    A list begins at a heading such as "Contents" and ends at the first block that is long, or
    that repeats its first entry (the heading it pointed at).
    """
    kept: list[Block] = []
    dropped = 0
    place = 0
    while place < len(blocks):
        block = blocks[place]
        if not (len(block.text) < 40 and _CONTENTS.fullmatch(block.text.strip(" :."))):
            kept.append(block)
            place += 1
            continue
        place += 1
        dropped += 1
        first = ""
        seen = 0
        while place < len(blocks):
            entry = blocks[place]
            text = _LEADER.sub("", entry.text).strip(" .").casefold()
            if len(entry.text.split()) > 25 or (first and text == first) or seen > 300:
                break
            # a heading that no page number follows opens the text
            if entry.kind == "heading" and not _LEADER.search(entry.text):
                break
            first = first or text
            seen += 1
            place += 1
        dropped += seen
    return kept, dropped


def contents_note(dropped: int, file: str) -> list[Problem]:
    """Say that a list of contents was left out, as a note."""
    if not dropped:
        return []
    return [
        Problem(
            code="contents-dropped",
            message=f"{dropped} lines of a list of contents were left out",
            mend="nothing to do",
            severity="note",
            file=file,
        )
    ]


class Outline:
    """The headings above the present place.

    Examples
    --------
    >>> outline = Outline()
    >>> outline.enter("Part 1", 1); outline.enter("Duties", 2); outline.section
    'Part 1 > Duties'
    >>> outline.enter("Part 2", 1); outline.section
    'Part 2'
    """

    def __init__(self) -> None:
        self._stack: list[tuple[int, str]] = []
        self.section = ""
        """All headings above, joined by " > "."""

    def enter(self, heading: str, level: int) -> None:
        """Go below `heading`; headings of its level and deeper are left."""
        while self._stack and self._stack[-1][0] >= level:
            self._stack.pop()
        self._stack.append((level, squash(heading)))
        self.section = " > ".join(text for _, text in self._stack)


_DECIMAL = re.compile(r"(\d{1,3}(?:\.\d{1,3}){1,4}|\d{1,3}(?=[.)]))[.)]?\s+(?=\S)")
_SECTION = re.compile(r"(\d{1,3}[A-Z]{0,2})\.?\s?[—–-]\s?\((\d{1,3}[A-Z]?)\)\s*(?=\S)")
_BRACKET = re.compile(r"\((\d{1,3}[A-Z]?|[a-z]{1,2}|[ivxl]{1,5})\)\s*(?=\S)")
_LETTER = re.compile(r"([a-z]|[ivx]{2,4})[.)]\s+(?=\S)")
_BULLET = re.compile(r"(?:[•●▪■○◦‣⁃·∙❖➢►–—*+-]|[\uf0b7\uf0a7\uf02d\uf0d8]|o(?=\s))\s+(?=\S)")


class Numbering:
    """Reads printed numbers at the start of paragraphs and keeps their path.

    Examples
    --------
    >>> numbering = Numbering()
    >>> numbering.read("3.2 The team must-"), numbering.read("(a) meet;"), numbering.read("(b) act:")
    (('3.2', 'The team must-', 'paragraph'), ('3.2(a)', 'meet;', 'list'), ('3.2(b)', 'act:', 'list'))
    >>> numbering.read("(i) at once"), numbering.read("(c) end."), numbering.read("• no number")
    (('3.2(b)(i)', 'at once', 'list'), ('3.2(c)', 'end.', 'list'), ('', 'no number', 'list'))
    """

    def __init__(self) -> None:
        self._path: list[tuple[str, str]] = []  # (rank, printed)

    def restart(self, base: str = "") -> None:
        """Forget the path, as at a new heading; `base` is a number the heading itself bears."""
        self._path = [("decimal", base)] if base else []

    def read(self, text: str) -> tuple[str, str, str]:
        """Return (number path, text without its number, block kind)."""
        if found := _BULLET.match(text):
            return "", text[found.end() :], "list"
        if found := _SECTION.match(text):
            self._path = [("decimal", found.group(1)), ("digit", found.group(2))]
            return f"{found.group(1)}({found.group(2)})", text[found.end() :], "paragraph"
        if found := _DECIMAL.match(text):
            self._path = [("decimal", found.group(1))]
            return found.group(1), text[found.end() :], "paragraph"
        found = _BRACKET.match(text) or _LETTER.match(text)
        if not found:
            return "", text, "paragraph"
        mark = found.group(1)
        self._step(mark)
        number = "".join(m if rank == "decimal" else f"({m})" for rank, m in self._path)
        kind = "paragraph" if mark[0].isdigit() else "list"
        return number, text[found.end() :], kind

    def _step(self, mark: str) -> None:
        ranks = ("decimal", "digit", "alpha", "roman")
        if mark[0].isdigit():
            rank = "digit"
        else:
            rank = "alpha"
            alpha = next((m for r, m in self._path if r == "alpha"), "")
            is_roman = re.fullmatch(r"[ivxl]+", mark) is not None
            # "(i)" opens a list below "(b)" but follows "(h)"
            follows = len(alpha) == 1 == len(mark) and ord(mark) == ord(alpha) + 1
            if is_roman and alpha and not follows and mark != alpha:
                rank = "roman"
        place = ranks.index(rank)
        self._path = [entry for entry in self._path if ranks.index(entry[0]) < place]
        self._path.append((rank, mark))


# "wil", "smal", and words that fell in two: "fol ow", "ef ect"
_LOST_WORDS = frozenset("wil il al ful wel smal cal shal skil skils tel stil sta".split())
_LOST_WORD = re.compile(rf"\b(?:{'|'.join(sorted(_LOST_WORDS))})\b(?!['’])")
_LOST_PAIR = re.compile(
    r"\b(?:fol ow\w*|col ab\w*|chal eng\w*|ef ect\w*|dif er\w*|suf ic\w*|ef ic\w*"
    r"|identi ed|speci c|de ne\w*|bene t\w*|ident ed)\b(?!['’])"
)
_LOST_HALVES = frozenset("fol col chal ef dif suf ident identi speci de bene".split())
_LOST_HINTS = _LOST_WORDS | _LOST_HALVES
_LOST_HINT = re.compile(rf"\b(?:{'|'.join(sorted(_LOST_HINTS))})\b")
# pairs whose first half is a common word: a pattern that begins with plain letters is found quickly
_LOST_COMMON = tuple(
    re.compile(rf"{pair}(?<=\b{pair}){more}\b(?!['’])")
    for pair, more in (("clinical y", ""), ("local y", ""), ("of er", r"\w*"))
)


def _lost_letters(texts: Sequence[str]) -> Counter[str]:
    """Count the words that lack letters; most documents have none, and each different word is looked at once."""
    text = "\n".join(texts)
    lost = Counter([part.casefold() for pattern in _LOST_COMMON for part in pattern.findall(text)])
    words = set(text.split())
    # only those with a stop or a hyphen hold one of the hints without being it
    if _LOST_HINTS.isdisjoint(words) and not _LOST_HINT.search("\n".join([w for w in words if not w.isalpha()])):
        return lost
    for word, n in Counter(text.split()).items():
        for part in _LOST_WORD.findall(word):
            lost[part] += n
    lost.update([part.casefold() for part in _LOST_PAIR.findall(text)])
    return lost


_TORN = re.compile(
    r"(?<![,;])\s(?:the|of|to|a|an|in|on|for|with|by|from|that|is|are|at|as|our|their|its|be|has|have|this)$"
)


def text_problems(blocks: Sequence[Block], file: str, *, order: bool = True) -> list[Problem]:
    """Say where the text of a document was damaged before it came to us.

    ``lost-ligatures``: "wil", "il -health", "chal enges" for will, ill-health, challenges.
    ``reading-order``: sentences run from one paragraph into another that is not the next; looked
    for only with `order`.
    """
    problems: list[Problem] = []
    body = [block.text for block in blocks if block.kind in ("paragraph", "list")]
    lost = _lost_letters(body)
    if sum(lost.values()) >= 5 and sum(lost.values()) > sum(len(text.split()) for text in body) / 1000:
        shown = ", ".join(f"“{word}” {n}" for word, n in sorted(lost.items(), key=lambda x: (-x[1], x[0]))[:4])
        problems.append(
            Problem(
                code="lost-ligatures",
                message=f"letters are missing where the original has ligatures ({shown}); the text is kept as it is",
                mend="add the original PDF, DOCX or web page in place of this conversion",
                file=file,
            )
        )
    if not order:
        return problems
    prose = [text for text in body if len(text.split()) >= 8]
    torn = sum(bool(_TORN.search(text)) for text in prose)
    if len(prose) >= 20 and torn >= 5 and torn > 0.04 * len(prose):
        problems.append(
            Problem(
                code="reading-order",
                message=f"{torn} of {len(prose)} paragraphs break off in mid-sentence: "
                "the columns of the original were probably read across",
                mend="add the original PDF in place of this conversion; quotations from it are unsafe",
                file=file,
            )
        )
    return problems


def document(
    source: Any,
    blocks: Sequence[Block],
    *,
    title: str,
    language: str = "",
    year: int | None = None,
    facets: Mapping[str, str] | None = None,
    extra: Mapping[str, str] | None = None,
    references: Sequence[Reference] = (),
    type: str = "",
    url: str = "",
    key: str = "",
    kind: str = "policy",
    authors: Sequence[str] = (),
) -> Record:
    """Return the one record of a document.

    The language is what the text shows, unless it shows none; the year is that of ``issued``
    where none is given. Empty facets are left out.
    """
    said = {name: squash(value) for name, value in (facets or {}).items() if value and squash(value)}
    body = [block.text for block in blocks if block.kind != "heading"]
    found = main_language(body, prior=language[:2].casefold())
    if year is None and said.get("issued"):
        year = year_of(said["issued"])
    return Record(
        kind=kind,
        title=squash(title),
        authors=tuple(authors),
        year=year,
        type=type or said.get("type", ""),
        language=found if found != "unknown" else language,
        url=url,
        key=key,
        references=tuple(references),
        blocks=tuple(_numbered_once(blocks)),
        facets=MappingProxyType(said),
        extra=MappingProxyType({k: squash(v) for k, v in (extra or {}).items() if v and squash(v)}),
        source_file=source.name,
        line=1,
    )


def _numbered_once(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        text = block.text
        # no white space but single spaces is printable
        if block.kind != "table" and (not text.isprintable() or "  " in text or text[:1] == " " or text[-1:] == " "):
            text = squash(text)
        if text:
            yield block if text is block.text else block._replace(text=text)


_HIGH_BYTES = bytes(range(128, 256))
_LOW_BYTES = bytes(byte for byte in range(32) if byte not in (9, 10, 12, 13))


def is_binary(data: bytes) -> bool:
    """Tell whether bytes are no text in any encoding.

    Examples
    --------
    >>> is_binary("Ŵyneb â café".encode()), is_binary(bytes(range(128, 256)))
    (False, True)
    """
    sample = data[:4096]
    if not sample or sample.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return False
    zeros = sample.count(0)
    if zeros > 0.4 * len(sample) / 2 and max(sample[0::2].count(0), sample[1::2].count(0)) > 0.9 * zeros:
        return False  # UTF-16 without a mark
    try:
        sample.decode("utf-8")
        return zeros > 0
    except UnicodeDecodeError as error:
        if error.start >= len(sample) - 4:
            return zeros > 0
    # Windows-1252 prose has few letters beyond ASCII; and hardly any control characters
    high = len(sample) - len(sample.translate(None, _HIGH_BYTES))
    low = len(sample) - len(sample.translate(None, _LOW_BYTES))
    return high > 0.25 * len(sample) or low > 0.02 * len(sample)


def guarded(
    read: Callable[[Any], Iterator[Record | Problem]],
) -> Callable[[Any], Iterator[Record | Problem]]:
    """Turn whatever goes wrong inside a reader into one Problem of severity ``error``."""

    @wraps(read)
    def safe(source: Any) -> Iterator[Record | Problem]:
        try:
            yield from read(source)
        except MetanarrativeError as error:
            yield Problem(code=error.code, message=error.message, mend=error.mend, severity="error", file=source.name)
        except Exception as error:  # noqa: BLE001 - a damaged file must cost no more than itself
            yield Problem(
                code="unreadable",
                message="the file is damaged or not what it seems "
                f"({type(error).__name__}: {squash(str(error))[:200]})",
                mend="open it in the program it comes from and save it again, or fetch it anew",
                severity="error",
                file=source.name,
            )

    return safe


def parse_xml(source: Any) -> tuple[Any, list[Problem]]:
    """Parse XML without entities, network or giant trees.

    Returns
    -------
    root : lxml element or None
    problems : list of Problem
        An ``error`` where nothing could be read, a ``warning`` where the rest of a damaged file
        was lost.
    """
    from lxml import etree

    options: dict[str, Any] = {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "dtd_validation": False,
        "huge_tree": False,
        "remove_comments": True,
        "remove_pis": True,
    }
    data = source.data
    try:
        return etree.fromstring(data, etree.XMLParser(**options)), []
    except (etree.XMLSyntaxError, ValueError) as error:
        first: Exception = error
    try:
        root = etree.fromstring(data, etree.XMLParser(recover=True, **options))
    except (etree.XMLSyntaxError, ValueError):
        root = None
    line = getattr(first, "lineno", None) or None
    where = f"line {line}: " if line else ""
    if root is None:
        return None, [
            Problem(
                code="bad-xml",
                message=f"not readable as XML ({where}{squash(str(first))[:160]})",
                mend="fetch or export the file again",
                severity="error",
                file=source.name,
                line=line,
            )
        ]
    return root, [
        Problem(
            code="bad-xml",
            message=f"damaged XML, read as far as possible ({where}{squash(str(first))[:160]})",
            mend="fetch or export the file again; text after that place may be missing",
            file=source.name,
            line=line,
        )
    ]


_ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>")


def sniff_xml_root(head: str) -> str:
    """Return the local name of the first element, or ""; each mark is looked at once.

    Examples
    --------
    >>> sniff_xml_root("<?xml version='1.0'?><!-- <b> --><!DOCTYPE a [<!ENTITY x 'y'>]><ns:a>")
    'a'
    """
    place = len(head) - len(head.lstrip("\ufeff \t\r\n"))
    while head.startswith("<", place):
        if head.startswith("<?", place):
            end = head.find(">", place) + 1
        elif head.startswith("<!--", place):
            end = head.find("-->", place) + 3
            end = 0 if end < 3 else end
        elif head.startswith("<!", place):
            found = _DOCTYPE.match(head, place)
            end = found.end() if found else head.find(">", place) + 1
        else:
            found = _ROOT.match(head, place)
            return found.group(1) if found else ""
        if not end:
            return ""
        place = end
        while place < len(head) and head[place].isspace():
            place += 1
    return ""
