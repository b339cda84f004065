"""One writer at a time, who is named to the others."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from metanarrative.errors import LockedError, StoreError


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock file `path`; what it says names the holder.

    Raises
    ------
    LockedError
        If another process holds it.
    StoreError
        If it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"cannot write to the project: {error.strerror}",
            mend="check permissions and free space",
            where=str(path),
        ) from error
    with stream:
        if not _try_lock(stream):
            stream.seek(0)
            holder = stream.read(500).strip() or "another process"
            raise LockedError(
                f"the project is being written to by {holder}",
                mend="wait for it to finish, then try again",
            )
        try:
            stream.truncate(0)
            words = " ".join(Path(a.split("=")[0]).name for a in sys.argv[:4])  # an option's value may be a key
            stream.write(f"process {os.getpid()} ({words})")
            stream.flush()
            yield
        finally:
            stream.truncate(0)


def _try_lock(stream: Any) -> bool:
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            stream.seek(1000)  # a byte past the holder's name, so that others may read it
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
