"""Pages, report and files for other tools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from metanarrative import export as exporting
from metanarrative import pipeline
from metanarrative.config import make_settings
from metanarrative.errors import (
    UsageError,
)
from metanarrative.results import Result

if TYPE_CHECKING:
    from metanarrative.view import View
from metanarrative.api.base import Base
from metanarrative.api.views import VIEWS


class Sharing(Base):
    """Pages, report and files for other tools."""

    def map(
        self,
        view: str = "all",
        *,
        years: tuple[int | None, int | None] | str | None = None,
        top: int = 0,
        abstracts: bool | None = None,
        page_lang: str = "",
    ) -> View:
        """Draw the pages and return one of them, narrowed if need be.

        Without narrowing, the pages in ``maps/`` are brought up to date as well.

        Parameters
        ----------
        view : str
            A name of :data:`VIEWS`, a card (``card-T1``), or ``all``.
        years : (int, int) or str, optional
            Only marks from these years: ``(2000, 2010)`` or ``"2000-2010"``; an end may be open.
        top : int
            Only the largest so many marks; 0: all.
        abstracts : bool, optional
            Whether whole abstracts travel with the page; as set in the project by default.
        page_lang : {"en", "cy"}, optional
            Language of the page's own words.

        Returns
        -------
        View
            In a notebook a still picture; ``.show()`` the page in a frame, ``.save(path)``,
            ``.check()``, ``.data`` (the versioned contract).

        Raises
        ------
        UsageError, StepMissingError
        """
        from metanarrative.map import is_card
        from metanarrative.map.narrow import page_and_still, years_of
        from metanarrative.map.page import contract
        from metanarrative.view import View

        changed = {"abstracts": abstracts, "page_lang": page_lang or None}
        changed = {key: value for key, value in changed.items() if value is not None}
        span = years_of(years) if isinstance(years, str) else years
        self._needs_before("map")
        if view not in ("all", *VIEWS) and not is_card(view):
            raise UsageError(f"no view is called {view!r}", mend=f"views: {', '.join(VIEWS)}")
        if view == "all" and (span is not None or top):
            raise UsageError("years and top narrow one view", mend="name the view")
        rows = self.store.read("view")
        fresh = {state.stage: state.state for state in pipeline.status(self)}["map"] == "fresh"
        if not fresh or not all((self.root / row["file"]).is_file() for row in rows):
            pipeline.run_stage(self, "map")
            rows = self.store.read("view")
        order = {name: i for i, name in enumerate(VIEWS)}
        rows.sort(key=lambda row: (order.get(row["name"], len(order)), len(row["name"]), row["name"]))
        columns = ("name", "file", "n_marks", "bytes", "engine")
        if view == "all":
            return View("map", columns, rows)
        rows = [row for row in rows if row["name"] == view]
        if not rows:
            raise UsageError(
                f"there is no page {view}", mend="metanarrative traditions list shows which clusters there are"
            )
        settings = replace(self.settings("map"), **changed)
        if "page_lang" in changed:
            make_settings("map", {"page_lang": page_lang}, where="page_lang")
        page, still = page_and_still(self, view, settings, years=span, top=top)
        caption = f"{self.title}: {page.lead}"
        return View("map", columns, rows, data=contract(page), view=view, page=page, still=still, caption=caption)

    def write_maps(
        self,
        views: Sequence[str],
        out: Path | str,
        *,
        format: str = "",
        years: tuple[int | None, int | None] | str | None = None,
        top: int = 0,
        abstracts: bool | None = None,
        page_lang: str = "",
        force: bool = False,
    ) -> Result:
        """Write views to a file, or several into a folder; see :meth:`map`.

        Parameters
        ----------
        views : sequence of str
            Names; ``all`` means every view.
        out : path
            A file for one view; a folder for several (files are named after their views).
        format : {"html", "svg", "png", "json"}, optional
            By default as the suffix says, else html.
        years, top, abstracts, page_lang
            As for :meth:`map`.
        force : bool
            Overwrite files with other content.

        Raises
        ------
        ModelMissingError
            For png, where no browser is found.
        UsageError
        """
        from metanarrative.map.narrow import WORDS_ONLY
        from metanarrative.view import FORMATS

        out = Path(out)
        every = list(VIEWS) if "all" in views else list(dict.fromkeys(views))
        kind = format or (
            out.suffix.lower().removeprefix(".") if out.suffix.lower().removeprefix(".") in FORMATS else "html"
        )
        single = len(every) == 1 and not out.is_dir() and not str(out).endswith("/")
        rows, notes = [], []
        for name in every:
            made = self.map(name, years=years, top=top, abstracts=abstracts, page_lang=page_lang)
            if kind in ("svg", "png") and not made.still and not single:
                why = "is words" if name in WORDS_ONLY else "has nothing to draw"
                notes.append(f"{name} {why}: no {kind} of it")
                continue
            target = out if single else out / f"{name}.{kind}"
            exporting.write_file(target, made.rendered(kind), force=force)
            rows.append(
                {
                    "name": name,
                    "file": str(target),
                    "bytes": target.stat().st_size,
                    "carries": made.page.carries if made.page else "",
                }
            )
        return Result("map", ("name", "file", "bytes", "carries"), rows, notes)

    def check_maps(self, files: Sequence[Path | str] | None = None) -> Result:
        """Check every written page, or these files: no outside address, policy in place, size."""
        from metanarrative.map import check_page

        rows = []
        paths = (
            [self.root / row["file"] for row in self.store.read("view")] if files is None else [Path(f) for f in files]
        )
        for path in paths:
            text = path.read_text(encoding="utf-8") if path.suffix == ".html" and path.exists() else ""
            found = check_page(text) if text else ["the file is gone"] if not path.exists() else []
            name = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
            size = path.stat().st_size if path.exists() else 0
            words = "; ".join(found) or ("ok" if path.suffix == ".html" else "no page: not checked")
            rows.append({"file": name, "bytes": size, "check": words})
        failed = [row for row in rows if row["check"] != "ok" and not str(row["check"]).startswith("no page")]
        return Result("check", ("file", "bytes", "check"), rows, exit_code=7 if failed or not rows else 0)

    def report(self, out: Path | str | None = None, *, force: bool = False) -> Result:
        """Write the report and tell where it is; `out` gets a copy as .html, .md or .docx."""
        self._needs_before("report")
        pipeline.run_stage(self, "report")
        rows = self.store.read("report_file")
        if out is not None:
            suffix = Path(out).suffix.lower() or ".html"
            chosen = [row for row in rows if Path(row["file"]).suffix == suffix]
            if suffix == ".docx":
                from metanarrative.report import as_word

                data = as_word(self, self.settings("report"))
            elif chosen:
                data = (self.root / chosen[0]["file"]).read_bytes()
            else:
                raise UsageError(f"there is no report as {suffix}", mend="give a name ending in .html, .md or .docx")
            exporting.write_file(Path(out), data, force=force)
            rows = [{"file": str(out), "bytes": len(data)}]
        return Result("report", ("file", "bytes"), rows)

    def export(
        self, kind: str, out: Path | str, *, graph: str = "", which: str = "literature", force: bool = False
    ) -> Result:
        """Write files for other tools.

        Parameters
        ----------
        kind : str
            ``csv`` (a folder with one file a table), ``graphml``, ``vosviewer``, ``matrix`` (the
            framework matrix, .xlsx or .csv) and ``links`` (policy to literature, .csv or .tsv), which
            people fill in and import again; for reference managers ``ris``, ``bibtex``, ``csl``; for
            network tools ``gexf``, ``pajek``, ``vosviewer-txt``, ``edgelist`` (two files each but for
            gexf, named after `out`).
        out : path
        graph : str, optional
            Which graph: citation, coupling, cocitation, text, bm25, concepts. By default coupling for
            VOSviewer and citation for the others, or text where that is nearly empty.
        which : {"literature", "policy", "all"}
            Which works go to a reference manager.
        """
        from metanarrative import citing, links, networks

        out = Path(out)
        notes: list[str] = []
        if kind in ("graphml", "vosviewer", *networks.FORMATS):
            graph, notes = self._layer(graph, "coupling" if kind.startswith("vosviewer") else "citation")
        if kind == "csv":
            self._needs("read")
            files = exporting.export_csv(self, out, force=force)
        elif kind == "graphml":
            files = [exporting.export_graphml(self, out, name=graph, force=force)]
        elif kind == "vosviewer":
            files = [exporting.export_vosviewer(self, out, name=graph, force=force)]
        elif kind == "matrix":
            self._needs("compare")
            files = [exporting.export_matrix(self, out, force=force)]
        elif kind == "links":
            self._needs("compare")
            files = [links.export_links(self, out, force=force)]
        elif kind in citing.FORMATS:
            self._needs("screen")
            files = [exporting.write_file(out, citing.records(self, kind, which=which), force=force)]
        elif kind in networks.FORMATS:
            made = networks.files(self, kind, graph)
            stem = out.with_suffix("") if len(made) > 1 else out
            files = [
                exporting.write_file(stem.with_name(stem.name + end) if len(made) > 1 else out, data, force=force)
                for end, data in made.items()
            ]
        else:
            kinds = ", ".join(("csv", "graphml", "vosviewer", "matrix", "links", *citing.FORMATS, *networks.FORMATS))
            raise UsageError(f"cannot export {kind!r}", mend=f"kinds: {kinds}")
        rows = [{"file": str(f), "bytes": f.stat().st_size} for f in files]
        return Result("export", ("file", "bytes"), rows, notes)

    def _layer(self, wanted: str, usual: str) -> tuple[str, list[str]]:
        """Return which graph to write and what to say of it; without a wish one that has links."""
        from metanarrative.export.graphs import layer_with_links, links_of_layers

        links = links_of_layers(self)
        name = wanted or layer_with_links(links, self.store.count("work"), usual)
        made = exporting.graph(self, name)
        nodes, ties = made.number_of_nodes(), made.number_of_edges()
        notes = [f"{name} network: {nodes:,} nodes, {ties:,} links"]
        others = ", ".join(f"{layer} {n:,}" for layer, n in links.items() if n and layer != name)
        if not wanted and name != usual:
            notes.append(f"{usual} has only {links[usual]:,} links; --graph {usual} writes it all the same")
        elif 2 * ties < nodes:
            notes.append(f"the network is nearly empty; links of the others: {others or 'none'} (--graph)")
        return name, notes
