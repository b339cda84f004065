"""Made-up data for every page: about sixty works that do not exist, two nations, four themes.

Shared by the tests of the pages; ``poison`` puts a payload into every text field.
"""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Callable
from typing import Any

FAMILIES = [
    "Abel",
    "Bevan",
    "Cadwaladr",
    "Dalton",
    "Emrys",
    "Ffrancon",
    "Gŵyn",
    "Harker",
    "Ifans",
    "Jarman",
    "Kettle",
    "Llwyd",
]
TOPICS = [
    (
        "care planning, coordination, key worker",
        ["coordinated plans", "the key worker", "integrated planning", "case work"],
    ),
    (
        "recovery, hope, identity",
        ["personal recovery", "hope and meaning", "recovery colleges", "life beyond services"],
    ),
    ("carers, family, support", ["family carers", "young carers", "support for relatives", "respite at home"]),
    ("risk, safety, assessment", ["risk talk", "safety plans", "assessment forms", "positive risk"]),
]
HEADS = [
    "Rethinking",
    "A study of",
    "Notes on",
    "What people say about",
    "Ten years of",
    "Against",
    "The limits of",
    "Measuring",
]
THEMES = {
    "plan": "Care planning",
    "rec": "Recovery",
    "car": "Carers and families",
    "adv": "Advocacy",
    "bud": "Choice and budgets",
}


def meta(**changes: Any) -> dict[str, Any]:
    """Return what every page says about a project."""
    return {
        "title": "Care planning in two nations",
        "question": "How did care planning come to mean different things in England and Wales?",
        "seed": 7,
        "versions": {"metanarrative": "0.1.0", "python": "3.11"},
        "inputs": "sha256 0123456789abcdef over 4 files",
        "settings": {},
        "notices": ["Made from digests written for this example in our own words, not from the documents themselves."],
        "cite": "Care planning in two nations. Made with metanarrative 0.1.0.",
        "lang": "en",
        "views": [],
        "abstracts": False,
        "max_links": 1000,
        "stage_settings": {"traditions": {"resolution": 0.0}},
        **changes,
    }


def clusters() -> list[dict[str, Any]]:
    """Return four clusters: one named by a person, one accepted, two proposals."""
    rows = []
    for i, (label, _) in enumerate(TOPICS):
        rows.append(
            {
                "cluster_id": f"cl_{i}",
                "number": i + 1,
                "tradition": "Making services work together" if i == 0 else "",
                "accepted": int(i < 2),
                "size": 15,
                "first_year": 1990,
                "last_year": 2023,
                "stability": 0.9 - 0.15 * i,
                "grade": "stable",
                "label": label,
                "terms": "[]",
                "representatives": "[]",
                "anchors": "[]",
                "note": "",
            }
        )
    return rows


def works(n: int = 60, seed: int = 5) -> list[dict[str, Any]]:
    """Return `n` works round four centres."""
    rng = random.Random(seed)
    centres = [(-0.6, -0.35), (0.55, -0.5), (0.45, 0.5), (-0.4, 0.55)]
    out = []
    for i in range(n):
        home = i % 4 if i % 15 != 14 else None
        x, y = centres[i % 4]
        topic = rng.choice(TOPICS[i % 4][1])
        policy = i % 20 == 7
        out.append(
            {
                "id": f"wk_{i:05d}",
                "title": f"{rng.choice(HEADS)} {topic} in community care, part {i + 1}",
                "authors": [f"{rng.choice(FAMILIES)}, A.", f"{rng.choice(FAMILIES)}, B."][: 1 + i % 2],
                "year": None if i == 33 else rng.randint(1988, 2023),
                "venue": "Journal of Made-up Studies",
                "doi": f"10.5555/made.{i}" if i % 3 else "",
                "kind": "policy" if policy else "literature",
                "nation": ("wales" if i % 40 == 7 else "england") if policy else "",
                "cluster": f"cl_{home}" if home is not None else "",
                "strength": round(rng.uniform(0.3, 1), 3),
                "agreement": round(rng.uniform(0.5, 1), 3),
                "confidence": round(rng.uniform(0.2, 0.95), 3),
                "grade": "member",
                "second": f"cl_{(i + 1) % 4}",
                "second_strength": 0.2,
                "bridge": round(rng.uniform(0, 0.75), 3),
                "placed_by": "machine",
                "text_share": 0.6,
                "citation_share": 0.4,
                "cited": int(rng.paretovariate(1.1)) - 1 if i % 2 else 0,
                "quote": f"This made-up sentence speaks of {topic} and of nothing else.",
                "x": round(x + rng.gauss(0, 0.17), 4),
                "y": round(y + rng.gauss(0, 0.15), 4),
            }
        )
    return out


def tradition(n: int = 60) -> dict[str, Any]:
    """Return the data of the tradition map."""
    rng = random.Random(9)
    rows = works(n)
    pairs = {}
    for _ in range(3 * n):
        a = rng.randrange(n)
        b = (a + 4 * rng.randint(1, max(1, n // 8))) % n if rng.random() < 0.8 else rng.randrange(n)
        if a != b:
            pairs[(min(a, b), max(a, b))] = round(rng.uniform(0.1, 2), 3)
    return {
        "meta": meta(),
        "clusters": clusters(),
        "works": rows,
        "pairs": sorted((a, b, w) for (a, b), w in pairs.items()),
        "max_links": 1000,
    }


def storyline() -> dict[str, Any]:
    """Return the data of the storyline."""
    rng = random.Random(3)
    rows = [
        {
            "id": w["id"],
            "title": w["title"],
            "authors": w["authors"],
            "year": w["year"],
            "venue": w["venue"],
            "doi": w["doi"],
            "lane": w["cluster"],
            "cited": w["cited"],
            "main": False,
            "roles": [],
            "quote": w["quote"],
        }
        for w in works()
        if w["kind"] == "literature"
    ]
    dated = sorted((r for r in rows if r["year"]), key=lambda r: (r["year"], r["id"]))
    links = []
    for i, row in enumerate(dated):
        for _ in range(rng.randint(0, 2)):
            j = rng.randrange(max(1, i)) if i else 0
            if i and dated[j]["year"] < row["year"]:
                links.append({"cited": dated[j]["id"], "citing": row["id"], "main": False})
    chain = [row for row in dated if row["lane"] == "cl_0"][::3]
    for a, b in itertools.pairwise(chain):
        if a["year"] < b["year"]:
            links.append({"cited": a["id"], "citing": b["id"], "main": True})
            a["main"] = b["main"] = True
    chain[0]["roles"] = [
        {"role": "earliest", "score": 1.0, "evidence": "First work of its lane; cited by 4 later ones."}
    ]
    return {
        "meta": meta(),
        "clusters": clusters(),
        "works": rows,
        "links": links,
        "none": {"cl_1": "no work is cited in half of the later years"},
        "phases": [
            {
                "cluster_id": "cl_0",
                "first_year": 1988,
                "last_year": 2004,
                "n_works": 8,
                "terms": ["key worker", "tiers"],
                "p": 0.02,
                "note": "",
            },
            {
                "cluster_id": "cl_0",
                "first_year": 2005,
                "last_year": 2023,
                "n_works": 7,
                "terms": ["rights", "plans"],
                "p": None,
                "note": "",
            },
        ],
        "without_year": 1,
    }


def concepts() -> dict[str, Any]:
    """Return the data of the concept map."""
    rng = random.Random(4)
    words = [
        "care plan",
        "key worker",
        "recovery",
        "hope",
        "carer",
        "respite",
        "risk",
        "safety plan",
        "advocacy",
        "personal budget",
        "direct payment",
        "choice",
        "cynllun gofal",
        "review",
        "assessment",
        "peer support",
        "identity",
        "crisis",
        "discharge",
        "voice",
    ]
    rows = []
    for i, word in enumerate(words):
        rows.append(
            {
                "concept_id": f"cn_{i}",
                "label": word,
                "language": "cy" if word == "cynllun gofal" else "en",
                "n_documents": 3 + 40 // (i + 1),
                "n_mentions": 9 + i,
                "mean_year": 1999.5 + i,
                "cluster_id": f"ct_{i % 3}",
                "variants": [word, word + "s"],
                "x": round(rng.uniform(-1, 1), 3),
                "y": round(rng.uniform(-1, 1), 3),
            }
        )
    edges = [
        {"source_id": f"cn_{i}", "target_id": f"cn_{j}", "n": 3, "strength": round(rng.uniform(1, 5), 2)}
        for i in range(20)
        for j in range(i + 1, 20)
        if rng.random() < 0.25
    ]
    return {
        "meta": meta(),
        "concepts": rows,
        "edges": edges,
        "themes": [
            {"cluster_id": f"ct_{i}", "label": name}
            for i, name in enumerate(["planning and review", "recovery and hope", "rights and money"])
        ],
        "quotes": {
            f"cn_{i}": [[f"A made-up passage with {w} in it.", "A Code that nobody wrote (2012), p. 4, Review", "en"]]
            for i, w in enumerate(words)
        },
        "shares": {"cn_0": [["Making services work together", "9 works (60 %), 2.1 × expected"]]},
    }


def compare() -> dict[str, Any]:
    """Return the data of the comparison."""
    rows = []
    figures = [
        ("theme", "plan", 0.09, 0.03, 0.15, "differs"),
        ("theme", "rec", -0.02, -0.09, 0.05, "no clear difference"),
        ("theme", "bud", -0.18, -0.29, -0.08, "differs"),
        ("theme", "adv", None, None, None, "too few documents"),
        ("theme", "car", 0.035, -0.02, 0.09, "no clear difference"),
        ("term", "personal budget", -2.4, -4.4, -1.1, "differs"),
        ("term", "care and treatment plan", 3.1, 1.2, 5.9, "differs"),
        ("force", "must", 0.21, 0.08, 0.34, "differs"),
        ("force", "may", -0.01, -0.06, 0.04, "no clear difference"),
    ]
    for kind, item, estimate, low, high, verdict in figures:
        rows.append(
            {
                "facet": "nation",
                "side_a": "england",
                "side_b": "wales",
                "kind": kind,
                "item": item,
                "theme": "",
                "estimate": estimate,
                "low": low,
                "high": high,
                "p": 0.01,
                "q": 0.04,
                "share_a": 0.12,
                "share_b": 0.21,
                "n_docs_a": 9,
                "n_docs_b": 8,
                "n_a": 41,
                "n_b": 63,
                "of_a": 310,
                "of_b": 290,
                "with_a": 7,
                "with_b": 8,
                "dispersion": 0.3,
                "verdict": verdict,
                "caveat": "Wales is mostly statute here, England mostly guidance: the difference may be one of genre."
                if item == "must"
                else "",
                "label": THEMES.get(item, item),
                "theme_name": "",
                "quotes": [
                    ["An English sentence nobody wrote.", "Guidance (2008), p. 3 · England", "en", 0],
                    ["Rhaid i’r cynllun gael ei adolygu.", "Y Cod (2012), t. 9 · Wales", "cy", 1],
                ],
            }
        )
    return {"meta": meta(), "contrasts": rows, "n_terms": 2}


def force() -> dict[str, Any]:
    """Return the data of the grid."""
    rng = random.Random(8)
    out = []
    for i in range(140):
        nation = "wales" if rng.random() < 0.5 else "england"
        weights = [5, 2, 1, 1] if nation == "wales" else [1, 5, 2, 2]
        verb = rng.choices(["must", "should", "may", "aspires"], weights)[0]
        theme = rng.choices(list(THEMES), [6, 3, 2, 1, 1 if nation == "wales" else 3])[0]
        out.append(
            {
                "id": f"ps_{i}:1",
                "nation": nation,
                "force": "must-not" if i == 3 else verb,
                "cue": "rhaid" if i % 9 == 0 else verb,
                "themes": [theme] if i % 11 else [],
                "bearer": "the care coordinator" if i % 2 else "",
                "language": "cy" if i % 9 == 0 else "en",
                "sentence": f"Made-up sentence {i}: the coordinator {verb} look at the plan.",
                "place": "A Code that nobody wrote (2012), p. 4",
                "confidence": 0.9,
            }
        )
    return {"meta": meta(), "provisions": out, "themes": dict(THEMES), "words": {"england": 21000, "wales": 18000}}


def aligned() -> dict[str, Any]:
    """Return the data of the reader."""
    pairs = []
    for i in range(12):
        a = {
            "id": f"ps_a{i}",
            "text": f"The coordinator must review plan {i} every year with the person.",
            "language": "en",
            "nation": "england",
            "place": "Guidance (2008), p. 3",
        }
        b = {
            "id": f"ps_b{i}",
            "text": f"The coordinator should review plan {i} at least every twelve months.",
            "language": "cy" if i == 2 else "en",
            "nation": "wales",
            "place": "Code (2012), p. 9",
        }
        if i % 4 == 3:
            pairs.append(
                {
                    "a": a if i % 8 == 3 else b,
                    "b": None,
                    "theme": "adv",
                    "similarity": 0.0,
                    "margin": 0.0,
                    "verdict": "no counterpart found yet",
                    "decided_by": "machine",
                    "differs": {},
                }
            )
        else:
            pairs.append(
                {
                    "a": a,
                    "b": b,
                    "theme": "plan;rec",
                    "similarity": 0.85 - 0.06 * i,
                    "margin": 0.1,
                    "verdict": "same subject",
                    "decided_by": "machine",
                    "differs": {"force": ["must", "should"]},
                }
            )
    return {"meta": meta(), "pairs": pairs, "themes": dict(THEMES)}


def flow() -> dict[str, Any]:
    """Return the data of the flow."""
    rows = works()
    literature = [w["id"] for w in rows if w["kind"] == "literature"]
    policy = [w["id"] for w in rows if w["kind"] == "policy"]
    return {
        "meta": meta(),
        "streams": [
            {
                "kind": "literature",
                "found": len(literature) + 9,
                "lost": 2,
                "repeated": 1,
                "records": len(literature) + 6,
                "duplicates": 6,
                "works": len(literature),
                "excluded": 4,
                "included": len(literature) - 4,
                "reasons": [{"label": "not about care planning", "works": literature[:4]}],
                "parts": [
                    {"label": "Making services work together", "works": literature[4:30]},
                    {"label": "in no cluster", "works": literature[30:]},
                ],
                "routes": [["database", 40], ["hand-search", 17]],
            },
            {
                "kind": "policy",
                "found": len(policy),
                "lost": 0,
                "repeated": 0,
                "records": len(policy),
                "duplicates": 0,
                "works": len(policy),
                "excluded": 0,
                "included": len(policy),
                "reasons": [],
                "parts": [{"label": "England", "works": policy[:2]}, {"label": "Wales", "works": policy[2:]}],
                "routes": [],
            },
        ],
        "lost": ["corpus/literature/a.ris:12: no title"],
        "names": {w["id"]: [w["title"], "short", w["year"]] for w in rows},
    }


def index() -> dict[str, Any]:
    """Return the data of the landing page."""
    return {
        "meta": meta(),
        "records": 66,
        "literature": 57,
        "policy": 3,
        "nations": {"england": 1, "wales": 2},
        "abstracts": 50,
        "references": 31,
        "joined": 6,
        "clusters": clusters(),
        "concepts": 20,
        "provisions": 140,
        "contrasts": 9,
        "differs": 5,
        "too_few": 1,
        "citations": 80,
        "problems": {"warning": 2},
        "thumbnails": {},
    }


def themes() -> dict[str, Any]:
    """Return the data of the thematic map."""
    names = ["planning, review, care plan", "recovery, hope", "rights, money", "risk, safety", "carers", "advocacy"]
    rows = []
    for i, name in enumerate(names):
        centre, dense = 12.0 + 17 * ((i * 5) % 6), 8.0 + 9 * ((i * 7 + 2) % 5)
        rows.append(
            {
                "cluster_id": f"ct_{i}",
                "label": name,
                "n_concepts": 9 - i,
                "centrality": centre,
                "density": dense,
                "n_documents": 50 - 7 * i,
                "centrality_range": [centre - 4 - i, centre + 5 + i],
                "density_range": [dense - 3, dense + 6],
            }
        )
    return {
        "meta": meta(),
        "themes": rows,
        "members": {f"ct_{i}": [[word, 9] for word in name.split(", ")] for i, name in enumerate(names)},
        "periods": [
            {
                "label": label,
                "n_works": 30,
                "figures": [[row["centrality"] * k, row["density"]] for row in rows],
                "documents": [row["n_documents"] // 2 for row in rows],
            }
            for label, k in (("1988–2004", 0.8), ("2005–2023", 1.1))
        ],
        "quotes": {"ct_0": [["A made-up passage on the review of plans.", "A Code (2012), p. 4", "en"]]},
        "n_works": 60,
        "resamples": 200,
    }


def evidence() -> dict[str, Any]:
    """Return the data of the policy-literature links."""
    rows = works()
    cited = [w for w in rows if w["kind"] == "literature"][:9]
    policies = [
        {
            "id": f"wk_p{i}",
            "title": "A code that nobody wrote on " + "plans money hope risk carers advocacy rights crisis".split()[i],
            "year": 2001 + 2 * i,
            "nation": ("england", "wales", "uk", "")[i % 4],
            "issuer": "A ministry",
            "n_references": i,
        }
        for i in range(8)
    ]
    links = [
        {
            "citing": f"wk_p{i % 5}",
            "cited": cited[(2 * i) % 9]["id"],
            "how": "doi" if i % 3 else "title-year",
            "quotes": [[f"As sentence {i} shows, plans are made.", "A code (2001), p. 3", "en"]],
        }
        for i in range(8)
    ]
    links.append({"citing": cited[1]["id"], "cited": "wk_p6", "how": "title-year", "quotes": []})
    return {
        "meta": meta(),
        "clusters": clusters(),
        "policies": policies,
        "works": [{k: w[k] for k in ("id", "title", "authors", "year", "venue", "doi", "cluster")} for w in cited],
        "links": links,
    }


MAKERS: dict[str, Callable[[], dict[str, Any]]] = {
    "tradition": tradition,
    "storyline": storyline,
    "concepts": concepts,
    "themes": themes,
    "compare": compare,
    "force": force,
    "aligned": aligned,
    "evidence": evidence,
    "flow": flow,
    "index": index,
}


def every() -> dict[str, dict[str, Any]]:
    """Return the data of every view."""
    return {name: make() for name, make in MAKERS.items()}


# words that the code itself tells apart: a payload there would test nothing but a KeyError
_KEPT = {
    "id",
    "lang",
    "cluster_id",
    "lane",
    "cluster",
    "second",
    "source_id",
    "target_id",
    "cited",
    "citing",
    "how",
    "concept_id",
    "cites",
    "policy_links",
    "work_id",
    "verdict",
    "kind",
    "side_a",
    "side_b",
    "force",
    "nation",
    "role",
    "inputs",
    "views",
    "facet",
    "grade",
    "representatives",
    "anchors",
    "terms",
}


PAYLOADS = (
    "<script>window.__xss=1</script>",
    "</script><script>window.__xss=1</script>",
    "<img src=x onerror=window.__xss=1>",
    "<svg onload=window.__xss=1>",
    '"><img src=x onerror=window.__xss=1>',
    "' onmouseover=window.__xss=1 x='",
    '" autofocus onfocus=window.__xss=1 x="',
    "<iframe srcdoc='<script>parent.__xss=1</script>'></iframe>",
    "javascript:window.__xss=1//",
    "<a href=javascript:window.__xss=1>href</a>",
    "<!--<script>window.__xss=1//-->",
    "]]><script>window.__xss=1</script>",
    "</title><script>window.__xss=1</script>",
    "</style><script>window.__xss=1</script>",
    "</textarea><script>window.__xss=1</script>",
    "<math><mi xlink:href='javascript:window.__xss=1'>x</mi></math>",
    "<object data='data:text/html,<script>parent.__xss=1</script>'></object>",
    "<details open ontoggle=window.__xss=1>",
    "{{constructor.constructor('window.__xss=1')()}}",
    "${window.__xss=1}`;window.__xss=1//",
    "\\u003cscript\\u003ewindow.__xss=1\\u003c/script\\u003e",
    "\u2028window.__xss=1\u2029",
    "&lt;script&gt;window.__xss=1&lt;/script&gt;",
    "<base href='https://x.example/'><link rel=stylesheet href=//x.example/a.css>",
    "<meta http-equiv=refresh content='0;url=https://x.example/'>",
)


def all_payloads(first: int) -> str:
    """Return every payload in one text, the one at `first` at its head, where a short label still has it."""
    at = first % len(PAYLOADS)
    return " ".join((*PAYLOADS[at:], *PAYLOADS[:at]))


def poison(data: dict[str, Any], what: str | int) -> dict[str, Any]:
    """Return `data` with a payload before every text that a stranger could have written.

    `what` is the payload; or a number, for all of them, where from text to text another one
    stands first and the number moves which.
    """
    texts = itertools.repeat(what) if isinstance(what, str) else map(all_payloads, itertools.count(what))

    def walk(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: walk(item, str(name)) for name, item in value.items()}
        if isinstance(value, list):
            return [walk(item, key) for item in value]
        if isinstance(value, str) and key not in _KEPT:
            return next(texts) + value
        return value

    return walk(copy.deepcopy(data))
