"""The first chapters: the question, what was found in short, and the flow of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from metanarrative.report.facts import COMPARISON, CONTESTED, FLOW, TRADITIONS, Facts, Part, side_name
from metanarrative.report.parts import Bullets, Heading, Picture, Table, Text, ToWrite, counts_line
from metanarrative.text.numbers import counted
from metanarrative.text.verdicts import DIFFERS, FEW, tally, tally_words

MOST_DIFFERENCES = 5
GRADES = ("stable", "pattern", "provisional")


def question_part(question: str) -> list[Part]:
    """Return the review question, or the place where it is to be written."""
    parts: list[Part] = [Heading("Question")]
    if question:
        parts.append(Text(question))
    else:
        parts.append(ToWrite('the review question: question = "..." in metanarrative.toml'))
    return parts


def in_short(facts: Facts, n_points: int) -> list[Part]:
    """Return the first page: what was found and how sure it is, each sentence with its chapter.

    Parameters
    ----------
    facts : Facts
    n_points : int
        Contested points that people wrote.
    """
    lines: list[tuple[str, str]] = []
    literature, policy = facts.flow("literature"), facts.flow("policy")
    nations = ", ".join(f"{side_name(name)} {n}" for name, n in policy.nations)
    lines.append(
        (
            f"{counted(literature.included, 'work')} of literature and {counted(policy.included, 'policy document')}"
            + (f" ({nations})" if nations else "")
            + f" are included, of {counted(literature.found + policy.found, 'entry', 'entries')} found.",
            FLOW,
        )
    )
    if facts.clusters:
        named = sum(bool(row["accepted"]) for row in facts.clusters)
        grades = Counter(row["grade"] for row in facts.clusters)
        ordered = sorted(grades, key=lambda grade: (GRADES.index(grade) if grade in GRADES else len(GRADES), grade))
        lines.append(
            (
                f"The literature falls into {counted(len(facts.clusters), 'group')}: "
                + (f"{named} named or accepted by people" if named else "none of them named or accepted by people yet")
                + f". Drawn again from resampled works: {counts_line((k, grades[k]) for k in ordered)}.",
                TRADITIONS,
            )
        )
        lines.append((_landmarks(facts), TRADITIONS))
    else:
        lines.append(("No grouping of the literature stands: not enough evidence.", TRADITIONS))
    lines.append((" ".join(_differences(facts)), COMPARISON))
    written = f"{counted(n_points, 'contested point')} written by people." if n_points else "None is written yet."
    lines.append((f"Contested points are for people to name. {written}", CONTESTED))
    return [
        Heading("In short"),
        Bullets(lines),
        Text(
            "Groups are proposals by the machine. One is called a tradition only where a named person has accepted, "
            "named or edited it. Places marked as to be written are left empty on purpose.",
            soft=True,
        ),
    ]


def _landmarks(facts: Facts) -> str:
    marks = {row["work_id"] for row in facts.storyline if row["role"] == "landmark"}
    if marks:
        return f"{counted(len(marks), 'work')} may be a landmark: candidates under a stated rule, for people to judge."
    literature = [w for w in facts.works if w["kind"] == "literature"]
    with_references = sum(w["n_references"] > 0 for w in literature)
    return (
        f"No work meets the rule for a landmark; {with_references:,} of {counted(len(literature), 'work')} came with "
        "a reference list, so much of who cites whom cannot be seen."
    )


def _differences(facts: Facts) -> list[str]:
    """Return what the comparison of the two sides comes to, in two or three sentences."""
    rows = facts.contrasts
    if not any(work["kind"] == "policy" for work in facts.works):
        return ["No policy documents were read, so nothing is compared."]
    if not rows:
        return ["No comparison could be made: not enough evidence."]
    a, b = side_name(rows[0]["side_a"]), side_name(rows[0]["side_b"])
    clear = [row for row in rows if row["verdict"] == DIFFERS]
    counts = tally(rows)
    words = [f"{a} and {b} compared, {tally_words(counts)}"]
    if clear:
        names = [facts.theme_name.get(row["item"], row["item"]) for row in clear]
        sides = [b if (row["estimate"] or 0) > 0 else a for row in clear]
        shown = [f"{name} (more in {side})" for name, side in zip(names, sides, strict=True)]
        more = f" and {len(shown) - MOST_DIFFERENCES} more" if len(shown) > MOST_DIFFERENCES else ""
        words.append(f"Clear differences: {'; '.join(shown[:MOST_DIFFERENCES])}{more}. Mind the caveat of each.")
    elif counts[FEW] == len(rows):
        words.append("That is not evidence that the two are alike: there is not enough evidence either way.")
    else:
        words.append("That no difference is clear is not evidence that the two are alike.")
    return words


def flow_part(facts: Facts, pictures: Mapping[str, str]) -> list[Part]:
    """Return the chapter that follows every entry from the files to the groups."""
    parts: list[Part] = [Heading(FLOW)]
    if "flow" in pictures:
        parts.append(Picture("From the files to the groups; a dashed box leaves here.", pictures["flow"], "flow.html"))
    flows = [flow for flow in (facts.flow("literature"), facts.flow("policy")) if flow.found]
    names = {"literature": "literature", "policy": "policy documents"}
    if not flows:
        parts.append(Text("Nothing was read."))
        return parts
    steps = (
        ("entries found in the files", [flow.found for flow in flows]),
        ("could not be read (listed as problems)", [flow.lost for flow in flows]),
        ("records read", [flow.records for flow in flows]),
        ("joined to another record of the same work", [flow.merged for flow in flows]),
        ("works", [flow.works for flow in flows]),
        ("excluded", [flow.excluded for flow in flows]),
        ("included", [flow.included for flow in flows]),
        ("of these in a group", [flow.included - flow.alone for flow in flows]),
        ("of these in none: listed, not forced", [flow.alone for flow in flows]),
    )
    parts.append(
        Table(
            "From entries to groups",
            ("step", *(names[flow.stream] for flow in flows)),
            [(step, *numbers) for step, numbers in steps],
            note="The sums are checked while it is built.",
        )
    )
    for flow in flows:
        several = counted(flow.several_routes, "work") if flow.several_routes else "none"
        what = names[flow.stream].capitalize()
        detail = [f"{what} by route: {counts_line(flow.routes)}; {several} arrived by more than one."]
        if flow.nations:
            detail.append(f"By nation: {counts_line((side_name(name), n) for name, n in flow.nations)}.")
        if flow.reasons:
            detail.append(f"Reasons for exclusion: {counts_line(flow.reasons)}.")
        parts.append(Text(" ".join(detail)))
    literature = [w for w in facts.works if w["kind"] == "literature"]
    if literature:
        n = len(literature)
        shares = {
            "an abstract": sum(bool(w["abstract"]) for w in literature),
            "references": sum(w["n_references"] > 0 for w in literature),
            "a DOI": sum(bool(w["doi"]) for w in literature),
            "a year": sum(w["year"] is not None for w in literature),
        }
        parts.append(
            Table(
                "What the literature records carry",
                ("field", "works", "share"),
                [(name, count, f"{100 * count / n:.0f} %") for name, count in shares.items()],
                note=f"Of {n} works. A work without parsed references looks as if it cited nobody.",
            )
        )
    return parts
