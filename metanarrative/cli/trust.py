"""Trust: why a thing is here, what was done, whether it adds up, and what it runs on."""

from __future__ import annotations

import click

from metanarrative.cli.shared import Context


@click.command()
@click.argument("subject")
@click.pass_obj
def explain(obj: Context, subject: str) -> None:
    """Tell why a work, record, passage or cluster is here, down to file and line."""
    obj.show(obj.project().explain(subject))


@click.command()
@click.option("--last", type=click.IntRange(min=0), default=0, help="Only the last steps; 0 shows all.")
@click.option("--problems", is_flag=True, help="List problems instead of runs.")
@click.pass_obj
def log(obj: Context, last: int, problems: bool) -> None:
    """Show each step's last run: seconds, peak memory, seed, versions, counts."""
    project = obj.project()
    obj.show(project.problems() if problems else project.log(last=last))


@click.command()
@click.pass_obj
def verify(obj: Context) -> None:
    """Check that counts add up and every quotation stands at its place."""
    obj.show(obj.project().verify())


@click.command()
@click.pass_obj
def doctor(obj: Context) -> None:
    """Tell what this machine has: Python, libraries, model, browser, disk."""
    from metanarrative.api import doctor as examine

    obj.show(examine())


@click.command("plugins")
@click.pass_obj
def plugins_(obj: Context) -> None:
    """List readers, embedders and executors."""
    from metanarrative.api import plugins_list

    obj.show(plugins_list())


@click.command("config")
@click.pass_obj
def config(obj: Context) -> None:
    """List every setting: its value here, default, range and reason."""
    obj.show(obj.project().config_list())


COMMANDS = (explain, log, verify, doctor, plugins_, config)
