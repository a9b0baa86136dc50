"""The long proofs run with `make soak` only."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("DX_SOAK") else ["test_*.py"]
