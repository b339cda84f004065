"""The command line: thin; every command has a Python twin that returns the same.

stdout is the result, stderr everything else. Heavy modules are imported inside commands, so
``metanarrative --help`` answers at once.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from metanarrative import __version__
from metanarrative.errors import MetanarrativeError, UsageError

if TYPE_CHECKING:
    from metanarrative.api import Project
    from metanarrative.model import Decision, Summary
    from metanarrative.results import Result

EXIT_CODES = """\
\b
  0    done
  1    failed: a bug, or a step went wrong
  2    wrong usage or configuration
  3    an earlier step is missing, or there is no project here
  4    no input could be read
  5    done in part; rejects are listed in a file
  6    needs the network or a model that is absent
  7    a check failed (status --check, verify, map --check)
  130  interrupted; the same command goes on where it stopped
"""

_EXIT_OF_CLICK = 2


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


# -- start ------------------------------------------------------------------------------------


@main.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.option("--title", required=True, help="Title of the review or comparison.")
@click.option("--question", default="", help="The question it asks.")
@click.option("--kind", type=click.Choice(["review", "policy", "both"]), default="both", help="What it is for.")
@click.pass_obj
def init(obj: Context, folder: Path, title: str, question: str, kind: str) -> None:
    """Make a new project in FOLDER."""
    from metanarrative.api import Project
    from metanarrative.results import Result

    root = Path(obj.folder) / folder
    Project.init(root, title=title, kind=kind, question=question)
    next_step = f"metanarrative -C {root} add literature FILE..."
    obj.show(Result("init", notes=[f"made {root}", f"next: {next_step}"], data={"project": str(root)}))


@main.group()
def add() -> None:
    """Bring in literature exports and policy documents."""


ROUTES = ("database", "hand-search", "snowball-back", "snowball-forward", "expert", "serendipity", "demonstration")
_DRY = click.option("-n", "--dry-run", is_flag=True, help="Only say what would happen.")
_FORCE = click.option("--force", is_flag=True, help="Replace a file of the same name.")
_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@add.command("literature")
@_FILES
@click.option("--source", "database", default="", help="Database the export comes from.")
@click.option("--search", default="", help="The search that made it.")
@click.option("--date", default="", help="When the search was run (YYYY-MM-DD).")
@click.option(
    "--route",
    "routes",
    multiple=True,
    default=("database",),
    show_default=True,
    type=click.Choice(ROUTES),
    help="How these records were found; may be given more than once.",
)
@_DRY
@_FORCE
@click.pass_obj
def add_literature(obj: Context, /, files: tuple[Path, ...], **options: Any) -> None:
    """Read exports (RIS, BibTeX, PubMed, WoS, CSV, OpenAlex, ...) and copy them into the project.

    The kind is told by content, not by suffix. Every entry is read or listed as a problem.
    """
    obj.show(obj.project().add_literature(files, **options))


@add.command("policy")
@_FILES
@click.option("--nation", default="", help="england, wales, uk, ...; else the document must say it.")
@click.option("--title", default="", help="Title, where the document's own is wrong.")
@click.option("--issuer", "--body", "issuer", default="", help="Who issued it.")
@click.option("--year", default="", help="Year.")
@click.option("--issued", default="", help="Date of issue (YYYY-MM-DD).")
@click.option("--type", "type", default="", help="act, measure, regulations, code, guidance, strategy, ...")
@click.option("--legal-force", "legal_force", default="", help="statute, regulations, statutory-code, guidance, ...")
@click.option("--level", default="", help="macro, meso or micro.")
@click.option("--site", default="", help="Site, for local documents.")
@click.option("--lang", "language", default="", help="en or cy, where the text does not show it.")
@click.option("--pair", "expression_of", default="", help="File or title of the same work in the other language.")
@click.option("--supersedes", default="", help="Files or titles it replaces, separated by ;.")
@click.option("--licence", default="", help="Licence it may be shared under.")
@click.option("--url", default="", help="Where it was found.")
@_DRY
@_FORCE
@click.pass_obj
def add_policy(
    obj: Context, /, files: tuple[Path, ...], nation: str, legal_force: str, dry_run: bool, force: bool, **facts: str
) -> None:
    """Read policy documents (PDF, Word, HTML, legislation XML, text) and copy them in."""
    facts["force"] = legal_force
    obj.show(obj.project().add_policy(files, nation=nation, dry_run=dry_run, overwrite=force, **facts))


# -- the network: only these commands, only when typed ---------------------------------------


@main.group()
def fetch() -> None:
    """Ask outside services for literature and policy texts; nothing else uses the network.

    Every answer becomes a file below corpus/, with its licence and the date. Stopped, the same
    command goes on. What is sent to whom: docs/connectors.md, or any of these with --dry-run.
    """


_MAILTO = click.option(
    "--mailto", default="", envvar="METANARRATIVE_MAILTO", metavar="ADDRESS",
    help="Mail address told to the service, so that it can write to you.",
)  # fmt: skip
_KEY = click.option(
    "--key", default="", envvar="METANARRATIVE_OPENALEX_KEY", metavar="KEY",
    help="OpenAlex key; better kept in METANARRATIVE_OPENALEX_KEY. Never written to a file.",
)  # fmt: skip
_SENT = click.option("-n", "--dry-run", is_flag=True, help="Only say what would be sent to whom.")
_AGAIN = click.option("--force", is_flag=True, help="Ask again for what is there already, and replace it.")
_DOIS = click.option("--dois", type=click.File(encoding="utf-8-sig"), default=None, help="File with one DOI a line.")
_ROUTE = click.option(
    "--route", default="database", show_default=True, help="By which route the DOIs were found.",
    type=click.Choice(ROUTES),
)  # fmt: skip
_MOST = click.option("--limit", type=click.IntRange(min=1), default=None, help="Most works brought.")


@fetch.command("openalex")
@click.argument("works", nargs=-1)
@click.option("--search", default="", help="Search titles, abstracts and full texts.")
@_DOIS
@click.option("--references-of", "back", is_flag=True, help="What WORKS cite; all included works by default.")
@click.option("--citations-to", "forward", is_flag=True, help="What cites WORKS; all included works by default.")
@_MOST
@click.option("--at-least", type=click.IntRange(min=1), default=1, help="Candidates tied to this many of your works.")
@click.option("--list", "only_list", is_flag=True, help="Only rank the candidates; add none.")
@_ROUTE
@_MAILTO
@_KEY
@_SENT
@_AGAIN
@click.pass_obj
def fetch_openalex(
    obj: Context, /, works: tuple[str, ...], dois: Any, back: bool, forward: bool, limit: int | None, **options: Any
) -> None:
    """Bring works from OpenAlex: by search, by DOI, or snowballing from your works.

    \b
    metanarrative fetch openalex --search "care planning mental health" --limit 300
    metanarrative fetch openalex --references-of --at-least 3
    metanarrative fetch openalex --citations-to 10.1186/s12888-016-0858-x
    """
    if works and not (back or forward):
        raise UsageError("works are named for a snowball", mend="add --references-of or --citations-to")
    obj.show(
        obj.project().fetch(
            "openalex", dois=dois, references_of=works if back else None, citations_to=works if forward else None,
            limit=limit or 0, **options,
        )
    )  # fmt: skip


@fetch.command("crossref")
@_DOIS
@click.option("--missing", is_flag=True, help="Complete works of the project (enrich --from crossref).")
@_ROUTE
@_MAILTO
@_SENT
@_AGAIN
@click.pass_obj
def fetch_crossref(obj: Context, /, dois: Any, missing: bool, route: str, **options: Any) -> None:
    """Bring works from Crossref by DOI, with the reference lists that publishers deposited."""
    if missing == (dois is not None):
        raise UsageError("say which DOIs", mend="--dois FILE, or --missing for works of the project")
    project = obj.project()
    obj.show(
        project.enrich("crossref", **options)
        if missing
        else project.fetch("crossref", dois=dois, route=route, **options)
    )


@fetch.command("europepmc")
@click.option("--search", required=True, help="Search in Europe PMC's own syntax.")
@_MOST
@_MAILTO
@_SENT
@_AGAIN
@click.pass_obj
def fetch_europepmc(obj: Context, /, limit: int | None, **options: Any) -> None:
    """Bring works from Europe PMC by search, with abstracts (no reference lists)."""
    obj.show(obj.project().fetch("europepmc", limit=limit or 0, **options))


@fetch.command("legislation")
@click.argument("laws", nargs=-1, required=True)
@click.option("--lang", "languages", multiple=True, type=click.Choice(["en", "cy"]), help="en, cy; may be given twice.")
@click.option("--nation", default="", help="england, wales, uk, ...; where the document does not say it.")
@_SENT
@_AGAIN
@click.pass_obj
def fetch_legislation(obj: Context, /, laws: tuple[str, ...], **options: Any) -> None:
    """Bring LAWS from legislation.gov.uk as XML: addresses, or TYPE/YEAR/NUMBER.

    \b
    metanarrative fetch legislation asc/2025/1 --lang en --lang cy
    """
    obj.show(obj.project().fetch("legislation", *laws, **options))


@fetch.command("govuk")
@click.argument("paths", nargs=-1, required=True)
@click.option("--nation", default="", help="england, wales, uk, ...; where the document does not say it.")
@_SENT
@_AGAIN
@click.pass_obj
def fetch_govuk(obj: Context, /, paths: tuple[str, ...], **options: Any) -> None:
    """Bring publications and guidance from GOV.UK: addresses, or paths."""
    obj.show(obj.project().fetch("govuk", *paths, **options))


@main.command()
@click.option("--from", "source", type=click.Choice(["openalex", "crossref"]), default="openalex", show_default=True,
              help="Service that is asked.")  # fmt: skip
@click.option("--only", type=click.Choice(["missing", "all"]), default="missing", show_default=True,
              help="Works that lack an abstract or references, or all.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=0), default=0, help="Most works asked for; 0 asks for all.")
@_MAILTO
@_KEY
@_SENT
@_AGAIN
@click.pass_obj
def enrich(obj: Context, /, source: str, **options: Any) -> None:
    """Complete works by their DOIs: abstracts and reference lists (network)."""
    obj.show(obj.project().enrich(source, **options))


# -- where it stands, and going on ------------------------------------------------------------


@main.command()
@click.option("--check", is_flag=True, help="Exit 7 if any step is not fresh.")
@click.option("--why", "why", default="", metavar="STEP", help="Only this step.")
@click.pass_obj
def status(obj: Context, check: bool, why: str) -> None:
    """Tell what is here, what is stale and why, and what to type next."""
    from dataclasses import replace

    from metanarrative import pipeline

    result = obj.project().status()
    if why:
        pipeline.stage_named(why)
        result = replace(result, rows=[row for row in result.rows if row["step"] == why], notes=[])
    if check and not result.data["fresh"]:
        result = replace(result, exit_code=7)
    obj.show(result)


@main.command()
@click.argument("steps", nargs=-1)
@click.option("--from", "first", default="", metavar="STEP", help="Begin with this step.")
@click.option("--to", "last", default="", metavar="STEP", help="End with this step.")
@click.option("--force", is_flag=True, help="Run even what is fresh.")
@click.option("-n", "--dry-run", is_flag=True, help="Only say which steps would run, and why.")
@click.pass_obj
def run(obj: Context, steps: tuple[str, ...], first: str, last: str, force: bool, dry_run: bool) -> None:
    """Run the steps whose inputs changed: all of them, or STEPS.

    \b
    Steps: read dedupe screen embed graph traditions storyline concepts compare map report
    """
    from metanarrative import pipeline
    from metanarrative.results import Result

    project = obj.project()
    if dry_run:
        names = pipeline.chosen(steps, first=first, last=last)
        rows = [
            {"step": s.stage, "state": s.state, "why": s.why or ("forced" if force else "")}
            for s in pipeline.status(project)
            if s.stage in names and (force or s.state != "fresh")
        ]
        obj.show(Result("run", ("step", "state", "why"), rows, [] if rows else ["nothing to do"], {"dry_run": True}))
        return

    def tell(name: str, summary: Summary | None) -> None:
        # what came of each step is in the table at the end; this only says what is going on
        if summary is None and obj.progress in ("auto", "bar") and sys.stderr.isatty():
            click.echo(f"  {name}: {pipeline.stage_named(name).does}\033[K\r", err=True, nl=False)

    obj.show(project.run(*steps, first=first, last=last, force=force, tell=tell))


# -- decisions --------------------------------------------------------------------------------


@main.group()
def decide() -> None:
    """Rule on records, clusters and passages; what you decide is plain text and never lost."""


_WHO = click.option("--who", default="", help="Who decides [default: METANARRATIVE_WHO, else the login name].")
_REASON = click.option("--reason", default="", help="Why; it is shown wherever the decision is.")


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
    @_WHO
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
    ("same", "RECORD RECORD", "Two records describe one work.", "same rec_1a2b rec_3c4d"),
    ("different", "RECORD RECORD", "Two records describe different works.", "different rec_1a2b rec_3c4d"),
    ("include", "WORK", "A work belongs to the review.", "include L001"),
    ("exclude", "WORK", "A work does not belong to the review.", "exclude L107 --reason 'about software'"),
    ("undo", "ID", "Take a decision back; 'last' is the newest.", "undo last"),
):
    _decision_command(_kind, _metavar, _text, _example)


@decide.command("merge")
@click.argument("clusters", nargs=-1, required=True)
@click.option("--name", default="", help="Name of the tradition they make.")
@_REASON
@_WHO
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
@_WHO
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
@_WHO
@click.pass_obj
def decide_align(obj: Context, passage: str, other: str, verdict: str, reason: str, who: str) -> None:
    """Say that two passages answer each other, or do not."""
    _decided(obj, obj.project().decide("align", passage, other, verdict=verdict, reason=reason, who=who))


@decide.command("force")
@click.argument("passage")
@click.argument("position", type=click.IntRange(min=1))
@click.argument("force")
@_REASON
@_WHO
@click.pass_obj
def decide_force(obj: Context, passage: str, position: int, force: str, reason: str, who: str) -> None:
    """Say what the trigger at POSITION in PASSAGE is: must, should, may, none ..."""
    _decided(obj, obj.project().decide("force", passage, str(position), verdict=force, reason=reason, who=who))


@decide.command("practice")
@click.argument("document")
@click.argument("theme")
@click.argument("verdict", type=click.Choice(["done", "partly", "not-done", "contradicted"]))
@_REASON
@_WHO
@click.pass_obj
def decide_practice(obj: Context, document: str, theme: str, verdict: str, reason: str, who: str) -> None:
    """Say what a care plan, an interview or another DOCUMENT shows of THEME in practice."""
    _decided(obj, obj.project().decide("practice", document, theme, verdict=verdict, reason=reason, who=who))


@decide.command("cite")
@click.argument("passage")
@click.argument("work")
@click.argument("verdict", type=click.Choice(["accept", "reject"]))
@_REASON
@_WHO
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


# -- look -------------------------------------------------------------------------------------


@main.group()
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
@click.pass_obj
def records_duplicates(obj: Context, verdict: str | None) -> None:
    """List pairs of records that are, or may be, one work, with both titles, the reason and the files."""
    obj.show(obj.project().duplicates(verdict=verdict or ""))


@records.command("problems")
@click.option("--severity", type=click.Choice(["error", "warning", "note"]), default=None, help="Only these.")
@click.pass_obj
def records_problems(obj: Context, severity: str | None) -> None:
    """List what could not be read, matched or computed, with where and the mend."""
    obj.show(obj.project().problems(severity=severity or ""))


@main.group()
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
@_WHO
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


@main.group()
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


@main.group()
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


@main.command()
@click.option("--theme", default="", help="Only this theme.")
@click.option("--by", default="", help="Another facet: nation, level, site, issuer, type, force, period.")
@click.option(
    "--sides", default="", help="The values, such as macro,meso or -2011,2012-; parted by ; if one holds a comma."
)
@click.option("--period", default="", metavar="YEARS", help="Before and from a year on, such as 2012 or 2008,2012.")
@click.option("--on", default="", metavar="DATE", help="Only documents in force on this day, such as 2012-06-06.")
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


@main.command()
@click.option("--on", default="", help="Only what was in force on this day, such as 2012-06-06.")
@click.option("--nation", default="", help="Only documents of this nation.")
@click.pass_obj
def lineage(obj: Context, on: str, nation: str) -> None:
    """Tell which policy document supersedes, amends or names which, or what was in force on a day."""
    obj.show(obj.project().lineage(on=on, nation=nation))


@main.command()
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
    obj.show(obj.project().matrix(cases, theme=theme))


@main.command()
@click.option("--theme", default="", help="Only this theme.")
@click.option("--nation", default="", help="Only documents of this nation.")
@click.option("--site", default="", help="Only documents of this site, held against the policy of its nation.")
@click.pass_obj
def levels(obj: Context, theme: str, nation: str, site: str) -> None:
    """Show where national policy, local policy and practice part, theme by theme."""
    obj.show(obj.project().levels(theme=theme, nation=nation, site=site))


@main.command()
@click.option("--theme", default="", help="Only this theme.")
@click.pass_obj
def agreement(obj: Context, theme: str) -> None:
    """Show how well coders agree on themes, and apart from it how well the machine agrees with people."""
    obj.show(obj.project().agreement(theme=theme))


@main.command()
@click.option("--verdict", default="", help="matched, possible, ambiguous, 'not in the corpus', accepted, rejected.")
@click.pass_obj
def links(obj: Context, verdict: str) -> None:
    """List which works policy passages refer to, how surely, and what waits for a person."""
    obj.show(obj.project().links(verdict=verdict))


@main.command()
@click.option("--verdict", default="", help="same subject, possible, reuse, accepted, rejected.")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Most rows; 0 shows all.")
@click.pass_obj
def align(obj: Context, verdict: str, limit: int) -> None:
    """List passages of the two nations on the same subject."""
    obj.show(obj.project().align(verdict=verdict, limit=limit))


@main.command()
@click.argument("subject")
@click.pass_obj
def explain(obj: Context, subject: str) -> None:
    """Tell why a work, record, passage or cluster is here, down to file and line."""
    obj.show(obj.project().explain(subject))


@main.command()
@click.option("--last", type=click.IntRange(min=0), default=0, help="Only the last steps; 0 shows all.")
@click.option("--problems", is_flag=True, help="List problems instead of runs.")
@click.pass_obj
def log(obj: Context, last: int, problems: bool) -> None:
    """Show each step's last run: seconds, peak memory, seed, versions, counts."""
    project = obj.project()
    obj.show(project.problems() if problems else project.log(last=last))


# -- see and share ----------------------------------------------------------------------------


@main.command("map")
@click.argument("views", nargs=-1)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=None, help="File for one view, folder for several."
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["html", "svg", "png", "json"]),
    default=None,
    help="As the suffix of --out says, else html. png needs a browser.",
)
@click.option("--years", default=None, metavar="A-B", help="Only marks from these years; either end may be open.")
@click.option("--top", type=click.IntRange(min=0), default=0, help="Only the largest so many marks; 0 shows all.")
@click.option(
    "--abstracts/--no-abstracts",
    default=None,
    help="Whether whole abstracts travel with the page; as set in the project by default (not).",
)
@click.option("--page-lang", type=click.Choice(["en", "cy"]), default=None, help="Language of the page's own words.")
@click.option("--check", is_flag=True, help="Check every page; exit 7 if one fails.")
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
@click.option("--force", is_flag=True, help="Overwrite the file of --out.")
@click.pass_obj
def map_(
    obj: Context, /, views: tuple[str, ...], out: Path | None, kind: str | None, years: str | None, top: int,
    abstracts: bool | None, page_lang: str | None, check: bool, open_it: bool, force: bool,
) -> None:  # fmt: skip
    """Draw the pages, all of them or those named.

    \b
    VIEWS: tradition, storyline, concepts, themes, compare, force, aligned, evidence, flow, index,
    or a card of a tradition (card-T1). Without VIEWS, all of them.

    With --out a view is written where you like, as a page, as a picture or as its versioned JSON;
    --years, --top, --abstracts and --page-lang hold for that file only, maps/ stays as it is.
    """
    project = obj.project()
    chosen = views or ("all",)
    if out is None:
        given = [kind, years, top or None, abstracts, page_lang]
        if any(value is not None for value in given):
            raise UsageError("these options shape a file of yours", mend="say where: -o FILE")
        first = project.map(chosen[0])
        rows = [row for name in chosen for row in project.map(name).rows] if len(chosen) > 1 else first.rows
        result: Result = type(first)("map", first.columns, rows)
    else:
        result = project.write_maps(
            chosen,
            out,
            format=kind or "",
            years=years,
            top=top,
            abstracts=abstracts,
            page_lang=page_lang or "",
            force=force,
        )
    if check:
        result = project.check_maps([str(row["file"]) for row in result.rows] if out is not None else None)
    elif open_it:
        _open(project, "index" if chosen[0] == "all" else chosen[0])
    obj.show(result)


@main.command()
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=None, help="Copy to this file (.html, .md or .docx)."
)
@click.option("--force", is_flag=True, help="Overwrite the file.")
@click.pass_obj
def report(obj: Context, out: Path | None, force: bool) -> None:
    """Write the report that joins question, flow, storylines, comparison, method and limits."""
    obj.show(obj.project().report(out, force=force))


@main.command()
@click.argument(
    "kind",
    type=click.Choice(
        [
            "csv",
            "graphml",
            "gexf",
            "pajek",
            "vosviewer",
            "vosviewer-txt",
            "edgelist",
            "ris",
            "bibtex",
            "csl",
            "matrix",
            "links",
        ]
    ),
)
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="File, or folder for csv.")
@click.option(
    "--graph",
    "graph_name",
    type=click.Choice(["citation", "coupling", "cocitation", "text", "bm25", "concepts"]),
    default=None,
    help="Which graph: for graphml, gexf, pajek, vosviewer, vosviewer-txt and edgelist.",
)
@click.option(
    "--works",
    "which",
    type=click.Choice(["literature", "policy", "all"]),
    default="literature",
    show_default=True,
    help="Which works: for ris, bibtex and csl.",
)
@click.option("--force", is_flag=True, help="Overwrite files.")
@click.pass_obj
def export(obj: Context, kind: str, out: Path, graph_name: str | None, which: str, force: bool) -> None:
    """Write files for other tools; what each cannot hold is listed in docs/exports.md.

    \b
    csv            every table, one file each, into a folder
    graphml, gexf, pajek, vosviewer, vosviewer-txt, edgelist    one graph
    ris, bibtex, csl    works for reference managers
    matrix         the framework matrix, .xlsx or .csv to fill in
    links          links from policy to literature, .csv or .tsv to rule on
    """
    obj.show(obj.project().export(kind, out, graph=graph_name or "", which=which, force=force))


@main.command("open")
@click.argument("view", default="index")
@click.pass_obj
def open_(obj: Context, view: str) -> None:
    """Open a page in the browser."""
    _open(obj.project(), view)


def _open(project: Project, view: str) -> None:
    from metanarrative.api import open_in_browser
    from metanarrative.errors import StepMissingError

    path = project.root / "maps" / f"{view}.html"
    if not path.is_file():
        raise StepMissingError(f"there is no page {path.name}", mend="metanarrative run")
    if not open_in_browser(path):
        click.echo(f"no browser here; open {path}", err=True)


# -- trust ------------------------------------------------------------------------------------


@main.command()
@click.pass_obj
def verify(obj: Context) -> None:
    """Check that counts add up and every quotation stands at its place."""
    obj.show(obj.project().verify())


@main.command()
@click.pass_obj
def doctor(obj: Context) -> None:
    """Tell what this machine has: Python, libraries, model, browser, disk."""
    from metanarrative.api import doctor as examine

    obj.show(examine())


@main.command("plugins")
@click.pass_obj
def plugins_(obj: Context) -> None:
    """List readers, embedders and executors."""
    from metanarrative.api import plugins_list

    obj.show(plugins_list())


@main.command("config")
@click.pass_obj
def config(obj: Context) -> None:
    """List every setting: its value here, default, range and reason."""
    obj.show(obj.project().config_list())


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


_json_everywhere(main)


if __name__ == "__main__":
    main()
