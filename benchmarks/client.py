"""A client that costs little beside the server it measures: requests as bytes, over connections that stay open.

Every answer is waited for and its status read; a connection that breaks counts as an answer of status 0.
"""

import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Source = Callable[[], bytes | None]


@dataclass
class Tally:
    """What became of a run: how long each answer took (seconds), by status."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    @property
    def p50(self) -> float:
        return statistics.median(self.latencies) if self.latencies else 0.0


class Target:
    """A server at ``address``, of the process ``pid``, and the token that opens it."""

    def __init__(self, address: str, token: str, pid: int) -> None:
        self.pid = pid
        parts = urlsplit(address)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.head = f"Host: {self.host}:{self.port}\r\nAuthorization: Token {token}\r\nAccept: application/json\r\n"

    def get(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\n{self.head}\r\n".encode()

    def post(self, path: str, body: Any) -> bytes:
        content = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\n{self.head}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        )
        return f"{head}\r\n".encode() + content


class Connection:
    """One client: a request, its answer, the next request."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body; (0, b"") where the connection broke."""
        try:
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection(self.target.host, self.target.port)
            assert self.reader
            self.writer.write(request)
            head = await self.reader.readuntil(b"\r\n\r\n")
            status = int(head[9:12])
            lower = head.lower()
            body = b""
            if b"content-length:" in lower:
                length = int(lower.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
                body = await self.reader.readexactly(length)
            elif b"transfer-encoding: chunked" in lower:
                body = await self._chunks()
            if b"connection: close" in lower:
                await self.close()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await self.close()
            return 0, b""
        else:
            return status, body

    async def _chunks(self) -> bytes:
        assert self.reader
        pieces = []
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            pieces.append((await self.reader.readexactly(size + 2))[:-2])
        await self.reader.readexactly(2)
        return b"".join(pieces)

    async def close(self) -> None:
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None


def load(target: Target, source: Source, *, clients: int, seconds: float) -> Tally:
    """Let ``clients`` ask what ``source`` gives, each as soon as it has been answered, for so long or until None."""
    return asyncio.run(_load(target, source, clients, seconds))


async def _load(target: Target, source: Source, clients: int, seconds: float) -> Tally:
    tally = Tally()
    began = time.perf_counter()

    async def client() -> None:
        connection = Connection(target)
        while time.perf_counter() - began < seconds and (request := source()) is not None:
            asked = time.perf_counter()
            status, _ = await connection.ask(request)
            tally.latencies.append(time.perf_counter() - asked)
            tally.statuses[status] += 1
        await connection.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    tally.seconds = time.perf_counter() - began
    return tally


def times(target: Target, requests: Iterator[bytes], count: int) -> list[float]:
    """How long each of ``count`` requests takes, one after another. Raises RuntimeError where one fails."""

    async def run() -> list[float]:
        connection, found = Connection(target), []
        for _ in range(count):
            request = next(requests)
            asked = time.perf_counter()
            status, body = await connection.ask(request)
            found.append(time.perf_counter() - asked)
            if not 200 <= status < 300:
                raise RuntimeError(f"{status} for {request[:200]!r}: {body[:300]!r}")
        await connection.close()
        return found

    return asyncio.run(run())
