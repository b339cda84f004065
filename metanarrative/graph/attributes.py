"""Layers of what works have in common besides text and references: the venue, the authors.

They are computed only where a setting asks for them, and weigh nothing unless another gives them a
weight: where works were published, and by whom, is often the very thing that a reviewer wants to
see fall out of the clusters, not to have put in.

References
----------
Perianes-Rodriguez, A., Waltman, L. & van Eck, N. J. (2016). Constructing bibliometric networks: a
comparison between full and fractional counting. Journal of Informetrics 10(4), 1178-1195.
doi:10.1016/j.joi.2016.10.006
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from metanarrative.text import family_name, fold

COMMON = 200
"""A venue or an author with more works than this is set aside: so much in common tells nothing."""

__all__ = ["COMMON", "author_key", "common_layer", "venue_key"]


def venue_key(venue: str) -> str:
    """Return a venue as it is compared: folded, without a leading article.

    Examples
    --------
    >>> venue_key("The British Journal of Psychiatry"), venue_key("British journal of psychiatry.")
    ('british journal of psychiatry', 'british journal of psychiatry')
    """
    return fold(venue).strip(" .").removeprefix("the ")


def author_key(author: str) -> str:
    """Return an author as compared: family name and first initial; the family name where no more is given.

    Two people may share a key, and one may have two: this is a hint, not an identity.

    Examples
    --------
    >>> author_key("Leamy, Mary"), author_key("Leamy M."), author_key("Mary Leamy"), author_key("Plato")
    ('leamy m', 'leamy m', 'leamy m', 'plato')
    """
    family = family_name(author)
    if "," in author:
        given = fold(author.split(",", 1)[1]).strip()
    else:
        words = fold(author).split()
        behind = len(words) > 1 and family_name(words[0]) == family
        given = words[-1] if behind else words[0] if len(words) > 1 else ""
    return f"{family} {given[:1]}".strip()


def common_layer(held: Sequence[Sequence[str]], *, most: int = COMMON) -> tuple[Any, int]:
    """Return Salton's cosine over what works have in common.

    Parameters
    ----------
    held : sequence of sequences of str, length n
        What each work has, such as the keys of its authors; "" is nothing.
    most : int
        What more works have is set aside.

    Returns
    -------
    layer : CSR matrix, shape (n, n)
        Symmetric, without a diagonal; works with nothing in common are not linked.
    n_common : int
        How many were set aside.

    Examples
    --------
    >>> layer, aside = common_layer([["a", "b"], ["a"], ["c"]])
    >>> layer.toarray().round(6).tolist()
    [[0.0, 0.707107, 0.0], [0.707107, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    from scipy.sparse import csr_matrix, diags

    n = len(held)
    names = sorted({name for own in held for name in own if name})
    column = {name: place for place, name in enumerate(names)}
    cells = sorted({(row, column[name]) for row, own in enumerate(held) for name in own if name})
    matrix = csr_matrix(
        (np.ones(len(cells)), ([r for r, _ in cells], [c for _, c in cells])), shape=(n, max(len(names), 1))
    )
    works = np.asarray(matrix.sum(axis=0)).ravel()
    length = np.sqrt(np.asarray(matrix.sum(axis=1)).ravel())
    inverse = np.divide(1.0, length, out=np.zeros(n), where=length > 0)
    shared = np.flatnonzero((works >= 2) & (works <= most))
    rows = (diags(inverse) @ matrix[:, shared]).tocsr()
    layer = (rows @ rows.T).tocsr()
    layer.setdiag(0)
    layer.data = np.round(layer.data, 6)
    layer.eliminate_zeros()
    layer.sort_indices()
    return layer, int((works > most).sum())
