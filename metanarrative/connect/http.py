"""Asking a service politely: spacing, retries, limits, and answers kept on disk until all are there.

Takes a path and parameters; gives the bytes of one answer. Nothing here knows what a service
says, only how to ask: one request at a time, never faster than its rate, again after a failure
with exponential back-off and jitter, and never earlier than ``Retry-After``. Answers wait below
``.metanarrative/http``, named by their address without keys, so that the same command goes on
where it was stopped.

References
----------
RFC 9110 (``Retry-After``, status codes); RFC 1952 (gzip).
"""

from __future__ import annotations

import email.utils
import hashlib
import http.client
import json
import os
import random
import re
import socket
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit, urlunsplit

from metanarrative import __version__
from metanarrative.errors import ModelMissingError, NetworkError, UsageError

__all__ = ["Answer", "Client", "Refused", "Service", "is_offline", "tidy"]

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_ABSENT = frozenset({404, 410})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Service:
    """Whom a connector asks, and how fast.

    Parameters
    ----------
    name : str
        Short: the connector's name.
    title : str
        For people.
    base : str
        Address that paths are added to; the environment variable `variable` overrides it.
    rate : float
        Most requests a second.
    licence : str
        Under which its answers may be shared.
    again : frozenset of int
        Further statuses that mean "later", beside the usual ones.
    keyless : str
        What to do where it will not answer without a key.
    """

    name: str
    title: str
    base: str
    rate: float
    licence: str
    again: frozenset[int] = frozenset()
    keyless: str = ""

    @property
    def variable(self) -> str:
        """Environment variable that overrides the address."""
        return f"METANARRATIVE_{self.name.upper()}_URL"

    def address(self) -> str:
        """Return the address to ask: the one in the environment, else the service's own.

        It is never read from a project, which may come from a stranger who would be sent the key.

        Raises
        ------
        UsageError
        """
        address = os.environ.get(self.variable, "").strip().rstrip("/") or self.base
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
            raise UsageError(
                f"{self.variable} is no address of a service",
                mend=f"give one like {self.base}, or unset it",
                where=self.variable,
            )
        return address


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a service."""

    url: str  # without keys
    body: bytes
    fetched: str  # ISO date
    kind: str  # content type
    status: int = 200  # 200, or 404 and 410 for "there is no such thing"
    cached: bool = False

    @property
    def found(self) -> bool:
        """Whether there is such a thing."""
        return self.status not in _ABSENT

    def json(self) -> Any:
        """Return the body as JSON.

        Raises
        ------
        ValueError
        """
        return json.loads(self.body.decode("utf-8-sig"))


class Refused(NetworkError):
    """The service answered, and will not give this: a bad question, or no right to it."""

    def __init__(self, message: str, *, status: int, mend: str = "", where: str = "") -> None:
        super().__init__(message, mend=mend, where=where)
        self.status = status


class _Later(Exception):
    """This attempt failed; another may not."""

    def __init__(self, reason: str, after: float | None = None, *, status: int = 0, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.after = after
        self.status = status
        self.unreachable = unreachable  # no such host, or nobody there: trying on is hopeless


def is_offline() -> bool:
    """Tell whether the environment forbids every connector to leave this machine."""
    return os.environ.get("METANARRATIVE_OFFLINE", "").strip().casefold() in {"1", "true", "yes", "on", "t", "y"}


class Client:
    """One service, asked politely.

    Parameters
    ----------
    service : Service
    cache : Path
        Folder where answers wait until all of a command are there.
    offline : bool
        Refuse to ask at all.
    seed : int
        Of the jitter between attempts.
    contact : str
        Mail address told to the service in ``User-Agent``, so that it can write instead of block.
    secrets : mapping of str to str
        Parameters that are sent but never written or shown.
    timeout : float
        Longest silence of the service, seconds.
    longest : float
        Longest time one answer may take, seconds.
    max_bytes : int
        Largest answer, unpacked.
    tries : int
        Attempts before giving up.
    patience : float
        Longest ``Retry-After`` that is waited for, seconds.
    keep_days : float
        Kept answers older than this are asked for again.
    not_before : float
        Kept answers older than this time (seconds since 1970) are asked for again.

    Raises
    ------
    ModelMissingError
        If the project is offline.
    UsageError
        If the address or the contact is no such thing, or a key would travel unencrypted.
    """

    def __init__(
        self,
        service: Service,
        cache: Path,
        *,
        offline: bool = False,
        seed: int = 1,
        contact: str = "",
        secrets: Mapping[str, str] | None = None,
        timeout: float = 30.0,
        longest: float = 300.0,
        max_bytes: int = 64 << 20,
        tries: int = 5,
        patience: float = 120.0,
        keep_days: float = 30.0,
        not_before: float = 0.0,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self.service = service
        self.base = service.address()
        if offline or is_offline():
            raise ModelMissingError(
                f"{service.title} cannot be asked: this call is offline",
                mend="run it again without --offline and with METANARRATIVE_OFFLINE unset, where there is a network",
                where=self.base,
            )
        self.secrets = {name: value for name, value in (secrets or {}).items() if value}
        parts = urlsplit(self.base)
        self.host = parts.hostname or ""
        if self.secrets and parts.scheme != "https" and self.host not in _LOOPBACK:
            raise UsageError(
                "a key must not travel unencrypted", mend="give an https address, or no key", where=service.variable
            )
        if contact and not (contact.isascii() and re.fullmatch(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+", contact)):
            raise UsageError(f"{contact!r} is no mail address", mend="give one like name@example.org, or none")
        mail = f"; mailto:{contact}" if contact else ""
        self.agent = f"metanarrative/{__version__} (research tool{mail})"
        self.cache = cache / service.name
        self.timeout, self.longest, self.max_bytes = timeout, longest, max_bytes
        self.tries, self.patience = tries, patience
        self.keep_days, self.not_before = keep_days, not_before
        self.n_asked = 0
        self._clock, self._sleep = clock or time.monotonic, sleep or time.sleep
        self._rng = random.Random(f"{seed} {service.name}")
        self._next = -float("inf")
        handlers: list[Any] = [_Redirects(self.host)]
        if self.host in _LOOPBACK:
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def url(self, path: str, parameters: Mapping[str, str] | None = None) -> str:
        """Return the address of a path (segments are quoted, slashes kept), without keys."""
        query = urlencode(parameters or {}, safe=":*|,()/", errors="replace")
        return f"{self.base}/{quote(path.lstrip('/'), safe='/:%()', errors='replace')}" + (f"?{query}" if query else "")

    def get(
        self,
        path: str,
        parameters: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        check: Callable[[bytes], object] | None = None,
    ) -> Answer:
        """Return the answer for a path: the kept one, or the service's.

        Parameters
        ----------
        path : str
        parameters : mapping of str to str, optional
        accept : str
        check : callable, optional
            Raises ValueError where the body is not whole; such an answer is asked for again.

        Returns
        -------
        Answer
            Its ``status`` is 404 or 410 where there is no such thing.

        Raises
        ------
        Refused
            The service will not answer this question.
        NetworkError
            It could not be reached, or not be understood, in all attempts.
        """
        url = self.url(path, parameters)
        file = self.cache / f"{hashlib.sha256(f'{accept} {url}'.encode()).hexdigest()[:32]}.http"
        kept = self._kept(file, url)
        if kept is not None:
            return kept
        tries = self.tries
        attempt = 0
        while attempt < tries:
            attempt += 1
            try:
                answer = self._ask(url, accept)
                if answer.found and check is not None:
                    try:
                        check(answer.body)
                    except ValueError as error:
                        raise _Later(f"the answer is broken ({self.hide(str(error))[:120]})") from error
            except _Later as error:
                reason, after, status = str(error), error.after, error.status
                if error.unreachable:
                    tries = min(tries, 2)
            else:
                self._keep(file, answer)
                return answer
            if after is not None and after > self.patience:
                raise NetworkError(
                    f"{self.service.title} asks to come back in {_span(after)} ({reason})",
                    mend=self._mend(status, "wait, then type the same command; what came so far is kept"),
                    where=url,
                )
            if attempt < tries:
                backoff = min(60.0, 2.0 ** (attempt - 1)) * (0.5 + self._rng.random())
                self._sleep(max(after or 0.0, backoff))
        raise NetworkError(
            f"{self.service.title} did not answer in {attempt} attempts ({reason})",
            mend=self._mend(status, "check the network, then type the same command; what came so far is kept"),
            where=url,
        )

    def _mend(self, status: int, otherwise: str) -> str:
        return (
            self.service.keyless
            if status in (401, 403, 429) and not self.secrets and self.service.keyless
            else otherwise
        )

    def hide(self, text: str) -> str:
        """Return text without any key."""
        for value in self.secrets.values():
            for form in {value, quote(value, safe=""), urlencode({"": value})[1:]}:
                text = text.replace(form, "***")
        return text

    # -- one attempt --------------------------------------------------------------------------

    def _ask(self, url: str, accept: str) -> Answer:
        wait = self._next - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._next = self._clock() + 1.0 / self.service.rate
        self.n_asked += 1
        full = url
        if self.secrets:
            full += ("&" if "?" in url else "?") + urlencode(self.secrets)
        request = urllib.request.Request(
            full, headers={"Accept": accept, "Accept-Encoding": "gzip", "User-Agent": self.agent}
        )
        # `from None`: an exception of the library may hold the address with the key
        try:
            with self._opener.open(request, timeout=self.timeout) as response:
                if response.status == 202:
                    raise _Later("status 202: not ready yet", _retry_after(response.headers.get("Retry-After", "")))
                body = self._body(response)
                kind = str(response.headers.get("Content-Type", ""))
                return Answer(url, body, _today(), kind, int(response.status))
        except urllib.error.HTTPError as error:
            with error:
                return self._failed(error, url)
        except urllib.error.URLError as error:
            unreachable = isinstance(error.reason, (socket.gaierror, ConnectionRefusedError))
            raise _Later(self.hide(str(error.reason)), unreachable=unreachable) from None
        except (TimeoutError, http.client.HTTPException, OSError, zlib.error) as error:
            raise _Later(self.hide(str(error)) or type(error).__name__) from None

    def _body(self, response: Any) -> bytes:
        """Read to the end, within the limits of size and time, unpacking as it comes."""
        stated = response.headers.get("Content-Length", "")
        expected = int(stated) if stated.isdigit() else None
        packed = response.headers.get("Content-Encoding", "").casefold() in ("gzip", "x-gzip")
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if packed else None
        until = self._clock() + self.longest
        received, parts, size = 0, [], 0
        while data := response.read1(_CHUNK):
            received += len(data)
            part = unpacker.decompress(data, self.max_bytes - size + 1) if unpacker else data
            parts.append(part)
            size += len(part)
            if size > self.max_bytes:
                raise Refused(
                    f"the answer of {self.service.title} is larger than {self.max_bytes >> 20} MB",
                    status=200,
                    mend="ask for less: give a limit, or a narrower search",
                )
            if self._clock() > until:
                raise _Later(f"the answer took longer than {self.longest:.0f} s")
        if (expected is not None and received < expected) or (unpacker is not None and not unpacker.eof):
            raise _Later("the answer was cut off")
        return b"".join(parts)

    def _failed(self, error: urllib.error.HTTPError, url: str) -> Answer:
        status = error.code
        if status in _ABSENT:
            return Answer(url, b"", _today(), "", status)
        said = self._said(error)
        if status in _AGAIN or status in self.service.again:
            raise _Later(f"status {status}{said}", _retry_after(error.headers.get("Retry-After", "")), status=status)
        if 300 <= status < 400:
            raise Refused(f"{self.service.title} sends this question elsewhere{said}", status=status, where=url)
        raise Refused(
            f"{self.service.title} refuses this question: status {status}{said}",
            status=status,
            mend=self._mend(status, "the key is wrong" if status in (401, 403) else "check what was asked for"),
            where=url,
        )

    def _said(self, error: urllib.error.HTTPError) -> str:
        """Return the service's own words, for a person to act on."""
        try:
            body = error.read(4000)
            if error.headers.get("Content-Encoding", "").casefold() in ("gzip", "x-gzip"):
                body = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, 4000)
        except (OSError, http.client.HTTPException, zlib.error):
            return ""
        text = body.decode("utf-8", "replace")
        try:
            told = json.loads(text)
            text = str(told.get("message") or told.get("error") or "") if isinstance(told, dict) else ""
        except ValueError:
            text = re.sub(r"<[^>]*>", " ", text)
        words = " ".join("".join(c if c.isprintable() else " " for c in self.hide(text)).split())[:200]
        return f": {words}" if words else ""

    # -- answers on disk ----------------------------------------------------------------------

    def _kept(self, file: Path, url: str) -> Answer | None:
        try:
            stat = file.stat()
            if stat.st_mtime < max(self.not_before, time.time() - self.keep_days * 86400):
                return None
            head, _, body = file.read_bytes().partition(b"\n")
            told = json.loads(head)
            if told["url"] != url or told["sha256"] != hashlib.sha256(body).hexdigest():
                return None
            return Answer(url, body, str(told["fetched"]), str(told["kind"]), int(told["status"]), cached=True)
        except (OSError, ValueError, KeyError, TypeError):
            return None  # only a copy: without it the service is asked again

    def _keep(self, file: Path, answer: Answer) -> None:
        head = {
            "url": answer.url,
            "status": answer.status,
            "fetched": answer.fetched,
            "kind": answer.kind,
            "sha256": hashlib.sha256(answer.body).hexdigest(),
        }
        temporary = file.with_suffix(f".{os.getpid()}.tmp")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(json.dumps(head).encode() + b"\n" + answer.body)
            temporary.replace(file)
        except OSError:
            temporary.unlink(missing_ok=True)  # nothing is lost but the way to go on from here


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow only to the same host, and never from https to http: the key goes nowhere else."""

    max_redirections = 5

    def __init__(self, host: str) -> None:
        self.host = host

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """Return the next request, or None where it would leave the service."""
        old, new = urlsplit(req.full_url), urlsplit(urljoin(req.full_url, newurl))
        if new.hostname != self.host or new.scheme not in ("http", "https"):
            return None
        if old.scheme == "https" and new.scheme == "http":
            # behind a proxy some services name themselves by http
            new = new._replace(scheme="https", netloc=old.netloc)
        return super().redirect_request(req, fp, code, msg, headers, urlunsplit(new))


def _retry_after(text: str) -> float | None:
    """Return seconds to wait, from seconds or a date.

    Examples
    --------
    >>> _retry_after("7"), _retry_after(""), _retry_after("Thu, 01 Jan 1970 00:00:00 GMT")
    (7.0, None, 0.0)
    """
    text = text.strip()
    if not text:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
        return float(text)
    try:
        when = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _span(seconds: float) -> str:
    """Return a time for people.

    Examples
    --------
    >>> _span(45), _span(600), _span(7300)
    ('45 s', '10 min', '2.0 h')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def tidy(cache: Path, *, keep_days: float = 30.0) -> int:
    """Remove kept answers that are too old to be used; returns how many."""
    oldest, removed = time.time() - keep_days * 86400, 0
    for file in cache.glob("*/*.http"):
        try:
            if file.stat().st_mtime < oldest:
                file.unlink()
                removed += 1
        except OSError:
            continue
    return removed
