"""Similarity of two items from how often they occur and occur together.

Every measure is given for numbers and arrays alike: ``c`` co-occurrences, ``s_i`` and ``s_j``
occurrences of each (or total link weights: say which, they rank pairs differently). The sparse
functions at the end work on whole networks.

References
----------
van Eck, N. J. & Waltman, L. (2009). How to normalize cooccurrence data? JASIST 60(8), 1635-1651.
doi:10.1002/asi.21075
Perianes-Rodriguez, A., Waltman, L. & van Eck, N. J. (2016). Constructing bibliometric networks: a
comparison between full and fractional counting. Journal of Informetrics 10(4), 1178-1195.
doi:10.1016/j.joi.2016.10.006
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from metanarrative.errors import UsageError

Number = TypeVar("Number", float, NDArray[np.float64])

METHODS = ("association", "salton", "jaccard", "equivalence", "inclusion", "dice", "fractionalisation", "none")


def _share(over: Any, under: Any) -> Any:
    """Divide; 0 where there is nothing to divide by."""
    over, under = np.asarray(over, dtype=np.float64), np.asarray(under, dtype=np.float64)
    result = np.divide(over, under, out=np.zeros(np.broadcast(over, under).shape), where=under > 0)
    return float(result) if result.ndim == 0 else result


def association_strength(c: Number, s_i: Number, s_j: Number) -> Number:
    """Return c / (s_i s_j), the proximity index or probabilistic affinity.

    Examples
    --------
    >>> association_strength(6.0, 10.0, 15.0)
    0.04
    """
    return _share(c, np.multiply(s_i, s_j))  # type: ignore[no-any-return]


def salton(c: Number, s_i: Number, s_j: Number) -> Number:
    """Return c / sqrt(s_i s_j): Salton's cosine, for sets Ochiai's coefficient; 0 to 1.

    Examples
    --------
    >>> round(salton(6.0, 10.0, 15.0), 6)
    0.489898
    """
    return _share(c, np.sqrt(np.multiply(s_i, s_j)))  # type: ignore[no-any-return]


def jaccard(c: Number, s_i: Number, s_j: Number) -> Number:
    """Return c / (s_i + s_j - c); 0 to 1.

    Examples
    --------
    >>> round(jaccard(6.0, 10.0, 15.0), 6)
    0.315789
    """
    return _share(c, np.add(s_i, s_j) - c)  # type: ignore[no-any-return]


def equivalence(c: Number, s_i: Number, s_j: Number) -> Number:
    """Return c^2 / (s_i s_j), Callon's equivalence index, the square of Salton's cosine; 0 to 1.

    Examples
    --------
    >>> equivalence(6.0, 10.0, 15.0)
    0.24
    """
    return _share(np.multiply(c, c), np.multiply(s_i, s_j))  # type: ignore[no-any-return]


def inclusion(c: Number, s_i: Number, s_j: Number) -> Number:
    """Return c / min(s_i, s_j), Simpson's coefficient; 0 to 1.

    Examples
    --------
    >>> inclusion(6.0, 10.0, 15.0)
    0.6
    """
    return _share(c, np.minimum(s_i, s_j))  # type: ignore[no-any-return]


def dice(c: Number, s_i: Number, s_j: Number) -> Number:
    """Return 2c / (s_i + s_j); 0 to 1.

    Examples
    --------
    >>> dice(6.0, 10.0, 15.0)
    0.48
    """
    return _share(np.multiply(2.0, c), np.add(s_i, s_j))  # type: ignore[no-any-return]


def hybrid_angle(first: Number, second: Number, share: float) -> Number:
    """Return the cosine of the weighed mean of two angles: a hybrid of two cosines.

    ``cos(share * arccos(first) + (1 - share) * arccos(second))``. Unlike a mean of cosines it does
    not depend on which of the two spreads wider. The mix of a project is linear over normalised rows,
    which was measured better; this is for networks of one's own.

    Parameters
    ----------
    first, second : float or ndarray, 0 to 1
    share : float, 0 to 1
        Weight of the first.

    References
    ----------
    Glänzel, W. & Thijs, B. (2011). Using core documents for the representation of clusters and topics.
    Scientometrics 88(1), 297-309. doi:10.1007/s11192-011-0347-4

    Examples
    --------
    >>> [round(hybrid_angle(0.2, 0.6, share), 6) for share in (0, 0.125, 0.5, 0.875, 1)]
    [0.6, 0.554892, 0.409978, 0.253818, 0.2]
    """
    one, other = (np.arccos(np.clip(np.asarray(value, dtype=np.float64), -1, 1)) for value in (first, second))
    result = np.cos(share * one + (1 - share) * other)
    return float(result) if result.ndim == 0 else result  # type: ignore[return-value]


def observed_over_expected(network: Any) -> Any:
    """Return association strength in its other reading: a_ij / (k_i k_j / 2m).

    Parameters
    ----------
    network : sparse matrix, shape (n, n)
        Symmetric; k are row sums and 2m their total. The diagonal is left out.

    Returns
    -------
    CSR matrix, shape (n, n)
        1 where a link is as strong as chance would make it.
    """
    plain = _without_diagonal(network)
    degree = np.asarray(plain.sum(axis=1)).ravel()
    total = float(degree.sum())
    links = plain.tocoo()
    links.data = _array(_share(links.data * total, degree[links.row] * degree[links.col]))
    return links.tocsr()


def fractionalisation(network: Any) -> Any:
    """Return a_ij (n/k_i + n/k_j) / 2, with n the number of nodes and k row sums.

    Parameters
    ----------
    network : sparse matrix, shape (n, n)
        Symmetric.
    """
    plain = _without_diagonal(network)
    n = plain.shape[0]
    degree = np.asarray(plain.sum(axis=1)).ravel()
    links = plain.tocoo()
    links.data = links.data * n * (_array(_share(1.0, degree[links.row])) + _array(_share(1.0, degree[links.col]))) / 2
    return links.tocsr()


def normalise(network: Any, method: str, *, occurrences: NDArray[np.float64] | None = None) -> Any:
    """Normalise a co-occurrence network.

    Parameters
    ----------
    network : sparse matrix, shape (n, n)
        Symmetric co-occurrence counts.
    method : {"association", "salton", "jaccard", "equivalence", "inclusion", "dice", \
"fractionalisation", "none"}
    occurrences : ndarray of float64, shape (n,), optional
        Occurrences of each item. Where they are not given, ``association`` is observed over
        expected link weight, and the others use total link weights.

    Returns
    -------
    CSR matrix, shape (n, n)
        Without a diagonal.

    Raises
    ------
    UsageError
        If `method` is unknown.
    """
    if method not in METHODS:
        raise UsageError(f"no normalisation is called {method!r}", mend=f"known: {', '.join(METHODS)}")
    plain = _without_diagonal(network)
    if method == "none":
        return plain
    if method == "fractionalisation":
        return fractionalisation(plain)
    if method == "association" and occurrences is None:
        return observed_over_expected(plain)
    totals = np.asarray(plain.sum(axis=1)).ravel() if occurrences is None else np.asarray(occurrences, np.float64)
    measure = {
        "association": association_strength, "salton": salton, "jaccard": jaccard,
        "equivalence": equivalence, "inclusion": inclusion, "dice": dice,
    }[method]  # fmt: skip
    links = plain.tocoo()
    links.data = _array(measure(links.data, totals[links.row], totals[links.col]))
    return links.tocsr()


def coupling_counts(incidence: Any, *, fractional: bool = False) -> Any:
    """Return bibliographic coupling of the rows of a document-by-reference matrix.

    Parameters
    ----------
    incidence : sparse matrix, shape (n documents, m references)
        Non-zero where a document cites a reference. For co-citation give its transpose.
    fractional : bool
        False counts shared references. True lets every citing action weigh 1 in total: a
        reference with r citing documents gives each pair 1/(r-1). Sums over a row are then the
        number of the document's references that another one shares.

    Returns
    -------
    CSR matrix, shape (n, n)
        Without a diagonal. Memory is the number of coupled pairs: for large corpora use
        :func:`metanarrative.graph.layers.coupling_layer`, which keeps the strongest only.
    """
    from scipy.sparse import csr_matrix, diags

    binary = csr_matrix(incidence, dtype=np.float64, copy=True)
    binary.data[:] = 1.0
    if fractional:
        cited = np.asarray(binary.sum(axis=0)).ravel()
        # a reference that one document cites couples nothing
        weight = np.divide(1.0, cited - 1, out=np.zeros_like(cited), where=cited > 1)
        return _without_diagonal(binary @ diags(weight) @ binary.T)
    return _without_diagonal(binary @ binary.T)


def _array(value: Any) -> NDArray[np.float64]:
    return np.atleast_1d(np.asarray(value, dtype=np.float64))


def _without_diagonal(network: Any) -> Any:
    from scipy.sparse import coo_matrix

    links = coo_matrix(network)
    keep = (links.row != links.col) & (links.data != 0)
    parts = (links.data[keep].astype(np.float64), (links.row[keep], links.col[keep]))
    return coo_matrix(parts, shape=links.shape).tocsr()
