"""legislation.gov.uk: Acts, Measures and instruments as CLML XML, in English and Welsh.

Takes a polite client and addresses or numbers (``asc/2025/1``); gives one file a document and
language. Sent: the number of the law. Open Government Licence v3.0.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from metanarrative.connect.harvest import OGL, Found, Harvest, file_name
from metanarrative.connect.http import Client, Service
from metanarrative.connect.patience import Patience
from metanarrative.errors import UsageError
from metanarrative.model import Problem

__all__ = ["SERVICE", "Law", "fetch", "parse_law"]

SERVICE = Service("legislation", "legislation.gov.uk", "https://www.legislation.gov.uk", 1.0, OGL)
_HOSTS = re.compile(r"(?:https?://)?(?:www\.)?legislation\.gov\.uk/", re.I)
_LAW = re.compile(r"(?:id/)?([a-z]{3,6})/(\d{4}|[A-Z][A-Za-z0-9]*/[0-9-]+)/(\d+)((?:/[^/?#]+)*)/?")
_VERSION = re.compile(r"enacted|made|created|adopted|prospective|\d{4}-\d\d-\d\d")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DC_LANGUAGE = "{http://purl.org/dc/elements/1.1/}language"


@dataclass(frozen=True, slots=True)
class Law:
    """One document: series, year, number, and its version ("" for the current one)."""

    series: str
    year: str
    number: str
    version: str = ""
    welsh: bool = False  # the address that was given asked for Welsh

    @property
    def path(self) -> str:
        """Path of the document, current or of its version, in English."""
        return "/".join(filter(None, (self.series, self.year, self.number, self.version)))


def parse_law(text: str) -> Law:
    """Return the document that an address or a number names.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> parse_law("asc/2025/1").path
    'asc/2025/1'
    >>> parse_law("https://www.legislation.gov.uk/id/wsi/2024/1002/made/welsh/data.xml")
    Law(series='wsi', year='2024', number='1002', version='made', welsh=True)
    """
    bare = _HOSTS.sub("", text.strip(), count=1).split("#")[0].split("?")[0]
    found = _LAW.fullmatch(bare)
    rest = [part for part in (found.group(4) if found else "").split("/") if part]
    if rest and rest[-1].startswith("data."):
        rest.pop()
    welsh = bool(rest) and rest[-1] in ("welsh", "cymraeg")
    if welsh or (rest and rest[-1] == "english"):
        rest.pop()
    if found is None or len(rest) > 1 or not all(_VERSION.fullmatch(part) for part in rest):
        raise UsageError(
            f"{text!r} names no document of legislation.gov.uk",
            mend="give TYPE/YEAR/NUMBER, like asc/2025/1 or wsi/2024/1002/made; whole documents only",
        )
    return Law(found.group(1), found.group(2), found.group(3), rest[0] if rest else "", welsh)


def name_of(law: Law, language: str) -> str:
    """Return the file name of one language version."""
    return file_name("legislation", f"{law.path} {language}", law.path, language, suffix=".xml")


def _whole(body: bytes) -> None:
    _root(body)


def _root(body: bytes) -> tuple[str, str]:
    """Return the name of the root element and the language the document states."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError(str(error)[:120]) from None
    stated = root.get(_XML_LANG) or next((e.text or "" for e in root.iter(_DC_LANGUAGE)), "")
    return str(root.tag).rsplit("}", 1)[-1], stated.strip().casefold()[:2]


def fetch(
    client: Client,
    laws: Sequence[str],
    *,
    languages: Sequence[str] = (),
    have: Collection[str] = (),
) -> Harvest:
    """Bring documents, each in each language that is asked for.

    Parameters
    ----------
    laws : sequence of str
        Addresses or numbers; see :func:`parse_law`.
    languages : sequence of {"en", "cy"}
        English, or the language of the address, where none is given.
    have : collection of str
        Names of files that are there already and are not asked for again.

    Raises
    ------
    UsageError, NetworkError
    """
    harvest = Harvest()
    parsed = [parse_law(text) for text in laws]
    wanted = dict.fromkeys(
        (law.path, language, name_of(law, language))
        for law in parsed
        for language in (languages or (("cy",) if law.welsh else ("en",)))
    )
    english = {path: name for path, language, name in wanted if language == "en"}
    patient = Patience(client, harvest)
    n_here = 0
    for path, language, name in wanted:
        if name in have:
            n_here += 1
            continue
        welsh = "/welsh" if language == "cy" else ""
        shown = f"{path}{welsh}"
        answer = patient.ask(f"{shown}/data.xml", subject=shown, accept="application/xml", check=_whole)
        if answer is None:
            continue
        if not answer.found:
            other = "there may be no Welsh text of it" if welsh else "a draft, or another series, perhaps"
            harvest.tell(
                Problem(
                    "not-found",
                    f"{SERVICE.title} has no {shown} ({other})",
                    "look it up on the site and give its address",
                    "error",
                    subject=shown,
                )
            )
            continue
        root, stated = _root(answer.body)
        if root != "Legislation":
            harvest.tell(
                Problem(
                    "not-clml",
                    f"{shown} is there, but not as XML of the law (its root is {root})",
                    "download the PDF from the site and add it with: metanarrative add policy",
                    "error",
                    subject=shown,
                )
            )
            continue
        if stated and stated != language:
            harvest.tell(
                Problem(
                    "wrong-language",
                    f"{shown} came in {stated!r}, not in {language!r}; it was not kept",
                    "ask for the other language with --lang",
                    "error",
                    subject=shown,
                )
            )
            continue
        facts = {
            "language": language,
            "licence": OGL,
            "url": f"https://www.legislation.gov.uk/{shown}",
            "fetched": answer.fetched,
        }
        if welsh and path in english:
            facts["expression_of"] = english[path]
        harvest.files.append(Found(name, answer.body, facts))
    came = {found.name for found in harvest.files} | set(have)
    for place, found in enumerate(harvest.files):
        if found.facts.get("expression_of") and found.facts["expression_of"] not in came:
            facts = {key: value for key, value in found.facts.items() if key != "expression_of"}
            harvest.files[place] = Found(found.name, found.data, facts)
    if n_here:
        harvest.notes.append(f"{n_here} documents were there already; --force asks for them again")
    return harvest
