"""The pages, by name."""

VIEWS = (
    "tradition", "storyline", "concepts", "themes", "compare", "force", "aligned", "evidence", "flow", "index",
)  # fmt: skip
"""The pages, in the order of their navigation."""
