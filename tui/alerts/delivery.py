"""What a terminal is sent for an alert: the bell, and a notification as it knows them.

OSC 9 is iTerm2's (Ghostty, WezTerm, VS Code), 777 urxvt's (foot, Ghostty, WezTerm), 99 kitty's.
tmux keeps such sequences for itself unless they are wrapped for passing through (and its
`allow-passthrough` is on); the bell it hands on by itself.
"""

from collections.abc import Mapping

from tui.alerts.words import safe

BELL = "\a"
_END = "\x1b\\"
_BEGIN = {"osc9": "\x1b]9;", "osc777": "\x1b]777;notify;liqtop;", "osc99": "\x1b]99;;liqtop: "}


def sound(
    text: str, *, bell: bool, notify: str, environment: Mapping[str, str], is_terminal: bool
) -> str:
    """The characters to send for `text`; none where nobody would hear or see them."""
    if not is_terminal:
        return ""
    return (BELL if bell else "") + notice(text, notify, "TMUX" in environment)


def notice(text: str, notify: str, in_tmux: bool) -> str:
    """The notification by the setting `notify`; nothing when it is off."""
    if notify not in _BEGIN:
        return ""
    # A semicolon ends a field of OSC 777, and begins no text in the others.
    sequence = _BEGIN[notify] + safe(text).replace(";", ",") + _END
    return passed_through(sequence) if in_tmux else sequence


def passed_through(sequence: str) -> str:
    """A sequence wrapped so that tmux hands it to the terminal outside."""
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + _END
