"""The only way to a raw file: size, checksum and kind of content are checked on every read."""

from __future__ import annotations

import hashlib

from dx_pipeline.sources.errors import ChecksumError, SourceError, problem
from dx_pipeline.sources.spec import FileSpec

#: far above any table there is; keeps a wrong download from filling memory
SIZE_LIMIT = 64 * 1024 * 1024


def read_verified(file: FileSpec) -> bytes:
    """The bytes of a declared file.

    Raises:
        SourceError: the file is missing, empty, too large, outside its folder, or a web page instead of a table.
        ChecksumError: the bytes are not those declared in source.toml.
    """
    where = file.where
    if not file.path.is_file():
        raise SourceError(problem(where, "the file that source.toml names", "no file"))
    if file.path.resolve().parent != file.path.parent.resolve():
        raise SourceError(problem(where, "a file in its source's folder", "a link that leads out of it"))
    size = file.path.stat().st_size
    if not 0 < size <= SIZE_LIMIT:
        raise SourceError(problem(where, f"1 to {SIZE_LIMIT} bytes", f"{size} bytes"))
    data = file.path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    looks_like_page = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower().startswith((b"<!doctype", b"<html"))
    if looks_like_page and file.form != "html":
        raise SourceError(
            problem(where, f"a {file.form} table", "a web page (HTML)", "the site may have served an error page")
        )
    if found != file.sha256:
        raise ChecksumError(
            problem(
                where,
                f"sha256 {file.sha256}",
                found,
                "the file was edited or truncated after it was declared: restore it, or, if the publisher changed it, "
                f"declare the new hash in {file.folder}/source.toml",
            )
        )
    return data
