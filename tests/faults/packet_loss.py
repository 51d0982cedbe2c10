"""A network of two machines, this one and a namespace beside it, whose packets can be lost without a word.

Each side knows the other's hardware address for good. Where a wrong one is written instead, frames go to nobody: no
reset, no refusal, as when a cable is cut further away.
"""

import ctypes
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE, THERE = "10.213.77.1", "10.213.77.2"
NOBODY = "02:00:00:00:00:99"


class Link:
    """``name`` is that of the namespace, and begins those of the devices at both ends."""

    def __init__(self, name: str) -> None:
        self.name, self.near, self.far = name, f"{name}h", f"{name}n"

    def make(self) -> None:
        self._ip("netns", "add", self.name)
        self._ip("link", "add", self.near, "type", "veth", "peer", "name", self.far, "netns", self.name)
        self._ip("addr", "add", f"{HERE}/30", "dev", self.near)
        self._there("addr", "add", f"{THERE}/30", "dev", self.far)
        self._ip("link", "set", self.near, "up")
        self._there("link", "set", self.far, "up")
        self._addresses = [
            json.loads(shown)[0]["address"]
            for shown in (
                self._there("-json", "link", "show", self.far),
                self._ip("-json", "link", "show", self.near),
            )
        ]
        self.heal()

    def listener(self) -> socket.socket:
        """Listens on a free port of the other machine, though whoever serves it is on this one."""
        made: list[socket.socket] = []

        def there() -> None:  # in a thread of its own, which alone goes there
            with Path("/run/netns", self.name).open() as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0):
                    raise OSError(ctypes.get_errno(), "setns")
            made.append(socket.create_server((THERE, 0), backlog=128))

        thread = threading.Thread(target=there)
        thread.start()
        thread.join()
        return made[0]

    def lose(self) -> None:
        self._neighbours(NOBODY, NOBODY)

    def heal(self) -> None:
        self._neighbours(*self._addresses)

    def remove(self) -> None:
        subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True)

    def _neighbours(self, there: str, here: str) -> None:
        self._ip("neigh", "replace", THERE, "lladdr", there, "dev", self.near, "nud", "permanent")
        self._there("neigh", "replace", HERE, "lladdr", here, "dev", self.far, "nud", "permanent")

    def _ip(self, *arguments: str) -> str:
        return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout

    def _there(self, *arguments: str) -> str:
        return self._ip("-n", self.name, *arguments)


def why_not() -> str:
    """Why no such network can be made here; "" if one can."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return "needs root and iproute2 for a network of its own"
    probe = Link(f"p{os.getpid() % 100_000}")
    try:
        probe.make()
    except (subprocess.CalledProcessError, OSError) as error:
        return f"no network namespaces here: {error}"
    finally:
        probe.remove()
    return ""


@contextmanager
def link() -> Iterator[Link]:
    made = Link(f"c{os.getpid() % 100_000}")
    made.make()
    try:
        yield made
    finally:
        made.remove()
