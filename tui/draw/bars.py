"""Horizontal bars in eighths of a cell."""

_EIGHTHS = " ▏▎▍▌▋▊▉"


def hbar(fraction: float, width: int) -> str:
    """A bar of `fraction` of `width` cells, in eighths, padded to `width`.

    Anything above zero shows at least one eighth; more than the whole is the whole.
    """
    if width <= 0:
        return ""
    eighths = round(min(1.0, max(0.0, fraction)) * width * 8)
    if fraction > 0:
        eighths = max(1, eighths)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)
