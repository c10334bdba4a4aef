"""Text of exact width: `safe` for what exchanges wrote, `fit` and `line` for what we lay out.

One character is one cell here: every mark of ours is, and `safe` removes from foreign text all that
is not. Content is assembled from pieces and never parsed from markup, so `[/x]` is only text.
"""

import locale
import os
import re
import unicodedata
from functools import lru_cache

from textual.content import Content

Part = str | tuple[str, str]
"""A piece of a line: text, or text with a style made of theme variables (`$long`)."""

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC … BEL or ST
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\)?"  # DCS, SOS, PM, APC
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    r"|\x1b[ -/]*[0-~]?"
)
_MINUS = re.compile(r"-(?=[\d.$])")
_RIGHT_TO_LEFT = {"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"}

_ASCII = str.maketrans(
    {
        "▼": "v",
        "▲": "^",
        "◆": "*",
        "♪": "!",
        "↓": "v",
        "↑": "^",
        "≥": ">",
        "×": "x",
        "−": "-",
        "—": "-",
        "–": "-",
        "─": "-",
        "│": "|",
        "·": ".",
        "…": "~",
        "Δ": "d",
        "σ": "s",
        "⏎": "<",
        "÷": "/",
        "›": ">",
        "→": ">",
        "●": "o",
        "▏": "#",
        "▎": "#",
        "▍": "#",
        "▌": "#",
        "▋": "#",
        "▊": "#",
        "▉": "#",
        "█": "#",
        "▀": "#",
        **dict.fromkeys("╭╮╰╯┬┴┤├┼", "+"),
        **dict(zip("▁▂▃▄▅▆▇", "__..::#", strict=True)),
    }
)

_CONSOLE = str.maketrans(
    {
        "◆": "♦",
        "−": "-",
        "×": "x",
        "—": "-",
        "–": "-",
        "…": "~",
        "Δ": "d",
        "›": ">",
        "→": ">",
        "⏎": "<",
        **dict(zip("╭╮╰╯", "┌┐└┘", strict=True)),
        **dict(zip("▏▎▍▌▋▊▉", "▌▌▌▌▌██", strict=True)),
        **dict(zip("▁▂▃▄▅▆▇", "▄▄▄▄███", strict=True)),
    }
)
"""What code page 437, the Linux console's own font, lacks (it has ▼ ▲ ↓ ↑ ≥ σ ÷ · ─ │ ▀ ▄ █)."""


def minus(text: str) -> str:
    """Numbers that were written with an ASCII minus, with that of the screen."""
    return _MINUS.sub("−", text)


@lru_cache(maxsize=4096)
def safe(text: str) -> str:
    """Foreign text made harmless: no control or escape sequence, no wide, combining or
    right-to-left character, nothing that is not exactly one cell."""
    return "".join(c for c in _ESCAPES.sub("", text) if _harmless(c))


def _harmless(char: str) -> bool:
    if " " <= char <= "~":
        return True
    category = unicodedata.category(char)
    return (
        category[0] not in "CMZ"
        and unicodedata.bidirectional(char) not in _RIGHT_TO_LEFT
        and unicodedata.east_asian_width(char) not in "WF"
        and Content(char).cell_length == 1
    )


def code(venue: str) -> str:
    """A venue in three letters."""
    return safe(venue)[:3].upper()


def ascii_text(text: str) -> str:
    """`text` in ASCII, cell for cell; a character without a likeness becomes `?`."""
    drawn = text.translate(_ASCII)
    return drawn if drawn.isascii() else "".join(c if c.isascii() else "?" for c in drawn)


def drawn_with(text: str, symbols: str) -> str:
    """`text` in what the terminal can show, cell for cell."""
    if symbols == "ascii":
        return ascii_text(text)
    return text.translate(_CONSOLE) if symbols == "console" else text


def symbols(wanted: str) -> str:
    """What is drawn with: `auto` is ascii where the locale is not UTF-8, console on the Linux
    console, whose fonts have few signs, else braille."""
    if wanted != "auto":
        return wanted
    encoding = locale.getpreferredencoding(False).lower().replace("-", "")
    if encoding != "utf8":
        return "ascii"
    return "console" if os.environ.get("TERM") == "linux" else "braille"


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells. Where words go, `…` says so; blanks and rules go unsaid."""
    if len(text) <= width:
        return text
    if not text[max(0, width) :].strip(" ─"):
        return text[: max(0, width)]
    return text[: width - 1] + "…" if width > 0 else ""


def pad(text: str, width: int, right: bool = True) -> str:
    """`text` cropped (with `…`) or padded to `width` cells, right-aligned unless told."""
    if len(text) > width:
        return text[: width - 1] + "…" if width > 0 else ""
    return text.rjust(width) if right else text.ljust(width)


def line(width: int, *parts: Part) -> Content:
    """One line of exactly `width` cells: the parts in order, padded at the right or `cut`."""
    pieces: list[Part] = []
    left = width
    for part in parts:
        text = part if isinstance(part, str) else part[0]
        if not text:
            continue
        text = cut(text, left)
        if text:
            pieces.append(text if isinstance(part, str) else (text, part[1]))
        left -= len(text)
        if left <= 0:
            break
    if left > 0:
        pieces.append(" " * left)
    return Content.assemble(*pieces)


def fit(content: Content | str, width: int) -> Content:
    """`content` cropped or padded to exactly `width` cells, whatever characters it holds."""
    made = Content(content) if isinstance(content, str) else content
    length = made.cell_length
    if length > width:
        made = made.truncate(width, ellipsis=False)
        length = made.cell_length
    return made.pad_right(width - length) if length < width else made
