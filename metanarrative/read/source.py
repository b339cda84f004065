"""One input file: its bytes, its text and the encoding that was recognised.

A byte-order mark decides; then valid UTF-8; then UTF-16 without a mark (every other byte zero);
then, line by line, UTF-8 where a line is valid and Windows-1252 where it is not. The choice is
never silent: anything but plain UTF-8 becomes a note or a warning.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from metanarrative.errors import ReadError
from metanarrative.model import Problem
from metanarrative.read.fields import plain_text

MAX_BYTES = 2 * 1024**3
"""Larger single files are refused: no export is that large, a decompression bomb is."""

# five bytes are unassigned in Windows-1252: kept as Latin-1 controls, losing nothing
_CP1252 = "".join(bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in range(256))

PIECE = 16 * 1024**2
"""Larger text files are read in pieces of about this size (bytes)."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_PACKED = (b"%PDF-", b"PK\x03\x04")  # PDF; Word, Excel and other archives


class Source:
    """A file as readers see it.

    Parameters
    ----------
    path : Path
        Where the bytes are.
    name : str, optional
        How messages and records call it; the path as given by default.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.ris").write_bytes("TI  - caf\\u00e9".encode("cp1252"))
    >>> source = Source(folder / "a.ris", name="a.ris")
    >>> source.text, source.encoding
    ('TI  - café', 'cp1252')
    """

    def __init__(self, path: Path, *, name: str = "") -> None:
        self.path = Path(path)
        self.name = name or str(path)
        self._streamed: tuple[str, int] | None = None  # encoding and odd lines of a file read in pieces

    @cached_property
    def size(self) -> int:
        """Size in bytes."""
        try:
            return self.path.stat().st_size
        except OSError as error:
            raise self._unreadable(error) from error

    def head(self, n: int = 65536) -> bytes:
        """Return the first `n` bytes."""
        try:
            with self.path.open("rb") as stream:
                return stream.read(n)
        except OSError as error:
            raise self._unreadable(error) from error

    @cached_property
    def data(self) -> bytes:
        """All bytes."""
        if self.size > MAX_BYTES:
            raise ReadError(
                f"the file has {self.size / 1024**3:.1f} GB; single files over {MAX_BYTES // 1024**3} GB are not read",
                mend="split the export into several files",
                where=self.name,
            )
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise self._unreadable(error) from error

    @cached_property
    def sha256(self) -> str:
        """Hash of all bytes, hexadecimal."""
        if self.size <= PIECE:
            return hashlib.sha256(self.data).hexdigest()
        try:
            with self.path.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise self._unreadable(error) from error

    @cached_property
    def _decoded(self) -> tuple[str, str, int]:
        return decode(self.data)

    def pieces(self, start: re.Pattern[str], *, size: int = PIECE) -> Iterator[tuple[int, str]]:
        """Yield the text in pieces that end where an entry begins, so that large files stream.

        Parameters
        ----------
        start : pattern, multi-line
            Matches at the beginning of an entry.
        size : int
            Files up to this many bytes come as one piece.

        Yields
        ------
        line : int
            Number of the piece's first line, from 1.
        text : str
            Line ends are ``\\n``; control characters are spaces.
        """
        if self._is_whole(size):
            yield 1, self.plain
            return
        line, left = 1, ""
        for text in self.texts(size=size):
            text = left + plain_text(text)
            cut = _last_start(text, start)
            left = text[cut:]
            if cut:
                yield line, text[:cut]
                line += text.count("\n", 0, cut)
        if left:
            yield line, left

    def texts(self, *, size: int = PIECE) -> Iterator[str]:
        """Yield the text as it is in pieces of about `size` bytes, cut at line ends where there are any.

        Files up to `size` bytes, and those in UTF-16 or UTF-32, come as one piece.
        """
        if self._is_whole(size):
            yield self.text
            return
        odd, kinds = 0, set()
        for block in self._blocks(size):
            text, encoding, odd_lines = decode(block)
            odd += odd_lines
            if not text.isascii():
                kinds.add(encoding)
            yield text
        kinds.discard("utf-8-sig")
        self._streamed = (
            "utf-8" if kinds <= {"utf-8"} else "cp1252" if kinds == {"cp1252"} else "mixed",
            odd,
        )

    def _is_whole(self, size: int) -> bool:
        wide = tuple(mark for mark, _ in _MARKS[1:])
        return self.size <= size or self.head(4).startswith(wide) or b"\0" in self.head(4096)

    def _blocks(self, size: int) -> Iterator[bytes]:
        if self.size > MAX_BYTES:
            _ = self.data  # refuses, with its message
        try:
            with self.path.open("rb") as stream:
                left = b""
                while block := stream.read(size):
                    block = left + block
                    if not block.endswith(b"\n"):
                        block += stream.readline(size)
                    cut = _last_character(block)
                    left = block[cut:]
                    yield block[:cut]
                if left:
                    yield left
        except OSError as error:
            raise self._unreadable(error) from error

    @property
    def text(self) -> str:
        """All text, with line ends as they are and no byte-order mark."""
        return self._decoded[0]

    @cached_property
    def plain(self) -> str:
        """All text, with ``\\n`` line ends and control characters as spaces."""
        return plain_text(self.text)

    @property
    def encoding(self) -> str:
        """Name of the encoding that was recognised; ``mixed`` where lines differ."""
        return self._streamed[0] if self._streamed else self._decoded[1]

    @property
    def used_encoding(self) -> str:
        """The encoding, where anyone asked for the text; ``""`` for formats that are bytes."""
        return self.encoding if self._streamed or "_decoded" in self.__dict__ else ""

    def head_text(self, n: int = 65536) -> str:
        """Return about the first `n` bytes as text, for telling the kind."""
        head = self.head(n)
        if head.startswith(_PACKED):  # no text, so no encoding to look for line by line
            return head.decode("latin-1")
        return decode(head, partial=True)[0]

    def encoding_problems(self) -> list[Problem]:
        """Say what was recognised where it is not plain UTF-8."""
        encoding = self.encoding
        odd_lines = self._streamed[1] if self._streamed else self._decoded[2]
        if encoding in ("utf-8", "utf-8-sig", "ascii"):
            return []
        if encoding == "mixed":
            return [
                Problem(
                    code="mixed-encoding",
                    message=f"{odd_lines} lines are not UTF-8 and were read as Windows-1252",
                    mend="export again as UTF-8 if names or titles look wrong",
                    file=self.name,
                )
            ]
        return [
            Problem(
                code="encoding",
                message=f"read as {encoding}",
                mend="nothing to do if names and titles look right; else export as UTF-8",
                severity="note",
                file=self.name,
            )
        ]

    def _unreadable(self, error: OSError) -> ReadError:
        return ReadError(
            f"cannot be opened: {error.strerror or error}",
            mend="check that the file exists and that you may read it",
            where=self.name,
        )


def _last_character(block: bytes) -> int:
    """Return where a last character of UTF-8 begins that the end of `block` cuts off; else its length."""
    for back in range(1, min(4, len(block)) + 1):
        byte = block[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:  # a first byte; it says how many belong to it
            wanted = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(block) - back if wanted > back else len(block)
    return len(block)


def _last_start(text: str, start: re.Pattern[str]) -> int:
    """Return where the last entry of `text` begins, 0 where none does; looks from the end."""
    window = 65536
    while True:
        begin = max(0, len(text) - window)
        found = max((found.start() for found in start.finditer(text, begin)), default=0)
        if found or not begin:
            return found
        window *= 8


def decode(data: bytes, *, partial: bool = False) -> tuple[str, str, int]:
    """Decode `data`, recognising its encoding.

    Parameters
    ----------
    data : bytes
    partial : bool, default=False
        `data` may end in the middle of a character.

    Returns
    -------
    text : str
    encoding : str
        ``utf-8``, ``utf-8-sig``, ``utf-16``, ``utf-16-le``, ``utf-16-be``, ``utf-32``,
        ``cp1252`` or ``mixed``.
    odd_lines : int
        Lines read as Windows-1252 inside a file that is otherwise UTF-8.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), encoding, 0
    try:
        return data.decode("utf-8"), "utf-8", 0
    except UnicodeDecodeError as error:
        if partial and error.start >= len(data) - 4:
            return data[: error.start].decode("utf-8"), "utf-8", 0
    sample = data[:4096]
    if len(sample) >= 4:
        zeros_even, zeros_odd = sample[0::2].count(0), sample[1::2].count(0)
        half = len(sample) // 2
        if zeros_odd > 0.4 * half and zeros_even < 0.1 * half:
            return data.decode("utf-16-le", errors="replace"), "utf-16-le", 0
        if zeros_even > 0.4 * half and zeros_odd < 0.1 * half:
            return data.decode("utf-16-be", errors="replace"), "utf-16-be", 0
    parts: list[str] = []
    odd = multibyte = 0
    for line in data.splitlines(keepends=True):
        try:
            text = line.decode("utf-8")
            multibyte += not text.isascii()
        except UnicodeDecodeError:
            text = codecs.charmap_decode(line, "strict", _CP1252)[0]
            odd += 1
        parts.append(text)
    return "".join(parts), "mixed" if multibyte else "cp1252", odd
