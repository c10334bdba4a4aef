"""The header's words: the sentence, what is wrong, how much is covered, where it comes from."""

from collections.abc import Callable
from datetime import timedelta

from tui import draw
from tui.metrics.feeds import Feed
from tui.metrics.windows import WINDOWS, Liquidations, Total
from tui.panels.base import View
from tui.panels.header.behind import behind
from tui.panels.header.data import HeaderRecord
from tui.panels.liquidations.totals import known
from tui.tables import Side, State

AGED, STALE = timedelta(seconds=3), timedelta(seconds=10)
"""From when the live price shows its age, and from when it is called stale."""

Parts = list[draw.Part]


def sentence(record: HeaderRecord, view: View) -> str:
    """The sentence that can be quoted: what was liquidated in the window, and what moved in it.

    `≥ $69.6M liquidated in 5m (98% long), BTC −1.37%, OI −2.4%; ≥ $929M in 24h (91% long)`, and
    while an event runs what is behind it: `≥ $68.2M long liquidated in 5m (98% of ≥ $69.6M), BTC
    −4.1σ, OI −2.4%, bybit first, 3 coins with it → market-wide`.
    """
    made = record.liquidations
    coin = f"{draw.safe(view.coin)} " if view.coin else ""
    if (event := record.standing.event) is not None and known(made.windows[view.window]):
        return ", ".join([_forced(record, view, coin, event.side), *behind(record, view)])
    texts = [f"{said(made.windows[view.window])} {coin}liquidated in {span(made, view.window)}"]
    texts[0] += sided(made.windows[view.window])
    # In a young store prices may reach further back than the listening does.
    young = made.windows[view.window].cover.have < WINDOWS[view.window]
    over = f"{view.window} " if young else ""
    if record.move is not None:
        texts.append(f"{draw.safe(record.base)} {over}{draw.change(record.move)}")
    if record.interest is not None:
        texts.append(f"OI {over}{draw.change(record.interest, 1)}")
    long = "24h" if view.window != "24h" else "1h"
    total = made.windows[long]
    tail = f"; {said(total)} in {span(made, long)}{sided(total)}" if known(total) else ""
    largest = made.largest
    if largest and largest.usd is not None:
        who = f"{draw.safe(largest.base)} {largest.side.value} on {draw.safe(largest.venue)}"
        tail += f", largest ${draw.usd(largest.usd)} {who}"
    return ", ".join(texts) + tail


def _forced(record: HeaderRecord, view: View, coin: str, side: Side) -> str:
    """`≥ $68.2M long liquidated in 5m (98% of ≥ $69.6M)`."""
    total = record.liquidations.windows[view.window]
    usd = total.amount.long_usd if side is Side.LONG else total.amount.short_usd
    bound = "≥ " if total.lower_bound else ""
    part = draw.share(usd / total.amount.total_usd if total.amount.total_usd else None)
    text = f"{bound}${draw.usd(usd)} {coin}{side.value} liquidated"
    return f"{text} in {span(record.liquidations, view.window)} ({part} of {said(total)})"


def quoted(record: HeaderRecord, view: View) -> str:
    """The sentence as it is copied, with what it rests on and its moment, the minus of ASCII:
    `…, 3 venues, cover 99%, 2026-01-20 14:06:41Z`."""
    parts = (sentence(record, view), *_rests_on(record.liquidations.windows[view.window]))
    return f"{draw.copied(', '.join(parts))}, {record.now.as_of:%Y-%m-%d %H:%M:%SZ}"


def _rests_on(total: Total) -> tuple[str, ...]:
    """How many venues were wanted in the window, and its cover; nothing where nobody listened."""
    number = len(total.cover.venues)
    if not number or total.cover.share is None:
        return ()
    return (f"{number} venue{'' if number == 1 else 's'}", f"cover {draw.share(total.cover.share)}")


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


def state(record: HeaderRecord, view: View, form: Callable[[str, str, str], str]) -> Parts:
    """Side, 5-minute total and the larger side's share, by `form(mark, total, share)`."""
    total, side = record.now.total, record.now.side
    text = ("≥" if total.lower_bound else "") + draw.usd(total.amount.total_usd)
    longs = total.amount.long_share
    if side is None or longs is None:
        quiet = (text, "liquidated") if known(total) else (draw.missing(), "(no feed)")
        return [(_quiet(*quiet, cells=len(form(" ", quiet[0], ""))), "$muted")]
    part = longs if side is Side.LONG else 1 - longs
    mark = "▼" if side is Side.LONG else "▲"
    return [(form(mark, text, f"{draw.share(part)} {side.value}"), f"{view.side_style(side)} bold")]


def _quiet(total: str, words: str, cells: int) -> str:
    """No side to name: `5m n/a (no feed)` in the cells of the side, so that what follows keeps
    its place; without the words where these have no room."""
    full = f"5m {total} {words}"
    return (full if len(full) <= cells else f"5m {total}").ljust(cells)


def stale(record: HeaderRecord) -> bool:
    """Whether there is no price that is called live."""
    last = record.now.price
    return last is None or record.now.as_of - last.ts > STALE


def live_price(record: HeaderRecord) -> Parts:
    """The price; above 3 s with its age, above 10 s called stale."""
    last = record.now.price
    name = draw.safe(record.base)
    if last is None:
        return [(f"{name} {draw.missing('no price')}", "$warn")]
    age = record.now.as_of - last.ts
    text = f"{name} {draw.whole(last.price)}"
    if stale(record):
        return [(f"{text} STALE {draw.age(age.total_seconds())}", "$warn")]
    if age > AGED:
        return [text, (f" {draw.age(age.total_seconds())}", "$warn")]
    return [(text, "bold")]


def changes(record: HeaderRecord) -> tuple[str, str]:
    """The price's change over 5 m and 24 h."""
    last = record.now.price
    five, day = (last.change_5m, last.change_24h) if last else (None, None)
    return f"5m {draw.lacking(draw.change(five))}", f"24h {draw.lacking(draw.change(day))}"


def feeds(record: HeaderRecord) -> tuple[str, str]:
    """`9/9` with its style."""
    wanted = record.now.feeds
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
    """What is wrong, the recorder first, then the feeds: `okx swap retrying 10s: ping timeout`."""
    if record.silent:
        return f"recorder silent {draw.age(record.silent.total_seconds())}"
    bad = sorted(record.now.bad, key=lambda feed: feed.state == State.STARTING)
    if not bad:
        return ""
    first = bad[0]
    if first.state == State.STARTING:
        return f"{len(bad)} feed{'s' if len(bad) > 1 else ''} starting"
    more = f" (+{len(bad) - 1} more)" if len(bad) > 1 else ""
    return _failing(first) + more


def _failing(feed: Feed) -> str:
    """One feed that does not deliver; one that says it lives and brings nothing is silent."""
    name = draw.safe(f"{feed.venue} {feed.stream or feed.collector}".strip())
    word = "silent" if feed.state == State.LIVE else draw.safe(feed.state)
    age = "" if feed.age_s is None else f" {draw.age(feed.age_s)}"
    reason = draw.safe(feed.reason or "")[:40]
    return f"{name} {word}{age}" + (f": {reason}" if reason and reason != word else "")


def endpoint(record: HeaderRecord, short: bool) -> str:
    """Where the data comes from when not from the real exchanges."""
    if not record.now.endpoint:
        return ""
    address = draw.safe(record.now.endpoint)
    if not short:
        return f"endpoint {address}"
    return "@" + address.split("://")[-1].removeprefix("127.0.0.1").removeprefix("localhost")


def money(record: HeaderRecord) -> tuple[str, str]:
    """Open interest's change over 5 m and funding of the coin."""
    now = record.now
    interest = draw.missing() if now.oi_change_5m is None else draw.change(now.oi_change_5m, 1)
    funding = draw.missing() if now.funding_8h is None else draw.funding(now.funding_8h)
    return interest, funding
