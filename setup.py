"""Compile the readers of large exports, where that can be done; all else is in ``setup.cfg``.

The modules below are ordinary Python and run as they are. Compiled by mypyc they read about half as fast
again, so a package that is built to be installed holds both. An editable install holds the sources only: what a
developer changes must be what runs. Without a compiler, or with ``METANARRATIVE_PURE=1``, the sources are installed.
"""

import os
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_ext import build_ext

COMPILED = """
    read/tagged read/entry read/fields read/ris read/wos read/medline
    read/references read/references_quick read/bibtex read/bibtex_scan read/latex read/tables read/table_rows
    read/documents read/pdf read/pdf_lines
""".split()

BUILDS = {"bdist_wheel", "build", "build_ext", "install"}


class OptionalExtensions(build_ext):
    """Build all extensions or none: the sources do the same, only slower."""

    def run(self):
        try:
            super().run()
        except Exception as error:  # noqa: BLE001 - whatever a compiler or its absence may raise
            self.warn(f"the readers stay uncompiled and are slower: {error}")
            for built in self.get_outputs():
                Path(built).unlink(missing_ok=True)
            self.extensions = []


def extensions():
    """Return the extensions to build in this run, none where they are not wanted or cannot be translated."""
    if not BUILDS & set(sys.argv) or os.environ.get("METANARRATIVE_PURE"):
        return []
    # the libraries need not be installed to build, so what mypy says of them does not count
    options = ["--config-file=", "--ignore-missing-imports", "--follow-imports=silent", "--no-site-packages"]
    files = [f"metanarrative/{name}.py" for name in COMPILED]
    try:
        from mypyc.build import mypycify

        return mypycify([*options, *files], opt_level="2", debug_level="0", group_name="metanarrative")
    except (ImportError, SystemExit) as error:  # mypyc leaves so when it cannot translate
        sys.stderr.write(f"the readers stay uncompiled and are slower: {error}\n")
        return []


if __name__ == "__main__":
    setup(ext_modules=extensions(), cmdclass={"build_ext": OptionalExtensions})
