"""Made corpora: real-shaped exports with no real record in them."""

from __future__ import annotations

import csv
import io
import random
import textwrap

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


def cited_references(n: int, rng: random.Random) -> list[str]:
    """Return `n` made references as Web of Science prints them."""
    return [
        f"{rng.choice(FAMILIES)} {rng.choice('ABC')}, {1960 + rng.randrange(60)}, J {rng.choice(WORDS).upper()}"
        f", V{rng.randrange(1, 90)}, P{rng.randrange(1, 999)}, DOI 10.5555/cited.{rng.randrange(9999)}"
        for _ in range(n)
    ]


def bibtex_wos(made: list[dict[str, object]], *, cited: int = 30) -> str:
    """Return entries as Web of Science's BibTeX: two pairs of braces, each with `cited` references."""
    rng = random.Random(5)
    out = []
    for i, e in enumerate(made):
        listed = ".\n   ".join(cited_references(cited, rng))
        fields = {
            "Author": " and ".join(e["authors"]), "Title": f"{{{e['title']}}}",  # type: ignore[arg-type]
            "Journal": f"{{{str(e['journal']).upper()}}}", "Year": f"{{{e['year']}}}", "Volume": f"{{{i % 90}}}",
            "Number": "{2}", "Pages": "{11-29}", "Month": "{MAR}", "Abstract": f"{{{e['abstract']}}}",
            "Publisher": "{SAGE}", "Type": "{Article}", "Language": "{English}", "DOI": f"{{{e['doi']}}}",
            "ISSN": "{1234-5678}", "Keywords": "{recovery; care planning}", "Research-Areas": "{Psychiatry}",
            "Affiliation": "{Ashton, A (Corresponding Author), Univ Made, Cardiff, Wales.}",
            "Cited-References": f"{{{listed}.}}", "Number-of-Cited-References": f"{{{cited}}}",
            "Times-Cited": "{3}", "Unique-ID": f"{{WOS:{i:015d}}}", "DA": "{2024-01-01}",
        }  # fmt: skip
        body = ",\n".join(f"{name} = {{{value}}}" for name, value in fields.items())
        out.append(f"@article{{ WOS:{i:015d},\n{body},\n}}\n")
    return "\n".join(out)


def medline(made: list[dict[str, object]]) -> str:
    """Return entries as PubMed prints them: lines broken before column 90, further ones indented by six."""
    out = []
    for i, e in enumerate(made):
        fields = [("PMID", str(90000000 + i)), ("OWN", "NLM"), ("STAT", "MEDLINE"), ("DCOM", "20200101")]
        fields += [("IS", "1111-2222 (Electronic)"), ("VI", str(i % 90)), ("IP", "3"), ("DP", f"{e['year']} Mar")]
        fields += [("TI", str(e["title"])), ("PG", f"{i % 900}-{i % 900 + 9}"), ("LID", f"{e['doi']} [doi]")]
        fields.append(("AB", str(e["abstract"])))
        for author in e["authors"]:  # type: ignore[attr-defined]
            fields += [("FAU", author), ("AU", author.replace(",", "").rstrip("."))]
        fields += [("LA", "eng"), ("PT", "Journal Article"), ("TA", "J Made"), ("JT", str(e["journal"]))]
        fields += [("MH", "*Mental Disorders/therapy"), ("MH", "Patient Care Planning"), ("SO", f"J Made. {e['year']}")]
        for tag, value in fields:
            out += textwrap.wrap(value, initial_indent=f"{tag:4}- ", subsequent_indent="      ", width=90)
        out.append("")
    return "\n".join(out)


def wos(made: list[dict[str, object]], *, cited: int = 5) -> str:
    """Return entries as Web of Science's tagged text, each with `cited` references."""
    rng = random.Random(3)
    out = ["FN Clarivate Analytics Web of Science", "VR 1.0"]
    for i, e in enumerate(made):
        authors = [a.rstrip(".") for a in e["authors"]]  # type: ignore[attr-defined]
        out += ["PT J", "AU " + "\n   ".join(authors), "AF " + "\n   ".join(authors)]
        out += textwrap.wrap(str(e["title"]), 80, initial_indent="TI ", subsequent_indent="   ")
        out += [f"SO {str(e['journal']).upper()}", "LA English", "DT Article", "DE recovery; care planning"]
        out.append(f"AB {e['abstract']}")
        if cited:
            listed = cited_references(cited, rng)
            out += ["CR " + "\n   ".join(listed), f"NR {cited}"]
        out += ["TC 3", f"PY {e['year']}", f"VL {i % 90}", "IS 2", "BP 11", "EP 29", f"DI {e['doi']}"]
        out += [f"UT WOS:{i:015d}", "ER", ""]
    return "\n".join([*out, "EF"])


def scopus(made: list[dict[str, object]], *, cited: int = 0) -> str:
    """Return entries as Scopus's CSV."""
    rng = random.Random(4)
    stream = io.StringIO()
    table = csv.writer(stream, quoting=csv.QUOTE_ALL)
    table.writerow(
        "Authors,Author full names,Title,Year,Source title,Volume,Issue,Page start,Page end,DOI,Link,Abstract,"
        "Author Keywords,References,Document Type,Source,EID".split(",")
    )
    for i, e in enumerate(made):
        authors = "; ".join(a.replace(",", "") for a in e["authors"])  # type: ignore[attr-defined]
        listed = "; ".join(
            f"{rng.choice(FAMILIES)} A.B., {' '.join(rng.choices(WORDS, k=7)).capitalize()}, J. Made, "
            f"{rng.randrange(1, 90)}, 2, pp. 11-19, ({1960 + rng.randrange(60)})"
            for _ in range(cited)
        )
        row = [
            authors,
            authors,
            e["title"],
            e["year"],
            e["journal"],
            i % 90,
            2,
            11,
            29,
            e["doi"],
            "https://example.org",
        ]
        row += [e["abstract"], "recovery; care planning", listed, "Article", "Scopus", f"2-s2.0-{i:09d}"]
        table.writerow(row)
    return stream.getvalue()
