"""The exchanges. Importing this costs no ccxt: that is loaded by `connect`, in the recorder."""

from tui.venues.asked import Asked
from tui.venues.base import Venue
from tui.venues.binance import Binance
from tui.venues.binance_rest import BinanceAsked
from tui.venues.bybit import Bybit
from tui.venues.bybit_rest import BybitAsked
from tui.venues.okx import Okx
from tui.venues.okx_rest import OkxAsked

VENUES: dict[str, type[Venue]] = {venue.name: venue for venue in (Binance, Bybit, Okx)}
"""Every venue by its name, in the order in which they are preferred."""

ASKED: dict[str, type[Asked]] = {a.name: a for a in (BinanceAsked, BybitAsked, OkxAsked)}
"""What the same venues are asked for."""
