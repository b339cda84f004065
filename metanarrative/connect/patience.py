"""Asking for one entry after another: one that the service fails on costs only itself."""

from __future__ import annotations

from collections.abc import Callable

from metanarrative.connect.harvest import Harvest
from metanarrative.connect.http import Answer, Client, Refused
from metanarrative.errors import NetworkError
from metanarrative.model import Problem

__all__ = ["Patience"]

MOST_UNANSWERED = 3
"""So many entries in a row that the service fails on: then the service is down, not the entry."""


class Patience:
    """A client that goes on with the next entry where the service fails on one."""

    def __init__(self, client: Client, harvest: Harvest) -> None:
        self._client = client
        self._harvest = harvest
        self._unanswered = 0

    def ask(
        self,
        path: str,
        *,
        subject: str,
        shown: str = "",
        accept: str = "application/json",
        check: Callable[[bytes], object] | None = None,
    ) -> Answer | None:
        """Return the answer for `path`, or None where there is none, which is then listed.

        Parameters
        ----------
        path : str
        subject : str
            The entry that is asked for.
        shown : str, optional
            How people are told of it; as `subject` by default.
        accept, check
            As in :meth:`Client.get`.

        Raises
        ------
        NetworkError
            If the service fails on several entries in a row, or will not answer us at all.
        """
        try:
            answer = self._client.get(path, accept=accept, check=check)
        except NetworkError as error:
            self._unanswered += 1
            refused = isinstance(error, Refused) and error.status in (401, 403)
            if refused or self._unanswered >= MOST_UNANSWERED:
                raise
            self._harvest.tell(
                Problem(
                    "no-answer",
                    f"{shown or subject}: {error.message}",
                    "type the same command again later",
                    "error",
                    subject=subject,
                )
            )
            return None
        self._unanswered = 0
        return answer
