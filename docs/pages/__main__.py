"""Writes the reference pages: ``uv run python -m docs.pages``."""

from docs.pages import PAGES, ROOT

for name, page in PAGES.items():
    (ROOT / name).write_text(page(ROOT), encoding="utf-8")
