"""Vectors of texts, kept by content hash, so that no text is embedded twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from metanarrative.store.files import replaced, writable, write_whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class VectorCache:
    """Vectors by content hash: shards of ``.npy`` and ``.ids``, only ever added to.

    A shard counts once both files stand under their final names, so a crash costs one shard.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _shards(self) -> list[Path]:
        return sorted(p for p in self.folder.glob("*.npy") if p.with_suffix(".ids").exists())

    def get(self, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors that are there, by hash."""
        import numpy as np

        wanted = set(hashes)
        found: dict[str, NDArray[np.float32]] = {}
        for shard in self._shards():
            try:
                ids = json.loads(shard.with_suffix(".ids").read_text(encoding="utf-8"))
                hits = [row for row, key in enumerate(ids) if key in wanted and key not in found]
                if hits:
                    matrix = np.load(shard, allow_pickle=False, mmap_mode="r")
                    for row in hits:
                        found[ids[row]] = np.array(matrix[row], dtype=np.float32)
            except (OSError, ValueError):
                continue  # a damaged shard is only a cache: its texts are embedded again
        return found

    def put(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Add vectors as one new shard."""
        import numpy as np

        if not vectors:
            return
        ids = sorted(vectors)
        matrix = np.stack([vectors[key] for key in ids]).astype(np.float32)
        name = hashlib.sha256("".join(ids).encode()).hexdigest()[:16]
        path = self.folder / f"{name}.npy"
        with writable(self.folder):
            with replaced(path) as stream:
                np.save(stream, matrix, allow_pickle=False)
            write_whole(path.with_suffix(".ids"), json.dumps(ids).encode())
