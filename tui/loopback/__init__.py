"""A loopback exchange: every venue on 127.0.0.1, in its own wire, playing a scenario.

Names are imported from the modules themselves; this package imports nothing by itself.
"""
