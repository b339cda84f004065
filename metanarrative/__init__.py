"""Map research traditions, tell their storylines, compare English and Welsh policy.

>>> import metanarrative as mn
>>> mn.__version__
'0.1.0'
"""

__version__ = "0.1.0"
