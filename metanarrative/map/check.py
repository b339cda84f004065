"""The static gate for a page: nothing outside is addressed, the policy is there, the size is sane."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

ALLOWED_LINKS = ("https://doi.org/",)
"""Addresses that a reader may follow by a click; nothing is ever fetched from them."""

ALLOWED_HOSTS = re.compile(
    r"https://(?:www\.)?(?:legislation\.gov\.uk|gov\.uk|assets\.publishing\.service\.gov\.uk|gov\.wales|llyw\.cymru|nice\.org\.uk|"
    r"england\.nhs\.uk|pubmed\.ncbi\.nlm\.nih\.gov)/"
)
LARGEST = 6_000_000
_RELATIVE = re.compile(r"^(?:#|[\w-]+\.html(?:#.*)?$)")
_FETCHING = ("src", "srcset", "poster", "action", "formaction", "background", "ping", "data", "xlink:href")
_DANGER = re.compile(
    r"\binnerHTML\b|\bouterHTML\b|\binsertAdjacentHTML\b|\bdocument\.write\b|\beval\s*\(|new Function\b"
    r"|\bfetch\s*\(|XMLHttpRequest|WebSocket|\bimport\s*\("
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.styles: list[str] = []
        self._open: tuple[str, dict[str, str]] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name.lower(): value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag in ("script", "style"):
            self._open, self._text = (tag, found), []

    def handle_data(self, data: str) -> None:
        if self._open:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == self._open[0]:
            words = "".join(self._text)
            if tag == "script":
                self.scripts.append((self._open[1], words))
            else:
                self.styles.append(words)
            self._open = None


def check_page(html: str, *, largest: int = LARGEST) -> list[str]:
    """Return what is wrong with a page; an empty list means that it passes.

    Parameters
    ----------
    html : str
        The whole page.
    largest : int
        Bytes.

    Examples
    --------
    >>> check_page('<html><img src="https://example.org/a.png"></html>')[:1]
    ['no content policy']
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    wrong: list[str] = []
    policies = [
        a.get("content", "")
        for t, a in reader.tags
        if t == "meta" and a.get("http-equiv", "").lower() == "content-security-policy"
    ]
    policy = policies[0] if policies else ""
    if not policy:
        wrong.append("no content policy")
    else:
        for needed in (
            "default-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        ):
            if needed not in policy:
                wrong.append(f"the policy lacks {needed}")
        if re.search(r"script-src[^;]*(?:unsafe|http|\*)", policy):
            wrong.append("the policy lets in scripts that it does not name")
        head = [t for t, _ in reader.tags if t not in ("html", "head")]
        if head[:1] != ["meta"] or reader.tags[2][1].get("http-equiv", "").lower() != "content-security-policy":
            wrong.append("the policy is not the first element of the head")
        for attributes, script in reader.scripts:
            if attributes.get("type", "") in ("application/json", "text/plain"):
                continue
            digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
            if digest not in policy:
                wrong.append("a script is not named in the policy")
            if "MN.start" in script and _DANGER.search(script):
                wrong.append("the page's own script uses a dangerous call")
    wrong += _addresses(reader)
    for style in reader.styles:
        if re.search(r"@import|url\(\s*['\"]?(?!data:|#)", style, re.IGNORECASE):
            wrong.append("a style sheet asks for a file")
    size = len(html.encode("utf-8"))
    if size > largest:
        wrong.append(f"{size:,} bytes are more than {largest:,}")
    return wrong


def _addresses(reader: _Reader) -> list[str]:
    wrong: list[str] = []
    for tag, attributes in reader.tags:
        for name, value in attributes.items():
            if name.startswith("on"):
                wrong.append(f"<{tag}> has an inline handler {name}")
            elif name == "style":
                wrong.append(f"<{tag}> has a style attribute")
            elif (name in _FETCHING and not value.startswith(("data:", "#")) and value) or (
                name == "href" and tag != "a"
            ):
                wrong.append(f"<{tag}> asks for {value[:80]}")
            elif name == "href" and not (
                _RELATIVE.match(value) or value.startswith(ALLOWED_LINKS) or ALLOWED_HOSTS.match(value)
            ):
                wrong.append(f"a link leads to {value[:80]}")
            elif "url(" in value.lower() and name in ("fill", "stroke", "filter", "mask", "clip-path"):
                wrong.append(f"<{tag}> {name} asks for a file")
        if tag in ("iframe", "object", "embed", "link", "base", "form", "audio", "video"):
            wrong.append(f"<{tag}> has no place in a page")
        if tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            wrong.append("the page redirects")
    return wrong
