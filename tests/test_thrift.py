"""What is sent thriftily looks the same on a terminal, and is less."""

import pyte
from hypothesis import given
from hypothesis import strategies as st

from tui.screens.thrift import thrifty

COLOURS = ("", "31", "97", "38;5;200", "38;2;213;219;227", "38;2;125;135;148", "39")
GROUNDS = ("", "44", "103", "48;5;17", "48;2;13;17;23", "49")
ATTRIBUTES = ("", "1", "3", "4", "7", "9", "1;3", "22", "24")
FIRST = "\x1b[38;2;125;135;148;48;2;13;17;23m── 9\x1b[0m"


def shown(text: str) -> list[list[tuple[object, ...]]]:
    """Every cell of a terminal of 30 × 5 after that text, with its style."""
    screen = pyte.Screen(30, 5)
    pyte.Stream(screen).feed(text)
    return [[tuple(screen.buffer[y][x]) for x in range(30)] for y in range(5)]


@st.composite
def frames(draw: st.DrawFn) -> str:
    """What Textual writes for a frame: moves, and runs of text between a style and a reset. A frame
    begins with a move, and no text reaches beyond its row: in the last one a line feed would
    scroll, so that Textual writes none there."""
    pieces, room = [], 0
    for _ in range(draw(st.integers(1, 8))):
        if room < 5 or draw(st.booleans()):
            row, column = draw(st.integers(1, 4)), draw(st.integers(1, 20))
            pieces.append(f"{draw(st.sampled_from(('', chr(10))))}\x1b[{row};{column}H")
            room = 30 - column
        styles = [draw(st.sampled_from(every)) for every in (ATTRIBUTES, COLOURS, GROUNDS)]
        numbers = ";".join(filter(None, styles))
        text = draw(st.text("ab ─█", min_size=1, max_size=5))
        room -= len(text)
        pieces.append(f"\x1b[{numbers}m{text}\x1b[0m" if numbers else text)
        pieces.append(draw(st.sampled_from(("", "", "", "\x1b[K", "\x1b[?25l"))))
    return "".join(pieces)


@given(frames(), frames())
def test_it_shows_the_same_frame_after_frame(first: str, second: str) -> None:
    assert shown(thrifty(first) + thrifty(second)) == shown(first + second)
    assert len(thrifty(first)) <= len(first)


def test_the_same_style_is_said_once() -> None:
    text = f"\x1b[3;153H{FIRST}\n\x1b[16;153H{FIRST}\x1b[1;1H"
    style = "\x1b[38;2;125;135;148;48;2;13;17;23m"
    assert thrifty(text) == f"\x1b[3;153H{style}── 9\x1b[16;153H── 9\x1b[1;1H\x1b[0m"


def test_only_what_changes_of_a_style_is_said() -> None:
    bold = "\x1b[1;38;2;1;2;3;48;2;13;17;23ma\x1b[0m"
    plain = "\x1b[38;2;4;5;6;48;2;13;17;23mb\x1b[0m"
    longer = "\x1b[1;38;2;4;5;6;48;2;13;17;23mc\x1b[0m"
    assert thrifty(plain + longer).endswith("b\x1b[1mc\x1b[0m")
    assert thrifty(bold + plain).endswith("a\x1b[0;38;2;4;5;6;48;2;13;17;23mb\x1b[0m")


def test_a_sequence_that_paints_finds_the_style_it_was_written_in() -> None:
    assert thrifty("\x1b[41ma\x1b[0m\x1b[K") == "\x1b[41ma\x1b[0m\x1b[K"
