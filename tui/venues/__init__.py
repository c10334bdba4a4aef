"""The exchanges. Importing this costs no ccxt: that is loaded by `connect`, in the recorder."""

from tui.venues.base import Venue
from tui.venues.binance import Binance

VENUES: dict[str, type[Venue]] = {venue.name: venue for venue in (Binance,)}
"""Every venue by its name, in the order in which they are preferred."""
