"""The status line, from the one row of `latest` and from nothing else."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tui import status
from tui.store import Writer, store_path

WHEN = datetime(2026, 1, 20, 14, 3, tzinfo=UTC)


def document(**changes: Any) -> dict[str, Any]:
    window = {"long_usd": 12.4e6, "total_usd": 15.5e6, "lower_bound": True, "have_s": 3600.0}
    return {
        "as_of": "2026-01-20T14:03:00.000Z",
        "header": {
            "symbol": "BTC/USDT",
            "price": 89_880.0,
            "ts": changes.pop("ts", "2026-01-20T14:02:59.500Z"),
            "change_24h": 0.0048,
        },
        "panels": {"liquidations": {"windows": {"1h": window | changes.pop("window", {})}}},
        "health": changes.pop("health", []),
    } | changes


def line(tmp_path: Path, doc: dict[str, Any], age_s: float = 0.0) -> str:
    writer = Writer(store_path(tmp_path), None)
    writer.write_latest(WHEN, doc)
    writer.close()
    return status.line(store_path(tmp_path), WHEN.timestamp() + age_s)


def test_an_ordinary_hour(tmp_path: Path) -> None:
    assert line(tmp_path, document()) == "BTC 89,880 +0.5%  liq 1h≥15.5M 80%L     "


def test_a_young_store_says_what_it_has(tmp_path: Path) -> None:
    young = {"have_s": 720.0, "total_usd": 0.9e6, "long_usd": 0.639e6}
    assert "liq 12m≥0.9M 71%L" in line(tmp_path, document(window=young))


@pytest.mark.parametrize(
    ("state", "reason"),
    [("retrying", "1006"), ("waiting", "429"), ("refused", "no"), ("live", "silent")],
)
def test_a_feed_that_is_out_is_never_a_total(tmp_path: Path, state: str, reason: str) -> None:
    lost = {
        "collector": "liquidations",
        "venue": "binance",
        "state": state,
        "age_s": 240.0,
        "reason": reason,
    }
    assert line(tmp_path, document(health=[lost])).startswith(
        "! BTC 89,880 +0.5%  1h n/a binance 4m"
    )


def test_an_old_row_is_no_recorder_whatever_it_says(tmp_path: Path) -> None:
    assert line(tmp_path, document(), 240.0).strip() == "! liqtop 4m old: no recorder"


def test_a_price_that_was_old_when_written_is_marked(tmp_path: Path) -> None:
    assert line(tmp_path, document(ts="2026-01-20T13:00:00.000Z")).startswith("! BTC 89,880")


def test_a_terminal_without_the_signs_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert not status.can_print("1h≥15.5M")
    assert "1h≥15.5M −0.5%".translate(status.ASCII) == "1h>15.5M -0.5%"


def test_an_hour_without_a_liquidation_has_no_side(tmp_path: Path) -> None:
    none = {"long_usd": 0.0, "total_usd": 0.0, "lower_bound": False}
    assert "liq 1h0.0M " in line(tmp_path, document(window=none))
