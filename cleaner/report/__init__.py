"""One page that shows what was cleaned: a self-contained HTML file, made from what `cleaner clean -f jsonl` wrote.

`document.js` and `document.css` draw one article into any element of any page; `report.js` and `report.css` are the
page around it.
"""

from __future__ import annotations

from cleaner.report.page import ReportPage, render_report
from cleaner.report.rows import read_rows

__all__ = ["ReportPage", "read_rows", "render_report"]
