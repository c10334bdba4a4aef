"""What may go wrong with a venue, each with a reason short enough for a row of `health`."""

from tui.errors import LiqtopError


class VenueError(LiqtopError):
    """Something at a venue's side of the wire. The message is short and for people."""


class Lost(VenueError):
    """The socket is gone, silent or could not be opened: connect again after a back-off."""


class SubscriptionRefused(VenueError):
    """A subscription was refused or not answered: the client has to be made anew.

    OKX never subscribes again on a refused socket, and ccxt does not see Binance's refusal.
    """


class RateLimited(VenueError):
    """The venue says to wait (429, 418). `retry_after` is its own word in seconds, if it gave one.

    Going on asking turns a 429 into a ban, so the wait is long: the supervisor's affair.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unanswered(VenueError):
    """A request that failed: refused, timed out, or answered with what can't be read."""


class Unreadable(Unanswered):
    """An answer of rows none of which can be read: the venue's format is another."""


class NotListed(Unanswered):
    """The venue does not have the market that was asked for."""
