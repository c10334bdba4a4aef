"""What makes a liquidation row a duplicate, and how the rows of a batch enter their minutes.

Venues send no id. Two equal rows inside one message are two liquidations (`n` tells them apart),
and so are equal rows in two messages of one connection. An equal row under another connection or
source came through a reconnect overlap, a second subscription or a backfill: it is left out. So
each backfill has to take a connection number of its own: two under one number would double.
"""

from tui.store.schema import quoted
from tui.tables import LIQUIDATIONS

_COLUMNS = tuple(LIQUIDATIONS.schema)
_AT = {name: f"?{number}" for number, name in enumerate(_COLUMNS, 1)}

# `side`, `qty` and `price` are each a fixed function of the venue's raw side, size and price, so
# they stand for them; where the market is unknown there is no `qty`, and the raw row decides.
_SAME = " AND ".join(
    [f"{name} = {_AT[name]}" for name in ("ts", "symbol", "venue", "side", "n")]
    + [
        f"price IS {_AT['price']}",
        f"qty IS {_AT['qty']}",
        f"({_AT['qty']} IS NOT NULL OR raw IS {_AT['raw']})",
    ]
)

INSERT = (
    f"INSERT INTO liquidations ({', '.join(quoted(_COLUMNS))}) SELECT {', '.join(_AT.values())}"
    f" WHERE NOT EXISTS (SELECT 1 FROM liquidations WHERE {_SAME}"
    f" AND (conn IS NOT {_AT['conn']} OR source IS NOT {_AT['source']}))"
)
"""Writes one row unless it is a duplicate; parameters in the table's column order."""

MERGE_MINUTES = """
INSERT OR REPLACE INTO liquidation_minutes
    (minute, venue, base, class, side, usd, count, unpriced, largest)
SELECT new.minute, new.venue, new.base, new.class, new.side,
    new.usd + coalesce(old.usd, 0), new.count + coalesce(old.count, 0),
    new.unpriced + coalesce(old.unpriced, 0),
    coalesce(max(new.largest, old.largest), new.largest, old.largest)
FROM (
    SELECT ts - ts % 60000 AS minute, venue, base, class, side, total(usd) AS usd,
        count(*) AS count, count(*) - count(usd) AS unpriced, max(usd) AS largest
    FROM liquidations WHERE id > ? GROUP BY 1, 2, 3, 4, 5
) AS new
LEFT JOIN liquidation_minutes AS old USING (minute, venue, base, class, side)
"""
"""Adds the rows above an id to their minutes."""
