"""What reStructuredText adds to plain text: fields, directives, comments, roles and marks inside lines.

Takes the lines of a file; gives its fields and the lines as plain text. What a directive says to a
reader (a note, a quotation, a caption) is kept, what it says to a program (an image's width, a table
of contents, a comment) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from metanarrative.text import squash

__all__ = ["looks_like_rst", "plain_lines"]

_FIELD = re.compile(r"\s*:([A-Za-z][\w -]{0,40}):(?:\s+(.*))?")
_DIRECTIVE = re.compile(r"(\s*)\.\. (?:\|[^|]{1,80}\| )?([a-z][\w-]{0,30})::(?:\s+(.*))?")
_EXPLICIT = re.compile(r"(\s*)\.\.(?:\s+(.*))?$")
_FOOTNOTE = re.compile(r"\[(?:#?[\w-]{0,40}|\*)\]\s+(.*)")
_SILENT_NAMES = """
class contents default-role highlight image include index only raw role sectnum tocdepth toctree
"""
_SILENT = frozenset(_SILENT_NAMES.split())
_NOTES = frozenset("attention caution danger error hint important note seealso tip warning".split())
_FIRST_FIELDS = 40
"""Lines in which the fields that describe a document stand."""


def looks_like_rst(lines: Sequence[str], name: str) -> bool:
    """Tell whether a text uses reStructuredText.

    Examples
    --------
    >>> looks_like_rst([".. note:: Recording unclear"], "a.txt"), looks_like_rst(["A note: unclear"], "a.txt")
    (True, False)
    """
    if name.casefold().endswith(".rst"):
        return True
    return any(_DIRECTIVE.fullmatch(line) for line in lines[:400]) or any(
        _FIELD.fullmatch(line) for line in lines[:_FIRST_FIELDS]
    )


def plain_lines(lines: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Return the fields of a text (in lower case) and its lines without markup.

    Examples
    --------
    >>> fields, lines = plain_lines(
    ...     ["Interview", "=========", ":Date: 2012-05-03", "", ".. note:: Unclear", "", "**I:** How is `it <x>`_?"]
    ... )
    >>> fields, lines
    ({'date': '2012-05-03'}, ['Interview', '=========', '', 'Note: Unclear', '', 'I: How is it?'])
    """
    fields: dict[str, str] = {}
    kept: list[str] = []
    key = ""  # the field whose value may go on
    hidden: int | None = None  # indent of a comment, or of what only programs read
    options: int | None = None  # indent of a directive whose options may follow
    for place, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if hidden is not None:
            if not line.strip() or indent > hidden:
                if found := _FIELD.fullmatch(line):
                    fields.setdefault(_key(found.group(1)), found.group(2) or "")
                continue
            hidden = None
        if key and line.strip() and indent:
            fields[key] = squash(f"{fields[key]} {line}")
            continue
        key = ""
        if found := _DIRECTIVE.fullmatch(line):
            name, words = found.group(2), found.group(3) or ""
            options = len(found.group(1))
            if name == "meta":
                hidden, options = options, None
            elif name == "figure":
                kept.append("")
            elif name in _SILENT:
                hidden, options = options, None
                kept.append("")
            else:
                said = f"{name.capitalize()}: {words}" if name in _NOTES and words else words
                kept.append(_inline(said))
            continue
        if found := _EXPLICIT.fullmatch(line):
            note = _FOOTNOTE.fullmatch(found.group(2) or "")
            if note:
                kept.append(_inline(note.group(1)))
            else:
                hidden = len(found.group(1))  # a comment, or the target of a link
                kept.append("")
            continue
        field = _FIELD.fullmatch(line)
        if field and options is not None and indent > options:
            continue
        options = options if line.strip() and options is not None and indent > options else None
        if field and place < _FIRST_FIELDS and not indent:
            key = _key(field.group(1))
            fields[key] = field.group(2) or ""
            continue
        kept.append(_inline(line) if line.strip() else "")
    return fields, kept


def _key(name: str) -> str:
    return re.sub(r"[ -]+", "_", name.strip()).casefold()


def _inline(line: str) -> str:
    """Return a line without marks; `text <address>`_ leaves its text."""
    line = re.sub(r"::\s*$", ":", line)
    if not any(mark in line for mark in "*`_"):
        return line
    line = re.sub(r":[a-z][\w:-]{0,40}:`([^`]*)`", r"\1", line)
    line = re.sub(r"`([^`<]*?)\s*<[^`>]*>`_{0,2}", r"\1", line)
    line = re.sub(r"``([^`]+)``", r"\1", line)
    line = re.sub(r"`([^`]+)`_{0,2}", r"\1", line)
    line = re.sub(r"(?<![\w*])(\*\*?)(?=[^\s*])([^*]+?)(?<=\S)\1(?![\w*])", r"\2", line)
    return re.sub(r"\s?\[(?:#[\w-]{0,40}|\d{1,3}|\*)\]_", "", line)
