"""A small TCP proxy that can be made to fail: between the system and its database, in the tests of faults."""

import socket
import struct
import threading
from contextlib import suppress

CHUNK = 65_536
# SO_LINGER with no time to linger: close() sends a reset, as a machine does that knows the connection no longer.
RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Listens on ``port`` of ``host`` and passes everything on to ``target``, while it is not told otherwise.

    On a free port of 127.0.0.1, unless it is given a ``listener``.
    """

    def __init__(self, target: tuple[str, int], listener: socket.socket | None = None) -> None:
        self.target = target
        self.delay_seconds = 0.0
        self._flowing = threading.Event()
        self._flowing.set()
        self._accepting = True
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = listener or socket.create_server(("127.0.0.1", 0), backlog=128)
        self.host: str
        self.port: int
        self.host, self.port = self._listener.getsockname()[:2]
        threading.Thread(target=self._accept, daemon=True).start()

    # --- What can be made of it ---

    def drop(self) -> int:
        """Reset every connection that there is; how many there were."""
        with self._lock:
            dropped, self._sockets = self._sockets, set()
        for end in dropped:
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        return len(dropped) // 2

    def refuse(self) -> None:
        """Drop everybody, and turn away who comes."""
        self._accepting = False
        self.drop()

    def freeze(self) -> None:
        """Half open: connections stay, and nothing comes through."""
        self._flowing.clear()

    def heal(self) -> None:
        """Pass everything on again, what was held back too."""
        self.delay_seconds = 0.0
        self._accepting = True
        self._flowing.set()

    def close(self) -> None:
        self._listener.close()
        self.drop()
        self._flowing.set()

    # --- How it works ---

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:  # closed
                return
            if not self._accepting:
                near.close()
                continue
            try:
                far = socket.create_connection(self.target, timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._lock:
                self._sockets |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while chunk := one.recv(CHUNK):
                self._flowing.wait()
                if self.delay_seconds:
                    threading.Event().wait(self.delay_seconds)
                other.sendall(chunk)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        with self._lock:
            self._sockets -= {one, other}
