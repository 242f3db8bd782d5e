"""Judging: facts to findings. Pure functions; no sockets, no clock, no asyncio, no policy of what an outcome is worth
(that is the catalogue's).
"""
