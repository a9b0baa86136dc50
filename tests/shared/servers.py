"""PostgreSQL, Redis and an S3 server on loopback, as long as a test needs them, each with a password."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

#: what no output may ever show
PASSWORDS = {
    "DX_POSTGRES_PASSWORD": "pg-Tre-xanh-7319",
    "DX_BROKER_PASSWORD": "redis-Sen-hong-4402",
    "DX_S3_SECRET": "s3-Lua-vang-8856-0123456789abcdefghij",
}
BUCKET = "dx-lake"
READ_ONLY_BUCKET = "dx-read-only"
MODULES = ("dagster_celery", "dagster_postgres", "redis", "moto", "duckdb_extension_postgres_scanner")
#: the server refuses to run as root
POSTGRES_USER = "postgres"


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest there is."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def missing() -> str:
    """What is not there to run the servers, and how to get it, in one line; empty when all is there."""
    debian = ["postgresql"] * (programs() is None) + ["redis-server"] * (shutil.which("redis-server") is None)
    if debian:
        return f"not installed: {', '.join(debian)}; get it with `apt-get install {' '.join(debian)}`"
    absent = [name for name in MODULES if find_spec(name) is None]
    return f"not installed: {', '.join(absent)}; get it with `make shared-ready`" if absent else ""


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def servers(folder: Path) -> Iterator[dict[str, str]]:
    """All three; yields the environment of a shared deployment that uses them."""
    with ExitStack() as stack:
        postgres = stack.enter_context(_postgres(folder / "postgres"))
        redis = stack.enter_context(_redis(folder))
        s3 = stack.enter_context(_s3(folder))
        yield {
            **PASSWORDS,
            "DX_DEPLOYMENT": "shared",
            "DX_POSTGRES_HOST": "127.0.0.1",
            "DX_POSTGRES_PORT": str(postgres),
            "DX_POSTGRES_USER": "dx",
            "DX_POSTGRES_DB": "dagster",
            "DX_LAKE_DB": "lake",
            "DX_LAKE_DATA": f"s3://{BUCKET}/lake",
            "DX_BROKER": f"redis://127.0.0.1:{redis}/0",
            "DX_S3_ENDPOINT": f"http://127.0.0.1:{s3}",
            "DX_S3_KEY_ID": "dx",
        }


@contextmanager
def _postgres(folder: Path) -> Iterator[int]:
    port, where = free_port(), programs()
    assert where is not None
    folder.mkdir(parents=True)
    password = folder.parent / "password"
    password.write_text(PASSWORDS["DX_POSTGRES_PASSWORD"])
    as_user: list[str] = []
    if os.geteuid() == 0:
        as_user = ["setpriv", f"--reuid={POSTGRES_USER}", f"--regid={POSTGRES_USER}", "--clear-groups"]
        for path in (folder, password):
            shutil.chown(path, POSTGRES_USER, POSTGRES_USER)
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and parent.is_relative_to("/tmp") and parent != Path("/tmp"):
                parent.chmod(0o711)
    data = folder / "data"
    _call([*as_user, where / "initdb", "-D", data, "-U", "dx", f"--pwfile={password}", "--auth=scram-sha-256",
           "--no-sync", "-E", "UTF8"], folder)  # fmt: skip
    options = ["-p", port, "-h", "127.0.0.1", "-k", folder, "-c", "fsync=off", "-c", "max_connections=200"]
    command = [*as_user, where / "postgres", "-D", data, *options]
    env = {"PGPASSWORD": PASSWORDS["DX_POSTGRES_PASSWORD"]}
    with _running(command, folder.parent / "postgres.log"):
        ask = [where / "psql", "-h", "127.0.0.1", "-p", port, "-U", "dx", "-d", "postgres", "-c"]
        _wait(lambda: _call([*ask, "SELECT 1"], folder.parent, env))
        for name in ("dagster", "lake"):
            _call([*ask, f"CREATE DATABASE {name}"], folder.parent, env)
        yield port


@contextmanager
def _redis(folder: Path) -> Iterator[int]:
    port = free_port()
    settings = folder / "redis.conf"
    settings.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {PASSWORDS["DX_BROKER_PASSWORD"]}\nsave ""\ndir {folder}\n'
    )
    with _running(["redis-server", settings], folder / "redis.log"):
        _wait(lambda: socket.create_connection(("127.0.0.1", port), 1).close())
        yield port


@contextmanager
def _s3(folder: Path) -> Iterator[int]:
    port = free_port()
    code = f"""
import time
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port={port}, verbose=False)
server.start()
time.sleep(1e9)
"""
    with _running([sys.executable, "-c", code], folder / "s3.log"):
        _wait(lambda: socket.create_connection(("127.0.0.1", port), 1).close())
        _buckets(port)
        yield port


def _buckets(port: int) -> None:
    import boto3

    client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
                          aws_access_key_id="dx", aws_secret_access_key="x")  # fmt: skip
    for bucket in (BUCKET, READ_ONLY_BUCKET):
        client.create_bucket(Bucket=bucket)
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{READ_ONLY_BUCKET}/*",
    }
    client.put_bucket_policy(Bucket=READ_ONLY_BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))


@contextmanager
def _running(command: list[object], log: Path) -> Iterator[None]:
    with log.open("wb") as told:
        process = subprocess.Popen([str(part) for part in command], stdout=told, stderr=told, cwd=log.parent)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _call(command: list[object], cwd: Path, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=os.environ | (env or {}), capture_output=True, text=True
    )
    if done.returncode:
        raise OSError(done.stderr or done.stdout)


def _wait(ready: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            ready()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
