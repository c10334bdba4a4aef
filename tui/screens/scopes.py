"""Which keys are alive together, screen by screen; `app` is the class of the monitor itself."""

from tui.screens.alerts import AlertHistory
from tui.screens.cascades import CascadeHistory
from tui.screens.choice import Choice
from tui.screens.dashboard import Dashboard
from tui.screens.detail import Detail
from tui.screens.help import Help
from tui.screens.live import LiveScreen
from tui.screens.time_keys import TimeKeys
from tui.screens.view_keys import ViewKeys
from tui.screens.when import TimeChoice


def everywhere(app: type) -> list[type]:
    """The owners of the keys that every screen of a moment has."""
    return [ViewKeys, TimeKeys, app]


def here(screen: LiveScreen) -> list[type]:
    """The owners of the keys that are a screen's own."""
    owners = [one for one in type(screen).__mro__ if issubclass(one, LiveScreen)]
    return owners[: owners.index(LiveScreen)]


def elsewhere(screen: LiveScreen) -> list[tuple[str, list[type]]]:
    """What the help opened from a screen calls the other ones, and the owners of their keys."""
    other: list[tuple[str, list[type]]] = [
        ("Keys on the dashboard", [Dashboard]),
        ("Keys in a detail", [Detail]),
        ("Keys in the history of alerts", [AlertHistory]),
        ("Keys in the list of cascades", [CascadeHistory]),
        ("Keys of this page", [Help]),
        ("Keys where a coin, a command or a time is typed", [Choice, TimeChoice]),
    ]
    shown = set(here(screen))
    return [(title, owners) for title, owners in other if shown.isdisjoint(owners)]


def scopes(app: type) -> list[list[type]]:
    """The owners of bindings that are alive together."""
    shared = everywhere(app)
    return [[Dashboard, *shared], [Detail, *shared], [Help], [Choice], [TimeChoice]]
