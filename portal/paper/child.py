"""The process that makes one PDF: ``child.py TEMPLATE FONTS``, content as JSON on standard input, the file on standard output.

Run as a file and isolated, so it imports nothing of ours and needs no Django. Its bounds are set before typst is loaded.
"""

import resource
import sys

SECONDS = 15  # of processor time
MEMORY = 1 << 30  # bytes of address space; the usual file takes a tenth


def main(template: str, fonts: str) -> None:
    """Make the file; an exception ends in its last line on standard error, and a status that is not 0."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    import typst

    only_ours = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
    made = typst.compile(
        template,
        font_paths=only_ours,
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"content": sys.stdin.buffer.read().decode()},
    )
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main(*sys.argv[1:])
