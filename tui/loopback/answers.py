"""What a venue answers in place of its own words: an error, an edge's page, nothing at all."""

import asyncio
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True)
class Instead:
    """One answer to every request. `status` 0 never answers, and holds the connection open.

    `handshakes` says whether the venue's sockets are answered so, too.
    """

    status: int
    text: str = '{"code":-1003,"msg":"Too many requests.","retCode":10006}'
    retry_after: str | None = None
    handshakes: bool = True

    async def response(self) -> web.Response:
        """The answer; never returns where there is none."""
        if not self.status:
            await asyncio.Event().wait()
        headers = {} if self.retry_after is None else {"Retry-After": self.retry_after}
        return web.Response(
            text=self.text, status=self.status, content_type="application/json", headers=headers
        )
