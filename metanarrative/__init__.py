"""Map research traditions, tell their storylines, compare English and Welsh policy.

>>> import metanarrative as mn
>>> mn.__version__
'0.1.0'

Names are loaded when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from metanarrative.api import Project, doctor
    from metanarrative.errors import MetanarrativeError
    from metanarrative.model import Corpus, Decision, Problem, Record

_HOMES = {
    "Project": "metanarrative.api",
    "doctor": "metanarrative.api",
    "MetanarrativeError": "metanarrative.errors",
    "Corpus": "metanarrative.model",
    "Decision": "metanarrative.model",
    "Problem": "metanarrative.model",
    "Record": "metanarrative.model",
}

__all__ = ["Corpus", "Decision", "MetanarrativeError", "Problem", "Project", "Record", "__version__", "doctor"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'metanarrative' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
