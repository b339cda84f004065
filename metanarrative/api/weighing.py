"""What can be relied on and where practice parts from policy: levels, agreement, links to literature."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from metanarrative import links as linking
from metanarrative.api.base import Base
from metanarrative.api.choosing import one_of
from metanarrative.errors import UsageError
from metanarrative.results import Result
from metanarrative.text.verdicts import LINKED

_LEVELS = ("macro", "meso", "micro")


def _parting(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Order of what parts levels: strong and binding first, then by the gap."""
    full = bool(row["strong"] and row["binding"])
    return (row["above"] != "macro", not full, row["pattern"] != "said above, not found below", -row["gap"])


def _level_words(row: Mapping[str, Any]) -> str:
    if row["evidence"] == "no evidence":
        return "no evidence"
    share = f"{100 * row['share']:.0f} % in {row['n_with']}/{row['n_documents']}"
    return f"{share} (coded, absent)" if row["evidence"] == "coded, absent" else share


def _parted_words(row: Mapping[str, Any]) -> str:
    words = f"{row['pattern']}: {row['above']} {row['with_above']}/{row['n_above']}, "
    words += f"{row['below']} {row['n_below'] - row['n_against']}/{row['n_below']}"
    return words + (f", {row['n_coded']} coded by people" if row["n_coded"] else "")


class Weighing(Base):
    """What can be relied on and where practice parts from policy: levels, agreement, links to literature."""

    def agreement(self, *, theme: str = "") -> Result:
        """Tell how well coders agree on themes, and, apart from it, how well the machine agrees with people.

        Parameters
        ----------
        theme : str, optional
            Only this theme (its id or name).

        Returns
        -------
        Result
            A row a theme for the machine against people (weighted back to the corpus), and a row a
            theme for every two people who coded the same passages. Kappa falls where a theme is rare
            though coders agree; PABAK beside it does not.
        """
        from metanarrative.compare.agreement import cohen_kappa, krippendorff_alpha, pabak, two_way_table

        self._needs("compare")
        wanted = self._theme(theme) if theme else ""
        latest: dict[str, dict[str, dict[str, bool]]] = {}
        for d in self.decisions("theme"):
            if d.verdict[:1] in ("+", "-"):
                latest.setdefault(d.verdict[1:].strip(), {}).setdefault(d.who, {})[d.subject] = d.verdict[0] == "+"
        machine: list[dict[str, Any]] = []
        people: list[dict[str, Any]] = []
        for row in self.store.read("theme"):
            own = row["theme_id"]
            if wanted and own != wanted:
                continue
            machine.append(
                {
                    "theme": own, "between": "machine and people", "n": row["n_coded"], "yes": row["n_positive"],
                    "kappa": row["kappa"], "low": row["kappa_low"], "high": row["kappa_high"], "pabak": None,
                    "alpha": row["alpha"], "grade": row["grade"], "by_nation": json.loads(row["by_nation"] or "{}"),
                }
            )  # fmt: skip
            said = latest.get(own, {})
            for one, other in combinations(sorted(said), 2):
                both = sorted(set(said[one]) & set(said[other]))
                if not both:
                    continue
                first, second = [said[one][p] for p in both], [said[other][p] for p in both]
                table = two_way_table([*first], [*second])
                codes = [[float(value) for value in values] for values in (first, second)]
                people.append(
                    {
                        "theme": own, "between": f"{one} and {other}", "n": len(both), "yes": sum(first) + sum(second),
                        "kappa": _finite(cohen_kappa(table)), "low": None, "high": None,
                        "pabak": _finite(pabak(table)) if len(table) > 1 else 1.0,
                        "alpha": _finite(krippendorff_alpha(codes)), "grade": "", "by_nation": {},
                    }
                )  # fmt: skip
        barred = [row["theme"] for row in machine if row["grade"].startswith("do not")]
        bare = [row["theme"] for row in machine if row["grade"] == "not calibrated"]
        notes = ["agreement of coders and agreement of machine and people are two things: neither stands for the other"]
        if barred:
            notes.append(f"do not compare nations on: {', '.join(barred)} (kappa below 0.67)")
        if bare:
            notes.append(
                f"{len(bare)} themes are not calibrated: fewer than 40 passages were ruled on "
                "(metanarrative decide theme PASSAGE THEME)"
            )
        columns = ("theme", "between", "n", "yes", "kappa", "low", "high", "pabak", "alpha", "grade")
        return Result("agreement", columns, [*machine, *people], notes)

    def levels(self, *, theme: str = "", nation: str = "", site: str = "") -> Result:
        """Tell where national policy, local policy and practice part, theme by theme.

        Parameters
        ----------
        theme : str, optional
            Only this theme (its id or name).
        nation, site : str, optional
            Only documents of this nation, or of this site; by default all together.

        Returns
        -------
        Result
            A row a theme with its share at each level; ``data`` holds the levels and the discordances.
        """
        self._needs("compare")
        if nation and site:
            raise UsageError("give a nation or a site, not both", mend="metanarrative levels --site NAME")
        scope, value = ("nation", nation) if nation else ("site", site) if site else ("all", "")
        rows = [row for row in self.store.read("theme_level") if row["scope"] == scope]
        known = list(dict.fromkeys(row["value"] for row in rows))
        rows = [row for row in rows if row["value"].casefold() == value.strip().casefold()]
        if value and not rows:
            raise UsageError(
                f"no document of a level has {scope} {value!r}", mend=f"there are: {', '.join(known) or '-'}"
            )
        wanted = self._theme(theme) if theme else ""
        rows = [row for row in rows if not wanted or row["theme"] == wanted]
        parted = [
            row
            for row in self.store.read("discordance")
            if row["scope"] == scope
            and row["value"].casefold() == value.strip().casefold()
            and (not wanted or row["theme"] == wanted)
        ]
        of: dict[str, dict[str, Any]] = {}
        for row in rows:
            of.setdefault(row["theme"], {})[row["level"]] = row
        told = {row["theme"]: row for row in sorted(parted, key=_parting, reverse=True)}
        shown = []
        for own, levels in of.items():
            found = told.get(own)
            shown.append(
                {
                    "theme": own,
                    **{level: _level_words(levels[level]) for level in _LEVELS},
                    "gap": found["gap"] if found else None,
                    "parts": _parted_words(found) if found else "",
                    "must_above": found["binding"] if found else "",
                }
            )
        shown.sort(key=lambda row: (_parting(told[row["theme"]]) if row["theme"] in told else (9,), row["theme"]))
        notes = [
            "share of a document's passages, mean over documents, and documents with the theme of all at the level",
            *self._level_notes(rows),
        ]
        columns = ("theme", *_LEVELS, "gap", "parts", "must_above")
        return Result("levels", columns, shown, notes, {"levels": rows, "discordances": parted})

    def _level_notes(self, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        n = {level: max((row["n_documents"] for row in rows if row["level"] == level), default=0) for level in _LEVELS}
        notes = []
        empty = [level for level in _LEVELS if not n[level]]
        if len(empty) == 3:
            notes.append(
                "no document has a level, so levels cannot be compared; fill the column level (macro, meso, micro) of "
                "corpus/policy/manifest.csv"
            )
        elif len(empty) == 2:
            notes.append(
                f"documents stand at one of three levels, so levels cannot be compared: no evidence at "
                f"{' and '.join(empty)} is not zero; fill the column level of corpus/policy/manifest.csv"
            )
        elif empty:
            notes.append(f"no document at level {empty[0]}: no evidence, which is not zero")
        few = [f"{level} {n[level]}" for level in _LEVELS if 0 < n[level] < 3]
        if few:
            notes.append(f"few documents ({', '.join(few)}): described, not tested")
        lower = [row for row in rows if row["level"] != "macro" and row["n_sites"]]
        if lower:
            sites = max(row["n_sites"] for row in lower)
            told = "resampled" if sites >= 4 else "too few to resample: their range is shown"
            notes.append(f"{sites} sites are the clusters below, {told}; theme_levels.csv has the figures")
        return notes

    def links(self, *, verdict: str = "") -> Result:
        """List what policy passages refer to: works of the review, with how surely, and what is not in it.

        Parameters
        ----------
        verdict : str, optional
            matched, possible, ambiguous, "not in the corpus", accepted or rejected.

        Raises
        ------
        UsageError
            If no link can have that verdict.
        """
        one_of("verdict", verdict, LINKED)
        self._needs("compare")
        rows = linking.link_rows(self)
        counts = Counter(row["verdict"] for row in rows)
        rows = [row for row in rows if not verdict or row["verdict"] == verdict]
        notes = [", ".join(f"{v} {n}" for v, n in sorted(counts.items()))] if counts else []
        if not counts:
            notes = ["no policy passage refers to a work, or there is no literature here to refer to"]
        waiting = counts["possible"] + counts["ambiguous"]
        if waiting:
            notes.append(f"{waiting} wait for a person: metanarrative export links -o links.csv, then decide import")
        notes.append("a link says that policy names a work, never that it followed it")
        columns = ("nation", "document", "how", "score", "verdict", "cited", "quote", "passage_id")
        return Result("links", columns, rows, notes)


def _finite(value: float) -> float | None:
    return None if value != value else round(float(value), 4)
