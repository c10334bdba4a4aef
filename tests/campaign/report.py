"""The table of a campaign: a row for every case, its runs, its rows, and what was lost."""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

COUNTS = ("sent", "stored", "lost_in_gaps", "gaps", "kills")
HEAD = "| family | case | runs | rows sent | stored | lost in a named gap | gaps | kills | s |"
FILE = "LIQTOP_CAMPAIGN_TABLE"
"""The environment names a file that the table is written to, too."""


def table(reports: Iterable[Any]) -> str:
    """Markdown of pytest's reports, cases of one name together; kept in FILE on request."""
    cases: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for report in reports:
        path, name = report.nodeid.split("::")[0], report.nodeid.split("::")[-1]
        family = Path(path).stem.removeprefix("test_")
        case = cases[family, name.split("[")[0].removeprefix("test_").replace("_", " ")]
        case["runs"] += 1
        case["failed"] += report.failed
        case["seconds"] += report.duration
        for key, counts in report.user_properties:
            if key == "campaign":
                for count, value in counts.items():
                    case[count] += value
    text = "\n".join([HEAD, "|---" * 9 + "|", *_rows(cases), ""])
    if path := os.environ.get(FILE):
        Path(path).write_text(text)
    return text


def _rows(cases: dict[tuple[str, str], dict[str, float]]) -> Iterable[str]:
    for (family, name), case in sorted(cases.items()):
        failed = f" (**{case['failed']:.0f} failed**)" if case["failed"] else ""
        counts = [f"{case[key]:,.0f}" if case[key] else "" for key in COUNTS]
        cells = [family, name, f"{case['runs']:.0f}{failed}", *counts, f"{case['seconds']:.1f}"]
        yield f"| {' | '.join(cells)} |"
