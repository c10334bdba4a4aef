"""What a calm header, and the document's, say of the last burst or cascade."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests import panel_samples as samples
from tests.cascade_stage import FALLS
from tests.frames import connection, frame
from tests.test_cascades_shown import SETTINGS, at
from tests.test_panels import VIEW
from tui.document import document
from tui.metrics.cascades.rule import Grade
from tui.metrics.cascades.standing import Word
from tui.metrics.cascades.table import Cascade
from tui.metrics.coverage import Stream
from tui.panels import header
from tui.tables import COVERAGE

HEARD = (Stream("bybit", "linear"),)


def burst() -> Cascade:
    """A small one of five hours ago."""
    return samples.past_cascade(
        steps=(replace(samples.a_cascade(Grade.BURST).steps[0], ts=samples.ago(hours=5)),),
        long_usd=1.1e6,
    )


def first(width: int, height: int, last: Cascade | None, is_low: bool = True) -> str:
    """The first row of the header while it is calm."""
    calm = samples.standing(Word.CALM, last=last, last_is_low=is_low)
    record = replace(samples.header(), standing=calm)
    return header.lines(record, VIEW, width, height)[0].plain.strip()


@pytest.mark.parametrize(
    ("width", "height", "words"),
    [
        (200, 2, "● calm  last burst 5h ago (≥ $1.10M long)"),
        (160, 1, "● calm  last burst 5h ago (≥ $1.10M long)"),
        (160, 2, "● calm  burst 5h ago ≥ $1.10M long"),
        (100, 2, "● calm  burst 5h ago ≥ $1.10M long"),
        (55, 3, "● calm  last burst 5h ago (≥ $1.10M long)"),
        (48, 3, "● calm  burst 5h ago ≥ $1.10M long"),
        (40, 3, "● calm  last burst 5h ago"),
        (28, 3, "● calm"),
    ],
)
def test_the_size_of_the_last_burst_goes_before_its_time(
    width: int, height: int, words: str
) -> None:
    said = first(width, height, burst())
    assert said.startswith(words)
    rest = said.removeprefix(words).strip()
    assert rest.startswith("│") if width >= 56 else not rest, "nothing is cut, nothing is added"


def test_the_bound_is_said_only_where_it_is_one() -> None:
    assert first(200, 2, burst(), is_low=False).startswith(
        "● calm  last burst 5h ago ($1.10M long)"
    )
    short = replace(samples.past_cascade(), side=samples.SHORT)
    assert "last cascade 5h ago (≥ $2.10M short)" in first(200, 2, short)
    assert first(200, 2, None).startswith("● calm   ")


@pytest.mark.parametrize("width", [100, 120, 160, 200])
def test_what_follows_keeps_its_place_when_it_is_calm(width: int) -> None:
    wave = replace(samples.header(), standing=samples.standing())
    drawn = header.lines(wave, VIEW, width, 2)[0].plain
    for last in (None, burst(), samples.past_cascade()):
        calm = replace(samples.header(), standing=samples.standing(Word.CALM, last=last))
        assert header.lines(calm, VIEW, width, 2)[0].plain.index("BTC") == drawn.index("BTC")


def test_the_header_of_the_document_carries_the_same_numbers() -> None:
    made = document(at(600), SETTINGS)
    told, whole = made["header"]["last"], made["panels"]["liquidations"]["cascade"]["last"]
    assert told["kind"] == whole["kind"] == "market-wide"
    assert (told["side"], told["usd"]) == ("long", whole["long_usd"])
    assert told["until"] == whole["until"]
    assert 0 < told["age_s"] < 600
    assert "reason" not in told


def test_the_last_event_is_exact_where_all_was_heard_and_a_bound_elsewhere() -> None:
    now = FALLS + timedelta(seconds=600)

    def low(since: timedelta, gives: str) -> bool:
        heard = frame(COVERAGE, [connection(since=now - since, until=now)])
        taken = at(600, coverage=heard, streams=HEARD, gives={"bybit": gives})
        said = document(taken, SETTINGS)["header"]["last"]["lower_bound"]
        assert isinstance(said, bool)
        return said

    assert not low(timedelta(hours=2), "all")
    assert low(timedelta(hours=2), "1/s"), "a sample"
    assert low(timedelta(minutes=5), "all"), "what was heard of it began after it"


def test_without_one_the_document_says_why() -> None:
    for days, reason in ((1, "1 of 3 days"), (7, "no burst or cascade is stored yet")):
        none = at(600, days=days, cascades=at(0).cascades.clear())
        told = document(none, SETTINGS)["header"]["last"]
        assert told.pop("reason") == reason
        assert set(told.values()) == {None}
