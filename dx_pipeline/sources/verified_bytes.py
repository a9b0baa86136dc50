"""The only way to a raw file: size, checksum and kind of content are checked on every read."""

from __future__ import annotations

import hashlib
import stat

from dx_pipeline.errors import Problem
from dx_pipeline.sources.budgets import check_size
from dx_pipeline.sources.errors import ChecksumError, refuse
from dx_pipeline.sources.resolved import FileSpec

#: how a file begins that is of another form than declared
BEGINNINGS = {
    b"%PDF": "a PDF", b"PK\x03\x04": "a packed file (a workbook?)",
    b"\xd0\xcf\x11\xe0": "an old Office file (a workbook?)",
    b"PAR1": "a Parquet file", b"\x1f\x8b": "a gzip file", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture",
}  # fmt: skip
TEXT_FORMS = ("csv", "html", "json", "jsonstat")


def read_verified(file: FileSpec) -> bytes:
    """The bytes of a declared file.

    Raises:
        SourceError: the file is missing, unreadable, empty, too large, a link, or of another form than declared.
        ChecksumError: the bytes are not those declared in source.toml.
    """
    where = file.where
    try:
        about = file.path.lstat()
        if stat.S_ISLNK(about.st_mode):
            refuse(where, "a file in its source's folder", "a symbolic link", "put the file itself here")
        if not stat.S_ISREG(about.st_mode):
            refuse(where, "a file", "a folder or a device", "put the file itself here")
        check_size(where, file.form, about.st_size)
        data = file.path.read_bytes()
    except FileNotFoundError:
        refuse(where, "the file that source.toml names", "no file", "restore it, or remove its lines from source.toml")
    except OSError as error:
        refuse(where, "a file that can be read", error.strerror or str(error), "look at its permissions")
    check_form(where, file.form, data)
    check_hash(file, hashlib.sha256(data).hexdigest())
    return data


def check_hash(file: FileSpec, found: str) -> None:
    """Refuse bytes with another hash than the declared one.

    Raises:
        ChecksumError: naming both.
    """
    if found != file.sha256:
        problem = Problem(
            file.where,
            f"sha256 {file.sha256}",
            found,
            "the file was edited or truncated after it was declared: restore it, or, if the publisher changed it, "
            f"declare the new hash in {file.folder}/source.toml",
        )
        raise ChecksumError.of([problem])


def check_form(where: str, form: str, data: bytes) -> None:
    """Refuse bytes that begin like another form.

    Raises:
        SourceError: naming what they look like.
    """
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
    if start.startswith((b"<!doctype", b"<html")) and form != "html":
        refuse(where, f"a {form} table", "a web page (HTML)", "the site may have served an error page")
    looks = next((name for mark, name in BEGINNINGS.items() if data.startswith(mark)), None)
    if looks and form in TEXT_FORMS:
        refuse(where, f"a {form} table", looks, "declare its right `form`, or ask for the table itself")
