"""What the chapters share: the options that hold for every command, and those that several take."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from metanarrative.api import Project
    from metanarrative.results import Result

ROUTES = ("database", "hand-search", "snowball-back", "snowball-forward", "expert", "serendipity", "demonstration")
"""By which routes a record may be found."""

WHO = click.option("--who", default="", help="Who decides [default: METANARRATIVE_WHO, else the login name].")


class Context:
    """Options that hold for every command."""

    def __init__(
        self, folder: str, as_json: bool, quiet: bool, seed: int | None, progress: str, offline: bool = False
    ) -> None:
        self.folder = folder
        self.as_json = as_json
        self.quiet = quiet
        self.seed = seed
        self.offline = offline
        self.progress = "off" if quiet else progress

    def project(self) -> Project:
        """Open the project that holds the chosen folder."""
        from metanarrative.api import Project

        project = Project.open(self.folder)
        project.seed_override = self.seed
        project.offline = self.offline
        return project

    def show(self, result: Result) -> None:
        """Print a result and leave with its exit code when that is not 0."""
        import shutil

        if self.as_json:
            text = json.dumps(result.to_dict(), ensure_ascii=False, indent=1, default=str)
        else:
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
            text = result.text(width=width)
        try:
            click.echo(text)
        except BrokenPipeError:
            # the reader of our output went away (| head): not an error of ours
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if result.exit_code:
            sys.exit(result.exit_code)
