"""Numbers with their nouns, for messages and pages."""

from __future__ import annotations

__all__ = ["counted"]


def counted(n: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "work"), counted(1200, "work"), counted(2, "body", "bodies")
    ('1 work', '1,200 works', '2 bodies')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"
