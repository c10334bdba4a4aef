"""What several parts of a document are made of, each made once and only when it is asked for."""

from dataclasses import dataclass, replace
from functools import cached_property

from tui.config import Settings
from tui.metrics.cascades.standing import Standing
from tui.metrics.derivatives import Derivatives, derivatives
from tui.metrics.drivers import Drivers
from tui.metrics.feeds import Feed
from tui.metrics.header import Header, header
from tui.metrics.prices import Price, price
from tui.metrics.windows import NEWEST, Liquidations
from tui.scores import Given
from tui.snapshot import Snapshot


@dataclass
class Records:
    """Of the first coin of the settings. Without `judged` the tape judges no venue; which of them
    are silent the feeds tell all the same."""

    snapshot: Snapshot
    settings: Settings
    judged: bool = True

    @property
    def coin(self) -> str:
        """The coin that prices and averages are of."""
        return self.settings.coins[0] if self.settings.coins else "BTC"

    @cached_property
    def price(self) -> Price | None:
        """Its live price."""
        shot = self.snapshot
        return price(shot.quotes, shot.candles, self.coin, shot.as_of)

    @cached_property
    def tape(self) -> Liquidations:
        """The liquidations of all coins."""
        taped = self.snapshot if self.judged else replace(self.snapshot, judged=False)
        return taped.tape(self.settings.coins, listed=NEWEST)

    @cached_property
    def interest(self) -> Derivatives:
        """Open interest and funding."""
        return derivatives(self.snapshot.derivatives, self.snapshot.as_of)

    @cached_property
    def fed(self) -> tuple[Feed, ...]:
        """The feeds."""
        return self.snapshot.feeds()

    @cached_property
    def standing(self) -> Standing:
        """The state: calm, or what is under way."""
        return self.snapshot.standing(self.tape, self.fed)

    @cached_property
    def moved(self) -> Drivers:
        """What moves the coin."""
        return self.snapshot.drivers(self.coin)

    @property
    def header(self) -> Header:
        """The line on top."""
        prices = [self.price] if self.price else []
        made = prices, self.tape, self.interest, self.fed, self.snapshot.as_of
        return header(*made, base=self.coin, endpoint=self.snapshot.endpoint)

    @property
    def given(self) -> Given:
        """The same for the scorecard, which asks for some of them."""
        return Given(
            lambda: self.price, lambda: self.interest, lambda: self.tape, lambda: self.moved
        )
