"""Looking at the literature: works, traditions, concepts and the networks between them."""

from __future__ import annotations

from typing import Any

import click

from metanarrative.cli.shared import WHO, Context


@click.group()
def records() -> None:
    """List, search and show works."""


@records.command("list")
@click.option("--kind", type=click.Choice(["literature", "policy"]), default=None, help="Only this kind.")
@click.option("--limit", type=click.IntRange(min=0), default=0, help="Most rows shown; 0 shows all.")
@click.pass_obj
def records_list(obj: Context, kind: str | None, limit: int) -> None:
    """List works, newest first."""
    obj.show(obj.project().records(kind=kind or "", limit=limit))


@records.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(min=0), default=0, help="Most rows shown; 0 shows all.")
@click.pass_obj
def records_search(obj: Context, words: tuple[str, ...], limit: int) -> None:
    """List works whose title, authors, abstract or DOI hold all WORDS."""
    obj.show(obj.project().records(" ".join(words), limit=limit))


@records.command("show")
@click.argument("subject")
@click.pass_obj
def records_show(obj: Context, subject: str) -> None:
    """Show one work: its records, ties and cluster."""
    obj.show(obj.project().explain(subject))


@records.command("duplicates")
@click.option("--verdict", type=click.Choice(["same", "unsure", "different"]), default=None, help="Only these.")
@click.option("--pairs", is_flag=True, help="Each pair in a row of its own, not groups of records.")
@click.pass_obj
def records_duplicates(obj: Context, verdict: str | None, pairs: bool) -> None:
    """List records that are, or may be, one work: groups tied to each other, with the reason and the files."""
    obj.show(obj.project().duplicates(verdict=verdict or "", pairs=pairs))


@records.command("problems")
@click.option("--severity", type=click.Choice(["error", "warning", "note"]), default=None, help="Only these.")
@click.pass_obj
def records_problems(obj: Context, severity: str | None) -> None:
    """List what could not be read, matched or computed, with where and the mend."""
    obj.show(obj.project().problems(severity=severity or ""))


@click.group()
def traditions() -> None:
    """Look at clusters and the traditions people made of them."""


@traditions.command("list")
@click.pass_obj
def traditions_list(obj: Context) -> None:
    """List proposals and traditions with size, years and stability."""
    obj.show(obj.project().traditions())


@traditions.command("show")
@click.argument("cluster")
@click.pass_obj
def traditions_show(obj: Context, cluster: str) -> None:
    """Show one: terms, storyline, members with strength and agreement."""
    from metanarrative.explain import find_cluster

    project = obj.project()
    obj.show(project.explain(find_cluster(project, cluster)["cluster_id"]))


@traditions.command("stability")
@click.pass_obj
def traditions_stability(obj: Context) -> None:
    """Show the curve by which the level of detail was chosen."""
    obj.show(obj.project().stability())


@traditions.command("keep")
@click.option("--drop", is_flag=True, help="Forget what was kept; the next run clusters afresh.")
@click.option("--force", is_flag=True, help="Keep anew what was kept before.")
@WHO
@click.pass_obj
def traditions_keep(obj: Context, drop: bool, force: bool, who: str) -> None:
    """Keep the clusters as they stand: later runs only add new works to them."""
    obj.show(obj.project().keep(drop=drop, force=force, who=who))


@traditions.command("review")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Most rows; 0 shows all.")
@click.pass_obj
def traditions_review(obj: Context, limit: int) -> None:
    """List works whose place is least sure, first the least sure."""
    obj.show(obj.project().review_queue(limit=limit))


@click.group()
def concepts() -> None:
    """Look at terms, their themes, and what traditions make of them."""


@concepts.command("list")
@click.option("--limit", type=click.IntRange(min=0), default=0, help="Most rows shown; 0 shows all.")
@click.pass_obj
def concepts_list(obj: Context, limit: int) -> None:
    """List concepts, widest first."""
    obj.show(obj.project().concepts(limit=limit))


@concepts.command("themes")
@click.pass_obj
def concepts_themes(obj: Context) -> None:
    """List themes with Callon's centrality and density, classic and as bibliometrix has them."""
    obj.show(obj.project().concept_themes())


@concepts.command("evolution")
@click.pass_obj
def concepts_evolution(obj: Context) -> None:
    """Show how themes pass from one period into the next."""
    obj.show(obj.project().concept_evolution())


@concepts.command("contested")
@click.pass_obj
def concepts_contested(obj: Context) -> None:
    """Show concepts that keep different company in two traditions, with quotations side by side."""
    obj.show(obj.project().contested())


@click.group()
def graph() -> None:
    """Figures of the citation and text layers."""


@graph.command("stats")
@click.pass_obj
def graph_stats(obj: Context) -> None:
    """Count nodes and links of every layer."""
    obj.show(obj.project().graph_stats())


@graph.command("main-path")
@click.option("--tradition", default="", help="Only this cluster; all works by default.")
@click.option(
    "--weights",
    type=click.Choice(["SPC", "SPLC", "SPNP", "pairs"]),
    default="SPC",
    show_default=True,
    help="What a citation weighs: paths through it, from sources, from all works, or pairs of works.",
)
@click.option(
    "--search",
    type=click.Choice(["key-route", "global", "local"]),
    default="key-route",
    show_default=True,
    help="Through the heaviest links, greatest total, or step by step.",
)
@click.option("--key-routes", type=click.IntRange(min=0), default=0, help="Links key-route starts from; 0: as set.")
@click.pass_obj
def graph_main_path(obj: Context, /, **options: Any) -> None:
    """Show the main path: the citations most search paths run through."""
    obj.show(obj.project().main_path(**options))


@graph.command("cited")
@click.option("--tradition", default="", help="Only this cluster; all works by default.")
@click.option("--top", type=click.IntRange(min=0), default=20, show_default=True, help="Most rows; 0 shows all.")
@click.pass_obj
def graph_cited(obj: Context, tradition: str, top: int) -> None:
    """List the works cited most from inside: a year, persistence, PageRank, CD index, who cites them."""
    obj.show(obj.project().cited(tradition=tradition, top=top))


@graph.command("historiograph")
@click.option("--tradition", default="", help="Only this cluster; all works by default.")
@click.option("--top", type=click.IntRange(min=1), default=30, show_default=True, help="How many works.")
@click.pass_obj
def graph_historiograph(obj: Context, tradition: str, top: int) -> None:
    """Show the works cited most from inside, year by year, and who of them cites whom."""
    obj.show(obj.project().historiograph(tradition=tradition, top=top))


@graph.command("phases")
@click.option("--tradition", default="", help="Only this cluster; all clusters by default.")
@click.pass_obj
def graph_phases(obj: Context, tradition: str) -> None:
    """Show phases and turning points: what the machine tested, what people wrote."""
    obj.show(obj.project().phases(tradition=tradition))


@graph.command("traffic")
@click.pass_obj
def graph_traffic(obj: Context) -> None:
    """Show who cites whom between traditions, against expectation; silence included."""
    obj.show(obj.project().traffic())


@graph.command("rpys")
@click.option("--tradition", default="", help="Only this cluster; all works by default.")
@click.pass_obj
def graph_rpys(obj: Context, tradition: str) -> None:
    """Show the years that references go to, and which stand out."""
    obj.show(obj.project().signals("rpys", tradition=tradition))


@graph.command("bursts")
@click.option("--tradition", default="", help="Only this cluster; all clusters by default.")
@click.pass_obj
def graph_bursts(obj: Context, tradition: str) -> None:
    """Show years in which a tradition publishes more than its share."""
    obj.show(obj.project().signals("burst", tradition=tradition))


@graph.command("bridges")
@click.option("--top", type=click.IntRange(min=1), default=10, help="How many.")
@click.pass_obj
def graph_bridges(obj: Context, top: int) -> None:
    """List works whose ties are spread over several clusters."""
    obj.show(obj.project().bridges(top=top))


COMMANDS = (records, traditions, concepts, graph)
