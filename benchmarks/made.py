"""Made corpora: real-shaped exports with no real record in them."""

from __future__ import annotations

import random

WORDS = (
    "care plan recovery service user carer policy mental health community team review risk relationship trial "
    "method survey interview outcome model practice guidance measure budget choice voice support staff hospital "
    "evidence narrative tradition coordination assessment involvement family peer crisis medication therapy"
).split()
FAMILIES = "Ashton Bevan Carr Davies Evans Flynn Griffiths Hughes Iqbal Jones Khan Lloyd Morgan Nash Owen".split()


def entries(n: int, *, seed: int = 1) -> list[dict[str, object]]:
    """Return `n` made entries with title, authors, year, journal, DOI, abstract and references."""
    rng = random.Random(seed)
    made: list[dict[str, object]] = []
    for i in range(n):
        made.append(
            {
                "key": f"M{i:06d}",
                "title": " ".join(rng.choices(WORDS, k=10)).capitalize(),
                "authors": [f"{rng.choice(FAMILIES)}, {rng.choice('ABCDEFG')}." for _ in range(rng.randint(1, 5))],
                "year": 1990 + i % 36,
                "journal": "Journal of " + rng.choice(WORDS).capitalize(),
                "doi": f"10.5555/made.{seed}.{i}",
                "abstract": " ".join(rng.choices(WORDS, k=180)).capitalize() + ".",
            }
        )
    return made


def ris(made: list[dict[str, object]]) -> str:
    """Return entries as RIS."""
    out = []
    for e in made:
        out.append("TY  - JOUR")
        out += [f"AU  - {a}" for a in e["authors"]]  # type: ignore[attr-defined]
        out += [f"TI  - {e['title']}", f"PY  - {e['year']}", f"JO  - {e['journal']}", f"DO  - {e['doi']}"]
        out += [f"AB  - {e['abstract']}", "ER  - ", ""]
    return "\n".join(out)


def bibtex(made: list[dict[str, object]]) -> str:
    """Return entries as BibTeX."""
    out = []
    for e in made:
        authors = " and ".join(e["authors"])  # type: ignore[arg-type]
        out.append(
            f"@article{{{e['key']},\n  author = {{{authors}}},\n  title = {{{e['title']}}},\n"
            f"  year = {{{e['year']}}},\n"
            f"  journal = {{{e['journal']}}},\n  doi = {{{e['doi']}}},\n  abstract = {{{e['abstract']}}}\n}}\n"
        )
    return "\n".join(out)


def medline(made: list[dict[str, object]]) -> str:
    """Return entries as MEDLINE."""
    out = []
    for i, e in enumerate(made):
        out += [f"PMID- {90000000 + i}", f"TI  - {e['title']}", f"DP  - {e['year']}", f"JT  - {e['journal']}"]
        out += [f"LID - {e['doi']} [doi]", f"AB  - {e['abstract']}"]
        out += [f"FAU - {a}" for a in e["authors"]]  # type: ignore[attr-defined]
        out.append("")
    return "\n".join(out)
