"""Rules of a config: what one may say, what a slip is told, and that every number has a path."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_document import full as full  # the fixture of a store with something of everything
from tui import config
from tui.alerts import known, paths, rules, words
from tui.alerts.forms import Each, Rows
from tui.alerts.numbers import tree
from tui.alerts.settings import Quiet, Rule
from tui.alerts.thresholds import worst
from tui.cli import main
from tui.document import document
from tui.errors import ConfigError, UsageError
from tui.snapshot import Snapshot

VENUES = config.venue_names()


def loaded(folder: Path, text: str) -> tuple[Rule, ...]:
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return config.load(path).alerts.rules


def test_a_rule_has_a_path_a_comparison_a_number_and_patience(tmp_path: Path) -> None:
    (rule,) = loaded(
        tmp_path,
        '[[alert]]\nname = "wave"\nwhen = "liquidations.windows.5m.total_usd > 50M"\nhold = "30s"\n'
        'hysteresis = 1e7\ncool_down = "1h"\ngrades = [1e8, "200M"]\nquiet = "23:00-07:30"\n',
    )
    assert paths.written(rule.path) == "liquidations.windows.5m.total_usd"
    assert (rule.name, rule.operator, rule.threshold, rule.form) == ("wave", ">", 50e6, "usd")
    assert (rule.hold_s, rule.hysteresis, rule.cool_down_s) == (30.0, 1e7, 3600.0)
    assert rule.grades == (1e8, 2e8)
    assert rule.quiet == Quiet(23 * 60, 7 * 60 + 30)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("50e6", 5e7), ("50M", 5e7), ("1.5k", 1500.0), ("-3%", -0.03), ("0.05%", 0.0005)),
        *(("−0.02%", -0.0002), ("true", 1.0), ("false", 0.0), ("7", 7.0), ("2B", 2e9)),
    ],
)
def test_numbers_are_written_as_one_speaks_of_them(text: str, number: float) -> None:
    assert rules.number(text) == number


@pytest.mark.parametrize(
    ("alert", "said"),
    [
        ('when = "liquidations.windows.5min.total_usd > 3"', "liquidations.windows.5m.total_usd"),
        ('when = "long_short.funding[binanse,BTC].rate_8h > 1%"', "long_short.funding[all,BTC]"),
        ('when = "moving_averages.averages.365.distance < 1"', "averages.365d.distance"),
        ('when = "liquidations.windows.5m > 3"', "no number 'liquidations.windows.5m'"),
        ('when = "health.age_s > 3"', "no number 'health.age_s'"),
        ('when = "header.price"', "when: write one number"),
        ('when = "header.price > 1 and header.price < 2"', "when: write one number"),
        ('when = "header.price > lots"', "when: 'lots' is no number"),
        ('when = "header.price > 1e999"', "is no number"),
        ('when = "header..price > 1"', "is no path"),
        ("when = 3", "when: write one number"),
        ('name = "x"', "when: write one number"),
        ('when = "header.price > 1"\nholt = "3s"', "holt: unknown key; did you mean 'hold'?"),
        ('when = "header.price > 1"\nhold = "long"', "hold: 'long' is no span"),
        ('when = "header.price > 1"\nhysteresis = -1', "hysteresis: -1 is below zero"),
        ('when = "header.price > 1"\ngrades = [3, 2]', "grades: each has to lie beyond"),
        ('when = "header.price < 9"\ngrades = [10]', "grades: each has to lie beyond"),
        ('when = "header.price > 1"\nquiet = "23-7"', "quiet: '23-7' are no hours"),
        (
            'when = "header.price > 1"\nquiet = "23:00-07:00 Europe/Berln"',
            "quiet: 'Europe/Berln' is no time zone that this machine knows; write one like",
        ),
        ('when = "header.price > 1"\nquiet = "23:00-07:00 ../UTC"', "is no time zone"),
        ('when = "header.price > 1"\nquiet = "23:00-07:00 Europe"', "is no time zone"),
        ('when = "header.price > 1"\nname = "burst"', "name: is taken"),
        ('when = "header.price > 1"\nname = ""', "name: '' is no name"),
    ],
)
def test_a_slip_names_file_rule_and_what_to_write(tmp_path: Path, alert: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        loaded(tmp_path, f"[[alert]]\n{alert}\n")
    message = str(raised.value)
    assert message.startswith(f"{tmp_path / 'config.toml'}: [[alert]] 1 ")
    assert said in message
    assert "\n" not in message
    assert raised.value.exit_code == 2


def test_check_finds_it_before_anything_is_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.toml"
    path.write_text('[[alert]]\nwhen = "liquidations.windows.5m.total_us > 3"\n')
    assert main(["config", "check", "--config", str(path)]) == 2
    assert "the nearest is 'liquidations.windows.5m.total_usd'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        *("alert = 3\n", "[alert]\nwhen = 'header.price > 1'\n"),
        *("[alerts]\non_alert = 'notify'\n", "[alerts]\nnotify = 'osc8'\n"),
        *(
            "[alerts]\nquiet = '9-5'\n",
            "[alerts]\nquiet = '09:00-17:00 Mars'\n",
            "[alerts]\nfeeds = 60\n",
        ),
        "[[alert]]\nwhen = 'header.price > 1'\n[[alert]]\nwhen = 'header.price > 1'\n",
    ],
)
def test_other_slips_are_config_errors(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml: "):
        loaded(tmp_path, text)


def test_a_wrong_command_is_told_without_its_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        loaded(tmp_path, '[alerts]\non_alert = ["curl", "s3cret", ""]\n')
    assert "s3cret" not in str(raised.value)


def test_every_example_of_the_defaults_is_a_rule(tmp_path: Path) -> None:
    text = config.default_text()
    first = text.index("# [[alert]]\n")
    lines = text[first : text.index("[view]")].splitlines()
    made = loaded(tmp_path, "\n".join(line.removeprefix("#").strip() for line in lines))
    assert len(made) == text.count("# [[alert]]\n") == 9


def leaves(value: Any, node: Any) -> set[str]:
    """The numbers of a document that the tree of names does not know."""
    if isinstance(node, Rows):
        return {path for row in value for path in leaves(row, node.node)}
    if isinstance(node, Each):
        return {path for row in value.values() for path in leaves(row, node.node)}
    if isinstance(node, str):
        return set()
    missing: set[str] = set()
    for name, below in value.items():
        if name in node:
            missing |= leaves(below, node[name]) if isinstance(below, (dict, list)) else set()
        elif isinstance(below, (int, float)) or (isinstance(below, (dict, list)) and below):
            missing.add(name)
    return missing


TEXTS = {"reasons", "venues", "names", "hidden"}
"""Lists of words, which are no numbers."""


def test_every_number_of_a_document_is_known_to_rules(full: Snapshot) -> None:
    made = document(full, config.load())
    names = tree(VENUES)
    panels = {**made["panels"], "header": made["header"], "health": made["health"]}
    assert {name for name in panels if name not in names} == set()
    found = {path for name, value in panels.items() for path in leaves(value, names[name])}
    assert found - TEXTS == set()


def test_every_known_number_is_in_a_document(full: Snapshot) -> None:
    """But for what a small store has none of: full minutes, control totals, bursts, flow that was
    not heard, series of the user's; and Coinbase has no perpetual."""
    made = document(full, config.load())
    absent = {
        text
        for text in known._listed(tree(("bybit",)), "")
        if not _there(made, text.replace("[okx,swap]", "[*]").replace("[bybit,BTC,", "[okx,BTC,"))
    }
    assert {text.split(".")[-1] for text in absent if not _seldom(text)} <= {
        *("peak", "pushed", "hidden", "hidden_share", "minutes"),
        *("ours_usd", "theirs_usd", "intervals", "ratio", "alert"),
        *("gate_only_usd", "gate_only_intervals", "silent_s", "silent_after_s"),
        *("rate", "spread", "agree", "against", "qty"),
    }


def _seldom(text: str) -> bool:
    """What is there only while something happens, or after it did, or for some venues."""
    parts = (".events[", ".missing.", ".series.", ".coinbase.perp.")
    return any(part in text for part in (*parts, ".cascade.event.", ".cascade.last."))


def _there(made: dict[str, Any], text: str) -> bool:
    """Whether a name leads somewhere, be it to null."""
    node: Any = made["panels"] | {"header": made["header"], "health": made["health"]}
    for step in paths.parse(text):
        if not isinstance(node, dict) or step.name not in node:
            return False
        node = node[step.name]
        if step.picks is not None:
            rows = [row for name, row in paths._rows(node)]
            node = rows[0] if rows else {}
    return True


DOCUMENT = {
    "panels": {
        "liquidations": {
            "stale": False,
            "age_s": 3.0,
            "windows": {"5m": {"total_usd": 52e6, "cover": None, "lower_bound": True}},
            "coins": {
                "BTC": {"windows": {"1m": {"largest_usd": 9e6, "lower_bound": True}}},
                "ETH": {"windows": {"1m": {"largest_usd": 2e6, "lower_bound": True}}},
                "SOL": {"windows": {"1m": {"largest_usd": 1e5, "lower_bound": True}}},
            },
        },
        "long_short": {
            "stale": True,
            "age_s": 90.0,
            "funding": [{"venue": "okx", "base": "BTC", "rate_8h": 0.001}],
        },
        "moving_averages": {
            "stale": False,
            "averages": {"365d": {"closes_since_cross": 1, "state": "above", "value": 101e3}},
        },
        "safe_haven": {"stale": False, "flight": True},
    },
    "header": {"price": 89_880.0},
    "health": [{"collector": "liquidations", "venue": "okx", "stream": "swap", "age_s": 5.0}],
}


def said(when: str) -> str | None:
    (rule,) = rules.rules([{"when": when}], VENUES, None)
    found = worst(rule, paths.find(DOCUMENT, rule.path))
    return None if found is None else words.of_rule(rule, found)


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ("liquidations.windows.5m.total_usd > 50M", "≥ $52.0M (> $50.0M)"),
        ("panels.liquidations.windows.5m.total_usd > 50M", "≥ $52.0M (> $50.0M)"),
        ("liquidations.windows.5m.cover < 50%", None),
        ("liquidations.coins[!BTC].windows.1m.largest_usd >= 1M", "ETH ≥ $2.00M (>= $1.00M)"),
        ("liquidations.coins[*].windows.1m.largest_usd >= 1M", "BTC ≥ $9.00M (>= $1.00M)"),
        ("liquidations.coins.DOGE.windows.1m.largest_usd >= 1M", None),
        ("long_short.funding[okx,BTC].rate_8h > 0.05%", None),  # the panel is stale
        ("long_short.age_s > 60", "long short age s: 1m30s (> 1m)"),
        ("moving_averages.averages.365d.closes_since_cross == 1", "1 (== 1), above 101,000"),
        ("safe_haven.flight == true", "safe haven flight: true (== true)"),
        ("header.price < 90000", "header price: 89,880 (< 90,000)"),
        ("health[okx,swap].age_s > 1", "liquidations okx swap 5s (> 1s)"),
    ],
)
def test_a_path_leads_to_the_number_it_says(when: str, text: str | None) -> None:
    found = said(when)
    assert found is None if text is None else text in str(found)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_a_rule_or_is_refused(text: str) -> None:
    with suppress(UsageError):
        rules.rules([{"when": text}], VENUES, None)


def test_what_names_hold_cannot_steer_a_terminal() -> None:
    assert words.safe("a\x1b]0;x\x07\x9bb") == "a]0;xb"
    assert json.loads(json.dumps(words.safe("é≥"))) == "é≥"
