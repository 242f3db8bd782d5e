"""Tests of the practice internet: what its servers do, and whether independent tools see in its zones and certificates what was meant."""
