"""A line to type in."""

from textual.widgets import Input


class TypedLine(Input):
    """Its cursor does not blink, which would send bytes for ever, and the focus selects nothing of
    what stands in it."""

    def __init__(self, placeholder: str, id: str) -> None:
        super().__init__(placeholder=placeholder, id=id, select_on_focus=False)
        self.cursor_blink = False
