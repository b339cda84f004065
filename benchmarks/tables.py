"""Records read a second of processor time from tables and JSON: raw text, place and references kept.

JSON is set beside `json.loads` on the same text, which parses and does nothing else; ours is all of
`metanarrative.read.read_file`, which decodes the file once, for reading as for counting.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import made

from metanarrative.read import read_file


def openalex(entries: list[dict[str, object]], *, cited: int = 30) -> list[dict[str, object]]:
    """Return entries as OpenAlex works, with inverted abstracts and references."""
    rng = random.Random(6)
    works: list[dict[str, object]] = []
    for i, e in enumerate(entries):
        index: dict[str, list[int]] = {}
        for place, word in enumerate(str(e["abstract"]).split()):
            index.setdefault(word, []).append(place)
        works.append(
            {
                "id": f"https://openalex.org/W{9_000_000 + i}",
                "doi": f"https://doi.org/{e['doi']}",
                "title": e["title"],
                "publication_year": e["year"],
                "type": "article",
                "authorships": [{"author": {"display_name": name}} for name in e["authors"]],  # type: ignore[attr-defined]
                "primary_location": {"source": {"display_name": e["journal"]}},
                "biblio": {"volume": str(i % 90), "issue": "2", "first_page": "11", "last_page": "29"},
                "abstract_inverted_index": index,
                "referenced_works": [
                    f"https://openalex.org/W{rng.randrange(8_000_000, 9_000_000)}" for _ in range(cited)
                ],
            }
        )
    return works


def csl(entries: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return entries as CSL-JSON."""
    return [
        {
            "id": e["key"],
            "type": "article-journal",
            "title": e["title"],
            "author": [dict(zip(("family", "given"), a.split(", "), strict=False)) for a in e["authors"]],  # type: ignore[attr-defined]
            "issued": {"date-parts": [[e["year"]]]},
            "container-title": e["journal"],
            "DOI": e["doi"],
            "abstract": e["abstract"],
        }
        for e in entries
    ]


def best(call: Callable[[], int], rounds: int) -> tuple[float, int]:
    """Return the least processor time of a call and what it counted."""
    found = (float("inf"), 0)
    for _ in range(rounds):
        started = time.process_time()
        counted = call()
        found = min(found, (time.process_time() - started, counted))
    return found


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    entries = made.entries(chosen.records)
    texts = {
        "scopus.csv": (made.scopus(entries), 20_000),
        "scopus, 5 cited.csv": (made.scopus(entries, cited=5), 20_000),
        "scopus, 40 cited.csv": (made.scopus(entries[: chosen.records // 5], cited=40), 0),
        "openalex page.json": (
            json.dumps({"meta": {"count": len(entries)}, "results": openalex(entries)}, indent=1),
            0,
        ),
        "openalex lines.jsonl": ("\n".join(map(json.dumps, openalex(entries))), 0),
        "csl.json": (json.dumps(csl(entries), indent=1), 0),
    }
    print(f"{'what':22} {'records/s':>10} {'cited/s':>9} {'json.loads':>11}  promised")
    with tempfile.TemporaryDirectory() as folder:
        for name, (text, promised) in texts.items():
            path = Path(folder) / name
            path.write_text(text, encoding="utf-8")
            seconds, n = best(lambda path=path: len(read_file(path)[0]), chosen.rounds)  # type: ignore[misc]
            cited = sum(len(record.references) for record in read_file(path)[0])
            row = f"{name:22} {n / seconds:10,.0f} {cited / seconds:9,.0f}"
            if ".json" in name:
                parts = text.split("\n") if name.endswith("l") else [text]
                alone, _ = best(lambda parts=parts: len([json.loads(part) for part in parts]), chosen.rounds)  # type: ignore[misc]
                row += f" {alone / seconds:10.2f}x"
            if promised:
                row += f" {'':11}  {promised:,}/s {'met' if n / seconds >= promised else 'MISSED'}"
            print(row, flush=True)


if __name__ == "__main__":
    main()
