"""Where a request may go: declared schemes and hosts, public addresses; and how an address is shown without secrets.

The name is resolved here and the connection is made to the address that was checked, so that a name which answers
differently a moment later leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import parse_qsl, urlencode, urlsplit

from dx_pipeline.fetch.errors import PermanentFetchError, TransientFetchError
from dx_pipeline.sources.declaration import Fetch

#: addresses through which a network of IPv6 only reaches IPv4 (RFC 6052)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def shown(url: str) -> str:
    """The address for logs and alerts: without user, password, fragment and the values of a query."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    netloc = f"{host}:{parts.port}" if parts.port else host
    query = urlencode([(name, "...") for name, _ in parse_qsl(parts.query, keep_blank_values=True)])
    return f"{parts.scheme}://{netloc}{parts.path}" + (f"?{query}" if query else "")


def check_redirect(origin: str, target: str, fetch: Fetch) -> None:
    """A redirect stays on its host, or leads to a declared one, and never from https to http.

    Raises:
        PermanentFetchError: it leads elsewhere.
    """
    old, new = urlsplit(origin), urlsplit(target)
    if new.hostname not in (old.hostname, *fetch.redirect_hosts):
        raise PermanentFetchError(
            "redirect",
            f"{shown(origin)} redirects to another host, {shown(target)}",
            f"if the publisher moved there, list {new.hostname!r} under `redirect_hosts` or change `url`",
        )
    if new.hostname == old.hostname and new.port != old.port and new.scheme == old.scheme:
        raise PermanentFetchError(
            "redirect", f"{shown(origin)} redirects to another port, {shown(target)}", "change `url` if that is right"
        )
    if old.scheme == "https" and new.scheme != "https":
        raise PermanentFetchError("redirect", f"{shown(origin)} redirects from https to {shown(target)}")


def allowed_addresses(url: str, fetch: Fetch) -> list[str]:
    """The addresses of the url's host, each of them one that may be asked.

    Raises:
        PermanentFetchError: the scheme is not allowed, or an address is not public and not declared.
        TransientFetchError: the name cannot be resolved now.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and fetch.allow_http):
        raise PermanentFetchError("scheme", f"{shown(url)} is not https", "`allow_http = true` where it must be")
    host = parts.hostname or ""
    found = resolve(host, parts.port or (443 if parts.scheme == "https" else 80))
    declared = [ipaddress.ip_network(text) for text in fetch.private_addresses]
    for address in found:
        if not is_public(address) and not any(address in network for network in declared):
            raise PermanentFetchError(
                "private address",
                f"{shown(url)}: {host} is {address}, which is not a public address",
                "list it under `private_addresses` if it is meant",
            )
    return [str(address) for address in found]


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public network; one that wraps an IPv4 address counts as that."""
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    teredo = getattr(address, "teredo", None)
    if teredo:
        mapped = teredo[1]
    if isinstance(address, ipaddress.IPv6Address) and address in NAT64:
        mapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    judged = mapped or address
    return judged.is_global and not judged.is_multicast


def resolve(host: str, port: int) -> list[Address]:
    """All addresses of a host, IPv4 first.

    Raises:
        TransientFetchError: there is none now.
    """
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TransientFetchError("name", f"{host} cannot be resolved: {error}") from error
    texts = dict.fromkeys(str(answer[4][0]).partition("%")[0] for answer in answers)
    return sorted((ipaddress.ip_address(text) for text in texts), key=lambda one: one.version)
