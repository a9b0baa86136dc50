"""Each command of each runbook is run, in a copy of a built project that fetches from a publisher on loopback.

What belongs to the machine is played: `systemctl`, `journalctl` and `sudo` write down what they were asked. `dx run` is
played too, on a release of a few tables: in the test of a new edition it releases another such. With DX_SOAK the
project is the real one, and built for real.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT, copy_project
from tests.fetch.publisher import Publisher, Reply, csv_reply, publishing
from tests.release.publish_project import release

RUNBOOKS = ROOT / "docs" / "runbooks"
BLOCK = re.compile(r"^([ ]*)```sh\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
SOURCE, FILE = "pci_scores", "2022.csv"
FETCH = """
[fetch]
allow_http = true
private_addresses = ["127.0.0.1"]
pause_seconds = 0

[[fetch.files]]
url = "URL/pci/2022.csv"
file = "2022.csv"
"""
PLAYED = ("systemctl", "journalctl")
SOAK = bool(os.environ.get("DX_SOAK"))
#: BUILD says what becomes of `dx run`: written down, a release of the tables as they are, or a build
DX = """#!/bin/sh
if [ "$1" != run ] || [ "$BUILD" = real ]; then exec "{real}" "$@"; fi
if [ "$BUILD" = quick ]; then exec "{python}" -c "{quick}"; fi
echo dx "$@" >> "{log}"
"""
QUICK = (
    "import os; from pathlib import Path; from tests.release.publish_project import release, with_scores; "
    "release(Path(os.environ['DX_ROOT']), with_scores(hai_duong=0.7462))"
)
DTI = "dti_eight_components"
SCORES = (
    *("digital_awareness", "digital_institutions", "digital_infrastructure", "digital_human_resources", "overall"),
    *("network_information_security", "digital_government_activity", "digital_economy_activity"),
    "digital_society_activity",
)


def commands(name: str) -> list[str]:
    text = (RUNBOOKS / name).read_text(encoding="utf-8")
    return [textwrap.dedent(block[1]) for block in BLOCK.findall(text)]


@dataclass
class Machine:
    """A project folder, its publisher, and what systemd was asked."""

    root: Path
    publisher: Publisher
    environment: dict[str, str]

    def run(self, script: str) -> str:
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def asked(self) -> str:
        log = self.root / "asked"
        return log.read_text(encoding="utf-8") if log.exists() else ""


@pytest.fixture
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    root = tmp_path / "project"
    if SOAK:
        shutil.copytree(request.getfixturevalue("released"), root, symlinks=True)
    else:
        release(copy_project(root))
    for name in ("Makefile", "requirements.lock", "requirements-dev.lock", "pyproject.toml", "dagster.yaml"):
        shutil.copy(ROOT / name, root / name)
    # its own copy of the code too: a runbook writes the expected rows down beside it
    shutil.copytree(ROOT / "dx_pipeline", root / "dx_pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in PLAYED:
        (tools / name).write_text(f'#!/bin/sh\necho {name} "$@" >> "{root}/asked"\n')
    real = Path(sys.executable).parent / "dx"
    dx = DX.format(log=root / "asked", real=real, python=sys.executable, quick=QUICK)
    (tools / "dx").write_text(dx)
    (tools / "sudo").write_text('#!/bin/sh\nexec "$@"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    with publishing() as publisher:
        publisher.replies["/pci/2022.csv"] = csv_reply((root / "data/raw" / SOURCE / FILE).read_bytes())
        declaration = root / "data/raw" / SOURCE / "source.toml"
        text = FETCH.replace("URL", publisher.url)
        declaration.write_text(declaration.read_text(encoding="utf-8") + text, encoding="utf-8")
        environment = {
            **os.environ,
            "PATH": f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DX_ROOT": str(root),
            "DX_CONTACT": "ops@example.org",
            "DX_ALERT_URLS": f"{publisher.url}/alerts",
            "PYTHONPATH": f"{root}:{ROOT}",
            "SOURCE": SOURCE,
            "FILE": FILE,
            "BACKUP": str(tmp_path / "backup.tar.gz"),
            "NEW": str(tmp_path / "new"),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        yield Machine(root, publisher, environment)


def in_git(machine: Machine) -> None:
    machine.run(
        "git init -q . && git config user.name t && git config user.email t@example.org"
        " && git add data/raw data/corrections && git commit -qm first"
    )


def test_every_runbook_is_tested_and_every_block_is_a_command() -> None:
    tested = set(re.findall(r'"([\w-]+\.md)"', Path(__file__).read_text(encoding="utf-8")))
    assert {path.name for path in RUNBOOKS.glob("*.md")} - {"README.md"} <= tested
    for path in RUNBOOKS.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert len(re.findall(r"```(?:sh|text)\n", text)) * 2 == text.count("```"), path.name
    units = {path.stem for path in (ROOT / "deploy" / "systemd").glob("*.service")}
    named = set(re.findall(r"\bdx-[a-z]+\b", "".join("".join(commands(path.name)) for path in RUNBOOKS.glob("*.md"))))
    assert named <= units


def test_a_night_failed(machine: Machine) -> None:
    machine.publisher.replies["/pci/2022.csv"] = Reply(b"", 404)
    said = "".join(machine.run(block) for block in commands("nightly-failed.md"))
    assert f"{SOURCE}/{FILE}: failed" in said
    assert "is as published" in said
    assert machine.asked().count("dx-daemon") == 3
    assert len(machine.publisher.posted) == 1


def test_a_source_changed_its_layout(machine: Machine) -> None:
    good = (machine.root / "data/raw" / SOURCE / FILE).read_bytes()
    lines = good.decode().splitlines()
    changed = "\n".join([lines[0] + ",new", *(line + ",1" for line in lines[1:])]).encode()
    machine.publisher.replies["/pci/2022.csv"] = csv_reply(changed)
    machine.run("dx fetch || true")
    first, diff, check, accept = commands("source-changed-layout.md")
    assert "new" in machine.run(first)
    assert "new" in machine.run(diff)
    declaration = machine.root / "data/raw" / SOURCE / "source.toml"
    text = declaration.read_text(encoding="utf-8")
    declaration.write_text(text.replace('[files."2022.csv"]', '[files."2022.csv"]\nignore = ["new"]'), encoding="utf-8")
    machine.run(check)
    assert f"accepted: {SOURCE}/{FILE}" in machine.run(accept)
    assert (machine.root / "data/raw" / SOURCE / FILE).read_bytes() == changed
    assert "current" in machine.run("dx rollback --list")


def next_edition(root: Path) -> bytes:
    """The edition of 2024 once more as one of 2025: every score moved by one rule, the units in another order."""
    lines = list(csv.DictReader(io.StringIO((root / "data/raw" / DTI / "2024_34.csv").read_text(encoding="utf-8"))))
    names = [(row["gso_code_2025"], row["province"], row["printed_name"]) for row in lines]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    for row, (code, province, printed) in zip(lines, names[3:] + names[:3], strict=True):
        scores = {name: f"{0.9 * float(text) + 0.08:.4f}" for name, text in row.items() if name in SCORES}
        row |= scores | {"edition": "2025", "gso_code_2025": code, "province": province, "printed_name": printed}
        writer.writerow(row)
    return out.getvalue().encode()


def test_a_new_edition_goes_through_and_a_release_is_restored(machine: Machine, built: Path) -> None:
    """Served tonight, accepted, released and taken back; with DX_SOAK in tables, pages and pictures too."""
    if not SOAK:  # what a build leaves, and its rows are counted from
        shutil.copytree(built / "data" / "build", machine.root / "data" / "build", dirs_exist_ok=True)
    in_git(machine)
    declaration = machine.root / "data/raw" / DTI / "source.toml"
    text = FETCH.replace("URL/pci/2022.csv", f"{machine.publisher.url}/dti/{{edition}}_34.csv")
    text = text.replace("2022.csv", "{edition}_34.csv")
    declaration.write_text(declaration.read_text(encoding="utf-8") + text, encoding="utf-8")
    there = (machine.root / "data/raw" / DTI / "2024_34.csv").read_bytes()
    machine.publisher.replies["/dti/2024_34.csv"] = csv_reply(there)
    assert "1 not yet" in machine.run("dx fetch")
    machine.publisher.replies["/dti/2025_34.csv"] = csv_reply(next_edition(machine.root))
    first, second, third = commands("new-edition.md")
    machine.environment["BUILD"] = "real" if SOAK else "quick"
    before = machine.run("readlink data/marts/current")
    assert f"{DTI}/2025_34.csv: accepted: edition 2025" in machine.run(first)
    assert "2025" in machine.run(second) or not SOAK
    units = "SELECT count(*) FROM {} WHERE edition = 2025 AND unit_system = 34"
    for table in ("province_rankings", "figure_sources", "pillar_scores") if SOAK else ():
        assert int(re.sub(r"\D", "", machine.run(f'dx query "{units.format(table)}" | tail -1'))) >= 34, table
    site = machine.root / "data/marts/site"
    assert not SOAK or any("2025" in page.read_text(encoding="utf-8") for page in site.glob("*.html"))
    new = machine.run("readlink -f data/marts/current")
    assert new != before
    machine.run(third.replace("git commit", "git -c user.name=t commit"))
    machine.environment.pop("BUILD")
    blocks = commands("restore-release.md")
    assert "current" in machine.run(blocks[0])
    machine.run(blocks[1])
    assert machine.run("readlink data/marts/current") == before
    for block in blocks[2:]:
        machine.run(block)
    assert [line for line in machine.asked().splitlines() if "systemctl" in line] == [
        "systemctl stop dx-daemon",
        "systemctl start dx-daemon",
    ]


def test_a_machine_is_replaced(machine: Machine) -> None:
    in_git(machine)
    new = Path(machine.environment["NEW"])
    new.mkdir()
    for name in ("Makefile", "requirements.lock", "requirements-dev.lock", "pyproject.toml", "dagster.yaml"):
        shutil.copy(ROOT / name, new / name)
    for folder in ("reference", "corrections"):
        shutil.copytree(machine.root / "data" / folder, new / "data" / folder)
    machine.run("dx fetch")
    said = "".join(machine.run(block) for block in commands("move-machine.md"))
    assert "is as published" in said
    assert "delivered" in said
    assert (new / "data" / "snapshots" / SOURCE / "state.json").is_file()
    assert "systemctl enable --now dx-daemon dx-webserver" in machine.asked()
