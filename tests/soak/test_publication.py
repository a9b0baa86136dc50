"""Pictures and pages are taken over from the current release only where they would come out the same."""

from __future__ import annotations

import shutil

from dx_pipeline.orchestration.run import refresh
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_folder
from dx_pipeline.release.store.verify import verify_release


def test_a_picture_and_a_page_that_were_lost_come_back_with_the_same_bytes(released, tmp_path):
    root = tmp_path / "project"
    shutil.copytree(released, root, symlinks=True)
    current = current_folder(Paths(root))
    before = {path.relative_to(current): path.read_bytes() for path in current.rglob("*.png")}
    for lost in current.glob("pictures/target_tracker-*"):
        lost.unlink()
    shutil.rmtree(current / "site")
    outcome = refresh(Paths(root))
    assert outcome.failures == []
    after = current_folder(Paths(root))
    assert {path.relative_to(after): path.read_bytes() for path in after.rglob("*.png")} == before
    assert (after / "site" / "index.html").is_file()
    assert verify_release(after) == []
