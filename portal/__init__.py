"""The portal: pages, scans and their storage around the measuring engine in ``checks``. Measures nothing itself."""
