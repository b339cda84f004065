"""Starting: a new project, and what it reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from metanarrative.cli.shared import ROUTES, Context

_DRY = click.option("-n", "--dry-run", is_flag=True, help="Only say what would happen.")
_FORCE = click.option("--force", is_flag=True, help="Replace a file of the same name.")
_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.option("--title", default="", help="Title of the review or comparison; without it, the folder's name.")
@click.option("--question", default="", help="The question it asks.")
@click.option("--kind", type=click.Choice(["review", "policy", "both"]), default="both", help="What it is for.")
@click.pass_obj
def init(obj: Context, folder: Path, title: str, question: str, kind: str) -> None:
    """Make a new project in FOLDER."""
    from metanarrative.api import Project
    from metanarrative.results import Result

    root = Path(obj.folder) / folder
    named = title.strip() or root.resolve().name.replace("_", " ").replace("-", " ").strip() or "Review"
    Project.init(root, title=named, kind=kind, question=question)
    next_step = f"metanarrative -C {root} add literature FILE..."
    obj.show(Result("init", notes=[f"made {root}", f"next: {next_step}"], data={"project": str(root)}))


@click.group()
def add() -> None:
    """Bring in literature exports and policy documents."""


@add.command("literature")
@_FILES
@click.option("--source", "database", default="", help="Database the export comes from.")
@click.option("--search", default="", help="The search that made it.")
@click.option("--date", default="", help="When the search was run (YYYY-MM-DD).")
@click.option(
    "--route",
    "routes",
    multiple=True,
    default=("database",),
    show_default=True,
    type=click.Choice(ROUTES),
    help="How these records were found; may be given more than once.",
)
@_DRY
@_FORCE
@click.pass_obj
def add_literature(obj: Context, /, files: tuple[Path, ...], **options: Any) -> None:
    """Read exports (RIS, BibTeX, PubMed, WoS, CSV, OpenAlex, ...) and copy them into the project.

    The kind is told by content, not by suffix. Every entry is read or listed as a problem.
    """
    obj.show(obj.project().add_literature(files, **options))


@add.command("policy")
@_FILES
@click.option("--nation", default="", help="england, wales, uk, ...; else the document must say it.")
@click.option("--title", default="", help="Title, where the document's own is wrong.")
@click.option("--issuer", "--body", "issuer", default="", help="Who issued it.")
@click.option("--year", default="", help="Year.")
@click.option("--issued", default="", help="Date of issue (YYYY-MM-DD).")
@click.option("--type", "type", default="", help="act, measure, regulations, code, guidance, strategy, ...")
@click.option("--legal-force", "legal_force", default="", help="statute, regulations, statutory-code, guidance, ...")
@click.option("--level", default="", help="macro, meso or micro.")
@click.option("--site", default="", help="Site, for local documents.")
@click.option("--lang", "language", default="", help="en or cy, where the text does not show it.")
@click.option("--pair", "expression_of", default="", help="File or title of the same work in the other language.")
@click.option("--supersedes", default="", help="Files or titles it replaces, separated by ;.")
@click.option("--licence", default="", help="Licence it may be shared under.")
@click.option("--url", default="", help="Where it was found.")
@_DRY
@_FORCE
@click.pass_obj
def add_policy(
    obj: Context, /, files: tuple[Path, ...], nation: str, legal_force: str, dry_run: bool, force: bool, **facts: str
) -> None:
    """Read policy documents (PDF, Word, HTML, legislation XML, text) and copy them in."""
    facts["force"] = legal_force
    obj.show(obj.project().add_policy(files, nation=nation, dry_run=dry_run, overwrite=force, **facts))


@click.command()
@click.argument("files", nargs=-1, required=True)
@_DRY
@click.pass_obj
def remove(obj: Context, files: tuple[str, ...], dry_run: bool) -> None:
    """Take FILES out of the corpus again; they are moved to removed/, never deleted."""
    obj.show(obj.project().remove(files, dry_run=dry_run))


COMMANDS = (init, add, remove)
