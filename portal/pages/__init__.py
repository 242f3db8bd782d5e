"""The home page, the pages for bad days, and the health of the portal."""
