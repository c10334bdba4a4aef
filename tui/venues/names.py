"""The coin behind a listed name, and the names that are no coin's but gold's or a share's."""

import re

_PREFIX = re.compile(r"(10{3,7})(\D.+)")  # 1000PEPE, 1000000MOG; 1000X is a coin of its own
_MILLION = re.compile(r"1M([A-Z]{4,})")  # 1MBABYDOGE
_THOUSAND = re.compile(r"k([A-Z]{2,})")  # kPEPE
_SUFFIX = re.compile(r"(\D{2,})(1000)")  # SHIB1000
_NAMES = {"XBT": "BTC"}

_METALS = frozenset({"XAU", "XAG", "XPT", "XPD", "PAXG", "XAUT", "KAU", "KAG"})
_SHARES = frozenset(
    {"AAPL", "AMZN", "COIN", "CRCL", "GOOGL", "HOOD", "INTC", "MSFT", "MSTR", "NVDA", "PLTR"}
    | {"QQQ", "SPY", "TSLA"}
)
_CURRENCIES = frozenset({"AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "NZD"})


def is_tradfi(listed: str) -> bool:
    """Gold, silver, shares and currencies by name, for venues whose own field does not tell.

    A tokenised ounce (PAXG, XAUT) is gold, and a tokenised share ends in X (TSLAX). The list is
    kept to names that are no coin's. A pair of currencies may be one name (EURUSD).
    """
    if listed in _METALS or listed in _SHARES or listed.removesuffix("X") in _SHARES:
        return True
    return listed in _CURRENCIES or {listed[:3], listed[3:]} <= _CURRENCIES | {"USD"}


def coin(listed: str) -> tuple[str, float]:
    """The coin behind a listed base, and how many of it one listed unit is.

    >>> coin("1000PEPE"), coin("SHIB1000"), coin("XBT")
    (('PEPE', 1000.0), ('SHIB', 1000.0), ('BTC', 1.0))
    """
    if found := _PREFIX.fullmatch(listed):
        return found[2], float(found[1])
    if found := _MILLION.fullmatch(listed):
        return found[1], 1e6
    if found := _THOUSAND.fullmatch(listed):
        return found[1], 1e3
    if found := _SUFFIX.fullmatch(listed):
        return found[1], float(found[2])
    return _NAMES.get(listed, listed), 1.0
