"""Tests of the measuring engine."""
