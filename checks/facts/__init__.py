"""What was seen: frozen dataclasses of JSON-able primitives, raw record text and DER or wire bytes in base64. No
protocol objects, no judgement, no I/O.
"""
