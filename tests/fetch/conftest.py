from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fetch.publisher import SOURCE, Publisher, csv_reply, publishing, table


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """A publisher that serves the edition 2023 as the small project declares it."""
    with publishing() as server:
        server.replies[f"/{SOURCE}/2023.csv"] = csv_reply(table(2023))
        yield server
