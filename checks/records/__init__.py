"""Parsers: text as it stands in DNS or in a header field, to a frozen dataclass, or to the reason why it is
malformed. No I/O, no judgement.
"""
