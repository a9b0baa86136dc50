"""Text from bytes: UTF-8 unless declared otherwise, and the Vietnamese encodings of before Unicode.

The old encodings also come inside Unicode files: somebody typed with a TCVN3 or VNI font, and a workbook or a UTF-8
file stores the bytes as if they were western letters (`H¶i D­¬ng`). `unmasked` undoes that text by text. A file that
looks like one of them and does not say so is refused with the key to declare.

Tables: TCVN 5712:1993 VN1 and RFC 1456 (VISCII); VNI as its makers published it (a letter, then one for its marks).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from dx_pipeline.sources.errors import refuse
from dx_pipeline.sources.texts import R_ESCAPE, shown

TCVN3 = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒ"
    "ĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
TCVN3_LOW = {1: "Ú", 2: "Ụ", 4: "Ừ", 5: "Ử", 6: "Ữ", 17: "Ứ", 18: "Ự", 19: "Ỳ", 20: "Ỷ", 21: "Ỹ", 22: "Ý", 23: "Ỵ"}
VISCII = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
VISCII_LOW = {2: "Ẳ", 5: "Ẵ", 6: "Ẫ", 20: "Ỷ", 25: "Ỹ", 30: "Ỵ"}
VNI_MARKS = {
    "ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323",
    "â": "\u0302", "ê": "\u0306",
    "á": "\u0302\u0301", "à": "\u0302\u0300", "å": "\u0302\u0309", "ã": "\u0302\u0303", "ä": "\u0302\u0323",
    "é": "\u0306\u0301", "è": "\u0306\u0300", "ú": "\u0306\u0309", "ü": "\u0306\u0303", "ë": "\u0306\u0323",
}  # fmt: skip
VNI_LETTERS = {"ñ": "đ", "ö": "ư", "ô": "ơ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
VNI_PAIR = re.compile("([aeouyöôAEOUYÖÔ])([ùøûõïâêáàåãäéèúüëÙØÛÕÏÂÊÁÀÅÃÄÉÈÚÜË])|([ñöôæóòîÑÖÔÆÓÒÎ])")
#: letters that only Vietnamese in Unicode has
COMPOSED = re.compile("[\u1ea0-\u1ef9]")
#: encodings that are undone letter by letter
VIETNAMESE = ("tcvn3", "vni", "viscii", "windows-1258")
TWICE = "utf-8-twice"
R_ESCAPES = "r-escapes"
#: common words of published tables; a reading that has many more of them is the right one
WORDS = re.compile(
    r"\b(?:tỉnh|thành phố|hà nội|hải|đồng|bắc|ninh|số|điểm|hạng|dân|tổng|cả nước|năm|bình|quảng|thái|lào|yên|"
    r"chỉ|xếp|đơn vị|nam|hồ chí minh|cần thơ|đà nẵng|nguồn|biểu)\b",
    re.IGNORECASE,
)


def decoded(where: str, encoding: str, data: bytes) -> str:
    """The text of bytes in their declared encoding, a byte order mark removed.

    Raises:
        SourceError: the bytes are not in it; the message names the encoding they look like.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) and encoding == "utf-8":
        refuse(where, "text in utf-8", "the mark of utf-16", 'declare `encoding = "utf-16"`')
    if encoding != "utf-16":
        data = data.rstrip(b"\x00")  # some servers of statistics offices end their answers with one
    if encoding in VIETNAMESE:
        try:
            return unmasked(data.decode("utf-8-sig"), encoding) if not data.isascii() else data.decode("ascii")
        except UnicodeDecodeError:
            return from_bytes(data, encoding)
    name = "utf-8-sig" if encoding in ("utf-8", TWICE, R_ESCAPES) else encoding
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{data[error.start]:02x} in line {line}"
        refuse(where, f"text in {encoding}", found, _remedy({name: from_bytes(data, name) for name in VIETNAMESE}))
    return unmasked(text, encoding)


def utf8(where: str, encoding: str, data: bytes) -> bytes:
    """Bytes of text in UTF-8, whatever they were declared to be; those declared so are neither copied nor looked at.

    Raises:
        SourceError: the bytes are not in their declared encoding.
    """
    if encoding == "utf-8" and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.removeprefix(b"\xef\xbb\xbf").rstrip(b"\x00")
    return decoded(where, encoding, data).encode()


def unmasked(text: str, encoding: str) -> str:
    """A text in which letters of a declared old encoding stand as western ones, put right; others stay as they are."""
    if text.isascii() and encoding != R_ESCAPES:
        return text
    if encoding == R_ESCAPES:
        return R_ESCAPE.sub(lambda match: chr(int(match[0][3:-1], 16)), text)
    if encoding == TWICE:
        try:
            return _western(text).decode("utf-8")
        except UnicodeDecodeError:
            return text
    return from_bytes(_western(text), encoding) if encoding in VIETNAMESE else text


def from_bytes(data: bytes, encoding: str) -> str:
    """Bytes of an old Vietnamese encoding as composed Unicode."""
    if encoding == "vni":
        return unicodedata.normalize("NFC", VNI_PAIR.sub(_vni, data.decode("cp1252", "replace")))
    if encoding == "windows-1258":
        return unicodedata.normalize("NFC", data.decode("cp1258", "replace"))
    text = data.decode("latin-1").translate(_single_bytes(encoding))
    return unicodedata.normalize("NFC", text)


@cache
def _single_bytes(encoding: str) -> dict[int, str]:
    upper, low = (TCVN3, TCVN3_LOW) if encoding == "tcvn3" else (VISCII, VISCII_LOW)
    return {128 + place: letter for place, letter in enumerate(upper)} | low


def _vni(match: re.Match[str]) -> str:
    base, mark, alone = match.groups()
    letter = alone or base
    known = VNI_LETTERS.get(letter.lower(), letter.lower())
    whole = (known.upper() if letter.isupper() else known) + (VNI_MARKS[mark.lower()] if mark else "")
    return whole


def _western(text: str) -> bytes:
    """Each character as the byte that western programs stored for it; what never was one becomes a question mark."""
    found = bytearray()
    for character in text:
        try:
            found += character.encode("cp1252")
        except UnicodeEncodeError:
            found += character.encode("latin-1", "replace")
    return bytes(found)


def guess_encoding(data: bytes) -> str:
    """The encoding of bytes of text: UTF-8 where they are, otherwise the one that gives the most common words."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        best, count = _best({name: from_bytes(data, name) for name in VIETNAMESE})
        return best if count else "windows-1252"
    return suspected(text[:200_000]) or "utf-8"


def suspected(sample: str) -> str:
    """The old encoding or repair that a text in Unicode seems to need; empty where none."""
    if R_ESCAPE.search(sample):
        return R_ESCAPES
    if sample.isascii() or COMPOSED.search(sample):
        return ""
    best, count = _best({name: unmasked(sample, name) for name in (*VIETNAMESE[:3], TWICE)})
    return best if count >= 3 + 2 * len(WORDS.findall(sample)) else ""


def check_suspects(where: str, texts: Iterable[str]) -> None:
    """Refuse texts that look like an old encoding, like UTF-8 decoded twice, or like the escapes of R.

    Raises:
        SourceError: naming what they look like and the key to declare.
    """
    sample = " | ".join(texts)
    escape = R_ESCAPE.search(sample)
    if escape:
        remedy = f'R wrote it in a locale without Vietnamese: export it again in UTF-8, or `encoding = "{R_ESCAPES}"`'
        refuse(where, "letters", f"escapes such as {shown(escape[0])}", remedy)
    best = suspected(sample)
    if best:
        refuse(where, "Vietnamese in Unicode", f"text that looks like {best}", f'declare `encoding = "{best}"`')


def _best(readings: dict[str, str]) -> tuple[str, int]:
    counts = {name: len(WORDS.findall(text)) for name, text in readings.items()}
    best = max(counts, key=lambda name: counts[name])
    return best, counts[best]


def _remedy(readings: dict[str, str]) -> str:
    best, count = _best(readings)
    listed = "utf-16, windows-1258, tcvn3, vni, viscii, windows-1252"
    return f'it looks like {best}: declare `encoding = "{best}"`' if count else f"declare `encoding`, one of {listed}"
