"""``python -m truth``: prints all comparisons and totals, and writes the page "Comparison with experiments" and its picture.

Exits with 1 where a bound is missed.
"""

import sys
from pathlib import Path

from truth.comparisons import groups, totals
from truth.page import PAGE, PICTURE, page, picture

ROOT = Path(__file__).resolve().parent.parent
found = groups()
for group in found:
    kind = "fitted" if group.fitted else "predicted"
    print(f"{group.title}: {group.within} of {len(group.pairs)} within 3x, rms {group.rms:.2f} decades ({kind})")
    for pair in group.pairs:
        print(f"  {pair.what:40} {pair.predicted:10.3g} {group.unit}, measured {pair.measured:10.3g}: {pair.ratio:.2g}")
(ROOT / PAGE).write_text(page(found), encoding="utf-8")
(ROOT / PICTURE).write_text(picture(found), encoding="utf-8")
print(totals(found))
sys.exit(not all(group.kept for group in found))
