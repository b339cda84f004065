"""The network: only these commands use it, and only when typed."""

from __future__ import annotations

from typing import Any

import click

from metanarrative.cli.shared import ROUTES, Context
from metanarrative.errors import UsageError

_MAILTO = click.option(
    "--mailto", default="", envvar="METANARRATIVE_MAILTO", metavar="ADDRESS",
    help="Mail address told to the service, so that it can write to you.",
)  # fmt: skip
_KEY = click.option(
    "--key", default="", envvar="METANARRATIVE_OPENALEX_KEY", metavar="KEY",
    help="OpenAlex key; better kept in METANARRATIVE_OPENALEX_KEY. Never written to a file.",
)  # fmt: skip
_SENT = click.option("-n", "--dry-run", is_flag=True, help="Only say what would be sent to whom.")
_AGAIN = click.option("--force", is_flag=True, help="Ask again for what is there already, and replace it.")
_DOIS = click.option("--dois", type=click.File(encoding="utf-8-sig"), default=None, help="File with one DOI a line.")
_ROUTE = click.option(
    "--route", default="database", show_default=True, help="By which route the DOIs were found.",
    type=click.Choice(ROUTES),
)  # fmt: skip
_MOST = click.option("--limit", type=click.IntRange(min=1), default=None, help="Most works brought.")


@click.group()
def fetch() -> None:
    """Ask outside services for literature and policy texts; nothing else uses the network.

    Every answer becomes a file below corpus/, with its licence and the date. Stopped, the same
    command goes on. What is sent to whom: docs/connectors.md, or any of these with --dry-run.
    """


@fetch.command("openalex")
@click.argument("works", nargs=-1)
@click.option("--search", default="", help="Search titles, abstracts and full texts.")
@_DOIS
@click.option("--references-of", "back", is_flag=True, help="What WORKS cite; all included works by default.")
@click.option("--citations-to", "forward", is_flag=True, help="What cites WORKS; all included works by default.")
@_MOST
@click.option("--at-least", type=click.IntRange(min=1), default=1, help="Candidates tied to this many of your works.")
@click.option("--list", "only_list", is_flag=True, help="Only rank the candidates; add none.")
@_ROUTE
@_MAILTO
@_KEY
@_SENT
@_AGAIN
@click.pass_obj
def fetch_openalex(
    obj: Context, /, works: tuple[str, ...], dois: Any, back: bool, forward: bool, limit: int | None, **options: Any
) -> None:
    """Bring works from OpenAlex: by search, by DOI, or snowballing from your works.

    \b
    metanarrative fetch openalex --search "care planning mental health" --limit 300
    metanarrative fetch openalex --references-of --at-least 3
    metanarrative fetch openalex --citations-to 10.1186/s12888-016-0858-x
    """
    if works and not (back or forward):
        raise UsageError("works are named for a snowball", mend="add --references-of or --citations-to")
    obj.show(
        obj.project().fetch(
            "openalex", dois=dois, references_of=works if back else None, citations_to=works if forward else None,
            limit=limit or 0, **options,
        )
    )  # fmt: skip


@fetch.command("crossref")
@_DOIS
@click.option("--missing", is_flag=True, help="Complete works of the project (enrich --from crossref).")
@_ROUTE
@_MAILTO
@_SENT
@_AGAIN
@click.pass_obj
def fetch_crossref(obj: Context, /, dois: Any, missing: bool, route: str, **options: Any) -> None:
    """Bring works from Crossref by DOI, with the reference lists that publishers deposited."""
    if missing == (dois is not None):
        raise UsageError("say which DOIs", mend="--dois FILE, or --missing for works of the project")
    project = obj.project()
    obj.show(
        project.enrich("crossref", **options)
        if missing
        else project.fetch("crossref", dois=dois, route=route, **options)
    )


@fetch.command("europepmc")
@click.option("--search", required=True, help="Search in Europe PMC's own syntax.")
@_MOST
@_MAILTO
@_SENT
@_AGAIN
@click.pass_obj
def fetch_europepmc(obj: Context, /, limit: int | None, **options: Any) -> None:
    """Bring works from Europe PMC by search, with abstracts (no reference lists)."""
    obj.show(obj.project().fetch("europepmc", limit=limit or 0, **options))


@fetch.command("legislation")
@click.argument("laws", nargs=-1, required=True)
@click.option("--lang", "languages", multiple=True, type=click.Choice(["en", "cy"]), help="en, cy; may be given twice.")
@click.option("--nation", default="", help="england, wales, uk, ...; where the document does not say it.")
@_SENT
@_AGAIN
@click.pass_obj
def fetch_legislation(obj: Context, /, laws: tuple[str, ...], **options: Any) -> None:
    """Bring LAWS from legislation.gov.uk as XML: addresses, or TYPE/YEAR/NUMBER.

    \b
    metanarrative fetch legislation asc/2025/1 --lang en --lang cy
    """
    obj.show(obj.project().fetch("legislation", *laws, **options))


@fetch.command("govuk")
@click.argument("paths", nargs=-1, required=True)
@click.option("--nation", default="", help="england, wales, uk, ...; where the document does not say it.")
@_SENT
@_AGAIN
@click.pass_obj
def fetch_govuk(obj: Context, /, paths: tuple[str, ...], **options: Any) -> None:
    """Bring publications and guidance from GOV.UK: addresses, or paths."""
    obj.show(obj.project().fetch("govuk", *paths, **options))


@click.command()
@click.option("--from", "source", type=click.Choice(["openalex", "crossref"]), default="openalex", show_default=True,
              help="Service that is asked.")  # fmt: skip
@click.option("--only", type=click.Choice(["missing", "all"]), default="missing", show_default=True,
              help="Works that lack an abstract or references, or all.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=0), default=0, help="Most works asked for; 0 asks for all.")
@_MAILTO
@_KEY
@_SENT
@_AGAIN
@click.pass_obj
def enrich(obj: Context, /, source: str, **options: Any) -> None:
    """Complete works by their DOIs: abstracts and reference lists (network)."""
    obj.show(obj.project().enrich(source, **options))


COMMANDS = (fetch, enrich)
