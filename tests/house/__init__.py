"""Tests of the house itself: layers, tables, documentation, packaging."""
