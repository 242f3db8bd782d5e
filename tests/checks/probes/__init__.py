"""Tests of the probes, over scripted and real loopback servers."""
