"""Looking at policy: what two nations say, what is in force, and which works it leans on."""

from __future__ import annotations

import click

from metanarrative.cli.shared import Context
from metanarrative.model import NATIONS
from metanarrative.text.verdicts import ALIGNED, LINKED


@click.command()
@click.option("--theme", default="", help="Only this theme.")
@click.option("--by", default="", help="Another facet: nation, level, site, issuer, type, force, period.")
@click.option(
    "--sides", default="", help="The values, such as macro,meso or -2011,2012-; parted by ; if one holds a comma."
)
@click.option("--period", default="", metavar="YEARS", help="Before and from a year on, such as 2012 or 2008,2012.")
@click.option("--on", default="", metavar="DAY", help="Only documents in force on this day, such as 2012-06-06.")
@click.option("--kind", type=click.Choice(["theme", "force", "term"]), default=None, help="Only these contrasts.")
@click.pass_obj
def compare(obj: Context, theme: str, by: str, sides: str, period: str, on: str, kind: str | None) -> None:
    """Compare England and Wales: themes, legal force, terms, with uncertainty over documents.

    Another facet is compared from what the last run stored: every pair of its six commonest values,
    or those of --sides. Nothing is written, and the usual comparison stays as it is.
    """
    parts = sides.split(";" if ";" in sides else ",")
    chosen = [side.strip() for side in parts if side.strip()]
    obj.show(obj.project().compare(theme=theme, by=by, kind=kind or "", sides=chosen, period=period, on=on))


@click.command()
@click.option("--on", default="", metavar="DAY", help="Only what was in force on this day, such as 2012-06-06.")
@click.option("--nation", type=click.Choice(NATIONS), default=None, help="Only documents of this nation.")
@click.pass_obj
def lineage(obj: Context, on: str, nation: str | None) -> None:
    """Tell which policy document supersedes, amends or names which, or what was in force on a day."""
    obj.show(obj.project().lineage(on=on, nation=nation or ""))


@click.command()
@click.option(
    "--cases",
    type=click.Choice(["level", "nation", "site", "document", "tradition", "group", "actor"]),
    default="level",
    show_default=True,
    help="What the columns are; actor shows who plays which part.",
)
@click.option("--theme", default="", help="With --cases actor: only this theme, or each for a row a theme.")
@click.pass_obj
def matrix(obj: Context, cases: str, theme: str) -> None:
    """Show the framework matrix: theme by level, nation, site, document, tradition or group."""
    if theme and cases != "actor":
        raise click.UsageError("--theme goes with --cases actor")
    obj.show(obj.project().matrix(cases, theme=theme))


@click.command()
@click.option("--theme", default="", help="Only this theme.")
@click.option("--nation", type=click.Choice(NATIONS), default=None, help="Only documents of this nation.")
@click.option("--site", default="", help="Only documents of this site, held against the policy of its nation.")
@click.pass_obj
def levels(obj: Context, theme: str, nation: str | None, site: str) -> None:
    """Show where national policy, local policy and practice part, theme by theme."""
    obj.show(obj.project().levels(theme=theme, nation=nation or "", site=site))


@click.command()
@click.option("--theme", default="", help="Only this theme.")
@click.pass_obj
def agreement(obj: Context, theme: str) -> None:
    """Show how well coders agree on themes, and apart from it how well the machine agrees with people."""
    obj.show(obj.project().agreement(theme=theme))


@click.command()
@click.option(
    "--verdict",
    type=click.Choice(LINKED),
    default=None,
    help="Only these.",
)
@click.pass_obj
def links(obj: Context, verdict: str | None) -> None:
    """List which works policy passages refer to, how surely, and what waits for a person."""
    obj.show(obj.project().links(verdict=verdict or ""))


@click.command()
@click.option("--verdict", type=click.Choice(ALIGNED), default=None, help="Only these.")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Most rows; 0 shows all.")
@click.pass_obj
def align(obj: Context, verdict: str | None, limit: int) -> None:
    """List passages of the two nations on the same subject."""
    obj.show(obj.project().align(verdict=verdict or "", limit=limit))


COMMANDS = (compare, lineage, matrix, levels, agreement, links, align)
