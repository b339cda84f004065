"""Write the reference pages from the code: ``python docs/generate.py [--check]``.

docs/cli.md from the commands, docs/settings.md from the settings, docs/tables.md from
``schema.sql``, docs/errors.md from the errors and problems. With ``--check`` nothing is written;
the exit code is 1 where a page is not what the code says.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

DOCS = Path(__file__).resolve().parent
PACKAGE = DOCS.parent / "metanarrative"
MADE = "<!-- made by docs/generate.py; change the code, not this page -->"


def main(arguments: list[str]) -> int:
    """Write the pages, or check them."""
    stale = []
    for name, text in pages().items():
        path = DOCS / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                path.write_text(text, encoding="utf-8")
    if stale and "--check" in arguments:
        sys.stderr.write(f"not what the code says: {', '.join(stale)}\n  mend: python docs/generate.py\n")
        return 1
    sys.stderr.write(f"written: {', '.join(stale)}\n" if stale else "every page is what the code says\n")
    return 0


def pages() -> dict[str, str]:
    """Return every generated page by its name."""
    made = {
        "cli.md": cli_page(),
        "settings.md": settings_page(),
        "tables.md": tables_page(),
        "errors.md": errors_page(),
    }
    return {name: re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n" for name, text in made.items()}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a Markdown table."""
    cells = [[" ".join(cell.replace("|", "\\|").split()) for cell in row] for row in rows]
    return [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {' | '.join(row)} |" for row in cells), ""]


# -- commands ---------------------------------------------------------------------------------


def cli_page() -> str:
    """Return the reference of every command."""
    from metanarrative.cli import EXIT_CODES
    from metanarrative.cli import main as program

    lines = [MADE, "", "# Commands", "", *paragraphs(program.help or "")]
    lines += [
        "The result goes to stdout, everything else to stderr. `--json` may stand before or after any command and",
        'prints one object, `{"schema": "metanarrative.<command>/1", "rows": [...], "notes": [...], ...}`. Every',
        "command has a twin in Python that returns the same: `metanarrative.Project.open(DIR).status()`.",
        "",
        "Every option can be set in the environment: `METANARRATIVE_SEED=7`, or for one command",
        "`METANARRATIVE_RUN_FORCE=1`.",
        "",
        "## Exit codes",
        "",
    ]
    codes = re.findall(r"^ *(\d+)  +(.+)$", EXIT_CODES, re.MULTILINE)
    lines += table(("code", "meaning"), list(codes))
    lines += [
        "An error says what happened, where, and how to mend it, on stderr:",
        "",
        "```",
        "error[setting]: batch = 0 is out of range",
        "  where: metanarrative.toml: [embed]",
        "  mend: give a value from 1 to 1024",
        "```",
        "",
        'With `--json` the same is `{"schema": "metanarrative.error/1", "code", "message", "mend", "where"}`.',
        "The codes are listed in [errors.md](errors.md).",
        "",
        "## For every command",
        "",
        *options(program),
    ]
    for path, command in walk(program):
        lines += [f"{'##' if len(path) == 1 else '###'} {' '.join(path)}", ""]
        usage = [*path, "COMMAND" if isinstance(command, click.Group) else "[OPTIONS]"]
        usage += [argument.make_metavar(click.Context(command)) for argument in command.params if is_argument(argument)]
        lines += ["```", f"metanarrative {' '.join(usage)}", "```", "", *paragraphs(command.help or "")]
        if not isinstance(command, click.Group):
            lines += options(command)
    return "\n".join(lines)


def walk(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command below `group` with its words."""
    for name, command in sorted(group.commands.items()):
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))


def is_argument(parameter: click.Parameter) -> bool:
    """Tell whether a parameter is an argument."""
    return isinstance(parameter, click.Argument)


def paragraphs(text: str) -> list[str]:
    """Return help text as Markdown paragraphs; what click must not re-wrap becomes code."""
    lines: list[str] = []
    for part in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if part.startswith("\b"):
            lines += ["```", *part.removeprefix("\b").strip("\n").splitlines(), "```", ""]
        else:
            lines += [*part.splitlines(), ""]
    return lines


def options(command: click.Command) -> list[str]:
    """Return the options of a command as a table."""
    rows = []
    for option in command.params:
        if not isinstance(option, click.Option) or (option.opts == ["--json"] and command.name != "main"):
            continue
        names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
        value = "" if option.is_flag or option.is_eager else value_of(option)
        default = option.default
        plain = isinstance(default, (str, int, float)) and not isinstance(default, bool) and default != ""
        if isinstance(default, tuple):
            default, plain = ", ".join(map(str, default)), bool(default)
        rows.append((names, value, option.help or "", f"`{default}`" if plain else ""))
    return table(("option", "value", "what it does", "default"), rows) if rows else []


def value_of(option: click.Option) -> str:
    """Return what an option takes, in a few words."""
    if isinstance(option.type, click.Choice):
        return ", ".join(f"`{choice}`" for choice in option.type.choices)
    if isinstance(option.type, click.IntRange):
        least, most = option.type.min, option.type.max
        return f"whole number from {least}" if most is None or most > 10**9 else f"whole number {least} to {most}"
    return option.metavar or {"text": "text", "path": "path", "integer": "whole number"}.get(option.type.name, "text")


# -- settings ---------------------------------------------------------------------------------


def settings_page() -> str:
    """Return every setting with default, range and reason."""
    from metanarrative.config import SETTINGS, describe

    lines = [
        MADE, "", "# Settings", "",
        "A setting stands in `metanarrative.toml` only where it differs from its default:", "",
        "```toml", 'title = "Care planning"', "seed = 7", "", "[traditions]", "resolution = 1.2", "```", "",
        "An unknown name, a wrong type or a value out of range is refused with the nearest known name or the range.",
        "`metanarrative config` shows the values that hold. A changed setting makes its step stale, and what follows",
        "from it, and nothing else.", "",
        "## At the top of the file", "",
        *table(
            ("name", "default", "what it does"),
            [
                ("`title`", "name of the folder", "printed on every page"),
                ("`question`", "empty", "the question asked, printed at the head of the report"),
                ("`kind`", "`both`", "`review`, `policy` or `both`: what the project is for"),
                ("`seed`", "`1`", "whole number from 0; every step draws its own random numbers from it and its name"),
            ],
        ),
    ]  # fmt: skip
    for stage, cls in SETTINGS.items():
        lines += [f"## [{stage}]", "", inspect.cleandoc(cls.__doc__ or ""), ""]
        rows = []
        for row in describe():
            if row["stage"] != stage:
                continue
            low, high = row["low"], row["high"]
            span = ", ".join(f"`{choice}`" for choice in row["choices"])
            if low is not None or high is not None:
                span = f"{low} to {high}" if high is not None else f"from {low}"
            default = f"`{str(row['default']).lower() if isinstance(row['default'], bool) else row['default']}`"
            rows.append((f"`{row['name']}`", default.replace("``", "empty"), span, row["help"], row["why"]))
        lines += table(("name", "default", "values", "what it does", "why this default"), rows)
    return "\n".join(lines)


# -- tables -----------------------------------------------------------------------------------


@dataclass
class Table:
    """One table of the schema: its stage and columns (name, type, may be empty, comment)."""

    name: str
    stage: str
    columns: list[tuple[str, str, bool, str]] = field(default_factory=list)
    key: str = ""
    note: str = ""


def tables() -> tuple[dict[str, str], list[Table]]:
    """Return what each stage's heading says, and every table of ``schema.sql``."""
    from metanarrative.store import schema

    headings: dict[str, str] = {}
    found: list[Table] = []
    stage, inside = "", False
    for line in schema().splitlines():
        code, _, comment = (part.strip() for part in line.partition("--"))
        if line.startswith("--") and not inside:
            heading = re.match(r"-- (\w+|all stages)(?:: (.*))?$", line)
            if heading:
                stage = heading[1]
                headings[stage] = heading[2] or ""
            continue
        opened = re.match(r"CREATE TABLE (\w+) \(", code)
        if opened:
            found.append(Table(opened[1], stage, note=comment))
            inside = True
            continue
        if code.startswith(");") or code == ")":
            inside = False
        elif inside:
            for part in re.split(r",(?![^(]*\))", code):
                add_column(found[-1], " ".join(part.split()), comment)
    return headings, found


def add_column(made: Table, text: str, comment: str) -> None:
    """Read one column, or the key, of a table."""
    key = re.match(r"PRIMARY KEY \((.+)\)", text)
    if key:
        made.key = key[1]
        return
    column = re.match(r'"?(\w+)"? (TEXT|INTEGER|REAL)\b(.*)', text)
    if column:
        if "PRIMARY KEY" in column[3]:
            made.key = column[1]
        may_be_empty = "NOT NULL" not in column[3] and "PRIMARY KEY" not in column[3]
        made.columns.append((column[1], column[2].lower(), may_be_empty, comment))


def tables_page() -> str:
    """Return every table of the store, by the stage that writes it."""
    from metanarrative.export import CSV_TABLES, STORED

    exported: dict[str, str] = {store: name for name, store in STORED.items()}
    exported |= {"record": "records", "work": "works", "problem": "problems", "contrast": "contrasts"}
    headings, found = tables()
    lines = [
        MADE, "", "# Tables", "",
        "The derived store is `.metanarrative/project.sqlite`; any SQLite browser opens it. It holds nothing that a",
        "person wrote: deleting it costs only computing time, and another version of the tool may rebuild it. What is",
        "promised for long stands in [format.md](format.md).", "",
        "Each table is written by exactly one step; `problem` and `run` by all. Lists inside a cell are JSON. Columns",
        "are never null but for those marked so; an unknown text is empty.", "",
    ]  # fmt: skip
    for stage, says in headings.items():
        mine = [one for one in found if one.stage == stage]
        if not mine:
            continue
        lines += [f"## {stage}{': ' + says if says else ''}", ""]
        for one in mine:
            lines += [f"### {one.name}", ""]
            if one.note:
                lines += [one.note, ""]
            facts = [f"Key: {', '.join(f'`{part.strip()}`' for part in one.key.split(','))}."] if one.key else []
            if one.name in exported:
                facts.append(f"Exported as `{exported[one.name]}.csv`.")
            lines += [" ".join(facts), ""] if facts else []
            rows = [(f"`{n}`", kind + (", null" if empty else ""), text) for n, kind, empty, text in one.columns]
            lines += table(("column", "type", "what it holds"), rows)
    lines += ["## Exported tables", "", "`metanarrative export csv -o DIR` writes one file a table:", ""]
    files = [(f"`{name}.csv`", ", ".join(f"`{column}`" for column in columns)) for name, columns in CSV_TABLES.items()]
    lines += table(("file", "columns"), files)
    lines += [
        "Ids join everywhere. Lists are separated by `; `. Text that a spreadsheet would run as a formula (it begins",
        "with `=`, `+`, `-`, `@`, a tab or a line end, and is no plain number) gets a leading `'`.",
    ]
    return "\n".join(lines)


# -- errors -----------------------------------------------------------------------------------


def errors_page() -> str:
    """Return every error and every problem code."""
    from metanarrative import errors

    classes = [
        cls
        for _, cls in inspect.getmembers(errors, inspect.isclass)
        if issubclass(cls, errors.MetanarrativeError) and cls.__module__ == errors.__name__
    ]
    classes.sort(key=lambda cls: (cls.exit_code, cls.code))
    lines = [
        MADE, "", "# Errors and problems", "",
        "An *error* stops a command. It says what happened, where, and how to mend it; in Python the same words are",
        "`.message`, `.where`, `.mend`, `.code` and `.exit_code`.", "",
        *table(
            ("code", "exit code", "class", "when"),
            [
                (f"`{c.code}`", str(c.exit_code), f"`{c.__name__}`", (c.__doc__ or "").strip().split("\n")[0])
                for c in classes
            ],
        ),
        "A *problem* stops nothing: something could not be read, matched or computed, the rest went on. `error` means",
        "that a whole record or document was lost, `warning` that it was kept but something in it was lost or is",
        "doubtful, `note` that a person should know of a choice. `metanarrative records problems` and `problems.csv`",
        "of the export list them with file and line.", "",
    ]  # fmt: skip
    rows = [
        (f"`{code}`", ", ".join(f"`{room}`" for room in sorted(rooms)), message)
        for code, (rooms, message) in sorted(problem_codes().items())
    ]
    lines += table(("problem", "told by", "for example"), rows)
    return "\n".join(lines)


def problem_codes() -> dict[str, tuple[set[str], str]]:
    """Return each problem code in the source, the modules that use it and one of its messages."""
    found: dict[str, tuple[set[str], str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            caller = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            # rulings say them through a function of their own, the code first or behind the decision
            given = [named["code"]] if "code" in named else node.args[: 1 if caller == "Problem" else 2]
            codes = [
                n for n, said in enumerate(given) if isinstance(said, ast.Constant) and isinstance(said.value, str)
            ]
            if caller not in ("Problem", "tell", "note") or not codes:
                continue
            code = given[codes[0]]
            behind = node.args[codes[0] + 1 :] if "code" not in named else node.args[-1:]
            message = behind[0] if behind else named.get("message")
            if not isinstance(code, ast.Constant) or not re.fullmatch(r"[a-z]+(-[a-z]+)*", str(code.value)):
                continue
            rooms, text = found.setdefault(code.value, (set(), ""))
            rooms.add(room)
            found[code.value] = (rooms, text or told(message))
    return found


def told(message: ast.expr | None) -> str:
    """Return a message as text, with ... for what is filled in."""
    if isinstance(message, ast.Constant):
        return str(message.value)
    if isinstance(message, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "..." for p in message.values)
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
