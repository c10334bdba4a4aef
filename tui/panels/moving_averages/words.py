"""What the averages panel says in words: the round levels, and what the next close may change."""

from datetime import datetime, time, timedelta

from tui import draw
from tui.panels.moving_averages.record import AveragesRecord


def rounds(record: AveragesRecord, width: int) -> str:
    """The round levels around the price, with when the last one was crossed if it fits."""
    made = record.averages
    if made.price is None:
        return "price n/a"
    texts: list[str] = []
    brief: list[str] = []
    for level in (made.round_above, made.round_below):
        if level is None or level <= 0:
            continue
        crossed = ""
        if level == made.last_round and made.last_round_at is not None:
            word = "lost" if made.price < level else "won"
            crossed = f" ({word} {moment(made.last_round_at, record.as_of)})"
        brief.append(f"{draw.whole(level)} {draw.change(level / made.price - 1, 1)}")
        texts.append(brief[-1] + crossed)
    full = "round  " + "   ".join(texts)
    return full if len(full) <= width else "round  " + "   ".join(brief)


def moment(ts: datetime, as_of: datetime) -> str:
    """The time of day within a day, else the date."""
    return f"{ts:%H:%M}" if as_of - ts < timedelta(hours=24) else f"{ts:%d %b}"


def ahead(record: AveragesRecord, width: int) -> str:
    """When the next daily close is, and which states a close at this price would change."""
    midnight = datetime.combine(
        record.as_of.date() + timedelta(days=1), time(), record.as_of.tzinfo
    )
    minutes = int((midnight - record.as_of).total_seconds()) // 60
    wait = f"next close in {minutes // 60}h{minutes % 60:02d}m"
    if record.averages.price is None:
        return wait
    turns = [
        f"{line.name} {line.next_state}"
        for line in record.averages.lines
        if line.next_state is not None and line.next_state != line.state
    ]
    what = ", ".join(turns) if turns else "no state changes"
    full = f"{wait}; at this price {what}"
    return full if len(full) <= width else draw.pad(f"{wait}; {what}", width, right=False)
