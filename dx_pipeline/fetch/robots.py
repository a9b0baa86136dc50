"""robots.txt of each host, read once a run (RFC 9309)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from dx_pipeline.fetch.addresses import shown
from dx_pipeline.fetch.download import Manners, download
from dx_pipeline.fetch.errors import PermanentFetchError
from dx_pipeline.sources.fetch_declaration import Fetch

if TYPE_CHECKING:
    import httpx

#: the name under which a robots.txt may speak to this program
AGENT = "dx-pipeline"
MAX_BYTES = 512 * 1024
#: a longer Crawl-delay would stop a night; the file is left out instead
MAX_DELAY = 120.0


@dataclass
class Robots:
    """What hosts ask of visitors."""

    _rules: dict[str, RobotFileParser] = field(default_factory=dict)

    def pause(self, client: httpx.Client, url: str, fetch: Fetch, manners: Manners) -> float:
        """Seconds to keep between two requests to the url's host.

        Raises:
            PermanentFetchError: the host does not want this address to be fetched.
            TransientFetchError: robots.txt cannot be read now; nobody knows what is wanted.
        """
        rules = self._of(client, url, fetch, manners)
        if not rules.can_fetch(AGENT, url):
            raise PermanentFetchError(
                "robots", f"{shown(url)}: robots.txt of the host asks not to fetch it", "fetch it by hand, or ask them"
            )
        wanted = float(rules.crawl_delay(AGENT) or 0)
        if wanted > MAX_DELAY:
            raise PermanentFetchError("robots", f"{shown(url)}: robots.txt asks for {wanted:g} s between requests")
        return max(wanted, fetch.pause_seconds)

    def _of(self, client: httpx.Client, url: str, fetch: Fetch, manners: Manners) -> RobotFileParser:
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc}"
        if root not in self._rules:
            rules = RobotFileParser()
            try:
                answer = download(client, f"{root}/robots.txt", fetch, manners, max_bytes=MAX_BYTES)
                lines = (answer.data or b"").decode("utf-8", "replace").splitlines()
            except PermanentFetchError as error:
                if error.kind in ("private address", "scheme", "certificate"):
                    raise
                lines = []
            rules.parse(lines)
            self._rules[root] = rules
        return self._rules[root]
