"""Files made to hurt a reader: about a megabyte each, every format in the shape that costs it most."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator

MEGABYTE = 1_000_000

_ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
DOCTYPE = f'<!DOCTYPE {{root}} [<!ENTITY l0 "laughing out loud ">{_ENTITIES}<!ENTITY own SYSTEM "file:///etc/passwd">]>'

XML = {
    "clml": ("Legislation", '<Legislation xmlns="http://www.legislation.gov.uk/namespaces/legislation"><Primary><Body>'
             "<P1><Pnumber>1</Pnumber><P1para><Text>The plan must be kept. {hole}</Text></P1para></P1>"
             "</Body></Primary></Legislation>"),
    "jats": ("article", "<article><front><article-meta><title-group><article-title>Care {hole}</article-title>"
             "</title-group></article-meta></front><body><sec><title>One</title><p>The plan. {hole}</p></sec></body>"
             "</article>"),
    "endnote": ("xml", "<xml><records><record><ref-type name='Journal Article'>17</ref-type><titles><title>Care {hole}"
                "</title></titles></record></records></xml>"),
    "tei": ("TEI", '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>Care {hole}</title>'
            "</titleStmt></fileDesc></teiHeader><text><body><div><p>The plan. {hole}</p></div></body></text></TEI>"),
    "rdf": ("rdf:RDF", '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/'
            'namespaces/export#" xmlns:bib="http://purl.org/net/biblio#" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            '<bib:Article rdf:about="#a"><z:itemType>journalArticle</z:itemType><dc:title>Care {hole}</dc:title>'
            "</bib:Article></rdf:RDF>"),
    "html": ("html", "<html><body><h1>Care</h1><p>The plan must be kept by the team. {hole}</p></body></html>"),
}  # fmt: skip


_RECORD = "<record><ref-type name='Book'>6</ref-type><titles><title>A</title></titles></record>"
MANY = {
    "endnote.xml": ("<xml><records>", _RECORD, "</records></xml>"),
    "rdf.xml": (XML["rdf"][1].partition("<bib:Article")[0], '<bib:Article rdf:about="#a"><dc:title>A</dc:title>'
                "</bib:Article>", "</rdf:RDF>"),
    "refs.jats.xml": (XML["jats"][1].replace(" {hole}", "").replace("</article>", "<back><ref-list>"),
                      '<ref id="r"><mixed-citation>Ash B (2001) A. J 1: 2.</mixed-citation></ref>',
                      "</ref-list></back></article>"),
    "xrefs.jats.xml": (XML["jats"][1].partition("{hole}</p>")[0].replace("{hole}", ""),
                       '<xref ref-type="bibr" rid="r">1</xref>', "</p></sec></body></article>"),
    "ends of xrefs.jats.xml": (XML["jats"][1].partition("{hole}</p>")[0].replace("{hole}", ""),
                               '<xref ref-type="bibr" rid="r1">1</xref>-', "</p></sec></body></article>"),
    "secs.jats.xml": (XML["jats"][1].partition("<sec>")[0].replace("{hole}", ""), "<sec><title>A</title><p>b</p></sec>",
                      "</body></article>"),
    "provisions.clml.xml": (XML["clml"][1].partition("<P1>")[0], "<P1><Pnumber>1</Pnumber><P1para><Text>Must.</Text>"
                            "</P1para></P1>", "</Body></Primary></Legislation>"),
    "bibls.tei.xml": (XML["tei"][1].partition("</body>")[0].replace("{hole}", "") + "</body><back><listBibl>",
                      "<biblStruct><analytic><title>A</title></analytic></biblStruct>",
                      "</listBibl></back></text></TEI>"),
    "links.html": ("<html><body><h1>Care</h1><p>The plan must be kept by the team.", '<a href="#">a</a> ',
                   "</p></body></html>"),
    "headings.html": ("<html><body><h1>Care</h1>", "<h2>a</h2><p>The plan must be kept.</p>", "</body></html>"),
    "items.html": ("<html><body><h1>Care</h1><p>The plan must be kept.</p>", "<ul><li>a", "</body></html>"),
}  # fmt: skip
HOLES = {
    "crossref": '{"status": "ok", "message-type": "work", "message": {"DOI": "10.1234/a", "title": ["A"], "reference": '
                '[{"key": "r", "unstructured": "Ash B (2001) HOLE"}]}}',
    "openalex": '{"results": [{"id": "https://openalex.org/W123456", "authorships": [], "referenced_works": [], '
                '"publication_year": 2001, "title": "A HOLE"}]}',
    "europepmc": '{"resultList": {"result": [{"id": "1", "title": "A", "pubYear": "2001", "journalInfo": {}, '
                 '"authorString": "Ash B", "abstractText": "HOLE"}]}}',
    "authors of europepmc": '{"resultList": {"result": [{"id": "1", "title": "A", "pubYear": "2001", "journalInfo": {},'
                            ' "abstractText": "b", "authorString": "HOLE"}]}}',
    "csl": '[{"id": "1", "type": "book", "title": "A", "issued": {"date-parts": [[2001]]}, "author": [{"family": "Ash"}'
           '], "abstract": "HOLE"}]',
    "govuk": '{"base_path": "/a", "content_id": "a", "title": "A", "document_type": "guidance", "locale": "en", '
             '"schema_name": "publication", "details": {"body": "<p>The plan must be kept. HOLE</p>"}}',
    "records": '[{"title": "A", "year": 2001, "doi": "10.1234/a", "authors": "HOLE", "references": "HOLE"}]',
}  # fmt: skip


def word_document(body: str) -> bytes:
    """Return a Word document with this body, as XML."""
    ns = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    pack = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats"
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return archive(
        {
            "[Content_Types].xml": (
                f'{head}<Types xmlns="{pack}/content-types"><Default Extension="rels" '
                f'ContentType="{kind}-package.relationships+xml"/><Override PartName="/word/document.xml" '
                f'ContentType="{kind}-officedocument.wordprocessingml.document.main+xml"/></Types>'
            ).encode(),
            "_rels/.rels": (
                f'{head}<Relationships xmlns="{pack}/relationships"><Relationship Id="r1" '
                f'Type="{rel}/officeDocument" Target="word/document.xml"/></Relationships>'
            ).encode(),
            "word/document.xml": f'{head}<w:document xmlns:w="{ns}"><w:body>{body}</w:body></w:document>'.encode(),
        }
    )


def entity_bombs() -> Iterator[tuple[str, bytes]]:
    """Yield files whose entities would unfold to terabytes, or to a file of this machine."""
    for name, (root, body) in XML.items():
        for hole in ("&l11;", "&own;"):
            filled = body.replace("{hole}", hole)
            yield (
                f"{name}{'-own' if hole == '&own;' else ''}.xml",
                (f'<?xml version="1.0"?>\n{DOCTYPE.format(root=root)}\n{filled}').encode(),
            )


def archive(parts: dict[str, bytes]) -> bytes:
    """Return a zip archive of these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return stream.getvalue()


def zip_bombs() -> Iterator[tuple[str, bytes]]:
    """Yield archives of some kilobytes that unpack to hundreds of megabytes."""
    zeros = b" " * (120 * 1024**2)
    yield "bomb.docx", archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": zeros})
    yield "bomb.xlsx", archive({"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": zeros})


def workbook(rows: str, *, doctype: str = "") -> bytes:
    """Return a workbook of one sheet with these rows, as XML."""
    ns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    pack = "http://schemas.openxmlformats.org/package/2006"
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return archive(
        {
            "[Content_Types].xml": (
                f'{head}<Types xmlns="{pack}/content-types">'
                '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
                f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/></Types>'
            ).encode(),
            "_rels/.rels": (
                f'{head}<Relationships xmlns="{pack}/relationships"><Relationship Id="r1" '
                f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
            ).encode(),
            "xl/workbook.xml": (
                f'{head}<workbook xmlns="{ns}" xmlns:r="{rel}"><sheets><sheet name="S" sheetId="1" r:id="r1"/>'
                "</sheets></workbook>"
            ).encode(),
            "xl/_rels/workbook.xml.rels": (
                f'{head}<Relationships xmlns="{pack}/relationships"><Relationship Id="r1" '
                f'Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
            ).encode(),
            "xl/worksheets/sheet1.xml": (
                f'{head}{doctype}<worksheet xmlns="{ns}"><dimension ref="A1:XFD1048576"/>'
                f"<sheetData>{rows}</sheetData></worksheet>"
            ).encode(),
        }
    )


def _cell(place: str, words: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{words}</t></is></c>'


def vast_workbook() -> bytes:
    """Return a workbook whose second record stands in the last cell a sheet can have."""
    return workbook(
        f'<row r="1">{_cell("A1", "title")}{_cell("B1", "year")}</row>'
        f'<row r="2">{_cell("A2", "Care planning")}{_cell("B2", "2012")}</row>'
        f'<row r="1048576">{_cell("A1048576", "The last row")}{_cell("XFD1048576", "far out")}</row>'
    )


def filled(unit: str, *, before: str = "", after: str = "", size: int = MEGABYTE) -> bytes:
    """Return `unit` repeated to about `size` bytes, between two other texts."""
    return (before + unit * max(1, size // max(1, len(unit.encode()))) + after).encode()


def costly(size: int = MEGABYTE) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, content) pairs that would hang a careless reader."""

    def made(unit: str, before: str = "", after: str = "") -> bytes:
        return filled(unit, before=before, after=after, size=size)

    ris = "TY  - JOUR\nTI  - Care\n"
    yield "starts.ris", made("TY  - JOUR\n")
    yield "one line.ris", made("a ", ris + "AB  - ", "\nER  - \n")
    yield "authors.ris", made("AU  - A, B.\n", ris, "ER  - \n")
    yield "names.ris", made("A, B; ", ris + "AU  - ", "\nER  - \n")
    yield "notes.ris", made("A B., X (2001) J, 1, pp. 1-2; ", ris + "N1  - References: ", "\nER  - \n")
    yield "digits.ris", made("1", ris + "DO  - 10.1234/", "\nER  - \n")
    yield "years.ris", made("19 ", ris + "PY  - ", "\nER  - \n")
    article = "@article{a,\n title = {Care},\n author = "
    yield "open braces.bib", made("{", article)
    yield "closed braces.bib", made("}", article)
    yield "quotes.bib", made('"', article)
    yield "accents.bib", made("\\'{e}", article + "{", "},\n year = 2001}\n")
    yield "backslashes.bib", made("\\", article + "{", "},\n year = 2001}\n")
    yield "and.bib", made("A and ", article + "{", "},\n year = 2001}\n")
    yield "entries.bib", made("@article{a,title={x}}\n")
    yield "at signs.bib", made("@", article)
    yield "strings.bib", made('@string{a = "x" # a}\n', "", article + "a}")
    yield "hash.bib", made(' # "a"', article + '"x"', "}\n")
    medline = "PMID- 1\nOWN - NLM\nTI  - Care\n"
    yield "starts.nbib", made("PMID- 1\n\n")
    yield "indented.nbib", made("      a\n", medline + "AB  - ")
    wos = "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Ash, B\nTI Care\nCR "
    yield "cited.txt", made("ASH B, 2001, J MADE, V1, P2, DOI [10.1/a, 10.1/b]\n   ", wos, "\nUT WOS:1\nER\n\nEF")
    yield "indented.ciw", made("   \n", wos)
    yield "commas in cited.ciw", made("A, ", wos, "\nUT WOS:1\nER\n\nEF")
    yield "starts.enw", made("%0 Journal Article\n%T Care\n\n")
    yield "authors.enw", made("%A Ash, B.\n", "%0 Journal Article\n%T Care\n")
    yield "quotes.csv", made('"', "title,year\n")
    yield "commas.csv", made(",", "title,year\nCare")
    yield "empty rows.csv", made(",\n", "title,year\n")
    yield "open quote.csv", made("a,b\n", 'title,year\n"Care')
    yield "header.csv", made("title,", "", "\nCare\n")
    scopus = '"Authors","Title","Year","Source title","EID","References"\n"Ash B.","Care","2001","J","2-s2.0-1","'
    yield "semicolons.csv", made("; ", scopus, '"\n')
    yield "initials.csv", made("A B., ", scopus, '"\n')
    yield "brackets.csv", made("(2001) ", scopus + "Ash B., ", '"\n')
    yield "sentences.csv", made("Abc. Defghijkl. ", scopus + "Ash B. ", '"\n')
    yield "dashes.csv", made("--", "title,year\n")
    yield "lists.json", made("[")
    yield "objects.json", made('{"title":')
    yield "nested.json", made("[", '{"results": [{"id": "https://openalex.org/W123456", "authorships": ', "")
    yield "cut.json", made('{"id": "W1", "title": "x", "publication_year": 2001},', '{"meta": {}, "results": [')
    yield "lines.jsonl", made('{"title": "x", "authors": "y", "year": 2001, "doi": "10.1/a"}\n')
    yield (
        "commas.json",
        made(",", '[{"title": "x", "type": "article-journal", "id": "1", "issued": {"date-parts": [[1]]}}'),
    )
    yield "braces.json", made("\n{", '[{"title": "x", "authors": "y", "year": 2001, "doi": "10.1/a"},')
    index = json.dumps({"id": "https://openalex.org/W1234567", "publication_year": 2001, "authorships": [],
                        "abstract_inverted_index": {"a": [10**9, -1, *range(50)]}, "referenced_works": []})  # fmt: skip
    yield "places.json", made(index + "\n")
    for name, (_, body) in XML.items():
        head, tail = body.split("{hole}", 1)
        yield f"deep {name}.xml", made("<i>", head, tail.replace("{hole}", ""))
        yield f"wide {name}.xml", made("<i>a</i>", head, tail.replace("{hole}", ""))
        yield f"ampersands {name}.xml", made("&amp;", head, tail.replace("{hole}", ""))
        yield f"brackets {name}.xml", made("<", head, tail.replace("{hole}", ""))
        yield f"comments {name}.xml", made("<!--", head, tail.replace("{hole}", ""))
        yield f"empty {name}.xml", made("<p/>", head, tail.replace("{hole}", ""))
        yield f"instructions {name}.xml", made("<?a b?>", head, tail.replace("{hole}", ""))
        yield f"cdata {name}.xml", made("<![CDATA[ < ]]>", head, tail.replace("{hole}", ""))
        opened, _, rest = body.replace("{hole}", "").partition(">")
        yield f"attributes {name}.xml", made('a="b" ', f"{opened} ", f">{rest}")
        yield f"one attribute {name}.xml", made("a", f'{opened} a="', f'">{rest}')
        yield f"spaces {name}.xml", made(" \n", head, tail.replace("{hole}", ""))
    for name, (before, unit, after) in MANY.items():
        yield f"many {name}", made(unit, before, after)
    for name, hole in HOLES.items():
        before, _, after = hole.partition("HOLE")
        after = after.replace("HOLE", "b")
        for shape in ("<", "(", "a. ", "1 ", "&", "et al. ", "10.1234/", "\\u00e9", "; "):
            yield f"{shape[:1]!r} in {name}.json", made(shape, before, after)
    yield "doctype.xml", made("<!DOCTYPE a [", "", "<article/>")
    yield "divs.html", made("<div>", "<html><body><p>The plan must be kept.</p>")
    yield "tables.html", made("<table><tr><td>", "<html><body><p>The plan must be kept.</p>")
    yield "hashes.md", made("#", "# Care\n\n")
    yield "stars.md", made("*", "# Care\n\n")
    yield "links.md", made("[", "# Care\n\n")
    yield "images.md", made("![a](", "# Care\n\n")
    yield "bars.md", made("|", "# Care\n\n| a | b |\n|---|---|\n")
    yield "items.md", made("- ", "# Care\n\n")
    yield "quotes.md", made(">", "# Care\n\n")
    yield "tildes.rst", made("~", "Care\n====\n\n")
    yield "one word.txt", made("a")
    yield "full stops.txt", made(". ", "The plan must be kept. ")
    yield "numbers.txt", made("1.", "The plan must be kept. ")
    yield "lines.txt", made("\n", "The plan must be kept.")
    yield "spaces.txt", made(" ", "The plan must be kept.", "x")
    yield "brackets.txt", made("(", "The plan must be kept. ")
    yield "welsh.txt", made("â'r ", "Rhaid cadw'r cynllun. ")
    yield "speakers.txt", made("A: b\n", "The plan must be kept.\n")
    yield "dates.txt", made("1 May 20", "The plan must be kept.\n")
    yield "objects.pdf", made("1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\nendobj\n", "%PDF-1.4\n")
    yield "loop.pdf", made("2 0 R ", "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n"
                           "<< /Type /Pages /Count 99999999 /Kids [",
                           "] >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF")  # fmt: skip
    run = "<w:r><w:t>a</w:t></w:r>"
    for name, unit, before, after in (
        ("paragraphs", f"<w:p>{run}</w:p>", "", ""),
        ("runs", run, "<w:p>", "</w:p>"),
        ("tables", "<w:tbl><w:tr><w:tc>", "<w:p><w:r><w:t>The plan must be kept.</w:t></w:r></w:p>", ""),
        ("rows", f"<w:tr><w:tc><w:p>{run}</w:p></w:tc></w:tr>", "<w:tbl>", "</w:tbl>"),
    ):
        yield f"{name}.docx", word_document(before + unit * (size // len(unit)) + after)
    yield "nulls.bin", b"\0" * size
    yield "high.bin", bytes(range(128, 256)) * (size // 128)
    yield "utf16.ris", b"\xff\xfe" + (ris + "AB  - " + "x" * (size // 4) + "\nER  - \n").encode("utf-16-le")
    yield (
        "cells.xlsx",
        workbook(
            f'<row r="1">{_cell("A1", "title")}</row>'
            + "".join(f'<row r="{n}">{_cell(f"A{n}", "x")}</row>' for n in range(2, size // 60))
        ),
    )
