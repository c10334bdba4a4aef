"""A loopback exchange: Binance, Bybit and OKX on 127.0.0.1, in their own wire, playing a scenario.

Names are imported from the modules themselves; this package imports nothing by itself.
"""
