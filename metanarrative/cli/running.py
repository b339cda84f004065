"""Where the project stands, and going on from there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from metanarrative.cli.shared import Context

if TYPE_CHECKING:
    from metanarrative.model import Summary


@click.command()
@click.option("--check", is_flag=True, help="Exit 7 if any step is not fresh.")
@click.option("--why", "why", default="", metavar="STEP", help="Only this step.")
@click.pass_obj
def status(obj: Context, check: bool, why: str) -> None:
    """Tell what is here, what is stale and why, and what to type next."""
    from dataclasses import replace

    from metanarrative import pipeline

    result = obj.project().status()
    if why:
        pipeline.stage_named(why)
        result = replace(result, rows=[row for row in result.rows if row["step"] == why], notes=[])
    if check and not result.data["fresh"]:
        result = replace(result, exit_code=7)
    obj.show(result)


@click.command()
@click.argument("steps", nargs=-1)
@click.option("--from", "first", default="", metavar="STEP", help="Begin with this step.")
@click.option("--to", "last", default="", metavar="STEP", help="End with this step.")
@click.option("--force", is_flag=True, help="Run even what is fresh.")
@click.option("-n", "--dry-run", is_flag=True, help="Only say which steps would run, and why.")
@click.pass_obj
def run(obj: Context, steps: tuple[str, ...], first: str, last: str, force: bool, dry_run: bool) -> None:
    """Run the steps whose inputs changed: all of them, or STEPS.

    \b
    Steps: read dedupe screen embed graph traditions storyline concepts compare map report
    """
    from metanarrative import pipeline
    from metanarrative.results import Result

    project = obj.project()
    if dry_run:
        names = pipeline.chosen(steps, first=first, last=last)
        rows = [
            {"step": s.stage, "state": s.state, "why": s.why or ("forced" if force else "")}
            for s in pipeline.status(project)
            if s.stage in names and (force or s.state != "fresh")
        ]
        obj.show(Result("run", ("step", "state", "why"), rows, [] if rows else ["nothing to do"], {"dry_run": True}))
        return

    def tell(name: str, summary: Summary | None) -> None:
        # what came of each step is in the table at the end; this only says what is going on
        if summary is None and obj.progress in ("auto", "bar") and sys.stderr.isatty():
            click.echo(f"  {name}: {pipeline.stage_named(name).does}\033[K\r", err=True, nl=False)

    obj.show(project.run(*steps, first=first, last=last, force=force, tell=tell))


COMMANDS = (status, run)
