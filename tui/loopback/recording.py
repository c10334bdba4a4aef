"""Recordings: rows in our columns or raw frames from a file, through the same sockets."""

from __future__ import annotations

import asyncio
import csv
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.errors import UsageError
from tui.loopback.coins import lot_of
from tui.loopback.encoders import ENCODERS
from tui.loopback.forced import Forced
from tui.loopback.listing import Instrument
from tui.loopback.scenario import Scenario
from tui.tables import Side

if TYPE_CHECKING:
    from tui.loopback.server import Loopback

FEEDS = {name: next(iter(encoder.shares)) for name, encoder in ENCODERS.items()}
"""The stream that rows of a venue go over."""

APART_MS = 100
"""Raw frames without a time of their own are this far apart."""

PATIENCE_S = 10.0
SETTLES_S = 0.3
"""A client subscribes to Bybit's 800 topics in several frames; the last one comes this late."""


class Raw(NamedTuple):
    """A frame as some venue once sent it, `due` ms after the first."""

    due: float
    venue: str
    stream: str
    text: str


@dataclass
class Playback:
    """A recording at a speed: 1 is as it was, 60 a minute a second, 0 all at once.

    Rows keep their distances in time but happen now; raw frames go out untouched.
    """

    rows: list[Forced] = field(default_factory=list)
    frames: list[Raw] = field(default_factory=list)
    speed: float = 1.0

    async def play(self, exchange: Loopback) -> None:
        """Sends it all once through the sockets of `exchange`, when someone listens."""
        await self._heard(exchange)
        started = time.perf_counter()
        events: list[tuple[float, Forced | Raw]] = [(raw.due, raw) for raw in self.frames]
        events += [(row.ts - self.rows[0].ts, row) for row in self.rows]
        for due, event in sorted(events, key=lambda pair: pair[0]):
            if self.speed:
                wait = due / 1000 / self.speed - (time.perf_counter() - started)
                await asyncio.sleep(max(0.0, wait))
            self._send(exchange, event)

    async def _heard(self, exchange: Loopback) -> None:
        """Until every stream of the recording is subscribed to, at most 10 s after the first."""
        wanted = {(row.market.venue, row.market.stream) for row in self.rows}
        wanted |= {(raw.venue, raw.stream) for raw in self.frames}
        waited = 0.0
        while True:
            found = {s for s in wanted if any(o.session.topics for o in exchange.sockets.of(*s))}
            if found == wanted or waited > PATIENCE_S:
                break
            waited += 0.05 if found else 0.0
            await asyncio.sleep(0.05)
        await asyncio.sleep(SETTLES_S)

    def _send(self, exchange: Loopback, event: Forced | Raw) -> None:
        if isinstance(event, Raw):
            exchange.faults.say(event.venue, event.stream, event.text)
            return
        market, now = event.market, exchange.now()
        row = event._replace(ts=now)
        frames = exchange.encoders[market.venue].forced(market.stream, [row], now)
        exchange.publish(market.venue, market.stream, frames)


def load(path: Path, scenario: Scenario, speed: float = 1.0) -> Playback:
    """A recording from .csv (rows) or .jsonl (raw frames `{"venue", "raw"}`).

    Markets the scenario does not list are added to its lists. Raises UsageError, naming the file,
    also when nothing in it can be played.
    """
    try:
        made = _read(path, scenario, speed)
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise UsageError(f"{path}: not a recording: {type(error).__name__}: {error}") from None
    if not (made.rows or made.frames):
        raise UsageError(f"{path}: not a recording: no row of a venue in it")
    return made


def _read(path: Path, scenario: Scenario, speed: float) -> Playback:
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return Playback(rows=_rows(csv.DictReader(file), scenario), speed=speed)
    return Playback(frames=list(_frames(path.read_text().splitlines())), speed=speed)


def _rows(lines: csv.DictReader[str], scenario: Scenario) -> list[Forced]:
    """From columns ts, venue (or exchange), symbol, side, qty (coins), price."""
    out = []
    for line in lines:
        price, coins = float(line["price"]), float(line["qty"])
        market = _market(scenario, line.get("venue") or line["exchange"], line["symbol"], price)
        ts, side = _moment(line["ts"]), Side(line["side"])
        usd = coins * price
        listed = coins / market.unit if market.path else coins
        size = usd / market.contract if market.inverse else listed / market.contract
        out.append(Forced(ts, market, side, size, price, usd))
    out.sort(key=lambda row: row.ts)
    return out


def _moment(text: str) -> int:
    """ms of ISO-8601 (UTC when it names no zone) or of a number of ms."""
    if text.isdigit():
        return int(text)
    when = datetime.fromisoformat(text)
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)


def _market(scenario: Scenario, venue: str, symbol: str, price: float) -> Instrument:
    """The market of a row by the venue's id or unified symbol; a new one when it is not listed."""
    markets = scenario.lists[venue, FEEDS[venue]]
    plain = ENCODERS[venue].market_id(symbol)
    if plain not in markets:
        quote = next((q for q in ("USDT", "USDC", "BTC", "USD") if q in plain), "USDT")
        base = plain.split(quote)[0].strip("-_") or plain
        markets[plain] = Instrument(
            venue, FEEDS[venue], plain, base, quote, quote, "swap", "", price, lot=lot_of(price)
        )
    return markets[plain]


def _frames(lines: Sequence[str]) -> Iterator[Raw]:
    for i, line in enumerate(line for line in lines if line.strip()):
        row = json.loads(line)
        raw: Any = row["raw"] if "raw" in row else row["msg"]
        text = raw if isinstance(raw, str) else json.dumps(raw, separators=(",", ":"))
        venue, _, stream = str(row.get("venue", "")).partition("_")
        if venue in FEEDS:
            due = float(row.get("due_ms", i * APART_MS))
            yield Raw(due, venue, row.get("stream") or stream or FEEDS[venue], text)
