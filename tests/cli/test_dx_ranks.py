"""Where a province stands, beside whom, and what would change it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from dx_answers import Dx, DxIn

from dx_pipeline.paths import Paths

#: ranks of the five editions as published or computed from published scores
HAI_DUONG, THAI_NGUYEN = [14, 14, 13, 26, 19], [12, 8, 8, 16, 6]


def test_the_ranking_of_the_latest_edition(dx: Dx) -> None:
    answer = dx("rank", "--top", "3", "--system", "63")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].startswith("DTI 2024, 63 units")
    assert [line.split()[0] for line in lines[2:5]] == ["1", "2", "3"]
    assert "\x1b" not in answer.out


@pytest.mark.parametrize("spelling", ["hai-duong", "Hải Dương", "hai duong", "TỈNH HẢI DƯƠNG", "Haiduong"])
def test_a_province_in_any_spelling(dx: Dx, spelling: str) -> None:
    answer = dx("rank", spelling, "--json")
    assert answer.json["province_id"] == "hai-duong"
    assert [row["rank"] for row in answer.json["rows"]] == HAI_DUONG


def test_steps_between_editions_that_do_not_compare_are_told(dx: Dx) -> None:
    out = dx("rank", "thai-nguyen", "--system", "63").out
    assert "2020 and 2021 are not comparable" in out
    assert "2023 and 2024 are not comparable" in out


def test_json_of_a_ranking_has_stable_keys(dx: Dx) -> None:
    answer = dx("rank", "--edition", "2023", "--top", "5", "--system", "63", "--json").json
    assert set(answer) == {"unit_system", "edition", "province_id", "rows"}
    assert len(answer["rows"]) == 5
    assert {"edition", "province_id", "province_vi", "rank", "score", "status", "reason"} <= set(answer["rows"][0])


def test_units_without_a_known_rank_are_named(dx: Dx) -> None:
    assert "No known rank (24): " in dx("rank", "--edition", "2021", "--system", "63").out


def test_the_units_of_today_are_the_default(dx: Dx) -> None:
    rows = dx("rank", "--json").json["rows"]
    assert len(rows) == 34
    assert rows[0]["unit_system"] == 34


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["rank", "xyzzy"], "names no province"),
        (["rank", "Quảng"], "Did you mean Quảng Ninh (quang-ninh), Quảng Bình (quang-binh)"),
        (["rank", "Hai Duog"], "Did you mean Hải Dương (hai-duong), "),
        (["rank", "hai-duong", "--system", "34"], "part of Hải Phòng since 1 July 2025"),
        (["rank", "--edition", "2019", "--system", "63"], "Known: 2020, 2021, 2022, 2023, 2024."),
        (["rank", "--system", "60"], "Known: 34, 63"),
        (["rank", "--top", "0"], "--top"),
        (["compare", "hai-duong", "Hải Dương"], "both are Hai Duong"),
        (["profile", "huyện Tứ Kỳ"], "names a smaller unit"),
    ],
)
def test_a_wrong_argument_is_told_in_two_lines_with_a_suggestion(dx: Dx, arguments: list[str], told: str) -> None:
    answer = dx(*arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert told in answer.err
    assert len(answer.err.splitlines()) <= 2


def test_two_provinces_side_by_side(dx: Dx) -> None:
    answer = dx("compare", "Hải Dương", "Thái Nguyên", "--edition", "2022")
    assert answer.out.startswith("Hai Duong beside Thai Nguyen, DTI 2022")
    assert "−49.74" in answer.out  # foundation, thousandths of the overall
    assert "solved" not in answer.out


def test_the_parts_of_a_gap_sum_to_it(dx: Dx) -> None:
    rows = dx("compare", "hai-duong", "thai-nguyen", "--edition", "2022", "--json").json["rows"]
    points = {row["indicator"]: row["gap_points"] for row in rows if row["gap_points"] is not None}
    assert points.pop("overall") == pytest.approx(-8.6)
    assert sum(points.values()) == pytest.approx(-8.6)


def test_points_that_rest_on_solved_weights_say_so(dx: Dx) -> None:
    assert "weights of 2024 are solved" in dx("compare", "hai-duong", "thai-nguyen").out
    assert "trọng số kỳ 2024" in dx("compare", "hai-duong", "thai-nguyen", "--lang", "vi").out.lower()


def test_a_better_component_and_whom_it_would_pass(dx: Dx) -> None:
    answer = dx("what-if", "hai-duong", "--edition", "2023", "--set", "digital_economy_activity=0.70")
    assert answer.code == 0
    assert "overall 0.6929† -> 0.7057† (+0.0128)" in answer.out
    assert "rank 26† -> 23† of 63" in answer.out
    assert "1.1 points below Tra Vinh" in answer.out
    assert "third-party copy only" in answer.out
    assert "passed (3): Tien Giang, Dien Bien, Ha Tinh" in answer.out
    assert "passed by (0): nobody" in answer.out


def test_what_if_as_json(dx: Dx) -> None:
    answer = dx("what-if", "Hải Dương", "-e", "2023", "--set", "digital_economy_activity=0,70", "--json").json
    assert (answer["rank_before"], answer["rank_after"]) == (26, 23)
    assert answer["passed"] == ["tien-giang", "dien-bien", "ha-tinh"]
    assert sum(part["after"] for part in answer["points"]) == pytest.approx(1000 * answer["overall_after"])
    assert answer["weights_status"] == "published"


def test_a_rank_that_rounding_leaves_open_says_so(dx: Dx) -> None:
    asked = ("what-if", "hai-duong", "--edition", "2023", "--set", "digital_economy_activity=0.6121")
    assert "rank 26† -> 27† of 63; rounding leaves ranks 26–27 open" in dx(*asked).out
    answer = dx(*asked, "--json").json
    assert (answer["rank_low"], answer["rank_high"], answer["within_error"]) == (26, 27, True)


def test_other_weights_for_everybody(dx: Dx) -> None:
    changed = ["--weight", "foundation=0.4", "--weight", "digital_economy_activity=0.25"]
    answer = dx("what-if", "hai-duong", "--edition", "2022", *changed, "--json").json
    assert answer["overall_after"] != answer["overall_before"]
    assert answer["rank_before"] == 13


def test_solved_weights_are_told(dx: Dx) -> None:
    assert "solved" in dx("what-if", "hai-duong", "--set", "foundation=0.99").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--set", "foundation=1.4"], "lies between 0 and 1"),
        (["--set", "foundation=-0.1"], "lies between 0 and 1"),
        (["--set", "foundation=nan"], "lies between 0 and 1"),
        (["--set", "foundation"], "expected COMPONENT=NUMBER"),
        (["--set", "foundation=much"], "is not a number"),
        (["--set", "foundation=.5", "--set", "foundation=.6"], "given twice"),
        (["--set", "digital_econ=.5"], "Known: foundation, digital_government_activity"),
        (["--weight", "foundation=0.4"], "weights must sum to 1, these sum to 0.9"),
        (["--edition", "2021", "--set", "foundation=.5"], "Known: 2022, 2023, 2024."),
        ([], "nothing is changed"),
    ],
)
def test_an_impossible_what_if_is_refused(dx: Dx, arguments: list[str], told: str) -> None:
    answer = dx("what-if", "hai-duong", *arguments)
    assert answer.code == 2
    assert told in answer.err


def test_a_profile_in_both_languages(dx: Dx) -> None:
    english = dx("profile", "thai-nguyen", "--system", "63").out
    vietnamese = dx("profile", "thai-nguyen", "--system", "63", "--lang", "vi").out
    assert "Thai Nguyen (thai-nguyen)" in english
    assert "rank 8 of 63, score 0.6469" in english
    assert "hạng 8/63, điểm 0,6469" in vietnamese
    assert "Vì sao hạng thay đổi" in vietnamese


def test_a_profile_as_json(dx: Dx) -> None:
    answer = dx("profile", "thai-nguyen", "--system", "63", "--json").json
    assert [row["rank"] for row in answer["ranks"]] == THAI_NGUYEN
    assert {"components", "bands", "findings", "targets", "page"} <= set(answer)


def test_a_profile_of_one_of_the_34(dx: Dx) -> None:
    answer = dx("profile", "Hải Phòng", "--system", "34")
    assert answer.code == 0
    assert "34 units" in answer.out


@pytest.mark.parametrize(("lang", "page"), [("vi", "site/63/thai-nguyen.html"), ("en", "site/en/63/thai-nguyen.html")])
def test_open_shows_the_page_of_the_site(
    dx_in: DxIn, own_release: Paths, monkeypatch: pytest.MonkeyPatch, lang: str, page: str
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    (own_release.marts / page).parent.mkdir(parents=True)
    (own_release.marts / page).write_text("<!doctype html>", encoding="utf-8")
    answer = dx_in(own_release.root, "profile", "Thái Nguyên", "--system", "63", "--open", "--lang", lang)
    assert (answer.code, opened) == (0, [(own_release.marts / page).as_uri()])


def test_open_says_when_there_is_no_page(dx: Dx) -> None:
    answer = dx("profile", "thai-nguyen", "--open")
    assert answer.code == 1
    assert "no page of this unit" in answer.err


def test_a_name_decides_which_set_of_units_is_meant(dx: Dx) -> None:
    """Hải Dương is of the 63 only, Hải Phòng of both: then today's."""
    assert dx("rank", "hai-duong", "--json").json["unit_system"] == 63
    assert dx("rank", "hai-phong", "--json").json["unit_system"] == 34
    assert dx("compare", "hai-phong", "thai-nguyen", "--json").json["unit_system"] == 34
    assert dx("compare", "hai-duong", "thai-nguyen", "--json").json["unit_system"] == 63


def test_the_34_have_what_if_and_compare(dx: Dx) -> None:
    answer = dx("what-if", "hai-phong", "--system", "34", "--set", "digital_society_activity=0.70", "--json").json
    assert (answer["unit_system"], answer["rank_before"]) == (34, 3)
    assert answer["rank_after"] <= 3
    rows = dx("compare", "hai-phong", "thai-nguyen", "--system", "34", "--json").json["rows"]
    points = {row["indicator"]: row["gap_points"] for row in rows if row["gap_points"] is not None}
    assert points.pop("overall") == pytest.approx(sum(points.values()), abs=0.02)


def test_ranks_compare_where_scores_are_missing(dx: Dx) -> None:
    answer = dx("compare", "hai-duong", "thai-nguyen", "--edition", "2021")
    assert answer.code == 0
    assert answer.out.splitlines()[2].split()[-2:] == ["14", "8"]
    assert "only ranks compare" in answer.out


def test_no_code_is_shown_to_a_person(dx: Dx) -> None:
    """Codes of tables are for programs: a person reads a label in the language asked for."""
    codes = re.compile(r"not_published|not_read|not_comparable|not_assessable|not_due|third_party_only|within_error")
    for lang in ("vi", "en"):
        for arguments in (
            ["rank", "--edition", "2021", "--system", "63"],
            ["rank", "kon-tum"],
            ["compare", "hai-duong", "kon-tum", "--edition", "2021"],
            ["profile", "hai-duong"],
            ["profile", "hai-phong"],
            ["what-if", "hai-phong", "--set", "foundation=0.9"],
        ):
            out = dx(*arguments, "--lang", lang).out
            assert out, arguments
            assert not codes.search(out), (arguments, lang)


def test_at_sixty_columns_no_line_is_longer_and_no_figure_is_cut(dx: Dx, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {}
    commands = (
        ["rank", "--system", "63"],
        ["rank", "hai-duong"],
        ["compare", "ba-ria-vung-tau", "thua-thien-hue"],
        ["profile", "thua-thien-hue"],
        ["what-if", "ba-ria-vung-tau", "--set", "foundation=0.9"],
        ["query", "from province_rankings limit 3"],
        ["query", "select edition, province_id, score, rank from province_rankings limit 5"],
        ["tables"],
        ["describe", "rank_bands"],
    )
    for command in commands:
        whole[tuple(command)] = dx(*command).out
    monkeypatch.setenv("COLUMNS", "60")
    for command in commands:
        narrow = dx(*command).out
        lines = [line for line in narrow.splitlines() if "/" not in line]  # a path is one word
        assert max(map(len, lines)) <= 60, command
        if command[0] in ("rank", "compare", "what-if"):
            figure = r"[+\N{MINUS SIGN}]?\d+\.\d+"
            assert sorted(re.findall(figure, narrow)) == sorted(re.findall(figure, whole[tuple(command)])), command


def test_a_figure_is_shown_with_the_digits_its_error_leaves(dx: Dx) -> None:
    """Kon Tum's scores of 2020 and 2021 are printed with two digits, the pillars of Ninh Thuận with three."""
    assert "0.24~" in dx("rank", "kon-tum").out
    assert "score 0.33~" in dx("profile", "kon-tum", "--system", "63").out
    lines = dx("compare", "kon-tum", "ninh-thuan", "--edition", "2020").out.splitlines()
    assert lines[2].split() == ["Overall", "0.24~", "0.2108", "+0.03~", "–", "58", "63"]
    assert "0.9279†‡" in dx("profile", "hai-duong").out, "a derived figure keeps the digits of those it follows from"


def test_marks_of_score_and_rank_are_kept_apart(dx: Dx) -> None:
    """The rank 46 is printed; only the score beside it is coarse."""
    (line,) = (one for one in dx("rank", "--edition", "2021", "--system", "63").out.splitlines() if "Kon Tum" in one)
    assert line.split()[:4] == ["46", "Kon", "Tum", "0.33~"]
    figures = dx("compare", "hai-phong", "thai-nguyen").out.splitlines()[2].split()
    assert figures == ["Overall", "0.7857", "0.7521†", "+0.0336†", "+33.60†", "3", "8"]


def test_bands_and_ranks_of_components_carry_their_marks(dx: Dx) -> None:
    out = dx("profile", "hai-phong").out
    assert "rank 2-3†‡ in 90 % of draws, never outside 2-4†‡" in out
    assert "Foundation (mean of five components), rank 9 of 34†‡" in out


def test_what_is_given_is_beyond_doubt_and_what_follows_is_not(dx: Dx) -> None:
    asked = ("what-if", "hai-phong", "--set", "digital_economy_activity=0.70", "--edition")
    assert re.search(r"digital economy activity +121\.48†‡ +111\.70‡ ", dx(*asked, "2024").out)
    assert "rank 3 -> 4†‡ of 34" in dx(*asked, "2024").out
    assert re.search(r"digital economy activity +[0-9.]+† +[0-9.]+ ", dx(*asked, "2023").out)


@pytest.mark.parametrize(("lang", "name"), [("vi", "Hải Phòng"), ("en", "Hai Phong")])
def test_a_name_is_of_the_language(dx: Dx, lang: str, name: str) -> None:
    for command in (["rank"], ["compare", "thai-nguyen"], ["profile"], ["what-if", "--set", "foundation=0.9"]):
        out = dx(command[0], "hai-phong", *command[1:], "--lang", lang).out
        assert out.startswith(name), command


def test_a_picture_of_any_unit_is_drawn_on_demand(dx: Dx, tmp_path: Path) -> None:
    answer = dx("picture", "rank_bands", "--province", "lao-cai", "-o", str(tmp_path), "--lang", "vi", "--json")
    assert answer.code == 0
    (file,) = (Path(one) for one in answer.json["files"])
    assert file.name == "rank_bands-34-lao-cai-vi-screen.png"
    assert file.read_bytes().startswith(b"\x89PNG")
    again = dx("picture", "rank_bands", "--province", "lao-cai", "-o", str(tmp_path), "--lang", "vi")
    assert (again.code, "--force" in again.err) == (2, True)
    assert "rank_trajectories" in dx("picture").out
    assert "Did you mean rank_bands" in dx("picture", "rank_band", "--province", "lao-cai").err
