"""What stands around every piece of SQL: quoted names, and errors told with a mend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from metanarrative.errors import StoreError


def quoted(name: str) -> str:
    """Return the name of a table or column as SQL takes any name."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def mended(file: Path) -> Iterator[None]:
    """Turn database errors into words with a mend."""
    from sqlalchemy import exc

    try:
        yield
    except exc.OperationalError as error:
        text = str(error.orig)
        if "full" in text:
            mend = "free some space and run the same command again; nothing that was there is lost"
        elif "readonly" in text or "unable to open" in text:
            mend = "check that you may write to the project folder"
        elif "locked" in text:
            mend = "wait until the other command has finished"
        else:
            mend = f"delete {file.parent} and run again: it holds only derived results"
        raise StoreError(f"the store cannot be used: {text}", mend=mend, where=str(file)) from error
    except exc.DatabaseError as error:
        if isinstance(error, (exc.IntegrityError, exc.ProgrammingError, exc.InterfaceError)):
            raise
        raise StoreError(
            f"the store is damaged: {error.orig}",
            mend=f"delete {file.parent} and run again: it holds only derived results",
            where=str(file),
        ) from error
