"""What waits for the reading thread: the newest question, the newest burst, and the end."""

import threading
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from tests.fake_panels import NOW
from tui.screens.picture import Ask
from tui.screens.questions import Questions
from tui.screens.seeking import Seek

SECOND = Ask(NOW, None)
NEXT = replace(SECOND, as_of=NOW + timedelta(seconds=1))
KEY = replace(SECOND, as_of=NOW + timedelta(seconds=0.2), fresh=False)
HALF = replace(SECOND, as_of=NOW + timedelta(seconds=0.5), between=True)
SEEK = Seek(NOW, NOW, None, forward=True)
BACK = replace(SEEK, forward=False)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ([SECOND, NEXT], [NEXT]),
        ([SECOND, HALF], [SECOND]),
        ([HALF, SECOND], [SECOND]),
        ([HALF, replace(HALF, as_of=NOW)], [replace(HALF, as_of=NOW)]),
        ([SECOND, KEY], [replace(KEY, fresh=True)]),
        ([SECOND, KEY, HALF, KEY], [replace(KEY, fresh=True)]),
        ([KEY, KEY], [KEY]),
        ([HALF, KEY], [KEY]),
        ([SECOND, SEEK], [SEEK]),
        ([SEEK, SECOND], [SEEK, SECOND]),
        ([SECOND, SEEK, HALF, KEY], [SEEK, KEY]),
        ([SEEK, SECOND, BACK, HALF], [BACK, HALF]),
    ],
    ids=[
        "of two seconds the later",
        "a second before a half",
        "a second after a half",
        "of two halves the later",
        "a key takes over the reading of a second",
        "and keeps it",
        "a key reads nothing",
        "nor in the way of a half",
        "a burst before a question",
        "and the question after it",
        "of a question put before it nothing",
        "of two bursts the later",
    ],
)
def test_what_is_answered_of_what_was_asked(
    asked: list[Ask | Seek], answered: list[Ask | Seek]
) -> None:
    questions = Questions()
    for one in asked:
        questions.seek(one) if isinstance(one, Seek) else questions.ask(one)
    found = [questions.next() for _ in answered]
    questions.end()
    assert [*found, questions.next()] == [*answered, None]


def test_the_end_goes_before_what_waits() -> None:
    questions = Questions()
    questions.ask(SECOND)
    questions.seek(SEEK)
    questions.end()
    assert questions.next() is None


def test_who_waits_is_told() -> None:
    questions, found = Questions(), list[Ask | Seek | None]()

    def take() -> None:
        found.append(questions.next())

    puts = partial(questions.ask, SECOND), partial(questions.seek, SEEK), questions.end
    for put in puts:
        waiting = threading.Thread(target=take)
        waiting.start()
        time.sleep(0.01)
        put()
        waiting.join(30)
    assert found == [SECOND, SEEK, None]
