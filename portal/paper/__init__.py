"""A report as a tagged PDF (PDF/UA-1): ``content`` says what stands in it, ``press`` makes the file. typst is an extra: without it there is no PDF, and no link to one."""
