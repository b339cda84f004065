"""One module or package a view, each with ``collect(project, settings)`` and the pure ``build(data)``."""
