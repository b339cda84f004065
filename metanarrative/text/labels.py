"""Screening labels that another tool left in an export: told when a file is added, heeded on request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

__all__ = ["label_of", "labels_told", "may_hold_label"]

_FIELDS = frozenset(
    {
        "included", "label", "label_included", "final_included", "asreview_label", "included_label",
        "asreview_relevant", "include", "relevant", "screening", "decision",
    }
)  # fmt: skip
_ROOTS = re.compile("inclu|label|relevant|screening|decision", re.IGNORECASE)
_IN = frozenset({"1", "1.0", "true", "yes", "y", "include", "included", "relevant"})
_OUT = frozenset({"0", "0.0", "false", "no", "n", "exclude", "excluded", "irrelevant", "not relevant"})


def label_of(extra: Mapping[str, Any]) -> bool | None:
    """Return the screening label an export carries: True, False, or None where there is none.

    Examples
    --------
    >>> label_of({"label_included": "0"}), label_of({"asreview_label": 1}), label_of({"notes": "1"})
    (False, True, None)
    """
    for name in sorted(filter(_is_label, extra)):
        value = str(extra[name]).strip().casefold()
        if value in _IN:
            return True
        if value in _OUT:
            return False
    return None


def may_hold_label(extra: str) -> bool:
    """Tell at one look whether a JSON text of columns can hold a label at all.

    Examples
    --------
    >>> may_hold_label('{"Final Included": "1"}'), may_hold_label('{"notes": "read twice"}')
    (True, False)
    """
    return _ROOTS.search(extra) is not None


def labels_told(included: int, excluded: int, *, heeded: bool) -> str:
    """Say what labels there are and what becomes of them.

    Examples
    --------
    >>> labels_told(2, 1, heeded=False)
    'screening labels: 1 excluded, 2 included; all stay in unless metanarrative.toml says [screen] use_labels = true'
    """
    told = f"screening labels: {excluded:,} excluded, {included:,} included"
    if heeded:
        return f"{told}; what is labelled excluded leaves the review ([screen] use_labels = true)"
    return f"{told}; all stay in unless metanarrative.toml says [screen] use_labels = true"


@lru_cache(maxsize=4096)  # the columns of a table are the same in every row
def _is_label(name: str) -> bool:
    return re.sub(r"\W+", "_", name.casefold()).strip("_") in _FIELDS
