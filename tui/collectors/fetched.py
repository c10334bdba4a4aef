"""A file behind https."""

import aiohttp
from yarl import URL  # aiohttp's own

from tui.collectors.daily import MOST_BYTES, BadSeries

HOPS = 3
"""Redirects that are followed, to https alone."""


async def fetched(url: str, proxy: str | None) -> bytes:
    """The answer's body, of 200 alone, no longer than `MOST_BYTES`."""
    try:
        return await _body(url, proxy)
    except aiohttp.ClientError as error:  # unsaid: it may hold the address
        raise BadSeries(f"can't be fetched: {type(error).__name__}") from None


async def _body(url: str, proxy: str | None) -> bytes:
    async with aiohttp.ClientSession() as session:
        for _ in range(HOPS + 1):
            async with session.get(url, proxy=proxy, allow_redirects=False) as answer:
                if answer.status in (301, 302, 303, 307, 308):
                    if "Location" not in answer.headers:
                        raise BadSeries("redirected nowhere")
                    url = str(answer.url.join(URL(answer.headers["Location"])))
                    if not url.startswith("https://"):
                        raise BadSeries("redirected away from https")
                    continue
                if answer.status != 200:
                    raise BadSeries(f"HTTP {answer.status}")
                return await _whole(answer)
    raise BadSeries(f"redirected more than {HOPS} times")


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_chunked(65_536):
        body += piece
        if len(body) > MOST_BYTES:
            raise BadSeries(f"more than {MOST_BYTES:,} bytes")
    return bytes(body)
