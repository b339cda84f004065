"""What a replay of decisions knows and does: find clusters by anchors, merge, split, move, reject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from metanarrative.model import Decision, Problem
from metanarrative.traditions.communities import Labels

SURE = 0.5
"""Share of the anchors from which a cluster takes a decision."""
UNSURE = 0.3
"""Share from which a person is asked to confirm."""
ANCHORS = 12
"""The first so many works of a list find the cluster again; all of them are what a person saw."""

__all__ = ["ANCHORS", "SURE", "UNSURE", "Claim", "Replay", "anchors", "grow", "parse_ids", "said"]


def parse_ids(text: str) -> list[str]:
    """Return the ids of a subject or verdict, in order, without an optional ``T:`` prefix.

    Examples
    --------
    >>> parse_ids("T: wk_a, wk_b wk_a")
    ['wk_a', 'wk_b']
    """
    text = text.strip()
    if text[:2].casefold() == "t:":
        text = text[2:]
    return list(dict.fromkeys(text.replace(",", " ").replace(";", " ").split()))


def anchors(rows: Sequence[int], ids: Sequence[str], confidence: Sequence[float], number: int = ANCHORS) -> list[str]:
    """Return up to `number` works by which a cluster is found again: the most confident ones.

    Examples
    --------
    >>> anchors([0, 1, 2], ("a", "b", "c"), [0.2, 0.9, 0.9], 2)
    ['b', 'c']
    """
    ranked = sorted(rows, key=lambda row: (-round(float(np.nan_to_num(confidence[row])), 9), ids[row]))
    return [ids[row] for row in ranked[:number]]


@dataclass(eq=False)
class Claim:
    """A ruling on a cluster, held until the end: a name, an acceptance, a merge.

    Attributes
    ----------
    decision : Decision
    rows : tuple of int
        The works that the decision lists and that are here, in its order: what the person saw.
    name : str
    step : int
        Its place in the order of time.
    """

    decision: Decision
    rows: tuple[int, ...]
    name: str = ""
    step: int = 0

    @property
    def core(self) -> tuple[int, ...]:
        """The works by which its cluster is found again."""
        return self.rows[:ANCHORS]

    def same(self, later: Claim) -> bool:
        """Whether a later ruling speaks of the same cluster: it saw half of these anchors, or has half of its own here.

        Examples
        --------
        >>> one, two = (Claim(Decision("d", "", "", "name", "", ""), rows) for rows in ((0, 1, 2), (1, 2, 3, 4, 5)))
        >>> one.same(two), two.same(Claim(one.decision, (6, 7)))
        (True, False)
        """
        seen = set(later.rows)
        forth = sum(row in seen for row in self.core)
        back = len(set(later.core) & set(self.core))
        return bool(self.rows and later.rows) and (2 * forth >= len(self.core) or 2 * back >= len(later.core))


@dataclass
class Replay:
    """What the replay changes."""

    ids: Sequence[str]
    matrix: Any
    labels: Labels
    confidence: npt.NDArray[np.float64]
    machine: Mapping[str, tuple[int, ...]]
    place: dict[str, int]
    fixed: dict[int, Decision] = field(default_factory=dict)
    placed: dict[int, str] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    rejected: set[int] = field(default_factory=set)
    edited: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    gone: set[tuple[str, str]] = field(default_factory=set)
    step: int = 0
    """Which decision is being replayed."""
    since: dict[int, int] = field(default_factory=dict)
    """The last decision that put a work where it is, by its place in the order of time."""
    targets: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """Works that a person moved, and the anchors they were moved to."""
    apart: list[tuple[Claim, Claim, int]] = field(default_factory=list)
    """Rulings that the clustering put into one cluster, and how many works it had."""

    # -- finding -----------------------------------------------------------------------------

    def rows(self, text: str, decision: Decision) -> tuple[int, ...]:
        """Rows of the works named in `text`; works that are gone are reported once a decision."""
        found, gone = [], []
        for work in parse_ids(text):
            if work in self.place:
                found.append(self.place[work])
            elif (decision.id, work) not in self.gone:
                self.gone.add((decision.id, work))
                gone.append(work)
        if gone:
            self.problems.append(
                Problem(
                    "decision-subject-gone",
                    f"{said(decision)} speaks of {', '.join(gone[:5])}"
                    f"{f' and {len(gone) - 5} more' if len(gone) > 5 else ''}, not among the clustered works now",
                    mend="restore the work, or undo the decision",
                    severity="note" if found else "warning",
                    file=decision.file,
                    line=decision.line,
                    subject=gone[0],
                )
            )
        return tuple(found)

    def claim_rows(self, text: str, decision: Decision) -> tuple[int, ...]:
        """Anchor rows meant by a cluster's subject: a name, a cluster id, or works."""
        wanted = text.strip().casefold()
        for claim in reversed(self.claims):
            if claim.name and claim.name.casefold() == wanted:
                return claim.rows
        tokens = parse_ids(text)
        if len(tokens) == 1 and tokens[0] in self.machine:
            return self.machine[tokens[0]]
        return self.rows(text, decision)

    def home(self, rows: Sequence[int]) -> tuple[int | None, float]:
        """Return the cluster that holds most anchors, and the share; None where two tie."""
        if not rows:
            return None, 0.0
        held = self.labels[list(rows)]
        held = held[held >= 0]
        if not held.size:
            return None, 0.0
        counts = np.bincount(held)
        best = int(np.argmax(counts))
        share = float(counts[best] / len(rows))
        return (None if (counts == counts[best]).sum() > 1 else best), share

    def claim(self, decision: Decision, rows: Iterable[int], name: str = "") -> Claim:
        """Return a ruling on the works in `rows`, taken now."""
        return Claim(decision, tuple(dict.fromkeys(rows)), name, self.step)

    def held(self, claim: Claim) -> int | None:
        """Return the cluster that takes a ruling, None where none surely does."""
        home, share = self.home(claim.core)
        return home if share >= SURE else None

    def cluster(self, text: str, decision: Decision) -> int | None:
        """Return the cluster that takes `decision`; reports and returns None where none does."""
        claim = self.claim(decision, self.claim_rows(text, decision))
        home = self.taken(claim, claim.core)
        if home is None:
            self.homeless(decision, claim.core, *self.home(claim.core))
        return home

    def taken(self, claim: Claim, rows: Sequence[int]) -> int | None:
        """Return the cluster that surely holds `rows`, cleared of the works of other rulings."""
        home, share = self.home(rows)
        if home is None or share < SURE:
            return None
        self.part(claim, home)
        return self.home(rows)[0]

    def allied(self, earlier: Claim, later: Claim) -> bool:
        """Whether two rulings may share a cluster: they speak of the same one, or one between them joined them."""
        reached = [earlier]
        for claim in [*self.claims, later]:
            if earlier.step < claim.step <= later.step and any(one.same(claim) for one in reached):
                reached.append(claim)
        return later in reached or earlier.same(later)

    def part(self, claim: Claim, home: int) -> None:
        """Keep a ruling apart from others that the clustering put into the same cluster.

        Each keeps the works that it lists, the later one those that both list; works that a person
        moved go with the works they were moved to, the others to the side they are linked to.
        """
        groups: list[list[Claim]] = []
        for other in self.claims:
            if self.held(other) != home or self.allied(other, claim):
                continue
            near = next((group for group in groups if any(self.allied(one, other) for one in group)), None)
            if near is None:
                groups.append([other])
            else:
                near.append(other)
        members = np.flatnonzero(self.labels == home)
        inside = set(members.tolist())
        if not groups or not inside.intersection(claim.rows):
            return
        self.apart += [(claim, group[-1], len(inside)) for group in groups]
        groups.append([claim])
        owners = {
            row: number
            for number, group in enumerate(groups)
            for one in group
            for row in one.rows
            if row in inside
        }  # fmt: skip
        spread = grow(self.matrix, members, owners, len(groups))
        side = {row: owners.get(row, part) for row, part in zip(members.tolist(), spread.tolist(), strict=True)}
        for row, meant in self.targets.items():
            there = [side[one] for one in meant if one in side]
            if row in side and there:
                side[row] = max(sorted(set(there)), key=there.count)
        fresh = self.new_cluster()
        for row, part in side.items():
            self.labels[row] = fresh + part - 1 if part else home

    def homeless(self, decision: Decision, rows: Sequence[int], home: int | None, share: float) -> None:
        """Report a decision that no cluster takes."""
        self.failed.add(decision.id)
        ask = share >= UNSURE
        where = f"; possibly the cluster with {self._some(home)}, please confirm" if ask and home is not None else ""
        self.problems.append(
            Problem(
                "decision-unsure" if ask else "decision-homeless",
                f"{said(decision)} was not applied: "
                + (
                    f"the largest part of its works in one cluster is {share:.0%}"
                    if rows
                    else "none of its works is here"
                )
                + where,
                mend="take the decision again for the cluster you mean, or undo it",
                file=decision.file,
                line=decision.line,
                subject=decision.subject[:200],
            )
        )

    def _some(self, cluster: int) -> str:
        members = np.flatnonzero(self.labels == cluster)
        return ", ".join(anchors(members.tolist(), self.ids, self.confidence.tolist(), 3))

    def new_cluster(self) -> int:
        """Return a label that no cluster has yet."""
        return int(self.labels.max(initial=-1)) + 1

    def mark(self, decision: Decision, rows: Iterable[int]) -> None:
        """Remember that a person edited the cluster that will hold `rows`."""
        self.edited.append((decision.who, tuple(rows)))

    # -- replay ------------------------------------------------------------------------------

    def put(self, rows: Iterable[int], target: int) -> None:
        """Put works where the decision that is being replayed wants them."""
        for row in rows:
            self.labels[row] = target
            self.since[row] = self.step

    def merge(self, decision: Decision) -> None:
        """Make one cluster of those that the subject names; the works that it lists stay together, whatever the cut.

        A side that has a home brings the whole of it, as the person merged clusters; works of the
        list that stand elsewhere in this clustering are put back.
        """
        sides = [side for side in decision.subject.split("|") if side.strip()]
        if len(sides) < 2:
            self.complain(decision, "names one cluster only", 'write "wk_a wk_b | wk_c wk_d"')
            return
        listed = [self.claim_rows(side, decision) for side in sides]
        for rows in listed:
            if not rows:
                self.homeless(decision, rows, None, 0.0)
        if not all(listed):
            return
        claim = self.claim(decision, [row for rows in listed for row in rows], decision.verdict.strip())
        # parted from other rulings first: parting one side may move the works of another
        for rows in listed:
            self.taken(claim, rows[:ANCHORS])
        homes = [self.home(rows[:ANCHORS]) for rows in listed]
        clusters = {home for home, share in homes if home is not None and share >= SURE}
        target = min(clusters, default=self.new_cluster())
        strays = [row for row in claim.rows if int(self.labels[row]) not in clusters]
        self.put(np.flatnonzero(np.isin(self.labels, sorted(clusters))).tolist(), target)
        self.put(strays, target)
        for row in strays:
            self.placed[row] = decision.who
        if strays:
            some = ", ".join(self.ids[row] for row in strays[:12])
            self.note(
                decision,
                f"puts {len(strays)} of its {len(claim.rows)} works together that this clustering has elsewhere: {some}"
                f"{f' and {len(strays) - 12} more' if len(strays) > 12 else ''}",
                code="decision-held",
                mend="nothing to do; metanarrative decide move takes a work out",
            )
        self.claims.append(claim)

    def rule(self, decision: Decision, name: str) -> None:
        """Take a name or an acceptance: it rules on a cluster and moves no work."""
        claim = self.claim(decision, self.claim_rows(decision.subject, decision), name)
        self.taken(claim, claim.core)
        self.claims.append(claim)

    def split(self, decision: Decision) -> None:
        """Divide a cluster by the works that seed its parts."""
        cluster = self.cluster(decision.subject, decision)
        if cluster is None:
            return
        parts = [self.rows(part, decision) for part in decision.verdict.split("|") if part.strip()]
        parts = [part for part in parts if part]
        if not parts:
            self.complain(decision, "names no work of its parts", 'write the works of each part: "wk_1 | wk_2"')
            return
        members = np.flatnonzero(self.labels == cluster)
        if len(parts) == 1:
            owners = dict.fromkeys(parts[0], 1)
            spread = np.zeros(members.size, dtype=np.int64)  # all others stay
            number = 2
        else:
            owners = {row: part for part, rows in reversed(list(enumerate(parts))) for row in rows}
            spread = grow(self.matrix, members, owners, len(parts))
            number = len(parts)
        targets = [cluster] + [self.new_cluster() + extra for extra in range(number - 1)]
        for row, part in zip(members.tolist(), spread.tolist(), strict=True):
            self.put([row], targets[owners.get(row, part)])
        for row, part in owners.items():
            self.put([row], targets[part])
            self.fixed[row] = decision
            self.placed[row] = decision.who
        for part in range(number):
            self.mark(decision, [row for row, own in owners.items() if own == part] or members.tolist())

    def move(self, decision: Decision) -> bool:
        """Move or pin works; False where the target is not known (yet)."""
        rows = self.rows(decision.subject, decision)
        if not rows:
            self.failed.add(decision.id)
            return True
        target = -1
        if decision.verdict.strip().casefold() not in ("none", "-", ""):
            if self.new_name(decision.verdict):
                return False
            anchor_rows = tuple(r for r in self.claim_rows(decision.verdict, decision) if r not in rows)[:ANCHORS]
            home, share = self.home(anchor_rows)
            if home is None or share < SURE:
                return False
            target = home
            self.targets.update(dict.fromkeys(rows, anchor_rows))
        elif decision.kind == "pin":
            target = int(self.labels[rows[0]])
        for row in rows:
            earlier = self.fixed.get(row)
            if earlier is not None and earlier.kind in ("move", "pin") and self.labels[row] != target:
                self.note(earlier, f"is replaced by {said(decision)} about {self.ids[row]}: the later holds")
            self.put([row], target)
            self.fixed[row] = decision
            self.placed[row] = decision.who
        return True

    def new_name(self, text: str) -> bool:
        """Whether `text` is a name that no cluster has got (yet), not ids."""
        known = any(claim.name.casefold() == text.strip().casefold() for claim in self.claims)
        ids = any(token in self.place or token.startswith(("wk_", "cl_")) for token in parse_ids(text))
        return not known and not ids

    def begin(self, decision: Decision) -> None:
        """Begin a tradition with the works of a move whose target is a name nobody gave before."""
        rows = self.rows(decision.subject, decision)
        target = self.new_cluster()
        self.put(rows, target)
        for row in rows:
            self.fixed[row] = decision
            self.placed[row] = decision.who
        self.claims.append(self.claim(decision, rows, decision.verdict.strip()))

    def reject(self, decision: Decision) -> None:
        """Dissolve a cluster: its works stand alone from here on.

        Where less than half of it are works that the person saw, only those are dissolved.
        """
        cluster = self.cluster(decision.subject, decision)
        if cluster is None:
            return
        members = np.flatnonzero(self.labels == cluster).tolist()
        seen = set(self.claim_rows(decision.subject, decision))
        own = [row for row in members if row in seen]
        if 2 * len(own) < len(members):
            self.note(
                decision,
                f"dissolves only the {len(own)} works it lists: their cluster has {len(members)} works now",
                code="decision-swollen",
                mend="look at the others, and reject them too if you mean them",
                severity="warning",
            )
            members = own
        self.put(members, -1)
        for row in members:
            self.rejected.add(row)
            self.placed[row] = decision.who

    def complain(self, decision: Decision, what: str, mend: str) -> None:
        """List a decision that could not be applied."""
        self.failed.add(decision.id)
        self.problems.append(
            Problem(
                "decision-unclear", f"{said(decision)} {what}; it was not applied", mend,
                file=decision.file, line=decision.line, subject=decision.subject[:200],
            )
        )  # fmt: skip

    def note(
        self,
        decision: Decision,
        what: str,
        code: str = "decision-replaced",
        *,
        mend: str = "undo the one you do not mean",
        severity: str = "note",
    ) -> None:
        """List what became of a decision that was applied and later overruled or changed."""
        self.problems.append(
            Problem(
                code, f"{said(decision)} {what}", mend, severity,
                decision.file, decision.line, decision.subject[:200],
            )
        )  # fmt: skip


def said(decision: Decision) -> str:
    """Return a decision in words, for messages."""
    verdict = f" -> {decision.verdict[:80]!r}" if decision.verdict else ""
    subject = decision.subject if len(decision.subject) <= 60 else decision.subject[:57] + "..."
    return f"decision {decision.kind} by {decision.who} on {decision.when[:10]} ({subject}{verdict})"


def grow(matrix: Any, members: npt.NDArray[np.int64], owners: Mapping[int, int], number: int) -> Labels:
    """Give each member to the part whose seeds it reaches most by a walk inside the cluster."""
    from metanarrative.traditions.mix import row_normalise

    walk = row_normalise(matrix[members][:, members])
    start = np.zeros((members.size, number))
    for position, row in enumerate(members.tolist()):
        if row in owners:
            start[position, owners[row]] = 1.0
    seeds = start.sum(axis=1) > 0
    reach = start.copy()
    for _ in range(60):
        reach = 0.9 * np.asarray(walk @ reach) + 0.1 * start
        reach[seeds] = start[seeds]
    # parts with more seeds must not win by their number alone
    reach = reach / np.maximum(reach.mean(axis=0, keepdims=True), 1e-12)
    return np.asarray(np.argmax(np.round(reach, 12), axis=1), dtype=np.int64)
