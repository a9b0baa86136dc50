"""A publisher on loopback that plays whatever a real one does, and a small project that fetches from it."""

from __future__ import annotations

import csv
import hashlib
import http.server
import io
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from dx_pipeline.fetch.download import Manners
from dx_pipeline.paths import Paths
from tests.conftest import ROOT

SOURCE = "dti_example"


@dataclass
class Reply:
    """What the publisher says for one path."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    #: seconds before the first byte
    delay: float = 0.0
    #: of the body, so many bytes are sent although all are promised
    cut_after: int | None = None
    #: validators are sent and obeyed
    conditional: bool = True


def csv_reply(body: bytes, **more: object) -> Reply:
    return Reply(body, headers={"Content-Type": "text/csv"}, **more)  # type: ignore[arg-type]


class Publisher:
    """A web server whose answers a test sets, and which keeps what it was asked."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply | list[Reply]] = {}
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.posted: list[bytes] = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def asked_for(self, path: str) -> list[Mapping[str, str]]:
        return [headers for asked, headers in self.asked if asked == path]

    def _reply(self, path: str) -> Reply:
        found = self.replies.get(path, Reply(b"no such file", 404))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found

    def _handler(publisher) -> type[http.server.BaseHTTPRequestHandler]:
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # a body need not wait for the answer to its headers

            def handle(self) -> None:
                with suppress(ConnectionError):
                    super().handle()

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                publisher.asked.append((self.path, dict(self.headers)))
                reply = publisher._reply(self.path)
                if reply.delay:
                    time.sleep(reply.delay)
                with suppress(ConnectionError):
                    self.answer(reply)

            def do_POST(self) -> None:
                publisher.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def answer(self, reply: Reply) -> None:
                tag = f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"'
                known = reply.conditional and reply.status == 200 and self.headers.get("If-None-Match") == tag
                self.send_response(304 if known else reply.status)
                for name, text in reply.headers.items():
                    self.send_header(name, text)
                if reply.conditional and reply.status == 200:
                    self.send_header("ETag", tag)
                if known:
                    self.end_headers()
                    return
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                if reply.cut_after is None:
                    self.wfile.write(reply.body)
                    return
                self.wfile.write(reply.body[: reply.cut_after])
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True

        return Handler


@contextmanager
def publishing() -> Iterator[Publisher]:
    publisher = Publisher()
    thread = threading.Thread(target=publisher.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield publisher
    finally:
        publisher.server.shutdown()
        publisher.server.server_close()


def provinces(unit_system: str = "63") -> list[str]:
    with (ROOT / "data" / "reference" / "units.csv").open(encoding="utf-8") as file:
        return [row["name_vi"] for row in csv.DictReader(file) if row["unit_system"] == unit_system]


def table(
    edition: int, *, changed: Mapping[int, str] | None = None, without: int | None = None, extra: str = ""
) -> bytes:
    """An edition as CSV: 63 provinces with a score, some of them changed, one left out, or a column more."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Tỉnh", "DTI", *([extra] if extra else [])])
    for number, name in enumerate(provinces()):
        if number != without:
            score = (changed or {}).get(number, f"0.{4000 + (edition % 100) * 37 + number * 31:04d}")
            writer.writerow([name, score, *(["0.5"] if extra else [])])
    return out.getvalue().encode()


DECLARATION = """# kept by hand
title = "Example"
title_vi = "Ví dụ"
publisher = "Example ministry"
url = "https://example.org"
where_read = "local server"
retrieved_on = 2025-01-01
licence = "none stated"
tier = "official"
form = "csv"
layout = "wide"
unit_system = 63
complete = true
province = "Tỉnh"

[columns."DTI"]
indicator = "overall"
measure = "score"
unit = "score 0-1"
min = 0
max = 1

[fetch]
allow_http = true
private_addresses = ["127.0.0.1"]
pause_seconds = 0
timeout_seconds = 0.5
deadline_seconds = 5
max_bytes = 20000
stale_after_days = 14

[[fetch.files]]
url = "URL/dti/{edition}.csv"
file = "{edition}.csv"

# the editions
[files."2023.csv"]
edition = 2023  # assessed year
sha256 = "SHA"
"""


def small_project(root: Path, url: str, *sources: str) -> Paths:
    """A project that declares the edition 2023 of each source and fetches it."""
    paths = Paths(root)
    shutil.copytree(ROOT / "data" / "reference", paths.reference)
    data = table(2023)
    for name in sources or (SOURCE,):
        folder = paths.raw / name
        folder.mkdir(parents=True)
        (folder / "2023.csv").write_bytes(data)
        text = DECLARATION.replace("URL/dti", f"{url}/{name}").replace("SHA", hashlib.sha256(data).hexdigest())
        (folder / "source.toml").write_text(text, encoding="utf-8")
    listed = ", ".join(f'"{name}"' for name in sources or (SOURCE,))
    (paths.raw / "manifest.toml").write_text(f"sources = [{listed}]\n", encoding="utf-8")
    return paths


def edit_declaration(paths: Paths, change: Callable[[str], str], source: str = SOURCE) -> None:
    path = paths.raw / source / "source.toml"
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def patient(slept: list[float] | None = None) -> Manners:
    """Manners that do not really sleep."""
    return Manners("dx-pipeline/test (+test@example.org)", sleep=(slept if slept is not None else []).append)


def declared_sha(paths: Paths, file: str, source: str = SOURCE) -> str:
    import tomllib

    data = tomllib.loads((paths.raw / source / "source.toml").read_text(encoding="utf-8"))
    return str(data["files"][file]["sha256"])


def is_whole(paths: Paths, source: str = SOURCE) -> bool:
    """Every declared file has the declared bytes."""
    import tomllib

    data = tomllib.loads((paths.raw / source / "source.toml").read_text(encoding="utf-8"))
    return all(
        hashlib.sha256((paths.raw / source / name).read_bytes()).hexdigest() == entry["sha256"]
        for name, entry in data["files"].items()
    )
