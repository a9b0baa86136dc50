"""Where a page lies and how it reaches the others: relative links only, so that the site works from any folder."""

from __future__ import annotations

MENU = ("index", "compare", "what-if", "methods", "terms", "sources", "data")
#: language -> folder of its pages below that of the site
FOLDERS = {"vi": "", "en": "en/"}


class Page:
    """One page in one language. Vietnamese pages lie at the root of the site, English ones below `en/`.

    `file` is its path below the site's folder. The rest are ways from the page: `root` to the site's folder, `home` to
    the pages of its language, `data` to the release's folder, which holds csv/, parquet/ and the database, `other` to
    the same page in the other language, `here` to itself, as the menu writes it; `menu` has names and addresses of the
    main pages.
    """

    def __init__(self, path: str, language: str) -> None:
        self.other_language = "en" if language == "vi" else "vi"
        self.file = FOLDERS[language] + path
        self.root = "../" * self.file.count("/")
        self.home = self.root + FOLDERS[language]
        self.data = self.root + "../"
        self.other = self.root + FOLDERS[self.other_language] + path
        self.here = self.home + path
        self.menu = [*((name, f"{self.home}{name}.html") for name in MENU), ("quality", f"{self.root}quality.html")]


def profile_path(unit_system: int, province_id: str) -> str:
    """Path of a profile below the pages of a language; the English one lies below `en/`."""
    return f"{unit_system}/{province_id}.html"
