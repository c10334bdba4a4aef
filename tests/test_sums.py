"""What is summed once an hour says what the minutes say, at any moment and in every window."""

from dataclasses import astuple, replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.frames import NOW, frame, liquidation
from tests.test_snapshot import Row, store
from tui.snapshot import Live, Snapshot
from tui.tables import LIQUIDATIONS

MINUTE = timedelta(minutes=1)
HISTORIES = st.lists(
    st.builds(
        lambda ago, usd, side, base, venue: liquidation(
            NOW - timedelta(seconds=ago), usd, side, base, venue
        ),
        st.one_of(
            st.integers(0, 90_000),
            st.sampled_from([n * 3600 + s for n in (0, 1, 4, 12, 24) for s in (-60, 0, 59, 60)]),
        ),
        st.sampled_from([None, 1e3, 5e4]),
        st.sampled_from(["long", "short"]),
        st.sampled_from(["BTC", "ETH"]),
        st.sampled_from(["bybit", "okx"]),
    ),
    max_size=30,
)


def told(snapshot: Snapshot) -> tuple[object, ...]:
    """All amounts of a snapshot's tape."""
    made = snapshot.tape(("BTC",))
    windows = {name: astuple(total.amount) for name, total in made.windows.items()}
    venues = {
        (venue, name): astuple(amount)
        for venue, one in made.venues.items()
        for name, amount in one.windows.items()
    }
    coins = {
        (base, name): astuple(amount)
        for base, amounts in made.coins.items()
        for name, amount in amounts.items()
    }
    lasts = {venue: one.last_ts for venue, one in made.venues.items()}
    return windows, venues, coins, lasts, made.minutes, snapshot.events("BTC")


@examples(10)
@given(HISTORIES, st.lists(st.integers(-1_500, 1_500), min_size=1, max_size=3))
def test_sums_say_what_the_minutes_say(history: list[Row], moments: list[int]) -> None:
    with store() as (writer, reader):
        writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, history))
        live = Live(reader)
        live.at(NOW + 2_000 * MINUTE)
        for minutes in moments:
            shown = live.at(NOW + minutes * MINUTE)
            assert shown.sums is not None
            assert told(shown) == told(replace(shown, sums=None))
