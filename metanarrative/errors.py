"""One tree of errors: each says what happened, where, and how to mend it.

The command line turns an error into its exit code (``exit_code``); see the table in
``docs/cli.md``. In Python, ``.code``, ``.mend`` and ``.where`` carry the same words.
"""

from __future__ import annotations


class MetanarrativeError(Exception):
    """Something a person can mend.

    Parameters
    ----------
    message : str
        What went wrong, in one sentence.
    mend : str, optional
        What to do about it: a command to type, or a change to make.
    where : str, optional
        ``file:line``, a record id or a setting's name.

    Examples
    --------
    >>> error = SettingError("seed must be 0 or more", mend="set seed = 1", where="metanarrative.toml")
    >>> error.code, error.exit_code, error.mend
    ('setting', 2, 'set seed = 1')
    """

    code = "failed"
    exit_code = 1

    def __init__(self, message: str, *, mend: str = "", where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message

    def to_dict(self) -> dict[str, str]:
        """Return the error as the ``--json`` envelope shows it."""
        return {
            "code": self.code,
            "message": self.message,
            "mend": self.mend,
            "where": self.where,
        }


class UsageError(MetanarrativeError, ValueError):
    """The call itself is wrong: an unknown name, a value out of range."""

    code = "usage"
    exit_code = 2


class SettingError(UsageError):
    """A setting in ``metanarrative.toml`` or an option is unknown or out of range."""

    code = "setting"


class DecisionError(UsageError):
    """A decision cannot be taken: unknown subject, or it contradicts another."""

    code = "decision"


class StepMissingError(MetanarrativeError, LookupError):
    """An earlier step has not run, or there is no project here."""

    code = "step-missing"
    exit_code = 3


class ReadError(MetanarrativeError, ValueError):
    """A file could not be read at all."""

    code = "unreadable"
    exit_code = 4


class ModelMissingError(MetanarrativeError, ImportError):
    """An optional package, a model or the network is needed and absent."""

    code = "model-missing"
    exit_code = 6


class NetworkError(ModelMissingError):
    """A service outside this machine is needed and cannot be asked: offline, unreachable, refusing."""

    code = "network"


class CheckError(MetanarrativeError):
    """A check that was asked for did not pass."""

    code = "check-failed"
    exit_code = 7


class LockedError(MetanarrativeError, RuntimeError):
    """Another process is writing to this project."""

    code = "locked"


class StoreError(MetanarrativeError, OSError):
    """The derived store cannot be read or written (disk full, read-only, damaged)."""

    code = "store"


class MisalignedError(MetanarrativeError, ValueError):
    """Ids, texts and arrays that should share their first axis do not."""

    code = "misaligned"
