"""What a person chose to look at."""

from dataclasses import dataclass, field

from tui import draw
from tui.config import Settings
from tui.panels.drill import Drill
from tui.tables import Side


@dataclass(frozen=True)
class View:
    """What a person chose to look at. `coins` are those followed, the first of which is shown when
    none is chosen, and `coin` the chosen one; `notice` is the header's message (hold, young store,
    dead recorder); `number` the key of the panel; `selected` the row of the feed, frozen while set,
    `feed` whether there is one; `drill` where one stands in a detail; `sort` the column that the
    panel's table is sorted by (empty: its own order), `rising` from the smallest on.
    """

    coin: str | None = None
    coins: tuple[str, ...] = ("BTC", "ETH", "SOL")
    window: str = "5m"
    smallest: float = 10_000.0
    group: str = "coin"
    symbols: str = "block"
    flow_colours: bool = True
    feed: bool = True
    selected: int | None = None
    scroll: int = 0
    focused: bool = False
    number: int | None = None
    """The key that leads to the panel, 0 where none does; None for the panel's own."""
    notice: str = ""
    travel: tuple[str, ...] = ()  # of the header: where in the past it is, longest words first
    drill: Drill = field(default_factory=Drill)
    sort: str = ""
    rising: bool = False

    @property
    def key(self) -> str:
        """`6 ` before a title or a strip, where a key leads to the panel; else nothing."""
        return f"{self.number} " if self.number else ""

    @classmethod
    def of(cls, settings: Settings) -> "View":
        """The view of the settings, its symbols those this locale can show."""
        return cls(
            coin=settings.coin,
            coins=settings.coins,
            window=settings.window,
            smallest=settings.smallest,
            symbols=draw.symbols(settings.symbols),
            flow_colours=settings.side_colour == "flow",
        )

    @property
    def base(self) -> str:
        """The coin that panels of one coin show: the chosen one, else the first followed."""
        return self.coin or next(iter(self.coins), "BTC")

    def side_style(self, side: Side) -> str:
        """By flow a liquidated long is a sell; by position the colours change places."""
        return "$long" if (side is Side.LONG) == self.flow_colours else "$short"
