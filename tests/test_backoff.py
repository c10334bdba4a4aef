"""Waits grow, are capped, and spread."""

from hypothesis import given
from hypothesis import strategies as st

from tui.backoff import BASE_S, CAP_S, delay


def test_waits_double_up_to_the_cap() -> None:
    assert [delay(n, jitter=1.0) for n in (1, 2, 3, 6, 7, 8)] == [1, 2, 4, 32, CAP_S, CAP_S]


@given(st.integers(1, 10_000))
def test_a_wait_is_never_shorter_than_half_nor_longer_than_the_cap(attempts: int) -> None:
    assert BASE_S / 2 <= delay(attempts) <= CAP_S
