"""liqtop: `top` for crypto leverage. The distribution and the command are `liqtop`."""

__version__ = "0.1.0"
