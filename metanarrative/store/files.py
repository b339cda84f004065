"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from metanarrative.errors import StoreError


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """Give a stream whose content becomes the file: beside its place, to the disk, then renamed."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    StoreError
        If it cannot be written; what was there before is as it was.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "new" / "a.txt"
    >>> write_whole(path, b"all of it")
    >>> path.read_bytes()
    b'all of it'
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replaced(path) as stream:
            stream.write(data)
    except OSError as error:
        raise StoreError(
            f"cannot write {path}: {error.strerror or error}", mend="check permissions and free space"
        ) from error


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Make `folder`, and turn what the disk refuses into words with a mend."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise StoreError(
            f"cannot write: {error.strerror or error}",
            mend="free some space or check permissions, then run the same command again; nothing is lost",
            where=str(folder),
        ) from error
