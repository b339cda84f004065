"""How a command ends: every error is caught once and turned into words and an exit code."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from metanarrative.errors import MetanarrativeError, UsageError

EXIT_CODES = """\
\b
  0    done
  1    failed: a bug, or a step went wrong
  2    wrong usage or configuration
  3    an earlier step is missing, or there is no project here
  4    no input could be read
  5    done in part; what was lost is listed in a file
  6    needs the network or a model that is absent
  7    a check failed (status --check, verify, map --check)
  130  interrupted; the same command goes on where it stopped
"""

_EXIT_OF_CLICK = 2


class Main(click.Group):
    """The group that catches every error once and turns it into words and an exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run, catching errors at one point."""
        kwargs["standalone_mode"] = False
        given = kwargs.get("args") or (args[0] if args else None) or sys.argv[1:]
        as_json = "--json" in given
        try:
            code = super().main(*args, **kwargs)
            sys.exit(code if isinstance(code, int) else 0)
        except MetanarrativeError as error:
            _tell(error, as_json=as_json)
            sys.exit(error.exit_code)
        except click.exceptions.Exit as error:
            sys.exit(error.exit_code)
        except click.ClickException as error:
            if as_json:
                _tell(UsageError(error.format_message(), mend="metanarrative --help"), as_json=True)
            else:
                error.show()
            sys.exit(_EXIT_OF_CLICK)
        except (click.Abort, KeyboardInterrupt):
            click.echo("stopped; what was finished is kept, and the same command goes on from there", err=True)
            sys.exit(130)
        except OSError as error:
            if error.errno != 28:
                raise
            _tell(
                MetanarrativeError(
                    "the disk is full", mend="free some space and run the same command again; nothing is lost"
                ),
                as_json=as_json,
            )
            sys.exit(1)


def _tell(error: MetanarrativeError, *, as_json: bool) -> None:
    if as_json:
        body = {"schema": "metanarrative.error/1", **error.to_dict()}
        click.echo(json.dumps(body, ensure_ascii=False), err=True)
        return
    click.echo(f"error[{error.code}]: {error.message}", err=True)
    if error.where:
        click.echo(f"  where: {error.where}", err=True)
    if error.mend:
        click.echo(f"  mend: {error.mend}", err=True)
