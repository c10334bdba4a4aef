"""Which keys are alive together, screen by screen; `app` is the class of the monitor itself."""

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


def scopes(app: type) -> list[list[type]]:
    """The owners of bindings that are alive together."""
    shared = everywhere(app)
    return [[Dashboard, *shared], [Detail, *shared], [Help], [Choice], [TimeChoice]]
