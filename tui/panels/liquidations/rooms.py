"""How the blocks of the panel share its height."""


def share_out(height: int, *blocks: tuple[int, int]) -> list[int]:
    """Rows for blocks of (least, most) in the order of priority.

    Each gets its least until one has no room for it; then none after it gets any, so that a block
    never goes when the height grows. What is left fills them up, the second (the feed) last.
    """
    given = []
    room = True
    for place, (least, _) in enumerate(blocks):
        # The totals are cut to what there is; a feed needs its rule and a row; others their least.
        cut = height if place == 0 or (place == 1 and height >= 2) else 0
        take = (least if least <= height else cut) if room else 0
        room = room and take == least
        given.append(take)
        height -= take
    for place in (0, *range(2, len(blocks)), 1):
        if given[place]:
            more = min(height, blocks[place][1] - given[place])
            given[place] += more
            height -= more
    return given
