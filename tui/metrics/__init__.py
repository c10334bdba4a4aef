"""Pure functions of frames and `as_of` to small typed records. No I/O, no clock of their own."""
