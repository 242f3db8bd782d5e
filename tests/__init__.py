"""Tests. They mirror ``checks/``, ``portal/`` and ``lab/``; nothing here needs the internet."""
