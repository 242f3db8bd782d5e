"""Tools for whoever keeps TLSA records: make one, explain one, compare with what is published, plan a roll-over, look at
one service. Everything here is pure but ``service.check``, which measures. ``checks.tlsa_tools`` is the public face.
"""
