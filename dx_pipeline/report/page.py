"""Where a page lies and how it reaches the others: relative links only, so that the site works from any folder."""

from __future__ import annotations

from dataclasses import dataclass

MENU = ("index", "compare", "what-if", "methods", "terms", "sources", "data")


@dataclass(frozen=True)
class Page:
    """One page in one language. Vietnamese pages lie at the root of the site, English ones below `en/`."""

    path: str
    language: str

    @property
    def file(self) -> str:
        """Path of the file below the site's folder."""
        return self.path if self.language == "vi" else f"en/{self.path}"

    @property
    def root(self) -> str:
        """Way from the page to the site's folder."""
        return "../" * self.file.count("/")

    @property
    def home(self) -> str:
        """Way from the page to the pages of its language."""
        return self.root + ("" if self.language == "vi" else "en/")

    @property
    def data(self) -> str:
        """Way from the page to the release's folder, which holds csv/, parquet/ and the database."""
        return self.root + "../"

    @property
    def other_language(self) -> str:
        """The other language's code."""
        return "en" if self.language == "vi" else "vi"

    @property
    def other(self) -> str:
        """Way to the same page in the other language."""
        return self.root + ("en/" if self.language == "vi" else "") + self.path

    @property
    def here(self) -> str:
        """Way to the page itself, written as the menu writes it."""
        return self.home + self.path

    @property
    def menu(self) -> list[tuple[str, str]]:
        """Names and addresses of the main pages."""
        return [*((name, f"{self.home}{name}.html") for name in MENU), ("quality", f"{self.root}quality.html")]


def profile_path(unit_system: int, province_id: str) -> str:
    """Path of a profile below the pages of a language; the English one lies below `en/`."""
    return f"{unit_system}/{province_id}.html"
