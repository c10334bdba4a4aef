"""Frames that a venue sends packed, unpacked only so far: one of 10 kB could become 10 GB."""

import zlib

MOST = 10 * 1024 * 1024
"""Bytes of one unpacked frame: ccxt's own bound on a message that comes unpacked."""

_GZIP = 31  # zlib's window bits for a gzip header


def gunzipped(frame: bytes) -> str:
    """The text of a gzip frame (HTX). Raises ValueError when it is broken, cut or too large."""
    unpack = zlib.decompressobj(_GZIP)
    try:
        data = unpack.decompress(frame, MOST)
    except zlib.error as error:
        raise ValueError(f"not gzip: {error}") from None
    if not unpack.eof:
        raise ValueError(f"a frame of more than {MOST} bytes" if len(data) == MOST else "cut gzip")
    return data.decode()
