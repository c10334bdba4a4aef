"""The exchanges. Importing this costs no ccxt: that is loaded by `connect`, in the recorder."""

from tui.venues.base import Venue
from tui.venues.binance import Binance
from tui.venues.bybit import Bybit
from tui.venues.okx import Okx

VENUES: dict[str, type[Venue]] = {venue.name: venue for venue in (Binance, Bybit, Okx)}
"""Every venue by its name, in the order in which they are preferred."""
