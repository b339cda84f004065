"""The only SQL: typed reads in a fixed order, one-transaction writes, array files.

SQLite through SQLAlchemy Core. The database is derived: another schema means rebuild, and a
damaged file is set aside, because nothing in it is a person's.
"""

from metanarrative.store.database import Store
from metanarrative.store.files import write_whole
from metanarrative.store.layout import SHARED_TABLES, schema, schema_version, tables_by_stage
from metanarrative.store.vectors import VectorCache
from metanarrative.store.writing import Transaction

__all__ = [
    "SHARED_TABLES",
    "Store",
    "Transaction",
    "VectorCache",
    "schema",
    "schema_version",
    "tables_by_stage",
    "write_whole",
]
