"""Where a request comes from."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest | None) -> str:
    """The address of the client, "" if it is not known.

    What a client says in X-Forwarded-For counts for nothing. Behind a proxy (`BEHIND_PROXY`), the last entry is the
    one that the proxy has written.
    """
    if request is None:
        return ""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        address = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or address
    return _tidy(address)


@lru_cache(maxsize=1024)
def _tidy(address: str) -> str:
    """Without the port that some proxies write: "203.0.113.7:5678", "[2001:db8::7]:5678"."""
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    try:
        return str(ip_address(address))
    except ValueError:
        return ""


@lru_cache(maxsize=1024)
def is_of_this_machine(address: str) -> bool:
    """Of a tool that runs here, or of a proxy whose clients `BEHIND_PROXY` would tell apart."""
    return bool(address) and ip_address(address).is_loopback


@lru_cache(maxsize=1024)
def network(address: str) -> str:
    """The address, of IPv6 the /64: the other half is the client's own to choose."""
    if not address:
        return ""
    parsed = ip_address(address)
    if not isinstance(parsed, IPv6Address):
        return address
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped else str(IPv6Address(int(parsed) >> 64 << 64))
