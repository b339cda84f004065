"""Verdicts of earlier runs, so that a database added later costs only its own pairs.

A verdict depends on nothing but what the two records say, on the rules (the stage's version) and on
the version of rapidfuzz: those make its key. The file is a cache: losing it costs time, never a result.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import numpy as np

from metanarrative.dedupe.entry import Entry
from metanarrative.dedupe.judge import Verdict, judge

__all__ = ["Memory", "digest"]

_SIZE = 16
_FIELDS = tuple(field.name for field in fields(Entry) if field.name != "id")


def digest(entry: Entry) -> bytes:
    """Return 16 bytes that stand for all a record says, its id aside.

    Examples
    --------
    >>> from metanarrative.dedupe.entry import make_entry
    >>> one = {"title": "Care planning", "year": 2012}
    >>> digest(make_entry({**one, "record_id": "a"})) == digest(make_entry({**one, "record_id": "b"}))
    True
    >>> digest(make_entry(one)) == digest(make_entry({**one, "volume": "3"}))
    False
    """
    parts = []
    for name in _FIELDS:
        value = getattr(entry, name)
        # the order of a set is not the same in every process
        parts.append(repr(sorted(value)) if isinstance(value, frozenset) else repr(value))
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=_SIZE).digest()


class Memory:
    """Judges pairs of entries, asking what was judged before.

    Parameters
    ----------
    known : mapping of bytes to Verdict, optional
        Of an earlier run, under the same rules.

    Attributes
    ----------
    fresh, remembered : int
        How many pairs were judged now, and how many were known.

    Examples
    --------
    >>> from metanarrative.dedupe.entry import make_entry
    >>> a, b = (make_entry({"record_id": i, "title": "Care planning in Wales", "year": 2012}) for i in "ab")
    >>> first = Memory(); again = Memory()
    >>> again = Memory(dict(first.judged)) if first.judge(a, b) else again
    >>> again.judge(a, b) == judge(a, b), again.fresh, again.remembered
    (True, 0, 1)
    """

    def __init__(self, known: Mapping[bytes, Verdict] | None = None) -> None:
        self.known = known or {}
        self.judged: dict[bytes, Verdict] = {}
        self.fresh = self.remembered = 0
        self._digests: dict[str, bytes] = {}

    def judge(self, a: Entry, b: Entry) -> Verdict:
        """Return the verdict on a pair, from memory where it was judged before."""
        key = hashlib.blake2b(self._digest(a) + self._digest(b), digest_size=_SIZE).digest()
        verdict = self.known.get(key)
        if verdict is None:
            verdict = judge(a, b)
            self.fresh += 1
        else:
            self.remembered += 1
        self.judged[key] = verdict
        return verdict

    def _digest(self, entry: Entry) -> bytes:
        found = self._digests.get(entry.id)
        if found is None:
            found = self._digests[entry.id] = digest(entry)
        return found

    @classmethod
    def load(cls, path: Path, rules: str) -> Memory:
        """Return what an earlier run left in `path` under the same rules; nothing where that cannot be read."""
        if not path.is_file():
            return cls()
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as held:
                if held["rules"].item() != rules:
                    return cls()
                pairs = held["pairs"].tobytes()
                said = json.loads(held["said"].tobytes())
                verdicts = zip(
                    said["verdict"], held["score"].tolist(), said["reason"], held["hard"].tolist(), strict=True
                )
                keys = (pairs[start : start + _SIZE] for start in range(0, len(pairs), _SIZE))
                return cls({key: Verdict(*verdict) for key, verdict in zip(keys, verdicts, strict=True)})
        except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile):
            return cls()

    def save(self, path: Path, rules: str) -> None:
        """Leave the pairs of this run in `path`, in place of those of the run before; a full disk is no error."""
        if not self.fresh and len(self.judged) == len(self.known):
            return
        rows = sorted(self.judged.items())
        said = {"verdict": [v.verdict for _, v in rows], "reason": [v.reason for _, v in rows]}
        new = path.with_suffix(".tmp")
        try:
            with new.open("wb") as stream:
                np.savez(
                    stream,
                    rules=np.array(rules),
                    pairs=np.frombuffer(b"".join(pair for pair, _ in rows), dtype=np.uint8),
                    score=np.array([v.score for _, v in rows], dtype=np.float64),
                    hard=np.array([v.hard for _, v in rows], dtype=bool),
                    said=np.frombuffer(json.dumps(said).encode(), dtype=np.uint8),
                )
            new.replace(path)
        except OSError:
            return
