"""The hashes of input files, by which a step knows that something changed."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path


def hashes_of(paths: Sequence[Path], root: Path, cache_file: Path) -> dict[str, str]:
    """Return the SHA-256 of each file by its name below `root`, reusing those of unchanged files."""
    try:
        cache = json.loads(cache_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        cache = {}
    if not isinstance(cache, dict):
        cache = {}
    hashes: dict[str, str] = {}
    changed = False
    for path in paths:
        name = path.relative_to(root).as_posix()
        stat = path.stat()
        key = [stat.st_size, stat.st_mtime_ns]
        known = cache.get(name)
        if isinstance(known, list) and known[:2] == key and len(known) == 3:
            hashes[name] = known[2]
            continue
        try:
            with path.open("rb") as stream:
                hashes[name] = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            hashes[name] = f"unreadable: {error.strerror}"
            continue
        # a file touched within the last two seconds may change again inside one clock tick:
        # its hash is not kept, or that change would never be seen
        if time.time_ns() - stat.st_mtime_ns > 2_000_000_000:
            cache[name] = [*key, hashes[name]]
            changed = True
    if changed:
        try:
            cache_file.parent.mkdir(parents=True, exist_ok=True)
            temporary = cache_file.with_suffix(".tmp")
            temporary.write_text(json.dumps(cache, sort_keys=True), encoding="utf-8")
            temporary.replace(cache_file)
        except OSError:
            pass  # only a cache: without it the files are hashed again
    return hashes
