"""Tests of the parsers of records."""
