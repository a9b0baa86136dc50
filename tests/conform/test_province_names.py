"""Every spelling a table prints is read; every other place, total or organisation is refused."""

import csv
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dx_pipeline.conform import names, spelling
from dx_pipeline.conform.names import ProvinceNameError
from dx_pipeline.conform.reference import load_reference
from dx_pipeline.conform.reference_tables import ReferenceTableError

FOLDER = Path(__file__).resolve().parents[2] / "data" / "reference"
REFERENCE = load_reference(FOLDER)
EXAMPLES = list(csv.DictReader((FOLDER / "province_name_examples.csv").open(encoding="utf-8-sig")))
ALIASES = list(csv.DictReader((FOLDER / "province_aliases.csv").open(encoding="utf-8-sig")))
LOOKALIKES = list(csv.DictReader((FOLDER / "lookalike_names.csv").open(encoding="utf-8-sig")))
EVERY_UNIT = [one for system in (63, 34) for one in REFERENCE.units(system)]


def resolve(text: str, unit_system: int = 63) -> str:
    """With this project's reference."""
    return names.resolve(text, REFERENCE, unit_system)


def read(text: str, unit_system: int = 63) -> str:
    """What a text is read as, or the name of the error."""
    try:
        return resolve(text, unit_system)
    except ProvinceNameError as error:
        return type(error).__name__


ACCEPTED = {
    "ha-noi": "Hanoi;Ha Noi;Hanoï;HÀ NỘI;TP Hà Nội;TP.Hà Nội;Tp: Hà Nội;Thủ đô Hà Nội;Hà Nội (Thủ đô);Hanoi City;"
    "Hanoi Capital;Hanoi Province;Tỉnh Hà Nội;City of Hanoi;Hà Nội (Hanoi);Hà Nội/Hanoi;Hà Nội, Việt Nam;"
    "Hanoi, Vietnam;1. Hà Nội;01) Hà Nội;- Hà Nội;Hà Nội*;Hà Nội (*);Hà Nội¹;“Hà Nội”;Hà Nội.;Ｈà Ｎội;VN-HN",
    "hai-duong": "Hải Dương;Hải-Dương;Hải–Dương;hai-duong;tinh_hai_duong;HảiDương;haiduong;T. Hải Dương;Hải Duơng;"
    "Hải Dưong;Hai Dương;Province of Hai Duong;Hai Duong Prov.;Hải Dương (tỉnh);Hải Dương cũ;tỉnh Hải Dương (cũ);VN-61",
    "ho-chi-minh": "Hồ Chí Minh;TP.HCM;TPHCM;TP HCM;Tp.HCM;T.P HCM;T.P. Hồ Chí Minh;Tp. Hồ Chí Minh (TP.HCM);HCM;HCMC;"
    "HCM City;Ho Chi Minh City;Ho Chi Minh City (HCMC);Saigon;Sài Gòn;Hô-Chi-Minh-Ville;thanh-pho-ho-chi-minh;H.C.M.",
    "ba-ria-vung-tau": "Bà Rịa - Vũng Tàu;Bà Rịa-Vũng Tàu;Bà Rịa – Vũng Tàu;Bà Rịa — Vũng Tàu;Bà Rịa\u2011Vũng Tàu;"
    "Bà Rịa Vũng Tàu;Bà Rịa (Vũng Tàu);BRVT;BR-VT;BR - VT;BR-Vũng Tàu;Ba Ria - VTau;Bà Rịa – VT;Vung Tau - Ba Ria",
    "thua-thien-hue": "Thừa Thiên Huế;Thừa Thiên - Huế;Thừa Thiên–Huế;TT-Huế;TT Huế;T.T.Huế;TT. Huế;TTH;Huế;Hué;Hue;"
    "TP. Huế;Thành phố Huế;Hue City;Tỉnh TT-Huế;Thừa Thiên Huế (Huế);Thua Thien-Hue",
    "dak-lak": "Đắk Lắk;Đăk Lăk;Đắc Lắc;Dak Lak;Daklak;Dac Lac;Đaklak;Ðắk Lắk",
    "dak-nong": "Đắk Nông;Đăk Nông;Đắc Nông;Dac Nong;Daknong",
    "bac-kan": "Bắc Kạn;Bắc Cạn;Bac Can;Backan",
    "kon-tum": "Kon Tum;Kontum;Kon-Tum;KON TUM",
    "hoa-binh": "Hòa Bình;Hoà Bình;HOÀ BÌNH;Hoa Binh;Hoabinh",
    "quang-ninh": "Quảng Ninh;Qủang Ninh;Quangninh;Quảng\nNinh",
    "soc-trang": "Sóc Trăng;Sóc Trǎng;Soc Trang",
    "quang-binh": "Quảng Bình;Quang Binh;Quảng Binh",
    "phu-yen": "Phú Yên;Phu Yen;Phú Yen",
    "thanh-hoa": "Thanh Hóa;Thanh Hoá;Thanh Hoa",
    "da-nang": "Đà Nẵng;Danang;Da Nang City;Ðà Nẵng",
}

REFUSED = {
    "look-alike places": "Phù Yên;Thạnh Hóa;Quang Bình;QUANG BÌNH;Quang Bi\u0300nh;Hải Phong;Lang Sơn;Hải Đường",
    "marks that contradict": "Quãng Ninh;Hài Dương;Bình Đình;Hoá Bình;Phụ Yên;Hóà Bình;Hưng Yến;Tình Hải Dương",
    "letters that differ": "Tân Ninh;Hoà An;Hậu Gian;Giá Rai;Điện Biên Phủ;Lon Gan;Han oi",
    "provincial cities": "Thành phố Thái Nguyên;TP Thái Nguyên;TP. Hải Dương;Thành phố Hải Dương;TP Bắc Ninh;TP Vinh;"
    "Vinh;Thái Nguyên City;Hải Dương (TP);Thái Nguyên (TP Thái Nguyên);Nha Trang;Đà Lạt;Biên Hòa;Vũng Tàu;Bà Rịa",
    "smaller units": "Huyện Hòa Bình;Thị xã Phú Thọ;TX Phú Thọ;Quận Bình Thuận;Phường Sài Gòn;Xã Hải Dương;H. Phú Yên;"
    "Thị trấn Kiến Giang;Côn Đảo;Phú Quốc;Hoàng Sa;Hòa Bình District",
    "former provinces": "Hà Tây;Hà Nam Ninh;Sông Bé;Minh Hải;Vĩnh Phú;Hải Hưng;Nghệ Tĩnh;Thừa Thiên;Gia Lai - Kon Tum",
    "regions": "Đồng bằng sông Hồng;Tây Nguyên;Đông Nam Bộ;Red River Delta;Miền Bắc;Central Highlands;South East",
    "totals": "Cả nước;Tổng số;Tổng cộng;Trung bình;Whole country;Total;Min;Max;(mean of 63 provinces);Việt Nam",
    "organisations": "UBND tỉnh Hải Dương;Sở TT&TT Hải Dương;Bộ Y tế;Ministry of Health",
    "headings": "Tỉnh;Thành phố;TP;Province;City;Tỉnh/Thành phố;STT",
    "numbers": "01;30;61;2023;0.7250;63 Hà Nội;Hà Nội 2;VN-99",
    "addresses": "Hải Dương, Hải Dương;Thành phố Hải Dương, tỉnh Hải Dương;Hà Nội (trừ Hà Tây)",
    "other eras": "Hải Phòng (mới);Hà Nội mới",
    "elsewhere": "Bangkok;Quảng Tây;Hồ Nam;Viêng Chăn;河内;тест",
}

TRANSFORMATIONS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "decomposed": lambda name: unicodedata.normalize("NFD", name),
    "capitals": str.upper,
    "small letters": str.lower,
    "no marks": lambda name: _without_marks(name),
    "no marks but Đ": lambda name: "".join(
        c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)
    ),
    "eth for Đ": lambda name: name.replace("Đ", "Ð").replace("đ", "ð"),
    "Tỉnh": lambda name: f"Tỉnh {name}",
    "tinh": lambda name: f"tinh {_without_marks(name)}",
    "TỈNH decomposed": lambda name: unicodedata.normalize("NFD", f"TỈNH {name.upper()}"),
    "Province": lambda name: f"{_without_marks(name)} Province",
    "no-break spaces": lambda name: f"\u00a0{name.replace(' ', chr(0xA0))}\u00a0",
    "zero width space": lambda name: f"\ufeff{name}\u200b",
    "double spaces": lambda name: f"  {name.replace(' ', '  ')} ",
    "hyphens": lambda name: name.replace(" - ", " ").replace(" ", "-"),
    "en dash": lambda name: name.replace("-", "–"),
    "joined": lambda name: name.replace(" ", "").replace("-", ""),
    "joined without marks": lambda name: _without_marks(name).replace(" ", "").replace("-", ""),
    "slug": lambda name: names.slug(name),
    "list number": lambda name: f"12. {name}",
    "trailing mark": lambda name: f"{name} (*);",
    "other tone placement": lambda name: _other_tone_placement(name),
}


def _without_marks(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    return "".join(character for character in plain if not unicodedata.combining(character))


def _other_tone_placement(name: str) -> str:
    for old, new in (("òa", "oà"), ("óa", "oá"), ("ọa", "oạ"), ("ùy", "uỳ"), ("úy", "uý")):
        name = name.replace(old, new)
    return name


def listed(texts: dict[str, str]) -> list[tuple[str, str]]:
    return [(key, text) for key, group in texts.items() for text in group.split(";")]


def test_a_published_spelling_names_the_province_meant() -> None:
    meant = {one.code: one.province_id for one in REFERENCE.units(63)}
    wrong = [row for row in EXAMPLES if read(row["printed"]) != meant[row["gso_code"]]]
    assert EXAMPLES
    assert wrong == []


def test_every_name_is_read_however_it_is_printed() -> None:
    printed = [(one, form, change(one.name_vi)) for one in EVERY_UNIT for form, change in TRANSFORMATIONS.items()]
    assert [case for case in printed if read(case[2], case[0].unit_system) != case[0].province_id] == []


def test_thanh_pho_is_read_before_a_municipality_only() -> None:
    wrong = []
    for unit in EVERY_UNIT:
        city = unit.kind == "municipality" or (unit.unit_system, unit.province_id) == (34, "dong-nai")
        expected = unit.province_id if city else "ProvinceNameError"
        forms = (f"Thành phố {unit.name_vi}", f"TP. {unit.name_vi}", f"{unit.name_en.removesuffix(' City')} City")
        wrong += [text for text in forms if read(text, unit.unit_system) != expected]
    assert wrong == []
    with pytest.raises(ProvinceNameError, match="a city of that name is not the province"):
        resolve("TP. Hải Dương")


def test_real_spellings_are_read() -> None:
    cases = [(meant, form) for meant, text in listed(ACCEPTED) for form in (text, unicodedata.normalize("NFD", text))]
    assert [(meant, text) for meant, text in cases if read(text) != meant] == []


def test_what_is_not_a_province_is_refused() -> None:
    assert [(kind, text) for kind, text in listed(REFUSED) if not read(text).endswith("Error")] == []


def test_a_listed_other_name_is_refused_and_explained() -> None:
    for row in LOOKALIKES:
        with pytest.raises(ProvinceNameError) as refused:
            resolve(row["name"])
        assert row["reason"] in str(refused.value)


def test_an_alias_means_the_province_it_declares() -> None:
    cases = [
        (row, system) for row in ALIASES for system in ([int(row["unit_system"])] if row["unit_system"] else [63, 34])
    ]
    assert [row for row, system in cases if read(row["alias"], system) != row["province_id"]] == []


def test_a_letter_of_another_script_is_refused_and_named() -> None:
    with pytest.raises(ProvinceNameError, match="letters of another script: а \\(Cyrillic small letter a\\)"):
        resolve("H\u0430 Noi")


@given(
    unit=st.sampled_from(REFERENCE.units(63)),
    place=st.integers(0, 30),
    tone=st.sampled_from(sorted(spelling.TONES)),
)
def test_one_wrong_tone_is_refused(unit: names.Unit, place: int, tone: str) -> None:
    decomposed = list(unicodedata.normalize("NFD", unit.name_vi))
    syllable = [i for i, c in enumerate(decomposed) if c.lower() in "aeiouy"]
    at = syllable[place % len(syllable)]
    end = next((i for i in range(at + 1, len(decomposed)) if not unicodedata.combining(decomposed[i])), len(decomposed))
    marks = [mark for mark in decomposed[at + 1 : end] if mark not in spelling.TONES]
    changed = unicodedata.normalize("NFC", "".join([*decomposed[: at + 1], *marks, tone, *decomposed[end:]]))
    printed = spelling.read_letters(changed)
    assert printed is not None
    # the same tone on the other vowel of its syllable is another placement, and some misprints are declared
    known = [unit.name_vi, *(row["alias"] for row in ALIASES)]
    assume(not any(known_as.fits(printed) for name in known if (known_as := spelling.spelling(name))))
    with pytest.raises(ProvinceNameError) as refused:
        resolve(changed)
    assert unit in refused.value.candidates


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_the_documented_error(text: str) -> None:
    ids, bad = names.resolve_column(pl.Series([text]), REFERENCE, 63)
    assert (ids[0] is None) == (text in bad)


def test_no_text_is_refused() -> None:
    for text in ["", "   ", "\u00a0", "-", "…", "."]:
        with pytest.raises(ProvinceNameError, match="no text"):
            resolve(text)


SEVERAL = [
    ("QN", {"quang-ninh", "quang-nam", "quang-ngai"}),
    ("ĐN", {"da-nang", "dong-nai", "dak-nong"}),
    ("HN", {"ha-noi", "ha-nam"}),
    ("Bắc", {"bac-kan", "bac-giang", "bac-ninh"}),
    ("Hà Nội, Hải Phòng", {"ha-noi", "hai-phong"}),
    ("Hà Nội và Hải Phòng", {"ha-noi", "hai-phong"}),
    ("Cà Mau - Bạc Liêu", {"ca-mau", "bac-lieu"}),
]


def test_a_text_for_several_provinces_is_ambiguous() -> None:
    for text, several in SEVERAL:
        with pytest.raises(ProvinceNameError, match=r"could be any of|more than one province") as refused:
            resolve(text)
        assert {one.province_id for one in refused.value.candidates} == several, text


def test_a_refusal_names_the_nearest_candidates_and_the_reason() -> None:
    with pytest.raises(ProvinceNameError) as refused:
        resolve("Phù Yên")
    message = str(refused.value)
    assert "huyện of Sơn La" in message
    assert "Phú Yên (phu-yen)" in message
    assert refused.value.candidates[0].province_id == "phu-yen"


def test_hue_is_one_unit_under_both_systems() -> None:
    for text in ["Huế", "TP. Huế", "Hue City", "Thừa Thiên Huế", "TT-Huế"]:
        assert (read(text, 63), read(text, 34)) == ("thua-thien-hue", "hue"), text


def test_a_merged_province_is_refused_in_the_new_system_with_the_unit_it_joined() -> None:
    joined = [("Hải Dương", "hai-phong"), ("BRVT", "ho-chi-minh"), ("Kon Tum", "quang-ngai"), ("VN-61", "hai-phong")]
    for text, unit in joined:
        with pytest.raises(ProvinceNameError, match="since 1 July 2025") as refused:
            resolve(text, 34)
        assert [one.province_id for one in refused.value.candidates] == [unit], text


def test_unit_systems_and_their_units_are_rows_of_the_reference() -> None:
    assert {system: len(REFERENCE.units(system)) for system in REFERENCE.systems} == {63: 63, 34: 34, 6: 6}
    hai_duong = REFERENCE.of_system(63).units["hai-duong"]
    assert (hai_duong.name_vi, hai_duong.successor_id) == ("Hải Dương", "hai-phong")
    assert [one.unit_system for one in REFERENCE.before(34)] == [63]
    with pytest.raises(ReferenceTableError, match="unit system 64 is not known: there are 63, 34, 6"):
        REFERENCE.units(64)


def test_a_slug_is_ascii() -> None:
    assert names.slug("Bà Rịa - Vũng Tàu") == "ba-ria-vung-tau"
    assert names.slug("Đắk Lắk") == "dak-lak"


def test_a_column_is_read_once_a_text_and_keeps_its_bad_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    usual = names.resolve
    monkeypatch.setattr(names, "resolve", lambda text, *rest: asked.append(text) or usual(text, *rest))
    texts = pl.Series(["Hải Dương", "Cả nước", "HẢI DƯƠNG", "Hải Dương", None])
    ids, bad = names.resolve_column(texts, REFERENCE, 63)
    assert ids.to_list() == ["hai-duong", None, "hai-duong", "hai-duong", None]
    assert set(bad) == {"Cả nước", ""}
    assert asked == ["Hải Dương", "Cả nước", "HẢI DƯƠNG", ""]


def test_the_reader_of_names_loads_no_pandas() -> None:
    code = "import sys, dx_pipeline.conform.names; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
