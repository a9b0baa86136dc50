"""Where a request may go, and what an address shows of itself."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

import pytest

from dx_pipeline.declarations import DeclarationError, declare
from dx_pipeline.fetch.addresses import allowed_addresses, check_redirect, is_public, shown
from dx_pipeline.fetch.errors import PermanentFetchError
from dx_pipeline.fetch.night import fetch_all
from dx_pipeline.sources.declaration import Fetch
from tests.fetch.publisher import SOURCE, Publisher, Reply, csv_reply, edit_declaration, patient, small_project, table

URL = "https://example.org/a.csv"
PRIVATE = (
    *("127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1"),
    *("255.255.255.255", "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::"),
    *("ff02::1", "::", "64:ff9b::7f00:1"),
)


def declared(**more: object) -> Fetch:
    return declare(Fetch, {"files": [{"url": URL, "file": "a.csv"}], **more}, "x/source.toml, fetch")


def answering(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def test_a_declaration_that_would_open_a_door_is_refused():
    cases = [
        ({"files": []}, "at least 1"),
        ({"files": [{"url": "http://example.org/a.csv", "file": "a.csv"}]}, "https in"),
        ({"files": [{"url": "file:///etc/passwd", "file": "a.csv"}]}, "an https address"),
        ({"files": [{"url": "https://me:secret@example.org/a", "file": "a.csv"}]}, "without user name"),
        ({"files": [{"url": URL, "file": "../a.csv"}]}, "plain file name"),
        ({"files": [{"url": URL, "file": "source/../../a"}]}, "plain file name"),
        ({"files": [{"url": URL, "file": "{edition}.csv"}]}, "in both url and file"),
        ({"files": [{"url": URL, "file": "a.csv"}] * 2}, "every file once"),
        ({"private_addresses": ["everywhere"]}, "an address or network"),
        ({"redirect_hosts": ["*.example.org"]}, "a host name"),
        ({"max_bytes": 10**12}, "less than or equal"),
        ({"every_day": 1}, "no such key"),
    ]
    failures = []
    for more, told in cases:
        try:
            declared(**more)
            failures.append((more, "accepted"))
        except DeclarationError as error:
            if told not in str(error) or "x/source.toml, fetch" not in str(error):
                failures.append((more, str(error)))
    assert not failures


def test_only_public_addresses_are_asked(monkeypatch):

    wrong = [text for text in PRIVATE if is_public(ipaddress.ip_address(text))]
    wrong += [text for text in ("8.8.8.8", "2001:4860:4860::8888") if not is_public(ipaddress.ip_address(text))]
    assert not wrong
    answering(monkeypatch, "8.8.8.8", "10.1.2.3")
    with pytest.raises(PermanentFetchError, match=r"10\.1\.2\.3, which is not a public address"):
        allowed_addresses(URL, declared())
    assert allowed_addresses(URL, declared(private_addresses=["10.1.0.0/16"])) == ["8.8.8.8", "10.1.2.3"]


def test_a_redirect_stays_where_it_was_declared():
    cases = {
        "https://example.org/b.csv": True,
        "https://cdn.example.org/b.csv": True,
        "https://evil.example/b.csv": False,
        "https://example.org.evil.example/b.csv": False,
        "http://example.org/b.csv": False,
        "https://example.org:8443/b.csv": False,
        "file:///etc/passwd": False,
    }
    fetch = declared(redirect_hosts=["cdn.example.org"])
    wrong = []
    for target, allowed in cases.items():
        try:
            check_redirect(URL, target, fetch)
            found = True
        except PermanentFetchError:
            found = False
        wrong += [target] if found is not allowed else []
    assert not wrong


def test_a_redirect_on_the_same_host_is_followed_and_a_loop_ends(tmp_path: Path, publisher: Publisher):
    paths = small_project(tmp_path, publisher.url)
    path = f"/{SOURCE}/2023.csv"
    publisher.replies[path] = Reply(status=302, headers={"Location": "/moved.csv"})
    publisher.replies["/moved.csv"] = csv_reply(table(2023, changed={1: "0.9"}))
    assert fetch_all(paths, manners=patient()).outcomes[0].result == "accepted"
    publisher.replies["/moved.csv"] = Reply(status=307, headers={"Location": path})
    assert fetch_all(paths, manners=patient()).outcomes[0].result == "not due"
    (paths.snapshots / SOURCE / "state.json").unlink()
    one = fetch_all(paths, manners=patient()).outcomes[0]
    assert (one.kind, "more than 5 times" in one.told) == ("redirect", True)


def test_loopback_must_be_declared(tmp_path: Path, publisher: Publisher):
    paths = small_project(tmp_path, publisher.url)
    edit_declaration(paths, lambda text: text.replace('private_addresses = ["127.0.0.1"]', ""))
    assert {one.kind for one in fetch_all(paths, manners=patient()).outcomes} == {"private address"}
    assert not publisher.asked


def test_an_address_is_shown_without_its_secrets():
    cases = {
        "https://u:p@example.org/a?key=abc&x=1#f": "https://example.org/a?key=...&x=...",
        "https://example.org:8443/a": "https://example.org:8443/a",
        "https://[2001:db8::1]:1/a": "https://[2001:db8::1]:1/a",
    }
    assert {url: shown(url) for url in cases} == cases
