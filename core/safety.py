"""What refuses to start: values with which nobody would be served, or not safely. Each sentence says what to do."""

import re
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured
from phonenumbers import SUPPORTED_REGIONS

DEVELOPMENT_SECRET_KEY = "insecure-development-key-never-used-without-DEBUG"  # noqa: S105 - refused without DEBUG
HOST = re.compile(r"\*|\.?[\w.-]+|\[[0-9a-fA-F:.]+\]")
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})


def refuse_absent_file(path: str) -> None:
    if not Path(path).exists():
        raise ImproperlyConfigured(
            f"There is no file {path}, which ENV_FILE names. Write it, as .env.example shows, or unset ENV_FILE."
        )


def refuse_weak_key(key: str) -> None:
    if len(key) < 50 or key == DEVELOPMENT_SECRET_KEY or key.startswith("change-me"):
        raise ImproperlyConfigured(
            "SECRET_KEY is missing, shorter than 50 characters, or the example's. Set it in the environment or in .env "
            "to the output of: python -c 'import secrets; print(secrets.token_urlsafe(50))' "
            "(or set DEBUG=True on a developer's machine)."
        )


def refuse_any_host(hosts: Iterable[str]) -> None:
    if "*" in hosts:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS=* lets anyone pose as this clinic's address. Set it to the host names that people use, "
            "separated by commas, for example ALLOWED_HOSTS=clinic.example.org."
        )


def refuse_no_host(hosts: Iterable[str]) -> None:
    """What can be the name of no host."""
    if wrong := [host for host in hosts if not HOST.fullmatch(host)]:
        raise ImproperlyConfigured(
            f"ALLOWED_HOSTS={wrong[0]} is not the name of a host, and no request would be for it. Write names without "
            "https://, port and path, separated by commas, for example ALLOWED_HOSTS=clinic.example.org,127.0.0.1."
        )


def refuse_unknown_zone(name: str) -> None:
    if name not in available_timezones():
        raise ImproperlyConfigured(
            f"CLINIC_TIME_ZONE={name!r} is not an IANA time zone. Use a name such as Africa/Nairobi or Europe/London."
        )


def refuse_unknown_country(code: str) -> None:
    if code and code not in SUPPORTED_REGIONS:
        raise ImproperlyConfigured(
            f"CLINIC_COUNTRY={code!r} is not the two-letter code of a country. Use one such as KE."
        )


def refuse_cookies_in_the_clear(hosts: Iterable[str]) -> None:
    """Without TLS they are for this machine only."""
    if not set(hosts) <= THIS_MACHINE:
        raise ImproperlyConfigured(
            "SECURE_COOKIES=False sends sessions over the network for anyone to read. Serve over HTTPS and leave it "
            "out; it is for this machine only, with ALLOWED_HOSTS=localhost."
        )


def refuse_open_origins(origins: Iterable[str]) -> None:
    if any("*" in origin or not origin.startswith("https://") for origin in origins):
        raise ImproperlyConfigured(
            "CSRF_TRUSTED_ORIGINS names whole domains, or an address without TLS: anybody's pages could then write "
            "here. Name each origin: https://desk.example.org."
        )


def refuse_no_network(networks: Iterable[str]) -> None:
    """What is neither an address nor a network."""
    try:
        [ip_network(network, strict=False) for network in networks]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"METRICS_ADDRESSES: {error}. Use addresses or networks, separated by commas, such as 10.0.0.5,10.1.0.0/16."
        ) from error
