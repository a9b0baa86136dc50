"""Names with markup, very long names, editions without figures, empty and missing tables: pages stay right."""

from __future__ import annotations

from pathlib import Path

import lxml.html

from dx_pipeline.contracts import load_contract
from dx_pipeline.report.site import build_site

MARKUP = "<script>alert('x')</script> & \"Đà\" <b>Nẵng</b>"

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"


def page_of(folder: Path, path: str) -> lxml.html.HtmlElement:
    return lxml.html.parse(str(folder / path), parser=lxml.html.HTMLParser(encoding="utf-8")).getroot()


def test_a_name_with_markup_is_text(country, tmp_path: Path) -> None:
    country.table("provinces", country.province("da-nang", MARKUP))
    country.table("province_rankings", country.ranking("da-nang", 2024, province_vi=MARKUP, score=0.8, rank=1))
    build_site(country.con, tmp_path, MARKUP, REFERENCE)
    for path in tmp_path.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<script>alert" not in text
        assert "<b>" not in text
    page = page_of(tmp_path, "63/da-nang.html")
    assert page.findtext(".//h1") == MARKUP
    assert MARKUP in page_of(tmp_path, "index.html").text_content()


def test_a_very_long_name_stays_whole_in_the_heading_and_short_in_the_chart(country, tmp_path: Path) -> None:
    name = "Tỉnh có tên rất dài " * 20
    country.table("provinces", country.province("da-nang", name.strip()))
    country.table(
        "province_rankings",
        country.ranking("da-nang", 2023, rank=2, score=0.5),
        country.ranking("da-nang", 2024, rank=1, score=0.8),
    )
    build_site(country.con, tmp_path, "1.0.0", REFERENCE)
    page = page_of(tmp_path, "63/da-nang.html")
    assert page.findtext(".//h1") == name.strip()
    (label,) = [text.text for text in page.iter("text") if "Tỉnh" in (text.text or "")]
    assert len(label) <= 18
    assert label.endswith("…")


def test_an_edition_with_no_figures_says_so(country, tmp_path: Path) -> None:
    country.table("provinces", country.province("da-nang", "Đà Nẵng"))
    unknown = {
        "status": "not_read",
        "score_status": "not_read",
        "n_ranked": 0,
        "reason": "not_read: nobody prints it",
        "reason_vi": "chưa công bố: không nơi nào in",
    }
    country.table("province_rankings", country.ranking("da-nang", 2021, **unknown))
    build_site(country.con, tmp_path, "1.0.0", REFERENCE)
    start = page_of(tmp_path, "index.html").text_content()
    assert "Chưa có số liệu nào của kỳ này." in start
    assert "chưa công bố: không nơi nào in (1 đơn vị)" in start
    profile = page_of(tmp_path, "63/da-nang.html").text_content()
    assert "Chưa có thứ hạng của kỳ nào." in profile
    assert "Chưa công bố: không nơi nào in" in profile
    assert "Nobody prints it" in page_of(tmp_path, "en/63/da-nang.html").text_content()


def test_empty_tables_make_pages_that_say_so(country, tmp_path: Path) -> None:
    from dx_pipeline.contracts import load_contracts

    for name in load_contracts():
        country.table(name)
    build_site(country.con, tmp_path, "1.0.0", REFERENCE)
    assert "Chưa có bảng xếp hạng nào." in page_of(tmp_path, "index.html").text_content()
    assert not (tmp_path / "63").exists()


def test_missing_tables_are_named(country, tmp_path: Path) -> None:
    country.table(
        "provinces", country.province("hai-duong", "Hải Dương"), country.province("thai-nguyen", "Thái Nguyên")
    )
    build_site(country.con, tmp_path, "1.0.0", REFERENCE)
    text = page_of(tmp_path, "63/hai-duong.html").text_content()
    for table in ("rank_changes", "rank_bounds", "peer_groups", "target_progress", "cheapest_paths", "figure_sources"):
        assert f"Bản phát hành này không có bảng «{load_contract(table).title_vi}»." in text
    assert page_of(tmp_path, "compare.html").findtext(".//h1")


def test_a_database_with_nothing_at_all_makes_a_site(country, tmp_path: Path) -> None:
    build_site(country.con, tmp_path, "1.0.0", REFERENCE)
    assert (tmp_path / "en" / "index.html").is_file()


def test_an_address_that_is_not_of_the_web_is_no_link(country, tmp_path: Path) -> None:
    country.table("provinces", country.province("da-nang", "Đà Nẵng"))
    country.table("indicators", {"indicator": "overall", "name_vi": "DTI", "name_en": "DTI"})
    figure = {
        "edition": 2024,
        "unit_system": 63,
        "province_id": "da-nang",
        "indicator": "overall",
        "measure": "score",
        "tier": "press",
        "kind": "stated",
        "value": 0.8,
        "value_text": "0,8",
        "publisher": "Báo <i>A</i>",
    }
    country.table(
        "figure_sources",
        figure | {"locator": "1", "url": "javascript:alert(1)"},
        figure | {"locator": "2", "url": "https://a.vn/1 ; https://b.vn/2"},
    )
    build_site(country.con, tmp_path, "1.0.0", REFERENCE)
    page = page_of(tmp_path, "63/da-nang.html")
    assert not page.xpath("//a[starts-with(@href, 'javascript')]")
    assert "javascript:alert(1)" in page.text_content()
    links = page.xpath("//a[contains(@rel, 'noopener')]")
    assert [(link.get("href"), link.text) for link in links] == [
        ("https://a.vn/1", "Báo <i>A</i>"),
        ("https://b.vn/2", "b.vn"),
    ]


def test_a_code_that_cannot_be_a_file_name_gets_no_page(country, tmp_path: Path) -> None:
    country.table("provinces", country.province("../../evil", "Evil"), country.province("da-nang", "Đà Nẵng"))
    country.table("province_rankings", country.ranking("../../evil", 2024, rank=1, score=0.8))
    build_site(country.con, tmp_path / "site", "1.0.0", REFERENCE)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert all(file.is_relative_to(tmp_path / "site") and "evil" not in file.name for file in files)
    assert "evil" not in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
