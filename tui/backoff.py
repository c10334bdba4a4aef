"""How long to wait before the next try."""

import random

BASE_S, CAP_S = 1.0, 60.0


def delay(attempts: int, jitter: float | None = None) -> float:
    """Seconds to wait after `attempts` failures in a row: 1, 2, 4 … 60, times 0.5 to 1.

    The jitter spreads the venues, and the panes of many users, after a common outage. `jitter` in
    [0, 1) is drawn when not given.
    """
    full = min(CAP_S, BASE_S * 2.0 ** min(attempts - 1, 16))
    return full * (0.5 + 0.5 * (random.random() if jitter is None else jitter))
