"""Whether the bytes that came are the file that is expected, or a login, challenge or error page served as if all well.

Nothing is interpreted here beyond the first look; whether the figures hold is for `judge`.
"""

from __future__ import annotations

import json
import re

from dx_pipeline.fetch.errors import PermanentFetchError, TransientFetchError

#: content types usual for a form; `application/octet-stream` and none at all say nothing and are no reason to refuse
USUAL_TYPES = {
    "csv": ("text/csv", "text/plain", "application/csv", "text/tab-separated-values", "application/vnd.ms-excel"),
    "json": ("application/json", "text/json", "text/plain", "application/geo+json", "application/vnd.geo+json"),
    "html": ("text/html", "application/xhtml+xml"),
    "workbook": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.ms-excel",
        "application/vnd.ms-excel.sheet.binary.macroenabled.12",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/zip",
        "application/x-zip-compressed",
    ),
}
SAYS_NOTHING = ("", "application/octet-stream", "binary/octet-stream", "application/force-download")
#: how a binary form starts
MAGIC = {
    "workbook": (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "parquet": (b"PAR1",),
    "stata": (b"<stata_dta>", b"\x71", b"\x72", b"\x73"),
}
TEXT_FORMS = ("csv", "json", "html")
#: so much of a page is looked at
LOOKED_AT = 65536
TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
#: what titles and headings of pages say that are no data; a page of data does not carry these words in its title
LOGIN = re.compile(r"log ?in|sign ?in|đăng nhập|single sign|xác thực", re.IGNORECASE)
CHALLENGE = re.compile(r"just a moment|attention required|captcha|are you (a )?human|checking your browser", re.I)
GONE = re.compile(r"\b4[01]\d\b|not found|access denied|forbidden|rejected|không tìm thấy|từ chối", re.IGNORECASE)
FAULT = re.compile(r"\b50\d\b|error|bad gateway|unavailable|maintenance|bảo trì|lỗi", re.IGNORECASE)
CHALLENGE_MARKS = (b"cf-challenge", b"challenge-platform", b"g-recaptcha", b"h-captcha", b"_incapsula_", b"aws-waf")
PASSWORD_FIELD = re.compile(rb"<input[^>]+type\s*=\s*[\"']?password", re.IGNORECASE)


def check_content(name: str, form: str, content_type: str, data: bytes, allowed: tuple[str, ...] = ()) -> None:
    """Pass when the bytes look like the declared form; a form unknown here is only checked against pages.

    `name` is the address as messages show it; `allowed` are content types beyond the usual ones.

    Raises:
        PermanentFetchError: something else came; the message says what it looks like.
        TransientFetchError: nothing came, or a challenge that may be gone tomorrow.
    """
    if not data.strip():
        raise TransientFetchError("empty", f"{name}: the answer is empty")
    kind = content_type.partition(";")[0].strip().lower()
    if _is_page(data) and (form != "html" or b"<table" not in data.lower()):
        raise _page(name, form, data)
    if form == "html":
        _refuse_wrapped_page(name, data)
    if form in MAGIC and not data.startswith(MAGIC[form]):
        raise PermanentFetchError("magic", f"{name}: expected a {form}, but the first bytes are {data[:8]!r}")
    if form in TEXT_FORMS and b"\x00" in data[:LOOKED_AT] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise PermanentFetchError("magic", f"{name}: expected text ({form}), but the file holds zero bytes")
    if form == "json":
        _refuse_error_object(name, data)
    elif form == "csv" and data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"<"):
        raise PermanentFetchError("error message", f"{name}: expected a table, but it starts {data[:60]!r}")
    usual = USUAL_TYPES.get(form)
    if usual and kind not in (*usual, *SAYS_NOTHING, *allowed) and not (form == "json" and kind.endswith("+json")):
        raise PermanentFetchError(
            "content type",
            f"{name}: the server calls it {kind!r}, which is unusual for {form}",
            f"list {kind!r} under `content_types` if the file is right",
        )


def _is_page(data: bytes) -> bool:
    start = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    while start.startswith(b"<!--") and b"-->" in start:
        start = start.split(b"-->", 1)[1].lstrip()
    if start.startswith(b"<?xml"):
        start = start.split(b"?>", 1)[-1].lstrip()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))


def page_title(data: bytes) -> str:
    """The title of a page, at most 80 characters."""
    match = TITLE.search(data[:LOOKED_AT])
    return " ".join(match[1].decode("utf-8", "replace").split())[:80] if match else ""


def _page(name: str, form: str, data: bytes) -> PermanentFetchError | TransientFetchError:
    title = page_title(data)
    told = f", titled {title!r}" if title else ""
    expected = "a page with a table" if form == "html" else f"a {form} file"
    head = data[:LOOKED_AT].lower()
    if CHALLENGE.search(title) or any(mark in head for mark in CHALLENGE_MARKS):
        return TransientFetchError(
            "challenge page", f"{name}: expected {expected}, got a page that tests visitors{told}"
        )
    if LOGIN.search(title) or PASSWORD_FIELD.search(head):
        return PermanentFetchError("login page", f"{name}: expected {expected}, got a login page{told}")
    if GONE.search(title) or FAULT.search(title):
        page = PermanentFetchError if GONE.search(title) else TransientFetchError
        return page("error page", f"{name}: expected {expected}, got an error page served as good{told}")
    return PermanentFetchError("web page", f"{name}: expected {expected}, got a web page{told}")


def _refuse_wrapped_page(name: str, data: bytes) -> None:
    """A page with a table can still be a challenge or an error page; its title says so."""
    title = page_title(data)
    if any(words.search(title) for words in (CHALLENGE, GONE, FAULT)) or (
        LOGIN.search(title) and PASSWORD_FIELD.search(data)
    ):
        raise _page(name, "html", data)


def _refuse_error_object(name: str, data: bytes) -> None:
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        raise PermanentFetchError("error message", f"{name}: expected JSON, but it starts {data[:60]!r}")
    if len(data) > LOOKED_AT:
        return
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(found, dict) or any(isinstance(value, list) and len(value) > 1 for value in found.values()):
        return
    if {"error", "errors"} & {str(key).lower() for key in found}:
        raise PermanentFetchError("error message", f"{name}: expected data, got the error {str(found)[:100]}")
