"""The command line: thin; every command has a Python twin that returns the same.

stdout is the result, stderr everything else. Each chapter of commands is a module here; heavy
modules are imported inside commands, so ``metanarrative --help`` answers at once.
"""

from __future__ import annotations

import click

from metanarrative import __version__
from metanarrative.cli import decisions, literature, network, policy, running, sharing, start, trust
from metanarrative.cli.exits import EXIT_CODES, Main
from metanarrative.cli.shared import Context

__all__ = ["EXIT_CODES", "main"]


@click.group(
    cls=Main,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "METANARRATIVE"},
    epilog=f"Exit codes:\n\n{EXIT_CODES}",
)
@click.version_option(__version__, "-V", "--version", message="metanarrative %(version)s")
@click.option("-C", "--project", "folder", default=".", metavar="DIR", help="Folder of the project [default: here].")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
@click.option("-q", "--quiet", is_flag=True, help="No progress on stderr.")
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), default=None, help="Seed for this call, instead of the project's."
)
@click.option(
    "--progress",
    type=click.Choice(["auto", "bar", "lines", "json", "off"]),
    default="auto",
    help="How progress is shown on stderr.",
)
@click.option("--offline", is_flag=True, help="Refuse every command that would ask an outside service.")
@click.pass_context
def main(
    ctx: click.Context, folder: str, as_json: bool, quiet: bool, seed: int | None, progress: str, offline: bool
) -> None:
    """Map research traditions, tell their storylines, compare English and Welsh policy.

    A cluster is a proposal; a tradition is a person's judgement. Results are rebuilt whenever
    inputs change; what people decide is plain text and is never lost.
    """
    ctx.obj = Context(folder, as_json, quiet, seed, progress, offline)
    from metanarrative import execute

    ctx.with_resource(execute.progress(ctx.obj.progress))


def _wants_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.obj.as_json = True


def _json_everywhere(group: click.Group) -> None:
    """Let ``--json`` stand after any command as well as before it."""
    for command in group.commands.values():
        command.params.append(
            click.Option(
                ["--json"], is_flag=True, expose_value=False, callback=_wants_json,
                help="Print one JSON object instead of a table.",
            )
        )  # fmt: skip
        if isinstance(command, click.Group):
            _json_everywhere(command)


for _chapter in (start, network, running, decisions, literature, policy, sharing, trust):
    for _command in _chapter.COMMANDS:
        main.add_command(_command)
_json_everywhere(main)
