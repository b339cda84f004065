"""Files for other tools: CSV of every table, the framework matrix, GraphML, VOSviewer JSON.

Every file is written beside its final place and renamed, so a crash leaves no half file.
"""

from metanarrative.export.files import csv_text, printable, write_file
from metanarrative.export.graphs import GRAPHS, LAYERS, export_graphml, export_vosviewer, graph, vosviewer
from metanarrative.export.matrix import export_matrix, import_matrix
from metanarrative.export.tables import CSV_TABLES, STORED, export_csv, problems, table_rows

__all__ = [
    "CSV_TABLES",
    "GRAPHS",
    "LAYERS",
    "STORED",
    "csv_text",
    "export_csv",
    "export_graphml",
    "export_matrix",
    "export_vosviewer",
    "graph",
    "import_matrix",
    "printable",
    "problems",
    "table_rows",
    "vosviewer",
    "write_file",
]
