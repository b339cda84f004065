"""Which tables there are, as ``schema.sql`` says, and which stage writes them."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from importlib.resources import files

SHARED_TABLES = ("problem", "run")


@lru_cache(maxsize=1)
def schema() -> str:
    """Return the text of ``schema.sql``."""
    return files("metanarrative").joinpath("schema.sql").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def schema_version() -> int:
    """Return a number that changes whenever the schema does (31 bits)."""
    return zlib.crc32(re.sub(r"--.*|\s+", " ", schema()).encode()) & 0x7FFFFFFF


@lru_cache(maxsize=1)
def tables_by_stage() -> dict[str, tuple[str, ...]]:
    """Return which stage writes which tables, as the headings of ``schema.sql`` say.

    Examples
    --------
    >>> tables_by_stage()["screen"]
    ('screening',)
    """
    found: dict[str, list[str]] = {}
    stage = ""
    for line in schema().splitlines():
        heading = re.match(r"-- (\w+)(?::|$)", line)
        if heading:
            stage = heading.group(1)
        elif line.startswith("-- all stages"):
            stage = ""
        table = re.match(r"CREATE TABLE (\w+)", line)
        if table and stage and table.group(1) not in SHARED_TABLES:
            found.setdefault(stage, []).append(table.group(1))
    return {stage: tuple(tables) for stage, tables in found.items()}


def statements(script: str) -> list[str]:
    """Return the statements of a script, without comments."""
    bare = re.sub(r"--[^\n]*", "", script)
    return [part.strip() for part in bare.split(";") if part.strip()]
