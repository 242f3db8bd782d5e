"""DER elements (X.690 section 8.1), for the little that libraries do not make."""


def element(tag: int, content: bytes) -> bytes:
    """One element with its length."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def integer(number: int) -> bytes:
    """A whole number that is not negative."""
    return element(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def sequence(*elements: bytes) -> bytes:
    """Elements in order."""
    return element(0x30, b"".join(elements))
