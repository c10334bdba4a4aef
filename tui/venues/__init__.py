"""The only code that knows ccxt: one file a venue, wire row to our row."""
