"""What the drivers say: the one sentence, and the lines below the table."""

from tui import draw
from tui.metrics.drivers import Move
from tui.metrics.flow import Window
from tui.metrics.premium import Premium
from tui.panels.drivers.record import DriversRecord

LONG = {
    "1m": "1 min",
    "5m": "5 min",
    "15m": "15 min",
    "1h": "1 h",
    "4h": "4 h",
    "12h": "12 h",
    "24h": "24 h",
}


def sentence(move: Move) -> str:
    """`+2.1 % in 4 h: 78 % perp-led, open interest +3.4 % → new longs`."""
    price = draw.missing() if move.price is None else percent(move.price)
    oi = draw.missing() if move.interest is None else percent(move.interest)
    end = f" → {move.quadrant}" if move.quadrant else ""
    return f"{price} in {LONG[move.flow.name]}: {_led(move)}, open interest {oi}{end}"


def percent(fraction: float) -> str:
    """As sentences have it: `+2.1 %`; two decimals below one percent."""
    return draw.change(fraction, 1 if abs(fraction) >= 0.01 else 2)[:-1] + " %"


def _led(move: Move) -> str:
    share = move.perp_share
    if share is None:
        return f"led by {draw.missing(draw.safe(move.reason or ''))}"
    word, part = ("perp", share) if share >= 0.5 else ("spot", 1.0 - share)
    return f"{draw.share(part)[:-1]} % {word}-led{_where(move.flow)}"


def _where(window: Window) -> str:
    """Of how many venues, or of which one: more than a day back Binance alone tells its flow."""
    if window.missing:
        return f" (of {among(window)} venues)"
    return f" ({draw.safe(window.venues[0])} alone)" if len(window.venues) == 1 else ""


def leader(move: Move) -> str:
    """The same in a cell: `78% perp`."""
    if move.perp_share is None:
        return "flat" if move.reason == "price flat" else draw.missing()
    is_perp = move.perp_share >= 0.5
    part = move.perp_share if is_perp else 1.0 - move.perp_share
    return f"{draw.share(part)} {'perp' if is_perp else 'spot'}"


def among(window: Window) -> str:
    """How many of the venues that are asked for flow count: `2/4`."""
    return f"{len(window.venues)}/{len(window.venues) + len(window.missing)}"


def left_out(window: Window) -> str:
    """Why the sums of a window lack venues: `24h without bybit 12m okx 12m (heard of it)`."""
    if not window.missing:
        return ""
    parts = (f"{draw.code(venue)} {draw.share(cover)}" for venue, cover in window.missing.items())
    return f"{window.name} without {', '.join(parts)} of it heard"


def money(record: DriversRecord) -> list[str]:
    """Funding and basis of all, and open interest, in short pieces."""
    funded, interest, basis = record.funded, record.interest, record.made.basis.all
    funding = draw.funding(funded.rate_8h) if funded else draw.missing()
    bound = "≥" if interest and interest.missing else ""
    usd = bound + draw.usd(interest.usd) if interest else draw.missing()
    return [
        f"fund 8h {funding}",
        f"basis {draw.lacking(draw.change(basis, 3))}",
        f"OI {usd}",
    ]


def premium(paid: Premium) -> list[str]:
    """With a tether as a dollar, and at its price."""
    if paid.as_dollar is None:
        return [f"Coinbase premium {draw.missing(draw.safe(paid.reason or ''))}"]
    pieces = [f"Coinbase premium {draw.change(paid.as_dollar, 3)}"]
    if paid.with_usdt is None:
        return [*pieces, f"with USDT {draw.missing(draw.safe(paid.reason or ''))}"]
    return [*pieces, f"{draw.change(paid.with_usdt, 3)} with USDT at {paid.usdt:.4f}"]


def forced(move: Move) -> str:
    """Liquidated longs ÷ taker sells: at least, or about where a part of the sells is unheard."""
    if move.forced is None:
        return draw.missing()
    return f"{'≥' if move.forced_is_least else '~'}{draw.share(move.forced)}"
