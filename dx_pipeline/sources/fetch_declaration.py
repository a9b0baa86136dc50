"""The `[fetch]` block of a `source.toml`: where a source is published and what a fetch may do there.

    [fetch]
    stale_after_days = 14

    [[fetch.files]]
    url = "https://example.org/dti/{edition}.csv"
    file = "{edition}.csv"

`{edition}` stands for every edition the source declares in such a file, and for the one after the newest: until that is
published its address answers 404, which is no failure.
"""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from dx_pipeline.declarations import Declaration, Many, wrong

EDITION = "{edition}"
MEBIBYTE = 1024 * 1024


def _address(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        wrong("an address or network such as 10.1.2.3 or 10.1.0.0/16")
    return text


def _host(text: str) -> str:
    if text != text.strip().lower() or "/" in text or "*" in text or not text:
        wrong("a host name in small letters, such as cdn.example.org")
    return text


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        wrong("an https address")
    if parts.username or parts.password:
        wrong("an address without user name and password", "secrets do not belong in a declaration")
    return text


def _file(text: str) -> str:
    if not text or "/" in text or "\\" in text or text.startswith("."):
        wrong("a plain file name in the folder of the source")
    return text


class FetchedFile(Declaration):
    """One file, or with `{edition}` one file an edition."""

    url: Annotated[str, AfterValidator(_url)]
    #: the file of the source that these bytes are
    file: Annotated[str, AfterValidator(_file)]

    @model_validator(mode="after")
    def _edition_in_both(self) -> FetchedFile:
        if (EDITION in self.url) != (EDITION in self.file):
            wrong("`{edition}` in both url and file, or in neither")
        return self


class Fetch(Declaration):
    """What is fetched for a source, how often, and what is allowed."""

    files: Annotated[Many[FetchedFile], Field(min_length=1)]
    every_days: Annotated[int, Field(ge=1, le=366)] = 1
    #: so many days without a good look (unchanged, or changed and accepted) make the source stale
    stale_after_days: Annotated[int, Field(ge=1, le=3660)] = 14
    #: what changed and keeps its layout and its laws is accepted by itself, or waits for `dx source accept`
    accept: Literal["automatic", "by_hand"] = "automatic"
    max_bytes: Annotated[int, Field(ge=1, le=256 * MEBIBYTE)] = 16 * MEBIBYTE
    timeout_seconds: Annotated[float, Field(ge=0.1, le=120)] = 20.0
    #: for a whole file, however slowly it comes
    deadline_seconds: Annotated[float, Field(ge=0.1, le=3600)] = 180.0
    #: between two requests to one host; a longer Crawl-delay of robots.txt wins
    pause_seconds: Annotated[float, Field(ge=0, le=600)] = 1.0
    #: content types beyond those usual for the form
    content_types: Many[str] = ()
    #: other hosts a redirect may lead to
    redirect_hosts: Many[Annotated[str, AfterValidator(_host)]] = ()
    #: addresses or networks that are not public and may be asked nevertheless
    private_addresses: Many[Annotated[str, AfterValidator(_address)]] = ()
    allow_http: bool = False

    @model_validator(mode="after")
    def _https(self) -> Fetch:
        plain = [one.url for one in self.files if one.url.startswith("http:")]
        if plain and not self.allow_http:
            wrong(f"https in {plain[0]}", "or `allow_http = true` where the publisher has nothing better")
        names = [one.file for one in self.files]
        if len(set(names)) != len(names):
            wrong("every file once")
        return self
