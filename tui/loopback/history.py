"""What a venue published, kept for whoever asks for it afterwards."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from tui.loopback.forced import Forced
from tui.loopback.listing import Instrument


class History:
    """Every liquidation of a venue by market, those included that went out with nobody listening.

    `past` are those of before the exchange began, asked for with the first question.
    """

    def __init__(self, past: Callable[[], Iterable[Forced]]) -> None:
        self._past: Callable[[], Iterable[Forced]] | None = past
        self._rows: dict[tuple[str, str], list[Forced]] = defaultdict(list)

    def add(self, rows: Iterable[Forced]) -> None:
        """Rows that were published just now."""
        for row in rows:
            self._rows[row.market.stream, row.market.id].append(row)

    def newest(
        self, markets: Iterable[Instrument], since: int, until: int, limit: int
    ) -> Sequence[Forced]:
        """The last `limit` rows of [since, until] (ms) of those markets, newest first."""
        if self._past is not None:
            past, self._past = self._past, None
            self.add(past())
        found = [
            row
            for market in markets
            for row in self._rows.get((market.stream, market.id), ())
            if since <= row.ts <= until
        ]
        return sorted(found, key=lambda row: -row.ts)[:limit]
