"""Scans: from a pasted domain to a stored report at its permalink."""
