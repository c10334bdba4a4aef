"""The venues the loopback exchange speaks as, and what the scenario takes from each of them."""

from tui.loopback.binance import Binance
from tui.loopback.bitfinex import Bitfinex
from tui.loopback.bybit import Bybit
from tui.loopback.coinbase import Coinbase
from tui.loopback.deribit import Deribit
from tui.loopback.gate import Gate
from tui.loopback.htx import Htx
from tui.loopback.kraken import Kraken
from tui.loopback.lighter import Lighter
from tui.loopback.listing import Instrument, cut
from tui.loopback.okx import Okx
from tui.loopback.sampling import Shown
from tui.loopback.wire import Encoder

ENCODERS: dict[str, type[Encoder]] = {
    one.name: one for one in (Binance, Bybit, Okx, Gate, Htx, Bitfinex, Deribit, Kraken, Lighter)
}
"""Every venue by its name."""

SPOT: dict[str, type[Encoder]] = {Coinbase.name: Coinbase}
"""Those that liquidate nobody: their trades alone are asked for."""

SHARES: dict[tuple[str, str], float] = {
    (name, stream): share for name, one in ENCODERS.items() for stream, share in one.shares.items()
}
"""The weight of each stream of liquidations, by (venue, stream)."""

SHOWN: dict[str, Shown] = {name: one.shown for name, one in ENCODERS.items()}
"""What each venue publishes of the truth."""


def listings(end: int) -> dict[tuple[str, str], dict[str, Instrument]]:
    """Every list by (venue, stream), each a dict by the venue's own id, cut to its real size."""
    return {
        (name, stream): cut(one.listing(stream, end), size)
        for name, one in (ENCODERS | SPOT).items()
        for stream, size in one.sizes.items()
    }
