"""`on_alert`: the one program that liqtop ever runs for a person, with the alert as JSON on stdin.

It is run as it stands in the config, by no shell, one at a time and in the order of the alerts; at
its limit it is killed with all it started. What it prints is thrown away: its failure is told by
its exit code alone, since its words and its arguments may hold a secret.
"""

import asyncio
import json
import os
import signal
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from tui.alerts.fired import Fired
from tui.document.plain import plain

SCHEMA = 1
WAITING = 50
"""Alerts that wait for the program at most; the oldest are let go, which counts as a failure."""


def payload(fired: Fired) -> bytes:
    """The alert as one line of JSON: rule, text, value, grade (0: its end), times in UTC."""
    told = plain({"schema": SCHEMA, **fired._asdict()})
    del told["late"]
    return (json.dumps(told, allow_nan=False) + "\n").encode()


class Commands:
    """Runs the program for each alert; `say` is told why it failed, None once it works again."""

    def __init__(
        self, words: Sequence[str], limit_s: float, say: Callable[[str | None], None]
    ) -> None:
        self._words, self._limit_s, self._say = words, limit_s, say
        self._waiting: deque[Fired] = deque()
        self._filled = asyncio.Event()

    def put(self, fired: Fired) -> None:
        """Have the program run for this, unless there is none, the hours are quiet, or it did."""
        if not self._words or fired.quiet or fired.late:
            return
        if len(self._waiting) == WAITING:
            self._waiting.popleft()
            self._say(f"{WAITING} alerts wait for it, one was left out")
        self._waiting.append(fired)
        self._filled.set()

    async def run(self) -> None:
        """Run it for what waits, until cancelled."""
        while True:
            await self._filled.wait()
            while self._waiting:
                fired = self._waiting.popleft()
                self._say(await run(self._words, payload(fired), self._limit_s))
            self._filled.clear()


async def run(words: Sequence[str], given: bytes, limit_s: float) -> str | None:
    """Run a program with `given` on stdin; why it failed, None when it did not."""
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
    except (OSError, ValueError) as error:
        return f"can't be started: {getattr(error, 'strerror', None) or 'no such program'}"
    try:
        await asyncio.wait_for(process.communicate(given), limit_s)
    except TimeoutError:
        return f"killed after {limit_s:g} s"
    finally:
        if process.returncode is None:  # at its limit, or the recorder ends
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    code = process.returncode
    if code:
        return f"exit code {code}" if code > 0 else f"ended by signal {-code}"
    return None
