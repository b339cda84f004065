"""How often the language of a sentence is told rightly, and how fast, on the treebank sentences and on others.

Counted are the sentences of at least 40 characters of the Universal Dependencies Welsh treebank and
their English translations, one by one and without any hint of what stands around them. The other
rows show what is not promised: short sentences, whole declarations, and Irish, which is neither.
"""

from __future__ import annotations

import csv
import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from metanarrative.text.language import language_of, main_language

LANG = Path(__file__).resolve().parents[2] / "shared" / "data" / "lang"
PROMISED = 0.99


def treebank(path: Path, *, least: int = 40, most: int = 10**6) -> list[tuple[str, str]]:
    """Return (sentence, language) pairs of at least `least` and fewer than `most` characters."""
    pairs = []
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            pairs += [
                (text, code) for code in ("cy", "en") if (text := row.get(code) or "") and least <= len(text) < most
            ]
    return pairs


def measured(pairs: Sequence[tuple[str, str]]) -> tuple[int, Counter[tuple[str, str]], float]:
    """Return how many are told rightly, what was said instead, and seconds of processor time."""
    language_of("The classifier loads its model once.")
    started = time.process_time()
    said = [language_of(text) for text, _ in pairs]
    seconds = time.process_time() - started
    wrong = Counter((code, got) for (_, code), got in zip(pairs, said, strict=True) if got != code)
    return len(pairs) - wrong.total(), wrong, seconds


def main() -> None:
    """Print a table."""
    path = LANG / "ud_welsh_dev.tsv"
    if not path.exists():
        print(f"{path} is absent: nothing to measure")
        return
    cases = [
        ("treebank, 40 characters and more", treebank(path), PROMISED),
        ("treebank, shorter", treebank(path, least=1, most=40), 0.0),
    ]
    common = LANG / "techiaith_cc0_common.jsonl"
    if common.exists():
        found = [json.loads(line) for line in common.read_text(encoding="utf-8").splitlines() if line.strip()]
        cases.append(
            ("Welsh of three or four words", [(str(row["text"]), "cy") for row in found if row.get("text")], 0.0)
        )
    for name, pairs, promised in cases:
        right, wrong, seconds = measured(pairs)
        share = right / max(1, len(pairs))
        told = "" if not promised else f"  promised {promised:.0%}: {'met' if share >= promised else 'MISSED'}"
        print(f"{name:34} {right:4}/{len(pairs):<4} {share:7.2%} {len(pairs) / max(seconds, 1e-9):8,.0f}/s{told}")
        for (code, got), n in sorted(wrong.items()):
            print(f"{'':36}{n} of {code} said to be {got}")
    for file, code in (("udhr_cym.xml", "cy"), ("udhr_eng.xml", "en"), ("udhr_gle.xml", "unknown")):
        if (LANG / file).exists():
            text = re.sub(r"<[^>]+>", "\n", (LANG / file).read_text(encoding="utf-8"))
            said = main_language([line for line in text.split("\n") if line.strip()])
            print(f"{file:34} {said:8} {'right' if said == code else 'WRONG'}")


if __name__ == "__main__":
    main()
