"""Measured costs of a scan beside their targets: ``make bench``. No tests: nothing here fails."""
