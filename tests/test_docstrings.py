"""What is imported without its docstrings works as it does with them."""

import subprocess
import sys
from typing import Any

import pytest

from tui.docstrings import LONG, without

TEXT = "It says what it does. " * (LONG // 20)

SOURCE = f"""
class Venue:
    '{TEXT}'

    def side(self):
        '{TEXT}'
        return 'long'

    def same(self):
        '{TEXT}'
        return '{TEXT}'

    def short(self):
        'Short.'

words = [one() for one in [lambda: '{TEXT}']] + list('{TEXT}' for _ in range(1))
"""


def test_only_long_docstrings_of_functions_are_left_out() -> None:
    names: dict[str, Any] = {}
    exec(without(compile(SOURCE, "venue.py", "exec")), names)
    venue = names["Venue"]
    assert venue.side.__doc__ is None
    assert venue.short.__doc__ == "Short."
    assert venue().side() == "long"
    assert venue.__doc__ == venue().same() == TEXT
    assert names["words"] == [TEXT, TEXT]


UNDOCUMENTED = """
from tui import docstrings
docstrings.leave_out()
import polars as pl
from textual.app import App
assert pl.Expr.filter.__doc__ is None and App.run.__doc__ is None
# Methods of a series that have no body are those of an expression; polars tells by their code.
series = pl.Series("ts", [3, None, 1, 3])
print(series.sort().to_list(), series.is_in([3]).to_list(), series.fill_null(2).to_list())
print(series.cast(pl.Datetime("ms")).dt.epoch("ms").to_list())
print(pl.Series(["BTC", "ETH"]).str.starts_with("B").to_list())
"""


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="nothing is left out there")
def test_polars_works_without_its_docstrings() -> None:
    line = [sys.executable, "-c", UNDOCUMENTED]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "[None, 1, 3, 3] [True, None, False, True] [3, 2, 1, 3]",
        "[3, None, 1, 3]",
        "[True, False]",
    ]
