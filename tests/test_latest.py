"""What the recorder makes of its own store each second: what fails costs its part, and is said."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.exceptions import PanicException

from tests.frames import frame
from tests.test_recorder import forever, poller, recording, rows, until
from tui import status
from tui.alerts.watch import Watch
from tui.clock import utc_now
from tui.errors import StoreError
from tui.latest import Latest
from tui.snapshot import Live
from tui.store import Reader, Writer, store_path
from tui.tables import HEALTH, NORMALS, QUOTES, SATURATION, Table


async def test_once_a_second_the_latest_snapshot_is_there_for_a_status_bar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent() -> AsyncIterator[pl.DataFrame]:
        await forever()
        yield QUOTES.empty()

    def latest() -> datetime | None:
        reader = Reader(store_path(tmp_path))
        found = reader.latest()
        reader.close()
        return found[0] if found else None

    async with recording(tmp_path, monkeypatch, lambda c: [poller("okx", silent)]):
        await until(lambda: latest() is not None)
        first = latest()
        await until(lambda: latest() != first)


def latest(folder: Path) -> dict[str, Any]:
    """The document of `latest` as a status bar has it; {} before the first and when it is old."""
    return dict(status.latest.read(store_path(folder), utc_now().timestamp()).document)


def metrics_said(folder: Path) -> list[tuple[str, str | None]]:
    said = rows(folder, HEALTH).filter(pl.col("collector") == "metrics")
    return list(zip(said["state"], said["reason"], strict=True))


async def silent() -> AsyncIterator[pl.DataFrame]:
    await forever()
    yield QUOTES.empty()


@pytest.mark.parametrize("error", [KeyError("no such line"), PanicException("no such line")])
async def test_an_error_in_one_panel_costs_that_panel_alone_and_is_said_until_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def broken(snapshot: object) -> None:
        raise error

    minute = datetime(2026, 1, 20, 14, 3, tzinfo=UTC)
    full = {"minute": minute, "venue": "binance", "saturation": 0.0, "pushed": 0, "hidden": 0.0}
    made = [(SATURATION, frame(SATURATION, [full]))]
    monkeypatch.setattr(Latest, "full", lambda self, taken: made)
    async with recording(tmp_path, monkeypatch, lambda c: [poller("okx", silent)]):
        with monkeypatch.context() as patch:
            patch.setattr("tui.document.safe_haven", broken)
            await until(lambda: bool(metrics_said(tmp_path)) and bool(latest(tmp_path)))
            first = latest(tmp_path)
            await until(lambda: latest(tmp_path)["as_of"] > first["as_of"])
        assert first["panels"]["safe_haven"] == {
            "stale": True,
            "reason": f"can't be computed: {error!r}",
        }
        assert "windows" in first["panels"]["liquidations"]
        assert "health" in first
        assert rows(tmp_path, SATURATION).height == 1
        await until(lambda: len(metrics_said(tmp_path)) == 2)
        await until(lambda: "gold" in latest(tmp_path)["panels"]["safe_haven"])
    assert metrics_said(tmp_path) == [
        ("retrying", f"safe_haven: {error!r}"),
        ("off", None),
    ]


@pytest.mark.parametrize(
    ("of", "name", "reason"),
    [
        (Live, "at", "snapshot: KeyError('x')"),
        (Latest, "full", "saturation: KeyError('x')"),
        (Watch, "look", "alerts: KeyError('x')"),
    ],
)
async def test_whatever_fails_the_recorder_is_seen_to_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: type, name: str, reason: str
) -> None:
    def broken(*args: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(of, name, broken)
    async with recording(tmp_path, monkeypatch, lambda c: [poller("okx", silent)]):
        await until(lambda: "as_of" in latest(tmp_path))
        first = latest(tmp_path)["as_of"]
        await until(lambda: latest(tmp_path)["as_of"] > first)
        await until(lambda: metrics_said(tmp_path) == [("retrying", reason)])


async def test_a_store_that_cant_be_read_is_said_and_read_again_the_next_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks sees that the recorder records, and no number that it does not know."""

    def broken(live: Live) -> bool:
        raise StoreError("/store: disk I/O error")

    async with recording(tmp_path, monkeypatch, lambda c: [poller("okx", silent)]):
        await until(lambda: "liquidations" in latest(tmp_path).get("panels", {}))
        with monkeypatch.context() as patch:
            patch.setattr(Live, "poll", broken)
            await until(lambda: latest(tmp_path)["panels"] == {})
            first = latest(tmp_path)["as_of"]
            await until(lambda: latest(tmp_path)["as_of"] > first)
        await until(lambda: "liquidations" in latest(tmp_path)["panels"])
        await until(lambda: len(metrics_said(tmp_path)) == 2)
    assert metrics_said(tmp_path) == [
        ("retrying", "snapshot: /store: disk I/O error"),
        ("off", None),
    ]


async def test_a_latest_that_cant_be_written_is_said_and_written_the_next_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise StoreError("/store: database or disk is full")

    async with recording(tmp_path, monkeypatch, lambda c: [poller("okx", silent)]) as it:
        with monkeypatch.context() as patch:
            patch.setattr(it.writer, "write_latest", broken)
            await until(lambda: bool(metrics_said(tmp_path)))
            assert latest(tmp_path) == {}
        await until(lambda: "as_of" in latest(tmp_path))
        await until(lambda: len(metrics_said(tmp_path)) == 2)
    assert metrics_said(tmp_path) == [
        ("retrying", "latest: /store: database or disk is full"),
        ("off", None),
    ]


async def test_what_the_detector_knows_is_kept_after_its_rows_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def idle(self: Latest) -> None:
        await forever()

    monkeypatch.setattr(Latest, "run", idle)
    async with recording(tmp_path, monkeypatch, lambda context: []) as it:
        failures, again, append_all = [True], list[dict[str, Any]](), Writer.append_all

        def full_once(writer: Writer, batch: Sequence[tuple[Table, pl.DataFrame]]) -> int:
            if failures and any(table is NORMALS for table, _ in batch):
                failures.pop()
                raise StoreError("liqtop.sqlite: disk is full")
            return append_all(writer, batch)

        monkeypatch.setattr(Writer, "append_all", full_once)
        monkeypatch.setattr(it.latest._detection, "to_keep", lambda: {"at": 1})
        monkeypatch.setattr(it.latest._detection, "again", again.append)
        row = {"hour": utc_now(), "venue": "okx", "base": "BTC", "usd": 1.0}
        it.outbox.put(NORMALS, frame(NORMALS, [row]))
        await it.latest._keep_detector()
        reader = Reader(store_path(tmp_path))
        assert again == [{"at": 1}] or reader.read(NORMALS).height == 1
        assert reader.meta("cascades") is None or reader.read(NORMALS).height == 1
