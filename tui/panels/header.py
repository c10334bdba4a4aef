"""The header: the 5-minute total and side, live prices, feeds and cover; the quotable sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from textual.content import Content

from tui import draw
from tui.metrics.derivatives import Funding, OpenInterest, derivatives
from tui.metrics.prices import Price, price
from tui.metrics.windows import WINDOWS, Liquidations, Total
from tui.panels.base import BOX, RULES, View, code, finish
from tui.panels.liquidations import read
from tui.panels.liquidations.totals import known
from tui.snapshot import Snapshot
from tui.tables import Side, State

OTHERS = ("BTC", "ETH", "SOL")
AGED, STALE = timedelta(seconds=3), timedelta(seconds=10)
"""From when the live price shows its age, and from when it is called stale."""
RECORDER_SILENT = timedelta(seconds=10)
"""The recorder writes once a second: ten without a word are no hiccup."""
BAD = (State.RETRYING, State.WAITING, State.REFUSED)


@dataclass(frozen=True)
class Feed:
    """One collector of one venue, as `health` has it since `ts`."""

    name: str
    state: State
    ts: datetime
    reason: str


@dataclass(frozen=True)
class HeaderRecord:
    """What the header says at a moment."""

    as_of: datetime
    base: str
    price: Price | None
    others: tuple[Price, ...]
    liquidations: Liquidations
    interest: OpenInterest | None
    funding: Funding | None
    feeds: tuple[Feed, ...] = ()
    recorder_ts: datetime | None = None
    endpoint: str | None = None

    @property
    def silent(self) -> timedelta | None:
        """How long the recorder has said nothing, if that is too long."""
        if self.recorder_ts is None:
            return None
        silence = self.as_of - self.recorder_ts
        return silence if silence > RECORDER_SILENT else None

    @property
    def live(self) -> int:
        """Feeds that deliver; none while the recorder is silent."""
        return 0 if self.silent else sum(feed.state is State.LIVE for feed in self.feeds)


def record(
    snapshot: Snapshot, view: View, liquidations: Liquidations | None = None
) -> HeaderRecord:
    """The header's record; hand in the panel's `liquidations` to spare reading them twice."""
    others = (
        price(snapshot.quotes, snapshot.candles, base, snapshot.as_of)
        for base in OTHERS
        if base != view.base
    )
    made = derivatives(snapshot.derivatives, snapshot.as_of)
    every = ("all", view.base)
    return HeaderRecord(
        snapshot.as_of,
        view.base,
        price(snapshot.quotes, snapshot.candles, view.base, snapshot.as_of),
        tuple(p for p in others if p),
        liquidations or read(snapshot, view),
        next((o for o in made.open_interest if (o.venue, o.base) == every), None),
        next((f for f in made.funding if (f.venue, f.base) == every), None),
        feeds_of(snapshot),
        snapshot.recorder_ts,
        snapshot.endpoint,
    )


def feeds_of(snapshot: Snapshot) -> tuple[Feed, ...]:
    """Every collector that is switched on."""
    found = []
    for row in snapshot.health.sort("collector", "venue", "stream").iter_rows(named=True):
        if row["state"] == State.OFF or not row["venue"]:
            continue
        words = (row["venue"], row["stream"] or row["collector"])
        name = draw.safe(" ".join(words))
        found.append(Feed(name, State(row["state"]), row["ts"], draw.safe(row["reason"] or "")))
    return tuple(found)


def height_of(width: int, height: int) -> int:
    """The header's rows in a screen of this size: two when wide, three narrow, one in a strip."""
    if width >= BOX:
        return 1 if height <= 8 else 2
    return min(3, height)


def clock_cells(width: int) -> tuple[int, int]:
    """Where row 0 stays blank for the clock: first cell and count (below 36 without the Z)."""
    if width < RULES:
        return width - 8, 8
    return (width - 10, 9) if width >= BOX else (width - 9, 9)


def sentence(record: HeaderRecord, view: View) -> str:
    """The sentence that can be quoted: what was liquidated in the window, and what moved.

    `≥ $69.6M liquidated in 5m (98% long), BTC −1.37%, OI −2.4%; ≥ $929M in 24h (91% long)`
    """
    made = record.liquidations
    coin = f"{draw.safe(view.coin)} " if view.coin else ""
    texts = [f"{said(made.windows[view.window])} {coin}liquidated in {span(made, view.window)}"]
    texts[0] += sided(made.windows[view.window])
    if record.price and record.price.change_5m is not None:
        texts.append(f"{draw.safe(record.base)} {draw.change(record.price.change_5m)}")
    if record.interest and record.interest.change_5m is not None:
        texts.append(f"OI {draw.change(record.interest.change_5m, 1)}")
    long = "24h" if view.window != "24h" else "1h"
    total = made.windows[long]
    tail = f"; {said(total)} in {span(made, long)}{sided(total)}" if known(total) else ""
    largest = made.largest
    if largest and largest.usd is not None:
        who = f"{draw.safe(largest.base)} {largest.side.value} on {draw.safe(largest.venue)}"
        tail += f", largest ${draw.usd(largest.usd)} {who}"
    return ", ".join(texts) + tail


def said(total: Total) -> str:
    """`≥ $69.6M`, or that nobody listened."""
    if not known(total):
        return "n/a"
    return f"{'≥ ' if total.lower_bound else ''}${draw.usd(total.amount.total_usd)}"


def sided(total: Total) -> str:
    """` (98% long)`; nothing where nothing was liquidated."""
    share = total.amount.long_share
    if share is None:
        return ""
    return f" ({draw.share(share)} long)" if share >= 0.5 else f" ({draw.share(1 - share)} short)"


def span(made: Liquidations, window: str) -> str:
    """The window, or what a young store has of it."""
    have = made.windows[window].cover.have
    if have >= WINDOWS[window]:
        return window
    return f"{draw.age(have.total_seconds())} of {window}"


def lines(record: HeaderRecord, view: View, width: int, height: int) -> list[Content]:
    """Exactly `height` lines of exactly `width` cells; the clock's cells are left blank."""
    if width >= BOX:
        made = _strip(record, view, width) if height == 1 else _wide(record, view, width)
    else:
        made = _narrow(record, view, width, bare=width < RULES)
    return finish(made, view, width, height)


Parts = list[draw.Part]


def length(parts: Parts) -> int:
    """Cells of the parts."""
    return sum(len(part if isinstance(part, str) else part[0]) for part in parts)


def state(record: HeaderRecord, view: View, form: Callable[[str, str, str], str]) -> Parts:
    """Side, 5-minute total and the larger side's share, by `form(mark, total, share)`."""
    total = record.liquidations.windows["5m"]
    if not known(total):
        return [(form(" ", draw.missing(), ""), "$muted")]
    amount = total.amount
    text = ("≥" if total.lower_bound else "") + draw.usd(amount.total_usd)
    if amount.total_usd <= 0:
        return [(form(" ", text, ""), "$muted")]
    side = Side.LONG if amount.long_usd >= amount.short_usd else Side.SHORT
    part = max(amount.long_usd, amount.short_usd) / amount.total_usd
    mark = "▼" if side is Side.LONG else "▲"
    return [(form(mark, text, f"{draw.share(part)} {side.value}"), f"{view.side_style(side)} bold")]


def live_price(record: HeaderRecord) -> Parts:
    """The price; above 3 s with its age, above 10 s called stale."""
    last = record.price
    name = draw.safe(record.base)
    if last is None:
        return [(f"{name} {draw.missing('no price')}", "$warn")]
    age = record.as_of - last.ts
    text = f"{name} {draw.whole(last.price)}"
    if age > STALE:
        return [(f"{text} STALE {draw.age(age.total_seconds())}", "$warn")]
    if age > AGED:
        return [text, (f" {draw.age(age.total_seconds())}", "$warn")]
    return [(text, "bold")]


def changes(record: HeaderRecord) -> tuple[str, str]:
    """The price's change over 5 m and 24 h."""
    last = record.price
    five, day = (last.change_5m, last.change_24h) if last else (None, None)
    return f"5m {draw.change(five)}", f"24h {draw.change(day)}"


def feeds(record: HeaderRecord) -> tuple[str, str]:
    """`9/9` with its style."""
    wanted = len(record.feeds)
    style = "" if record.live == wanted else "$warn"
    return f"{record.live}/{wanted}" if wanted else draw.missing(), style


def covered(record: HeaderRecord) -> str:
    """The cover of 24 h, or of what a young store has of it."""
    total = record.liquidations.windows["24h"]
    share = total.cover.share
    if share is None:
        return draw.missing()
    have = total.cover.have
    young = "" if have >= WINDOWS["24h"] else f" of {draw.age(have.total_seconds())}"
    return draw.share(share) + young


def trouble(record: HeaderRecord) -> str:
    """What is wrong, the recorder first, then the feeds: `okx swap retrying 14s: ping timeout`."""
    if record.silent:
        return f"recorder silent {draw.age(record.silent.total_seconds())}"
    bad = [feed for feed in record.feeds if feed.state in BAD]
    if not bad:
        return ""
    first = bad[0]
    reason = f": {first.reason[:40]}" if first.reason else ""
    more = f" (+{len(bad) - 1} more)" if len(bad) > 1 else ""
    age = draw.age((record.as_of - first.ts).total_seconds())
    return f"{first.name} {first.state.value} {age}{reason}{more}"


def endpoint(record: HeaderRecord, short: bool) -> str:
    """Where the data comes from when not from the real exchanges."""
    if not record.endpoint:
        return ""
    address = draw.safe(record.endpoint)
    if not short:
        return f"endpoint {address}"
    return "@" + address.split("://")[-1].removeprefix("127.0.0.1").removeprefix("localhost")


def spread(width: int, left: list[Parts], right: list[Parts], gap: Parts) -> Parts:
    """Groups from the left and, flush right, groups that outrank what is left of `left`.

    `left[0]` and `left[1]` come first, then `right` in order, then the rest of `left`.
    """
    room = width
    kept_left: list[Parts] = []
    kept_right: list[Parts] = []
    for kept, groups in ((kept_left, left[:2]), (kept_right, right), (kept_left, left[2:])):
        for group in groups:
            between = length(gap) if kept is kept_left else 2
            need = length(group) + (between if kept or kept is kept_right else 0)
            if need > room and kept_left:
                break
            kept.append(group)
            room -= need
    parts: Parts = []
    for group in kept_left:
        parts += [*gap, *group] if parts else group
    tail: Parts = []
    for group in kept_right:
        tail += ["  ", *group]
    blank = max(0, width - length(parts) - length(tail))
    return [*parts, " " * blank, *tail]


def _head(record: HeaderRecord, view: View, room: int, gap: int) -> list[Parts]:
    """State and price; the changes of the price as far as there is room."""
    stated = state(record, view, lambda mark, total, share: f"{mark} 5m {total:<6} {share:<9}")
    short = state(record, view, lambda mark, total, share: f"{mark} 5m {total} {share}")
    last = live_price(record)
    five, day = changes(record)
    for first, tail in ((stated, f"  {five}  {day}"), (short, f"  {five}"), (short, "")):
        if length(first) + gap + length(last) + len(tail) <= room:
            return [first, [*last, tail]]
    return [last]


def _other(one: Price, priced: bool) -> str:
    last = f" {draw.whole(one.price)}" if priced else ""
    return f"{draw.safe(one.base)}{last} {draw.change(one.change_5m)}"


def _wide(record: HeaderRecord, view: View, width: int) -> list[Content]:
    clock, _ = clock_cells(width)
    left: list[Parts] = [*_head(record, view, clock - 3, 5)]
    if record.others:
        left.append(["  ".join(_other(one, True) for one in record.others)])
    count, style = feeds(record)
    right: list[Parts] = [[(f"feeds {count}", style)], [f"cover {covered(record)}"]]
    lags = [v.lag_s for v in record.liquidations.venues.values() if v.lag_s is not None]
    if lags:
        right.append([f"lag {median(lags):.1f}s"])
    first = spread(clock - 3, left, right, [("  │  ", "$frame")])
    words: Parts = []
    for text in (view.notice, trouble(record)):
        if text:
            words += [(draw.safe(text), "$warn"), ("  │  ", "$frame")]
    words.append(sentence(record, view))
    address = endpoint(record, short=False)
    if address:
        room = max(0, width - 3 - len(address))
        words = [*_cropped(words, room - 2), ("  " + address, "$accent")]
    return [draw.line(width, " ", *first), draw.line(width, " ", *words)]


def _cropped(parts: Parts, room: int) -> Parts:
    """The parts padded or cropped to `room` cells."""
    kept: Parts = []
    for part in parts:
        text, style = (part, "") if isinstance(part, str) else part
        if room <= 0:
            break
        text = draw.pad(text, room) if len(text) > room else text
        kept.append((text, style) if style else text)
        room -= len(text)
    return [*kept, " " * max(0, room)]


def _strip(record: HeaderRecord, view: View, width: int) -> list[Content]:
    clock, _ = clock_cells(width)
    left: list[Parts] = [*_head(record, view, clock - 1, 3)]
    left += [[(draw.safe(text), "$warn")] for text in (view.notice, trouble(record)) if text]
    left.append(["  ".join(_other(one, False) for one in record.others)])
    left.append([money(record)])
    count, style = feeds(record)
    right: list[Parts] = [[(count, style), f" cov {covered(record)}"]]
    if record.endpoint:
        right.insert(0, [(endpoint(record, short=True), "$accent")])
    return [draw.line(width, *spread(clock - 1, left, right, [(" │ ", "$frame")]))]


def money(record: HeaderRecord) -> str:
    """Open interest's change and funding of the coin."""
    interest = draw.change(record.interest.change_5m, 1) if record.interest else draw.missing()
    funding = draw.funding(record.funding.rate_8h) if record.funding else draw.missing()
    return f"OI 5m {interest}  fund {funding}"


def _narrow(record: HeaderRecord, view: View, width: int, bare: bool) -> list[Content]:
    clock, _ = clock_cells(width)
    first = state(record, view, _bare_state if bare else _stated)
    address = endpoint(record, short=True)
    if address and not bare:
        first = [*first, ("  " + address, "$accent")]
    five, day = changes(record)
    last = live_price(record)
    changed = day if not bare else five
    second: Parts = [*last] if bare else [*last, f"  {five}"]
    blank = width - length(second) - len(changed)
    if blank >= 1:
        second = [*second, " " * blank, changed]
    rows = [draw.line(width, *_cropped(first, clock - 1)), draw.line(width, *second)]
    return [*rows, _third(record, view, width, bare)]


def _stated(mark: str, total: str, share: str) -> str:
    return f"{mark} 5m {total:<6} {share}"


def _bare_state(mark: str, total: str, share: str) -> str:
    percent, _, side = share.partition(" ")
    return f"{mark}5m {total} {percent}{side[:1].upper()}"


def _third(record: HeaderRecord, view: View, width: int, bare: bool) -> Content:
    """The last row: the notice, else what is wrong, else open interest, funding and feeds."""
    count, style = feeds(record)
    wrong = view.notice or trouble(record)
    if wrong:
        return draw.line(width, (draw.pad(draw.safe(wrong), width, right=False), "$warn"))
    if not bare:
        cover = covered(record)
        text, tail = money(record), f"{count} {cover if ' of ' in cover else 'cov ' + cover}"
        blank = max(1, width - len(text) - len(tail))
        return draw.line(width, text + " " * blank, (tail, style))
    interest = draw.change(record.interest.change_5m, 1) if record.interest else draw.missing()
    funding = draw.funding(record.funding.rate_8h) if record.funding else draw.missing()
    address = endpoint(record, short=True)
    text = f"OI {interest} f{funding}" if address else f"OI {interest}  fund {funding}"
    return draw.line(width, text, (" " + address, "$accent")) if address else draw.line(width, text)


def feeds_line(record: HeaderRecord, width: int) -> Content:
    """Feeds and cover in one row of their own, for the foot of a narrow screen."""
    count, style = feeds(record)
    worst = trouble(record)
    tail = f"  {worst}" if worst else "  " + ", ".join(
        code(name) for name in record.liquidations.venues
    )  # fmt: skip
    return draw.line(width, (f"feeds {count}", style), f"  cover {covered(record)}", tail)
