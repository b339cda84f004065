"""The connectors against a server on this machine that speaks the services' shapes, and misbehaves."""

from __future__ import annotations

import csv
import gzip
import io
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from click.testing import CliRunner

from metanarrative import connect
from metanarrative.api import Project
from metanarrative.cli import main
from metanarrative.connect import crossref, europepmc, govuk, harvest, http, legislation, openalex
from metanarrative.connect.http import Client, Refused, Service
from metanarrative.errors import ModelMissingError, NetworkError, UsageError

Reply = tuple[int, dict[str, str], bytes]
SECRET = "s3cr3t/key+1"


@dataclass
class Server:
    """A service on this machine: `answer` maps (path, query) to a reply; every request is kept."""

    answer: Callable[[str, dict[str, str]], Reply] = lambda path, query: (404, {}, b"")
    faults: list[Reply | str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    pack: bool = False


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            path = unquote(parts.path).lstrip("/")
            state.paths.append(path)
            state.queries.append(query)
            state.headers.append(dict(self.headers))
            fault = state.faults.pop(0) if state.faults else None
            self.close_connection = True
            if fault == "slow":
                time.sleep(0.6)
                return
            if fault == "drip":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                for _ in range(20):
                    try:
                        self.wfile.write(b" ")
                        self.wfile.flush()
                    except OSError:
                        return
                    time.sleep(0.05)
                return
            status, headers, body = fault if isinstance(fault, tuple) else state.answer(path, query)
            if state.pack or fault in ("gzip", "gzip-cut"):
                body, headers = gzip.compress(body), {**headers, "Content-Encoding": "gzip"}
            if fault == "gzip-cut":
                body = body[:-20]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.url = f"http://127.0.0.1:{listening.server_address[1]}"
    yield state
    listening.shutdown()
    listening.server_close()
    thread.join()


class Clock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def service(name: str = "openalex", *, rate: float = 5.0) -> Service:
    return Service(name, name.title(), "https://example.invalid", rate, "CC0 1.0", frozenset())


@pytest.fixture
def ask(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Client, Clock]]:
    for one in connect.SERVICES:
        monkeypatch.setenv(f"METANARRATIVE_{one.upper()}_URL", server.url)
    monkeypatch.delenv("METANARRATIVE_OFFLINE", raising=False)
    monkeypatch.delenv("METANARRATIVE_OPENALEX_KEY", raising=False)
    monkeypatch.delenv("METANARRATIVE_MAILTO", raising=False)

    def make(one: Service | None = None, **options: Any) -> tuple[Client, Clock]:
        clock = Clock()
        options = {"clock": clock, "sleep": clock.sleep, **options}
        return Client(one or service(), tmp_path / "http", **options), clock

    return make


def reply(value: Any, status: int = 200, **headers: str) -> Reply:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return status, {"Content-Type": "application/json", **headers}, body


# -- asking -----------------------------------------------------------------------------------


def test_requests_keep_their_distance(server: Server, ask: Any) -> None:
    server.answer = lambda path, query: reply({"n": path})
    client, clock = ask(service(rate=4.0))
    for n in range(3):
        client.get(f"x/{n}")
    assert clock.slept == [0.25, 0.25]
    assert client.n_asked == 3


def test_an_answer_is_kept_and_not_asked_for_again(server: Server, ask: Any, tmp_path: Path) -> None:
    server.answer = lambda path, query: reply({"q": query})
    client, _ = ask()
    first = client.get("works", {"search": "care & plans", "cursor": "*"})
    again = ask()[0].get("works", {"search": "care & plans", "cursor": "*"})
    assert (first.cached, again.cached, again.body) == (False, True, first.body)
    assert server.queries == [{"search": "care & plans", "cursor": "*"}]
    # damaged copies, and copies older than asked for, are asked for again
    (file,) = (tmp_path / "http/openalex").glob("*.http")
    file.write_bytes(file.read_bytes()[:-3])
    assert not ask()[0].get("works", {"search": "care & plans", "cursor": "*"}).cached
    assert not ask(not_before=time.time() + 60)[0].get("works", {"search": "care & plans", "cursor": "*"}).cached
    assert len(server.paths) == 3


def test_too_many_requests_are_answered_with_patience(server: Server, ask: Any) -> None:
    server.answer = lambda path, query: reply({"ok": 1})
    server.faults = [reply({"message": "slow down"}, 429, **{"Retry-After": "7"}), reply(b"", 503), reply(b"", 500)]
    client, clock = ask(service(rate=1000.0))
    assert client.get("works").json() == {"ok": 1}
    waits = [slept for slept in clock.slept if slept > 0.01]
    assert waits[0] == 7.0
    assert 1.0 <= waits[1] <= 3.0 and 2.0 <= waits[2] <= 6.0  # 2 and 4 s, half to one and a half of it
    repeat, second = ask(service(rate=1000.0))
    server.faults = [reply(b"", 500), reply(b"", 500)]
    repeat.get("other")
    third, fourth = ask(service(rate=1000.0), seed=2)
    server.faults = [reply(b"", 500), reply(b"", 500)]
    third.get("another")
    assert len(second.slept) == len(fourth.slept)
    assert second.slept != fourth.slept  # the jitter comes from the seed


def test_a_date_may_say_when_to_come_back() -> None:
    assert http._retry_after("soon") is None
    after = http._retry_after("Fri, 01 Jan 2100 00:00:00 GMT")
    assert after is not None and after > 1e9


def test_a_long_wait_is_not_slept_through(server: Server, ask: Any) -> None:
    server.faults = [reply({"message": "daily limit"}, 429, **{"Retry-After": "7200"})]
    client, clock = ask()
    with pytest.raises(NetworkError, match=r"come back in 2\.0 h .*daily limit") as caught:
        client.get("works")
    assert caught.value.exit_code == 6
    assert "same command" in caught.value.mend
    assert sum(clock.slept) < 1


@pytest.mark.parametrize("fault", ["cut", "gzip-cut", "slow", "drip", b'{"a": ', b"<html>busy</html>"])
def test_broken_answers_are_asked_for_again_and_never_kept(
    server: Server, ask: Any, tmp_path: Path, fault: str | bytes
) -> None:
    server.answer = lambda path, query: reply({"whole": "x" * 300})
    server.faults = [reply(fault) if isinstance(fault, bytes) else fault]
    client, _ = ask(timeout=0.2, longest=0.3, clock=time.monotonic)
    answer = client.get("works", check=json.loads)
    assert answer.json() == {"whole": "x" * 300}
    assert len(server.paths) == 2
    assert len(list((tmp_path / "http/openalex").glob("*"))) == 1


def test_a_service_that_stays_broken_is_given_up(server: Server, ask: Any, tmp_path: Path) -> None:
    server.answer = lambda path, query: reply(b"{")
    client, _ = ask(tries=3)
    with pytest.raises(NetworkError, match=r"did not answer in 3 attempts .*broken"):
        client.get("works", check=json.loads)
    assert len(server.paths) == 3
    assert not list((tmp_path / "http").rglob("*.http"))


def test_packed_answers_are_unpacked_within_limits(server: Server, ask: Any) -> None:
    server.answer = lambda path, query: reply({"text": "y" * 5000})
    server.pack = True
    client, _ = ask()
    assert len(client.get("a").json()["text"]) == 5000
    assert server.headers[0]["Accept-Encoding"] == "gzip"
    small, _ = ask(max_bytes=1000)
    for packed in (True, False):
        server.pack = packed
        with pytest.raises(NetworkError, match="larger than"):
            small.get(f"b/{packed}")
    assert len(server.paths) == 3  # too large stays too large


def test_nobody_there_is_told_soon(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METANARRATIVE_OPENALEX_URL", "http://127.0.0.1:9")
    client, clock = ask()
    with pytest.raises(NetworkError, match="in 2 attempts") as caught:
        client.get("works")
    assert caught.value.code == "network"
    assert sum(clock.slept) < 3


def test_not_there_is_an_answer_and_a_refusal_is_an_error(server: Server, ask: Any) -> None:
    server.faults = [
        reply(b"", 404),
        reply(b"", 410),
        reply({"error": "Invalid", "message": "Bad\x1b[31m filter"}, 400),
    ]
    client, _ = ask()
    assert not client.get("a").found
    assert client.get("b").status == 410
    with pytest.raises(Refused, match=r"status 400: Bad.*filter") as caught:
        client.get("c")
    assert "\x1b" not in str(caught.value)
    assert len(server.paths) == 3


def test_a_packed_refusal_is_readable_and_odd_words_travel(server: Server, ask: Any) -> None:
    server.answer = lambda path, query: reply({"message": f"cannot search {query['search']}"}, 400)
    server.pack = True
    client, _ = ask()
    with pytest.raises(Refused, match="cannot search gofal a chymorth yng Nghymru ŵ"):
        client.get("works", {"search": "gofal a chymorth yng Nghymru ŵ"})
    with pytest.raises(Refused, match=r"cannot search x\?"):
        client.get("works", {"search": "x\udcff"})
    with pytest.raises(UsageError):
        ask(contact="ŵ@example.org")


def test_redirects_stay_at_the_service(server: Server, ask: Any) -> None:
    server.answer = lambda path, query: reply({"at": path})
    server.faults = [reply(b"", 301, Location="/works/W2")]
    client, _ = ask(secrets={"api_key": SECRET})
    assert client.get("works/W1").json() == {"at": "works/W2"}
    for place in ("http://example.invalid/x", "file:///etc/passwd", "ftp://127.0.0.1/x"):
        server.faults = [reply(b"", 302, Location=place)]
        with pytest.raises(Refused, match="elsewhere"):
            client.get(f"to/{place[:4]}")


def test_a_redirect_never_leaves_encryption() -> None:
    import urllib.request

    handler = http._Redirects("api.example.org")
    old = urllib.request.Request("https://api.example.org/works/W1?api_key=k")
    new = handler.redirect_request(old, None, 301, "", {}, "http://api.example.org/works/W2")
    assert new.full_url == "https://api.example.org/works/W2"
    assert handler.redirect_request(old, None, 301, "", {}, "https://evil.example/works/W2") is None


def test_old_answers_are_cleared_away(server: Server, ask: Any, tmp_path: Path) -> None:
    import os

    server.answer = lambda path, query: reply({})
    client, _ = ask()
    client.get("old")
    (old,) = (tmp_path / "http/openalex").glob("*.http")
    os.utime(old, (1.0, 1.0))
    assert not client.get("old").cached
    os.utime(old, (1.0, 1.0))
    client.get("new")
    assert http.tidy(tmp_path / "http") == 1
    assert len(list((tmp_path / "http").rglob("*.http"))) == 1


def test_a_key_is_sent_and_neither_written_nor_shown(server: Server, ask: Any, tmp_path: Path) -> None:
    server.answer = lambda path, query: reply({"ok": 1})
    client, _ = ask(secrets={"api_key": SECRET}, contact="a.person@example.org")
    answer = client.get("works", {"search": "x"})
    assert server.queries[0]["api_key"] == SECRET
    assert server.headers[0]["User-Agent"].endswith("mailto:a.person@example.org)")
    assert SECRET not in answer.url
    server.answer = lambda path, query: reply({"message": f"no such key: {SECRET} s3cr3t%2Fkey%2B1"}, 403)
    with pytest.raises(Refused) as caught:
        client.get("works", {"search": "y"})
    told = f"{caught.value.to_dict()} {caught.value.__cause__}"
    assert "s3cr3t" not in told
    assert "***" in told
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"s3cr3t" not in path.read_bytes()
    # another key does not lose the answers that came with the first
    assert ask(secrets={"api_key": "other"})[0].get("works", {"search": "x"}).cached


def test_addresses_are_checked(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for bad in ("file:///etc", "nonsense", "http://user:pw@127.0.0.1", "http://127.0.0.1/?x=1"):
        monkeypatch.setenv("METANARRATIVE_OPENALEX_URL", bad)
        with pytest.raises(UsageError, match="no address"):
            ask()
    monkeypatch.setenv("METANARRATIVE_OPENALEX_URL", "http://mirror.example")
    with pytest.raises(UsageError, match="unencrypted"):
        ask(secrets={"api_key": "k"})
    assert ask(secrets={"api_key": ""})[0].base == "http://mirror.example"
    with pytest.raises(UsageError, match="no mail address"):
        ask(contact="me (at) example\nX-Evil: 1")


def test_offline_refuses(ask: Any, monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    with pytest.raises(ModelMissingError, match="offline") as caught:
        ask(offline=True)
    assert caught.value.exit_code == 6
    monkeypatch.setenv("METANARRATIVE_OFFLINE", "1")
    with pytest.raises(ModelMissingError, match="offline"):
        ask()
    assert not server.paths


# -- OpenAlex ---------------------------------------------------------------------------------


def work(n: int, *, cites: tuple[int, ...] = (), doi: str = "") -> dict[str, Any]:
    key = f"https://openalex.org/W{100000 + n}"
    return {
        "id": key,
        "doi": f"https://doi.org/{doi or f'10.5555/work.{n}'}",
        "title": f"Care planning study {n}",
        "display_name": f"Care planning study {n}",
        "publication_year": 1990 + n % 30,
        "type": "article",
        "authorships": [{"author": {"display_name": f"Mair Person{n}"}}],
        "primary_location": {"source": {"display_name": "A journal"}},
        "abstract_inverted_index": {"Plans": [0], "were": [1], f"read{n}": [2]},
        "referenced_works": [f"https://openalex.org/W{100000 + c}" for c in cites],
    }


class OpenAlex:
    """Speaks the shape of ``/works``: search, filters joined by |, cursors, at most 100 a page."""

    def __init__(self, works: list[dict[str, Any]]) -> None:
        self.works = works

    def __call__(self, path: str, query: dict[str, str]) -> Reply:
        if path.startswith("works/doi:"):
            wanted = path.removeprefix("works/doi:")
            found = [w for w in self.works if w["doi"] == f"https://doi.org/{wanted}"]
            return reply(found[0]) if found else reply({"error": "not found"}, 404)
        if path != "works" or int(query.get("per_page", "25")) > 100:
            return reply({"error": "Invalid", "message": "per_page must be 1 to 100"}, 400)
        found = self.works
        if "filter" in query:
            name, _, values = query["filter"].partition(":")
            wanted = values.split("|")
            if len(wanted) > 100 or "," in values:
                return reply({"message": "too many values"}, 400)
            if name == "doi":
                found = [w for w in found if w["doi"].removeprefix("https://doi.org/") in wanted]
            elif name == "openalex":
                found = [w for w in found if w["id"].rsplit("/", 1)[1] in wanted]
            elif name == "cites":
                found = [w for w in found if {c.rsplit("/", 1)[1] for c in w["referenced_works"]} & set(wanted)]
            else:
                return reply({"message": "unknown filter"}, 400)
        cursor = query.get("cursor", "")
        start = 0 if cursor == "*" else int(cursor)
        page = found[start : start + int(query["per_page"])]
        after = start + len(page)
        if "select" in query:
            page = [{name: w[name] for name in query["select"].split(",")} for w in page]
        meta = {"count": len(found), "per_page": 100, "next_cursor": str(after) if page else None}
        return reply({"meta": meta, "results": page})


def test_a_search_follows_cursors_to_the_end(server: Server, ask: Any) -> None:
    server.answer = OpenAlex([work(n) for n in range(230)])
    client, _ = ask(openalex.SERVICE)
    brought = openalex.search(client, "care planning", limit=1000)
    (file,) = brought.files
    body = json.loads(file.data)
    assert [w["id"] for w in body["results"]] == [work(n)["id"] for n in range(230)]
    assert body["results"][7] == work(7)
    assert body["meta"]["licence"] == "CC0 1.0"
    assert [q["cursor"] for q in server.queries] == ["*", "100", "200"]
    assert {q["search"] for q in server.queries} == {"care planning"}
    assert file.facts["routes"] == "database"
    assert brought.problems == []
    # one work a line, so that a place in the file names a work
    assert file.data.decode().splitlines()[8].startswith('{"id": "https://openalex.org/W100007"')


def test_a_limit_is_kept_and_said(server: Server, ask: Any) -> None:
    server.answer = OpenAlex([work(n) for n in range(230)])
    client, _ = ask(openalex.SERVICE)
    brought = openalex.search(client, "care planning", limit=120)
    assert len(json.loads(brought.files[0].data)["results"]) == 120
    assert [(p.code, p.severity) for p in brought.problems] == [("limit", "warning")]
    assert "110 of 230" in brought.problems[0].message
    assert len(server.paths) == 2
    nothing = openalex.search(client, "care planning", limit=120)
    assert nothing.files == brought.files and len(server.paths) == 2


def test_a_search_that_was_stopped_goes_on(server: Server, ask: Any) -> None:
    whole = OpenAlex([work(n) for n in range(230)])

    def stops(path: str, query: dict[str, str]) -> Reply:
        return reply(b"", 500) if query["cursor"] == "200" else whole(path, query)

    server.answer = stops
    with pytest.raises(NetworkError):
        openalex.search(ask(openalex.SERVICE)[0], "care", limit=1000)
    server.answer = whole
    server.queries.clear()
    brought = openalex.search(ask(openalex.SERVICE)[0], "care", limit=1000)
    assert len(json.loads(brought.files[0].data)["results"]) == 230
    assert [q["cursor"] for q in server.queries] == ["200"]


def test_a_cursor_that_repeats_ends_the_search(server: Server, ask: Any) -> None:
    server.answer = lambda path, query: reply({"meta": {"count": 9, "next_cursor": "x"}, "results": [work(1)]})
    brought = openalex.search(ask(openalex.SERVICE)[0], "care", limit=1000)
    assert len(server.paths) == 2
    assert [p.code for p in brought.problems] == ["count-mismatch"]
    server.answer = lambda path, query: reply({"meta": None, "results": [None, "?"]})
    assert openalex.search(ask(openalex.SERVICE)[0], "nothing", limit=5).files == []


def test_no_key_is_explained(server: Server, ask: Any) -> None:
    server.answer = lambda path, query: reply({"message": "API key required"}, 401)
    with pytest.raises(Refused, match="API key required") as caught:
        openalex.search(ask(openalex.SERVICE)[0], "care", limit=5)
    assert "METANARRATIVE_OPENALEX_KEY" in caught.value.mend
    # the same where it asks to come back tomorrow, but not where there is a key
    server.answer = lambda path, query: reply({"message": "daily limit"}, 429, **{"Retry-After": "9999"})
    for key, hinted in (("", True), ("k", False)):
        with pytest.raises(NetworkError) as caught_later:
            openalex.search(ask(openalex.SERVICE, secrets={"api_key": key})[0], "care", limit=5)
        assert ("METANARRATIVE_OPENALEX_KEY" in caught_later.value.mend) is hinted


def test_one_bad_doi_does_not_lose_its_neighbours(server: Server, ask: Any) -> None:
    whole = OpenAlex([work(n) for n in range(3)])

    def picky(path: str, query: dict[str, str]) -> Reply:
        return reply({"message": "Invalid"}, 400) if "work.bad" in query.get("filter", "") else whole(path, query)

    server.answer = picky
    wanted = ["10.5555/work.0", "10.5555/work.bad", "10.5555/work.2"]
    brought = openalex.by_doi(ask(openalex.SERVICE)[0], wanted, name="x.json", route="", told="")
    assert len(json.loads(brought.files[0].data)["results"]) == 2
    assert [p.subject for p in brought.problems] == ["10.5555/work.bad"]


def test_every_doi_is_found_or_a_problem(server: Server, ask: Any) -> None:
    odd = "10.1002/(sici)1097,x|y"
    server.answer = OpenAlex([*(work(n) for n in range(60)), work(900, doi=odd), work(901, doi="10.5555/work.3")])
    wanted = [*(f"10.5555/work.{n}" for n in range(60)), "10.5555/none", odd, "10.1/a,b"]
    client, _ = ask(openalex.SERVICE)
    brought = openalex.by_doi(client, wanted, name="x.json", route="expert", told="my list")
    body = json.loads(brought.files[0].data)
    assert len(body["results"]) == 62  # two works share a DOI, and both are kept
    assert [w["id"][-6:] for w in body["results"]][2:6] == ["100002", "100003", "100901", "100004"]
    assert {p.subject: (p.code, p.severity) for p in brought.problems} == {
        "10.5555/none": ("not-found", "error"),
        "10.1/a,b": ("not-found", "error"),
    }
    assert brought.files[0].facts["routes"] == "expert"
    filters = [q["filter"] for q in server.queries if "filter" in q]
    assert max(f.count("|") for f in filters) == openalex.BATCH - 1
    assert f"works/doi:{odd}" in server.paths


def seed(n: int, *, key: bool = True, cites: tuple[int, ...] = (), doi: bool = True) -> harvest.Seed:
    return harvest.Seed(
        f"wk_{n:04d}",
        f"Care planning study {n}",
        f"10.5555/work.{n}" if doi else "",
        f"W{100000 + n}" if key else "",
        tuple(f"W{100000 + c}" for c in cites),
    )


def test_references_are_ranked_by_how_many_of_yours_cite_them(server: Server, ask: Any) -> None:
    works = [work(1, cites=(50, 51, 52)), work(2, cites=(50, 51)), work(3, cites=(50, 2, 77)), work(4)]
    works += [work(n) for n in (50, 51, 52)]
    server.answer = OpenAlex(works)
    seeds = [
        seed(1, cites=(50, 51, 52)),  # its references are known here
        seed(2, key=False),  # known by DOI only
        seed(3),  # known by id, without references
        seed(4, key=False),  # OpenAlex lists none
        seed(5, key=False),  # OpenAlex does not know it
        seed(6, key=False, doi=False),  # nothing to find it by
    ]
    client, _ = ask(openalex.SERVICE)
    brought = openalex.references_of(
        client, seeds, known_keys={"W100001"}, known_dois={"10.5555/work.52"}, limit=10, at_least=1, name="x.json"
    )
    assert [(row["id"], row["cited_by_yours"]) for row in brought.rows] == [("W100050", 3), ("W100051", 2)]
    body = json.loads(brought.files[0].data)
    assert [w["id"][-7:] for w in body["results"]] == ["W100050", "W100051"]
    assert body["meta"]["cited_by_yours"] == {"W100050": 3, "W100051": 2}
    assert body["meta"]["seeds"] == ["wk_0001", "wk_0002", "wk_0003", "wk_0004"]
    assert brought.files[0].facts["routes"] == "snowball-back"
    assert {(p.code, p.severity, p.subject) for p in brought.problems} == {
        ("references-missing", "warning", "wk_0004"),
        ("not-found", "error", "wk_0005"),
        ("not-found", "error", "wk_0006"),
        ("not-found", "warning", "W100077"),
    }
    assert any("1 candidates are in the project already" in note for note in brought.notes)
    few = openalex.references_of(
        client, seeds[:3], known_keys=set(), known_dois=set(), limit=1, at_least=2, name="x.json"
    )
    assert [row["id"] for row in few.rows] == ["W100050"]
    assert [p.code for p in few.problems] == ["limit"] and few.problems[0].message.startswith("1 more")


def test_citations_are_ranked_by_how_many_of_yours_they_cite(server: Server, ask: Any) -> None:
    works = [work(1), work(2, cites=(1,)), work(60, cites=(1, 2)), work(61, cites=(2,)), work(62, cites=(1, 2, 9))]
    server.answer = OpenAlex([*works, work(63, cites=(2,)), work(64, cites=(9,))])
    client, _ = ask(openalex.SERVICE)
    brought = openalex.citations_to(
        client,
        [seed(1), seed(2)],
        known_keys=set(),
        known_dois={"10.5555/work.63"},
        limit=10,
        at_least=1,
        name="x.json",
    )
    assert [(row["id"][-3:], row["cites_yours"]) for row in brought.rows] == [("060", 2), ("062", 2), ("061", 1)]
    assert brought.files[0].facts["routes"] == "snowball-forward"
    assert brought.problems == []
    none = openalex.citations_to(
        client, [seed(64)], known_keys=set(), known_dois=set(), limit=10, at_least=1, name="x.json"
    )
    assert none.files == [] and none.rows == []


def test_a_snowball_says_where_it_stopped_looking(server: Server, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openalex, "MOST_EXAMINED", 5)
    server.answer = OpenAlex([work(n, cites=(1,)) for n in range(10, 20)])
    brought = openalex.citations_to(
        ask(openalex.SERVICE)[0], [seed(1)], known_keys=(), known_dois=(), limit=9, at_least=1, name="x.json"
    )
    assert len(brought.rows) == 5
    assert [p.code for p in brought.problems] == ["limit"]


# -- Crossref, Europe PMC ---------------------------------------------------------------------


def crossref_answer(path: str, query: dict[str, str]) -> Reply:
    doi = path.removeprefix("works/")
    if doi.endswith("none"):
        return 404, {"Content-Type": "text/plain"}, b"Resource not found."
    message = {
        "DOI": doi.replace("old", "new").upper(),
        "title": [f"Care & <i>plans</i> {doi}"],
        "type": "journal-article",
        "container-title": ["A journal"],
        "author": [{"given": "Mair", "family": "Rees"}],
        "issued": {"date-parts": [[2016]]},
        "reference": [{"key": "r1", "DOI": "10.5555/cited"}],
        "reference-count": 1,
    }
    return reply({"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": message})


def test_crossref_is_asked_one_doi_at_a_time(server: Server, ask: Any) -> None:
    server.answer = crossref_answer
    client, clock = ask(crossref.SERVICE)
    wanted = ["10.5555/(sici)1<1::aid-2>3.0.co;2-#", "10.5555/none", "10.5555/old"]
    brought = crossref.by_doi(client, wanted, name="x.json", route="", told="3 DOIs")
    assert server.paths == [f"works/{doi}" for doi in wanted]
    assert clock.slept == [1.0, 1.0]
    body = json.loads(brought.files[0].data)
    assert [item["DOI"] for item in body["message"]["items"]] == ["10.5555/(SICI)1<1::AID-2>3.0.CO;2-#", "10.5555/NEW"]
    assert [(p.code, p.severity, p.subject) for p in brought.problems] == [
        ("not-found", "error", "10.5555/none"),
        ("other-doi", "note", "10.5555/old"),
    ]


def test_one_doi_that_fails_does_not_stop_the_others_but_three_in_a_row_do(server: Server, ask: Any) -> None:
    server.answer = lambda path, query: reply(b"", 500) if "bad" in path else crossref_answer(path, query)
    client, _ = ask(crossref.SERVICE, tries=2)
    brought = crossref.by_doi(client, ["10.5555/bad", "10.5555/good"], name="x.json", route="", told="")
    assert [p.code for p in brought.problems] == ["no-answer"]
    assert len(json.loads(brought.files[0].data)["message"]["items"]) == 1
    with pytest.raises(NetworkError):
        crossref.by_doi(client, [f"10.5555/bad{n}" for n in range(9)], name="x.json", route="", told="")


def test_europe_pmc_ends_where_the_cursor_repeats(server: Server, ask: Any, tmp_path: Path) -> None:
    def answer(path: str, query: dict[str, str]) -> Reply:
        start = 0 if query["cursorMark"] == "*" else int(query["cursorMark"])
        size = int(query["pageSize"])
        found = [
            {"id": str(n), "source": "MED", "pmid": str(n), "title": f"Care plans {n}.", "pubYear": "2016",
             "authorString": "Rees M, Hughes AB.", "abstractText": "<h4>Aim</h4>Plans, read.", "pageInfo": "1-2"}
            for n in range(start, min(start + size, 150))
        ]  # fmt: skip
        return reply({"hitCount": 150, "nextCursorMark": str(start + len(found)), "resultList": {"result": found}})

    server.answer = answer
    brought = europepmc.search(ask(europepmc.SERVICE)[0], 'TITLE:"care plans"', limit=1000)
    assert [q["cursorMark"] for q in server.queries] == ["*", "100"]
    assert server.queries[0]["query"] == 'TITLE:"care plans"' and server.queries[0]["resultType"] == "core"
    assert brought.problems == []
    from metanarrative.read import read_file

    path = tmp_path / brought.files[0].name
    path.write_bytes(brought.files[0].data)
    records, problems, info = read_file(path)
    assert (info.format, len(records), problems) == ("europepmc", 150, [])
    assert records[3].authors == ("Rees, M", "Hughes, AB")
    assert (records[3].abstract, records[3].key, records[3].line) == ("Aim Plans, read.", "MED:3", 5)
    limited = europepmc.search(ask(europepmc.SERVICE)[0], "care", limit=20)
    assert [p.code for p in limited.problems] == ["limit"]


def same(records: Any) -> list[Any]:
    """Return records without where they stood, and their raw text as values."""

    return [(r._replace(raw="", line=None, source_file=""), json.loads(r.raw)) for r in records]


def test_real_answers_are_kept_whole(server: Server, ask: Any, tmp_path: Path, shared: Callable[[str], Path]) -> None:
    from metanarrative.read import read_file

    page = shared("openalex/works_page_1.json")
    server.answer = lambda path, query: (200, {}, page.read_bytes())
    brought = openalex.search(ask(openalex.SERVICE)[0], "governance", limit=100)
    kept = tmp_path / "kept.json"
    kept.write_bytes(brought.files[0].data)
    records, problems, info = read_file(kept)
    directly, _, _ = read_file(page)
    assert (info.format, len(records), problems, brought.problems) == ("openalex", 49, [], [])
    assert same(records) == same(directly)

    one = shared("crossref/10.1177_02683962211048201.json")
    server.answer = lambda path, query: (200, {}, one.read_bytes())
    found = crossref.by_doi(ask(crossref.SERVICE)[0], ["10.1177/02683962211048201"], name="x.json", route="", told="")
    kept.write_bytes(found.files[0].data)
    records, problems, info = read_file(kept)
    directly, _, _ = read_file(one)
    assert (info.format, len(records), found.problems) == ("crossref", 1, [])
    assert records[0].references == directly[0].references and len(records[0].references) > 100
    assert (records[0].title, records[0].abstract) == (directly[0].title, directly[0].abstract)


def test_real_laws_are_kept_byte_for_byte(server: Server, ask: Any, shared: Callable[[str], Path]) -> None:
    law = shared("policy/wales_wsi_2024_1002_cy.xml").read_bytes()
    server.answer = lambda path, query: (200, {}, law)
    asked = ["https://www.legislation.gov.uk/wsi/2024/1002/made/welsh"]
    brought = legislation.fetch(ask(legislation.SERVICE)[0], asked)
    assert server.paths == ["wsi/2024/1002/made/welsh/data.xml"]
    assert (brought.files[0].data, brought.files[0].facts["language"]) == (law, "cy")
    refused = legislation.fetch(ask(legislation.SERVICE)[0], ["wsi/2024/1002/made"])
    assert [p.code for p in refused.problems] == ["wrong-language"]


# -- policy -----------------------------------------------------------------------------------


def clml(language: str, title: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<Legislation xmlns="http://www.legislation.gov.uk/namespaces/legislation" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:ukm="http://www.legislation.gov.uk/namespaces/metadata" '
        f'DocumentURI="http://www.legislation.gov.uk/asc/2031/7" xml:lang="{language}">'
        '<ukm:Metadata><dc:identifier>http://www.legislation.gov.uk/asc/2031/7</dc:identifier>'
        f"<dc:title>{title}</dc:title><dc:language>{language}</dc:language></ukm:Metadata>"
        "<Primary><Body><P1group><Title>Plans</Title><P1 id=\"section-1\"><Pnumber>1</Pnumber><P1para>"
        "<Text>Every local board must prepare a written plan for each person and review it once a year.</Text>"
        "</P1para></P1></P1group></Body></Primary></Legislation>"
    ).encode()  # fmt: skip


LAWS = {
    "asc/2031/7/data.xml": clml("en", "Care Plans (Wales) Act 2031"),
    "asc/2031/7/welsh/data.xml": clml("cy", "Deddf Cynlluniau Gofal (Cymru) 2031"),
    "asc/2031/8/data.xml": clml("en", "Other Plans (Wales) Act 2031"),
    "asc/2031/8/welsh/data.xml": clml("en", "Other Plans (Wales) Act 2031"),
    "asc/2031/9/data.xml": b"<html><body>Choose a version</body></html>",
}


def laws(path: str, query: dict[str, str]) -> Reply:
    if path in LAWS:
        return 200, {"Content-Type": "application/xml"}, LAWS[path]
    return 404, {}, b"<html>not found</html>"


def test_laws_come_in_each_language_or_as_a_problem(server: Server, ask: Any) -> None:
    server.answer = laws
    client, _ = ask(legislation.SERVICE)
    asked = ["asc/2031/7", "https://www.legislation.gov.uk/asc/2031/8/contents"[:-9], "asc/2031/9", "asc/2031/10"]
    brought = legislation.fetch(client, asked, languages=["en", "cy"])
    assert [f.facts["language"] for f in brought.files] == ["en", "cy", "en"]
    assert brought.files[1].facts["expression_of"] == brought.files[0].name
    assert brought.files[1].facts["url"] == "https://www.legislation.gov.uk/asc/2031/7/welsh"
    assert all(f.facts["licence"] == "Open Government Licence v3.0" and f.facts["fetched"] for f in brought.files)
    assert [(p.code, p.subject) for p in brought.problems] == [
        ("wrong-language", "asc/2031/8/welsh"),
        ("not-clml", "asc/2031/9"),
        ("not-found", "asc/2031/9/welsh"),
        ("not-found", "asc/2031/10"),
        ("not-found", "asc/2031/10/welsh"),
    ]
    assert server.headers[0]["Accept"] == "application/xml"
    n_asked = len(server.paths)
    have = [f.name for f in brought.files[:2]]
    more = legislation.fetch(client, ["asc/2031/7"], languages=["en", "cy"], have=have)
    assert more.files == [] and len(server.paths) == n_asked


def test_hostile_xml_is_neither_expanded_nor_kept(server: Server, ask: Any) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'.encode() for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    server.answer = lambda path, query: (200, {}, bomb + b"]><Legislation>&i;</Legislation>")
    brought = legislation.fetch(ask(legislation.SERVICE, tries=2)[0], ["asc/2031/7"])
    assert len(brought.files) + len(brought.problems) == 1
    server.answer = lambda path, query: (200, {}, b"<Legislation><open></Legislation>")
    brought = legislation.fetch(ask(legislation.SERVICE, tries=2)[0], ["asc/2031/8"])
    assert [p.code for p in brought.problems] == ["no-answer"]


@pytest.mark.parametrize(
    "bad",
    ["", "https://example.org/asc/2025/1", "asc/2025", "../asc/2025/1", "asc/2025/1/../../x", "asc/2025/1/section/3"],
)
def test_what_names_no_law_is_refused(bad: str) -> None:
    with pytest.raises(UsageError):
        legislation.parse_law(bad)


def item(path: str, **more: Any) -> dict[str, Any]:
    body = "<p>Every person has a plan, which must be reviewed with them at least once a year by the team.</p>"
    return {
        "base_path": path, "content_id": f"id-{path}", "document_type": "guidance", "schema_name": "publication",
        "publishing_app": "whitehall", "locale": "en", "title": f"Care plans {path}", "description": "About plans.",
        "public_updated_at": "2024-05-01T10:00:00Z", "links": {}, "details": {"body": body}, **more,
    }  # fmt: skip


ENGLAND = {
    "national_applicability": {
        "england": {"applicable": True},
        "wales": {"applicable": False},
        "scotland": {"applicable": False},
        "northern_ireland": {"applicable": False},
    }
}


def gov(path: str, query: dict[str, str]) -> Reply:
    items = {
        "guidance/plans": item("/guidance/plans", details={**item("")["details"], **ENGLAND}),
        "guidance/silent": item("/guidance/silent"),
        "old": {"base_path": "/old", "document_type": "redirect", "redirects": [{"destination": "/guidance/plans"}]},
        "government/publications/x": item(
            "/government/publications/x",
            links={
                "children": [{"document_type": "html_publication", "base_path": "/government/publications/x/x"}],
                "available_translations": [
                    {"locale": "en", "base_path": "/government/publications/x"},
                    {"locale": "cy", "base_path": "/government/publications/x.cy"},
                ],
            },
            details={
                "attachments": [
                    {"attachment_type": "file", "url": "https://assets.publishing.service.gov.uk/media/1/x.pdf"},
                    {"attachment_type": "html", "url": "/government/publications/x/x"},
                ]
            },
        ),
        "government/publications/x/x": item(
            "/government/publications/x/x", document_type="html_publication", details={**item("")["details"], **ENGLAND}
        ),
    }
    if path == "gone":
        return reply(b"", 410)
    return reply(items[path]) if path in items else reply({"error": "no"}, 404)


def test_govuk_follows_to_the_text_and_names_what_lies_elsewhere(server: Server, ask: Any) -> None:
    server.answer = gov
    client, _ = ask(govuk.SERVICE)
    asked = ["https://www.gov.uk/government/publications/x", "/old", "gone", "none"]
    brought = govuk.fetch(client, asked)
    assert [f.facts["url"] for f in brought.files] == [
        "https://www.gov.uk/government/publications/x/x",
        "https://www.gov.uk/guidance/plans",
    ]
    assert json.loads(brought.files[1].data)["title"] == "Care plans /guidance/plans"
    assert [(p.code, p.severity, p.subject) for p in brought.problems] == [
        ("attachment-elsewhere", "warning", "government/publications/x"),
        ("not-found", "error", "gone"),
        ("not-found", "error", "none"),
    ]
    assert "media/1/x.pdf" in brought.problems[0].message
    assert any("in cy too: metanarrative fetch govuk /government/publications/x.cy" in note for note in brought.notes)
    # everything was asked at the one address that was given
    assert all("assets" not in path for path in server.paths)


@pytest.mark.parametrize("bad", ["", "/", "https://example.org/x", "../x", "/a/../b", "a b", "javascript:x", "/a//b"])
def test_what_is_no_path_of_govuk_is_refused(bad: str) -> None:
    with pytest.raises(UsageError):
        govuk.parse_path(bad)


def test_govuk_publications_in_the_real_shape_lead_to_their_text(
    server: Server, ask: Any, shared: Callable[[str], Path]
) -> None:
    real = json.loads(shared("policy/govuk_publication_best-practice-policy-paper.json").read_text(encoding="utf-8"))
    path = real["base_path"].lstrip("/")
    server.answer = lambda asked, query: reply(real) if asked == path else reply(b"", 404)
    brought = govuk.fetch(ask(govuk.SERVICE)[0], [path])
    child = real["links"]["children"][0]["base_path"].lstrip("/")
    assert server.paths == [path, child]
    assert brought.files == []
    assert ("not-found", child) in {(p.code, p.subject) for p in brought.problems}


# -- in a project -----------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, ask: Any, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(http.time, "sleep", lambda seconds: None)
    made = Project.init(tmp_path / "review", title="Care planning")
    rows = ["id,title,abstract,authors,year,venue,doi,references"]
    rows += ["a,Care planning study 1,,Rees M,1991,A journal,10.5555/work.1,"]
    rows += ["b,Care planning study 2,Plans were read.,Hughes A,1992,A journal,10.5555/work.2,10.5555/work.1"]
    rows += ["c,Something quite different about rivers,,Evans B,1999,Another journal,,"]
    (made.root / "corpus/literature/own.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    made.run("read", "dedupe")
    return made


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_a_search_fills_a_file_with_licence_and_date(server: Server, project: Project) -> None:
    server.answer = OpenAlex([work(n) for n in range(1, 4)])
    result = project.fetch("openalex", search="care planning", limit=50, key=SECRET, mailto="a@example.org")
    assert result.exit_code == 0
    (row,) = result.rows
    assert (row["kept"], row["abstracts"], row["dois"]) == (3, "100 %", "100 %")
    (file,) = (project.root / connect.FETCHED).glob("openalex-care-planning-*.json")
    (source,) = table(project.root / "corpus/literature/sources.csv")
    assert source["file"] == f"fetched/{file.name}"
    assert (source["database"], source["search"], source["routes"], source["licence"]) == (
        "OpenAlex", "search: care planning", "database", "CC0 1.0",
    )  # fmt: skip
    assert len(source["date"]) == 10
    # the key is nowhere: not in the project, not in what is shown
    assert SECRET not in json.dumps(result.to_dict(), default=str)
    for path in project.root.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()
    # there already: nobody is asked
    asked = len(server.paths)
    again = project.fetch("openalex", search="care planning", limit=50)
    assert "there already" in again.notes[0] and len(server.paths) == asked
    # the readers take it like any export, and works that are here already are joined
    project.run("read", "dedupe")
    works = {w["doi"]: w for w in project.store.read("work") if w["doi"]}
    assert works["10.5555/work.1"]["n_records"] == 2
    assert works["10.5555/work.1"]["abstract"] == "Plans were read1"
    # asked again with force, newer answers replace the file and its row
    server.answer = OpenAlex([work(n) for n in range(1, 6)])
    newer = project.fetch("openalex", search="care planning", limit=50, force=True)
    assert newer.rows[0]["kept"] == 5 and newer.rows[0]["what"] == "replaced"
    assert len(table(project.root / "corpus/literature/sources.csv")) == 1


def test_enrich_completes_what_is_missing_and_asks_once(server: Server, project: Project) -> None:
    server.answer = OpenAlex([work(1, cites=(2, 8))])
    result = project.enrich()
    assert result.exit_code == 0
    assert next(q["filter"] for q in server.queries if "filter" in q) == "doi:10.5555/work.1"
    assert result.data["lacking"] == 2 and result.data["without_doi"] == 1
    assert [p["code"] for p in result.data["problems"]] == ["no-doi"]
    project.run("read", "dedupe")
    (done,) = [w for w in project.store.read("work") if w["doi"] == "10.5555/work.1"]
    assert done["abstract"] and done["n_references"] == 2
    assert json.loads(done["routes"]) == []  # completing is no way of finding
    asked = len(server.paths)
    again = project.enrich()
    assert "nothing to ask for" in again.notes and len(server.paths) == asked
    everything = project.enrich(only="all", limit=1)
    assert everything.data["sent"]["sends"].startswith("1 DOIs")


def test_enrich_from_crossref_lists_dois_that_are_unknown(server: Server, project: Project) -> None:
    server.answer = lambda path, query: reply(b"", 404)
    result = project.enrich("crossref", only="all")
    assert result.exit_code == 5
    codes = sorted((p["code"], p["subject"]) for p in result.data["problems"])
    assert ("not-found", "10.5555/work.1") in codes and ("not-found", "10.5555/work.2") in codes
    (listed,) = (project.root / "problems").glob("enrich-*.csv")
    rejects = table(listed)
    assert {row["subject"] for row in rejects if row["code"] == "not-found"} == {"10.5555/work.1", "10.5555/work.2"}
    with pytest.raises(UsageError):
        project.enrich("europepmc")


def test_snowballing_from_included_works(server: Server, project: Project) -> None:
    project.run("screen")
    works = [
        work(1, cites=(2, 8, 9)),
        work(2, cites=(8,)),
        work(8),
        work(9),
        work(30, cites=(1, 2)),
        work(31, cites=(2,)),
    ]
    server.answer = OpenAlex(works)
    ranked = project.fetch("openalex", references_of=(), only_list=True)
    assert [(r["id"], r["cited_by_yours"]) for r in ranked.rows] == [("W100008", 2), ("W100009", 1)]
    assert ranked.exit_code == 5  # the work without a DOI could not be a start
    assert not (project.root / connect.FETCHED).exists()
    asked = len(server.paths)
    added = project.fetch("openalex", references_of=())
    assert len(server.paths) == asked  # the answers were waiting
    assert added.rows[0]["kept"] == 2
    assert "W100008  2 of yours" in "\n".join(added.notes)
    forward = project.fetch("openalex", citations_to=["10.5555/work.2"])
    assert [(r["id"], r["cites_yours"]) for r in forward.data["candidates"]] == [("W100030", 1), ("W100031", 1)]
    routes = {row["routes"] for row in table(project.root / "corpus/literature/sources.csv")}
    assert routes == {"snowball-back", "snowball-forward"}
    # references that the project has already are not asked for again
    project.run("read", "dedupe", "screen")
    keys, dois = connect._known(project)
    assert "W100008" in keys and "10.5555/work.30" in dois
    known = {s.doi: s for s in connect.seeds(project)}
    assert known["10.5555/work.30"].references == ("W100001", "W100002")


def test_laws_go_below_their_nation_with_licence_and_date(server: Server, project: Project) -> None:
    server.answer = laws
    result = project.fetch("legislation", "asc/2031/7", languages=("en", "cy"))
    assert result.exit_code == 0 and [row["nation"] for row in result.rows] == ["wales", "wales"]
    rows = table(project.root / "corpus/policy/manifest.csv")
    assert [row["language"] for row in rows] == ["en", "cy"]
    assert {row["licence"] for row in rows} == {"Open Government Licence v3.0"}
    assert all(len(row["fetched"]) == 10 and row["url"].startswith("https://www.legislation") for row in rows)
    project.run("read", "dedupe")
    policy = project.store.read("work", where={"kind": "policy"})
    assert [(w["nation"], w["n_records"]) for w in policy] == [("wales", 2)]  # two languages, one Act
    asked = len(server.paths)
    again = project.fetch("legislation", "asc/2031/7", languages=("en", "cy"))
    assert len(server.paths) == asked and "there already" in " ".join(again.notes)
    forced = project.fetch("legislation", "asc/2031/7", force=True)
    assert len(server.paths) == asked + 1 and forced.exit_code == 0


def test_a_page_that_names_no_nation_is_not_guessed(server: Server, project: Project) -> None:
    server.answer = gov
    result = project.fetch("govuk", "/guidance/plans", "/guidance/silent")
    assert result.exit_code == 5
    assert [row["nation"] for row in result.rows] == ["england", ""]
    assert "--nation" in "\n".join(result.notes)
    asked = len(server.paths)
    told = project.fetch("govuk", "/guidance/silent", nation="uk")
    assert told.exit_code == 0 and len(server.paths) == asked  # the answer was waiting
    assert len(list((project.root / "corpus/policy/uk").glob("govuk-silent-*.json"))) == 1
    with pytest.raises(UsageError, match="atlantis"):
        project.fetch("govuk", "/guidance/plans", nation="atlantis")


def test_a_dry_run_sends_nothing(server: Server, project: Project) -> None:
    result = project.fetch("openalex", search="care planning", limit=250, dry_run=True)
    (row,) = result.rows
    assert (row["service"], row["requests"], row["address"]) == ("OpenAlex", 3, server.url)
    assert "care planning" in row["sends"] and row["fills"].startswith("corpus/literature/fetched/openalex-care")
    project.enrich(dry_run=True)
    project.fetch("legislation", "asc/2031/7", dry_run=True)
    assert not server.paths
    assert not (project.root / connect.FETCHED).exists()


def test_senseless_calls_are_refused(project: Project) -> None:
    for connector, options in (
        ("scholar", {"search": "x"}),
        ("crossref", {"search": "x"}),
        ("europepmc", {"dois": ["10.5555/a"]}),
        ("govuk", {}),
        ("openalex", {"search": "x", "dois": []}),
        ("openalex", {"search": "  "}),
        ("openalex", {"references_of": ["no such work"]}),
    ):
        with pytest.raises((UsageError, LookupError)):
            project.fetch(connector, **options)


# -- on the command line ----------------------------------------------------------------------


def run(project: Project, *words: str, text: str = "") -> Any:
    return CliRunner().invoke(main, ["-q", "-C", str(project.root), *words], input=text)


def test_offline_refuses_every_connector_with_exit_6(server: Server, project: Project) -> None:
    project.run("screen")
    for words in (
        ("fetch", "openalex", "--search", "x"),
        ("fetch", "openalex", "--references-of"),
        ("fetch", "crossref", "--missing"),
        ("fetch", "europepmc", "--search", "x"),
        ("fetch", "legislation", "asc/2031/7"),
        ("fetch", "govuk", "/guidance/plans"),
        ("enrich",),
        ("enrich", "--from", "crossref"),
        ("enrich", "--dry-run"),
    ):
        done = run(project, "--offline", *words)
        assert done.exit_code == 6, done.output
        assert "offline" in done.output
    assert not server.paths
    assert run(project, "--offline", "status").exit_code == 0


def test_the_commands_do_what_the_api_does(server: Server, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METANARRATIVE_OPENALEX_KEY", SECRET)
    monkeypatch.setenv("METANARRATIVE_MAILTO", "a@example.org")
    server.answer = OpenAlex([work(n) for n in range(1, 4)])
    dois = project.root / "dois.txt"
    dois.write_text("doi\nhttps://doi.org/10.5555/WORK.3\n10.5555/none\nnonsense\n", encoding="utf-8")
    done = run(project, "--json", "fetch", "openalex", "--dois", str(dois), "--route", "expert")
    assert done.exit_code == 5
    told = json.loads(done.stdout)
    assert told["schema"] == "metanarrative.fetch/1"
    assert sorted((p["code"], p["subject"] or p["line"]) for p in told["problems"]) == [
        ("no-doi", 4), ("not-found", "10.5555/none"),
    ]  # fmt: skip
    assert server.queries[0]["api_key"] == SECRET and SECRET not in done.output
    assert "mailto:a@example.org" in server.headers[0]["User-Agent"]
    assert table(project.root / "corpus/literature/sources.csv")[0]["routes"] == "expert"
    server.answer = crossref_answer
    piped = run(project, "fetch", "crossref", "--dois", "-", text="10.5555/xyz\n")
    assert piped.exit_code == 0, piped.output
    assert run(project, "fetch", "crossref").exit_code == 2
    assert run(project, "fetch", "openalex", "10.5555/work.1").exit_code == 2
    assert run(project, "fetch", "openalex").exit_code == 2
    assert run(project, "enrich", "--from", "crossref", "--only", "all").exit_code == 0
    server.answer = laws
    assert run(project, "fetch", "legislation", "asc/2031/7", "--lang", "cy").exit_code == 0


def test_stopped_by_hand_the_same_command_goes_on(
    server: Server, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer = crossref_answer
    real, n = Client._ask, 0

    def stop_at_third(self: Client, url: str, accept: str) -> http.Answer:
        nonlocal n
        n += 1
        if n == 3:
            raise KeyboardInterrupt
        return real(self, url, accept)

    monkeypatch.setattr(Client, "_ask", stop_at_third)
    dois = project.root / "dois.txt"
    dois.write_text("\n".join(f"10.5555/d{n}" for n in range(5)), encoding="utf-8")
    assert run(project, "fetch", "crossref", "--dois", str(dois)).exit_code == 130
    assert len(server.paths) == 2
    assert not (project.root / connect.FETCHED).exists()
    done = run(project, "fetch", "crossref", "--dois", str(dois))
    assert done.exit_code == 0
    assert server.paths == [f"works/10.5555/d{n}" for n in range(5)]  # each asked for once


def test_killed_without_warning_the_same_command_goes_on(server: Server, project: Project) -> None:
    whole = OpenAlex([work(n) for n in range(230)])
    command = [sys.executable, "-m", "metanarrative", "-C", str(project.root)]
    command += ["fetch", "openalex", "--search", "care planning", "--limit", "1000"]
    running: list[subprocess.Popen[bytes]] = []

    def killed_at_the_last_page(path: str, query: dict[str, str]) -> Reply:
        if query["cursor"] == "200" and running[0].poll() is None:
            running[0].kill()
            running[0].wait()
        return whole(path, query)

    server.answer = killed_at_the_last_page
    running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    assert running[0].wait(timeout=60) == -signal.SIGKILL
    assert [q["cursor"] for q in server.queries] == ["*", "100", "200"]
    assert not (project.root / connect.FETCHED).exists()  # nothing half done
    server.queries.clear()
    assert run(project, "fetch", "openalex", "--search", "care planning", "--limit", "1000").exit_code == 0
    assert [q["cursor"] for q in server.queries] == ["200"]  # what had come is not asked for again
    (file,) = (project.root / connect.FETCHED).glob("*.json")
    assert len(json.loads(file.read_text(encoding="utf-8"))["results"]) == 230


@pytest.mark.parametrize("way", ["references_of", "citations_to"])
def test_a_snowball_that_was_stopped_goes_on(
    server: Server, ask: Any, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(openalex, "BATCH", 2)
    works = [work(n, cites=tuple(range(20 + n, 24 + n))) for n in range(6)] + [work(n) for n in range(20, 30)]
    works += [work(n, cites=(n - 60,)) for n in range(60, 66)]
    whole = OpenAlex(works)
    # in the middle of the candidates; with one attempt a client gives up at the first fault
    asked = "openalex:W100026|" if way == "references_of" else "cites:W100002|"

    def stops(path: str, query: dict[str, str]) -> Reply:
        return reply(b"", 500) if query.get("filter", "").startswith(asked) else whole(path, query)

    def snowball(tries: int) -> harvest.Harvest:
        call = getattr(openalex, way)
        seeds = [seed(n, cites=tuple(range(20 + n, 24 + n))) for n in range(6)]
        client = ask(openalex.SERVICE, tries=tries)[0]
        return call(client, seeds, known_keys=set(), known_dois=set(), limit=50, at_least=1, name="x.json")

    server.answer = stops
    with pytest.raises(NetworkError):
        snowball(1)
    before = [q["filter"] for q in server.queries]
    server.answer = whole
    server.queries.clear()
    brought = snowball(1)
    after = [q["filter"] for q in server.queries]
    assert after and not set(after) & set(before[:-1])  # only what had not come
    assert len(before) > 1
    if way == "references_of":
        assert {row["id"] for row in brought.rows} == {f"W{100000 + n}" for n in range(20, 29)}
    else:
        assert {row["id"] for row in brought.rows} == {f"W{100000 + n}" for n in range(60, 66)}
    assert brought.files[0].facts["licence"] == "CC0 1.0"
    assert len(brought.files[0].facts["date"]) == 10


def test_a_key_given_as_an_option_is_not_in_the_lock(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["metanarrative", "fetch", "openalex", f"--key={SECRET}"])
    with project.lock():
        assert "s3cr3t" not in (project.store.folder / "lock").read_text(encoding="utf-8")


def test_no_connector_is_asked_by_any_other_command(server: Server, project: Project) -> None:
    for words in (("run", "--to", "screen"), ("status",), ("records", "list"), ("plugins",)):
        assert run(project, *words).exit_code == 0
    assert not server.paths
