"""Tests of protocol logic, without I/O."""
