"""Seeing and sharing: pages, the report, and files for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from metanarrative.cli.shared import Context
from metanarrative.errors import UsageError

if TYPE_CHECKING:
    from metanarrative.api import Project
    from metanarrative.results import Result


@click.command("map")
@click.argument("views", nargs=-1)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=None, help="File for one view, folder for several."
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["html", "svg", "png", "json"]),
    default=None,
    help="As the suffix of --out says, else html. png needs a browser.",
)
@click.option("--years", default=None, metavar="A-B", help="Only marks from these years; either end may be open.")
@click.option("--top", type=click.IntRange(min=0), default=0, help="Only the largest so many marks; 0 shows all.")
@click.option(
    "--abstracts/--no-abstracts",
    default=None,
    help="Whether whole abstracts travel with the page; as set in the project by default (not).",
)
@click.option("--page-lang", type=click.Choice(["en", "cy"]), default=None, help="Language of the page's own words.")
@click.option("--check", is_flag=True, help="Check every page; exit 7 if one fails.")
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
@click.option("--force", is_flag=True, help="Overwrite the file of --out.")
@click.pass_obj
def map_(
    obj: Context, /, views: tuple[str, ...], out: Path | None, kind: str | None, years: str | None, top: int,
    abstracts: bool | None, page_lang: str | None, check: bool, open_it: bool, force: bool,
) -> None:  # fmt: skip
    """Draw the pages, all of them or those named.

    \b
    VIEWS: tradition, storyline, concepts, themes, compare, force, aligned, evidence, flow, index,
    or a card of a tradition (card-T1). Without VIEWS, all of them.

    With --out a view is written where you like, as a page, as a picture or as its versioned JSON;
    --years, --top, --abstracts and --page-lang hold for that file only, maps/ stays as it is.
    """
    project = obj.project()
    chosen = views or ("all",)
    if out is None:
        given = [kind, years, top or None, abstracts, page_lang]
        if any(value is not None for value in given):
            raise UsageError("these options shape a file of yours", mend="say where: -o FILE")
        first = project.map(chosen[0])
        rows = [row for name in chosen for row in project.map(name).rows] if len(chosen) > 1 else first.rows
        result: Result = type(first)("map", first.columns, rows)
    else:
        result = project.write_maps(
            chosen,
            out,
            format=kind or "",
            years=years,
            top=top,
            abstracts=abstracts,
            page_lang=page_lang or "",
            force=force,
        )
    if check:
        mine = [Path(row["file"]) if out is not None else project.root / row["file"] for row in result.rows]
        result = project.check_maps(None if out is None and "all" in chosen else mine)
    elif open_it:
        _open(project, "index" if chosen[0] == "all" else chosen[0])
    obj.show(result)


@click.command()
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=None, help="Copy to this file (.html, .md or .docx)."
)
@click.option("--force", is_flag=True, help="Overwrite the file.")
@click.pass_obj
def report(obj: Context, out: Path | None, force: bool) -> None:
    """Write the report that joins question, flow, storylines, comparison, method and limits."""
    obj.show(obj.project().report(out, force=force))


@click.command()
@click.argument(
    "kind",
    type=click.Choice(
        [
            "csv",
            "graphml",
            "gexf",
            "pajek",
            "vosviewer",
            "vosviewer-txt",
            "edgelist",
            "ris",
            "bibtex",
            "csl",
            "matrix",
            "links",
        ]
    ),
)
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="File, or folder for csv.")
@click.option(
    "--graph",
    "graph_name",
    type=click.Choice(["citation", "coupling", "cocitation", "text", "bm25", "concepts"]),
    default=None,
    help="Which graph. By default coupling for vosviewer and vosviewer-txt, citation for graphml, gexf, pajek and "
    "edgelist; text where that is nearly empty.",
)
@click.option(
    "--works",
    "which",
    type=click.Choice(["literature", "policy", "all"]),
    default="literature",
    show_default=True,
    help="Which works: for ris, bibtex and csl.",
)
@click.option("--force", is_flag=True, help="Overwrite files.")
@click.pass_obj
def export(obj: Context, kind: str, out: Path, graph_name: str | None, which: str, force: bool) -> None:
    """Write files for other tools; what each cannot hold is listed in docs/exports.md.

    \b
    csv            every table, one file each, into a folder
    graphml, gexf, pajek, vosviewer, vosviewer-txt, edgelist    one graph
    ris, bibtex, csl    works for reference managers
    matrix         the framework matrix, .xlsx or .csv to fill in
    links          links from policy to literature, .csv or .tsv to rule on
    """
    obj.show(obj.project().export(kind, out, graph=graph_name or "", which=which, force=force))


@click.command("open")
@click.argument("view", default="index")
@click.pass_obj
def open_(obj: Context, view: str) -> None:
    """Open a page in the browser."""
    _open(obj.project(), view)


def _open(project: Project, view: str) -> None:
    from metanarrative.api import open_in_browser
    from metanarrative.errors import StepMissingError

    path = project.root / "maps" / f"{view}.html"
    if not path.is_file():
        raise StepMissingError(f"there is no page {path.name}", mend="metanarrative run")
    if not open_in_browser(path):
        click.echo(f"no browser here; open {path}", err=True)


COMMANDS = (map_, report, export, open_)
