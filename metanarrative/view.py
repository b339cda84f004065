"""A drawn view in the hand: a still picture in a notebook, and more by its methods."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metanarrative.errors import UsageError
from metanarrative.export import write_file
from metanarrative.map.check import check_page
from metanarrative.map.narrow import png_of
from metanarrative.map.page import Page, contract, render
from metanarrative.results import Result

FORMATS = ("html", "svg", "png", "json")


@dataclass(frozen=True)
class View(Result):
    """A drawn view: a still picture in a notebook, and more by its methods.

    Examples
    --------
    >>> View("map").show()
    Traceback (most recent call last):
    ...
    metanarrative.errors.UsageError: this is no single view
    """

    view: str = ""
    page: Page | None = field(default=None, repr=False)
    still: str = field(default="", repr=False)
    caption: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of ``--json``: what was written, not the whole view."""
        return {
            "schema": f"metanarrative.{self.name}/1",
            "rows": [dict(row) for row in self.rows],
            "notes": [*self.lead, *self.notes],
        }

    def _single(self) -> Page:
        if self.page is None:
            raise UsageError("this is no single view", mend='choose one: project.map("tradition")')
        return self.page

    def html(self) -> str:
        """Return the whole self-contained page."""
        return render(self._single())

    def svg(self) -> str:
        """Return the still picture.

        Raises
        ------
        UsageError
            If the view is words and has no picture, or there is nothing to draw.
        """
        self._single()
        if not self.still:
            raise UsageError(f"{self.view} has no picture here", mend="take html or json")
        return self.still

    def json(self) -> str:
        """Return the versioned data contract as text."""
        return json.dumps(contract(self._single()), ensure_ascii=False, indent=1) + "\n"

    def png(self, *, scale: float = 2.0) -> bytes:
        """Return the still picture as PNG, drawn by a browser of this machine.

        Raises
        ------
        ModelMissingError
            If no browser is found.
        """
        return png_of(self.svg(), scale=scale)

    def rendered(self, kind: str) -> bytes:
        """Return the view as the bytes of a file of this kind.

        Raises
        ------
        UsageError
        """
        if kind not in FORMATS:
            raise UsageError(f"no format is called {kind!r}", mend=f"formats: {', '.join(FORMATS)}")
        if kind == "png":
            return self.png()
        if kind == "svg":
            return ('<?xml version="1.0" encoding="UTF-8"?>\n' + self.svg() + "\n").encode("utf-8")
        return (self.html() if kind == "html" else self.json()).encode("utf-8")

    def save(self, path: Path | str, *, force: bool = False) -> Path:
        """Write the view; the suffix tells the format (.html, .svg, .png, .json).

        Raises
        ------
        UsageError
            If the suffix is unknown, or the file is there with other content and `force` is not set.
        """
        target = Path(path)
        return write_file(target, self.rendered(target.suffix.lower().removeprefix(".") or "html"), force=force)

    def check(self) -> Result:
        """Check the page: no outside address, policy in place, size."""
        found = check_page(self.html())
        rows = [{"view": self.view, "check": "; ".join(found) or "ok"}]
        return Result("check", ("view", "check"), rows, exit_code=7 if found else 0)

    def show(self, *, height: int = 760) -> Frame:
        """Return the interactive page in a frame that may run its script and nothing else."""
        return Frame(self.html(), height)

    def _repr_svg_(self) -> str | None:
        return self.still or None

    def _repr_html_(self) -> str:
        if not self.still:
            return super()._repr_html_()
        return f"<figure>{self.still}<figcaption>{html.escape(self.caption)}</figcaption></figure>"


@dataclass(frozen=True)
class Frame:
    """A page in a sandboxed frame, for a notebook."""

    page: str = field(repr=False)
    height: int = 760

    def _repr_html_(self) -> str:
        inside = html.escape(self.page, quote=True)
        return (
            f'<iframe sandbox="allow-scripts allow-downloads" width="100%" height="{int(self.height)}" '
            f'referrerpolicy="no-referrer" srcdoc="{inside}"></iframe>'
        )
