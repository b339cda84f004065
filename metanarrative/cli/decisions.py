"""Decisions: what people rule, kept as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from metanarrative.cli.shared import WHO, Context

if TYPE_CHECKING:
    from metanarrative.model import Decision


_REASON = click.option("--reason", default="", help="Why; it is shown wherever the decision is.")


@click.group()
def decide() -> None:
    """Rule on records, clusters and passages; what you decide is plain text and never lost."""


def _decided(obj: Context, decision: Decision, about: Sequence[str] = ()) -> None:
    from dataclasses import asdict

    from metanarrative.results import Result

    notes = [
        *about,
        f"decided {decision.id}: {decision.kind} {decision.verdict}".rstrip(),
        f"  in {decision.file}; undo: metanarrative decide undo {decision.id}",
        "next: metanarrative run",
    ]
    obj.show(Result("decide", notes=notes, data={"decision": asdict(decision)}))


def _decision_command(kind: str, metavar: str, text: str, example: str) -> None:
    @decide.command(kind, help=f"{text}\n\n\b\nExample: metanarrative decide {example}")
    @click.argument("subjects", nargs=-1, required=True, metavar=metavar)
    @_REASON
    @WHO
    @click.pass_obj
    def command(obj: Context, subjects: tuple[str, ...], reason: str, who: str) -> None:
        project = obj.project()
        about = project.meant(kind, *subjects, who=who)
        _decided(obj, project.decide(kind, *subjects, reason=reason, who=who), about)


for _kind, _metavar, _text, _example in (
    ("name", "CLUSTER NAME", "Call a cluster a tradition, by this name.", 'name T1 "Personal recovery"'),
    ("accept", "CLUSTER", "Accept a cluster as proposed.", "accept T2"),
    ("reject", "CLUSTER", "Say that a cluster is not a tradition.", "reject T5 --reason 'only method papers'"),
    ("split", "CLUSTER WORKS [WORKS]", "Split a cluster; each WORKS is a comma list.", "split T1 L052,L053 L069"),
    ("move", "WORK CLUSTER", "Move a work to another tradition.", "move L068 T2"),
    ("pin", "WORK [CLUSTER]", "Keep a work where it is, or in CLUSTER.", "pin L010 T1"),
    ("must-link", "WORK WORK", "Two works belong together.", "must-link L012 L010"),
    ("cannot-link", "WORK WORK", "Two works belong apart.", "cannot-link L053 L101"),
    ("include", "WORK", "A work belongs to the review.", "include L001"),
    ("exclude", "WORK", "A work does not belong to the review.", "exclude L107 --reason 'about software'"),
    ("undo", "ID", "Take a decision back; 'last' is the newest.", "undo last"),
):
    _decision_command(_kind, _metavar, _text, _example)


def _group_command(kind: str, text: str) -> None:
    @decide.command(kind, help=f"{text}\n\n\b\nExample: metanarrative decide {kind} rec_1a2b rec_3c4d rec_5e6f")
    @click.argument("records", nargs=-1, required=True, metavar="RECORD RECORD...")
    @_REASON
    @WHO
    @click.pass_obj
    def command(obj: Context, records: tuple[str, ...], reason: str, who: str) -> None:
        from dataclasses import asdict

        from metanarrative.results import Result

        # what a page or a list shows is one text: "rec_1a2b rec_3c4d"
        ids = [one for text in records for one in text.split()]
        made = obj.project().decide_together(kind, *ids, reason=reason, who=who)
        notes = [f"decided {one.id}: {one.kind} {one.subject}" for one in made]
        notes += [f"  in {made[0].file}; undo: metanarrative decide undo {made[-1].id}", "next: metanarrative run"]
        obj.show(Result("decide", notes=notes, data={"decisions": [asdict(one) for one in made]}))


_group_command("same", "Two records or more describe one work.")
_group_command("different", "Records describe different works, each another one.")


@decide.command("merge")
@click.argument("clusters", nargs=-1, required=True)
@click.option("--name", default="", help="Name of the tradition they make.")
@_REASON
@WHO
@click.pass_obj
def decide_merge(obj: Context, clusters: tuple[str, ...], name: str, reason: str, who: str) -> None:
    """Make one tradition of two or more clusters."""
    project = obj.project()
    about = project.meant("merge", *clusters)
    _decided(obj, project.decide("merge", *clusters, verdict=name, reason=reason, who=who), about)


@decide.command("theme")
@click.argument("passage")
@click.argument("theme")
@click.option("--not", "absent", is_flag=True, help="The passage does not carry the theme.")
@_REASON
@WHO
@click.pass_obj
def decide_theme(obj: Context, passage: str, theme: str, absent: bool, reason: str, who: str) -> None:
    """Say that PASSAGE carries THEME, or does not."""
    verdict = ("-" if absent else "+") + theme
    _decided(obj, obj.project().decide("theme", passage, verdict=verdict, reason=reason, who=who))


@decide.command("align")
@click.argument("passage")
@click.argument("other")
@click.argument("verdict", type=click.Choice(["accept", "reject"]))
@_REASON
@WHO
@click.pass_obj
def decide_align(obj: Context, passage: str, other: str, verdict: str, reason: str, who: str) -> None:
    """Say that two passages answer each other, or do not."""
    _decided(obj, obj.project().decide("align", passage, other, verdict=verdict, reason=reason, who=who))


@decide.command("force")
@click.argument("passage")
@click.argument("position", type=click.IntRange(min=1))
@click.argument("force")
@_REASON
@WHO
@click.pass_obj
def decide_force(obj: Context, passage: str, position: int, force: str, reason: str, who: str) -> None:
    """Say what the trigger at POSITION in PASSAGE is: must, should, may, none ..."""
    _decided(obj, obj.project().decide("force", passage, str(position), verdict=force, reason=reason, who=who))


@decide.command("practice")
@click.argument("document")
@click.argument("theme")
@click.argument("verdict", type=click.Choice(["done", "partly", "not-done", "contradicted"]))
@_REASON
@WHO
@click.pass_obj
def decide_practice(obj: Context, document: str, theme: str, verdict: str, reason: str, who: str) -> None:
    """Say what a care plan, an interview or another DOCUMENT shows of THEME in practice."""
    _decided(obj, obj.project().decide("practice", document, theme, verdict=verdict, reason=reason, who=who))


@decide.command("cite")
@click.argument("passage")
@click.argument("work")
@click.argument("verdict", type=click.Choice(["accept", "reject"]))
@_REASON
@WHO
@click.pass_obj
def decide_cite(obj: Context, passage: str, work: str, verdict: str, reason: str, who: str) -> None:
    """Say that a policy PASSAGE refers to WORK, or does not."""
    _decided(obj, obj.project().decide("cite", passage, work, verdict=verdict, reason=reason, who=who))


@decide.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def decide_import(obj: Context, file: Path) -> None:
    """Take over the decisions that a page saved, an exported matrix (.xlsx, .csv) or a list of links (.csv, .tsv)."""
    obj.show(obj.project().import_file(file))


@decide.command("list")
@click.pass_obj
def decide_list(obj: Context) -> None:
    """List all decisions and whether they still fit."""
    obj.show(obj.project().decided())


COMMANDS = (decide,)
