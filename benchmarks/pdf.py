"""PDF text a second of processor time: ours beside pypdfium2 alone, on the same files in one run.

The peer opens the file and takes the text of every page, as one string without places. Ours is
measured twice: `lines` gives the lines of every page in reading order, each with its place, size
and weight; `document` is all of `metanarrative.read.read_file`: telling the format, hashing, headings,
paragraphs, tables, page furniture left out, language, nation.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import made

from metanarrative.read import read_file
from metanarrative.read.pdf_lines import in_columns, page_lines

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "policy" / "cabinet_office_wikipedia.pdf"
LETTERS_A_LINE = 84
LINES_A_PAGE = 46
LITTLE = "the of to and in a is that for be with must by from which are this have not at their or will".split()


def made_pdf(pages: int, *, seed: int = 5) -> bytes:
    """Return a guidance document of `pages` pages: running head and foot, headings, numbered paragraphs."""
    rng = random.Random(seed)
    drawn = [_page(rng, number) for number in range(1, pages + 1)]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, b" ".join(b"%d 0 R" % (5 + 2 * n) for n in range(pages))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>",
    ]
    for n, content in enumerate(drawn):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>" % (6 + 2 * n)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _page(rng: random.Random, number: int) -> bytes:
    drawn: list[tuple[str, float, float, float, str]] = [
        ("F1", 8, 60, 815, "Care planning guidance for England"),
        ("F1", 8, 290, 25, f"{number}"),
        ("F2", 15, 60, 780, f"{number} {' '.join(rng.choices(made.WORDS, k=3)).capitalize()}"),
    ]
    height = 750.0
    for paragraph in range(1, 7):
        words = [rng.choice(LITTLE if rng.random() < 0.45 else made.WORDS) for _ in range(80)]
        text = f"{number}.{paragraph} {' '.join(words).capitalize()}."
        while text and height > 45:
            cut = len(text) if len(text) <= LETTERS_A_LINE else text.rfind(" ", 0, LETTERS_A_LINE)
            drawn.append(("F1", 11, 60, height, text[:cut]))
            text, height = text[cut:].strip(), height - 15
        height -= 10
    return "\n".join(f"BT /{f} {size} Tf {x} {y} Td ({words}) Tj ET" for f, size, x, y, words in drawn).encode("ascii")


def peer(path: Path) -> int:
    """Return how many letters pypdfium2 gives."""
    import pypdfium2

    with pypdfium2.PdfDocument(str(path)) as pdf:
        return sum(len(pdf[n].get_textpage().get_text_bounded()) for n in range(len(pdf)))


def lines(path: Path) -> int:
    """Return how many letters our lines hold."""
    import pypdfium2

    with pypdfium2.PdfDocument(str(path)) as pdf:
        pages = [in_columns(page_lines(pdf[n], n + 1)) for n in range(len(pdf))]
    return sum(len(line.text) for page in pages for line in page)


def document(path: Path) -> int:
    """Return how many letters the passages of our document hold."""
    records, _, _ = read_file(path, kind="policy")
    return sum(len(block.text) for record in records for block in record.blocks)


def best(calls: list[Callable[[], int]], rounds: int) -> list[tuple[float, int]]:
    """Return the least processor time of each call and what it counted; rounds take turns."""
    found = [(float("inf"), 0)] * len(calls)
    for _ in range(rounds):
        for i, call in enumerate(calls):
            started = time.process_time()
            counted = call()
            found[i] = min(found[i], (time.process_time() - started, counted))
    return found


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=9)
    chosen = parser.parse_args()
    print(f"{'file':28} {'what':10} {'ms':>8} {'letters':>9} {'ratio':>6}  promised")
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / f"made-{chosen.pages}-pages.pdf"
        own.write_bytes(made_pdf(chosen.pages))
        for path in (own, SHARED):
            if not path.exists():
                continue
            calls = [lambda path=path, f=f: f(path) for f in (peer, lines, document)]
            (base, letters), *ours = best(calls, chosen.rounds)  # type: ignore[arg-type]
            print(f"{path.name:28} {'pypdfium2':10} {base * 1000:8.1f} {letters:9,}")
            for name, (seconds, counted) in zip(("lines", "document"), ours, strict=True):
                told = "met" if base / seconds >= 0.8 else "MISSED"
                print(f"{path.name:28} {name:10} {seconds * 1000:8.1f} {counted:9,} {base / seconds:6.2f}  x0.8 {told}")


if __name__ == "__main__":
    main()
