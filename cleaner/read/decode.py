"""bytes → str: byte order mark, strict UTF-8, the charset the page declares, a guess, cp1252; and mending mojibake."""

from __future__ import annotations

import codecs
import re

from cleaner.errors import InputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932",
              "x-sjis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "big5": "big5hkscs",
              "iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
              "iso-8859-9": "cp1254", "tis-620": "cp874"}  # fmt: skip
"""What browsers read these labels as (WHATWG Encoding Standard, section 4.2)."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def decode(data: bytes) -> str:
    """The text of the bytes. Raises InputError for binary data.

    >>> decode("You’ve".encode()), decode(b"You\\x92ve")
    ('You’ve', 'You’ve')
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return without_surrogates(data[len(mark) :].decode(encoding, errors="replace"))
    if b"\x00" in data[:4096]:
        return _decode_with_nulls(data)
    if b"\x1b$" in data[:20_000]:  # ISO-2022-JP is made of ASCII bytes: strict UTF-8 would take it
        return data.decode("iso2022_jp", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    _refuse_binary(data)
    declared = declared_charset(data)
    try:
        if declared:
            return without_surrogates(data.decode(declared))
    except UnicodeError:
        if declared and _mostly_right(data, declared):
            return without_surrogates(data.decode(declared, errors="replace"))
    if _damaged_utf8(data):
        return data.decode("utf-8", errors="replace")
    return without_surrogates(data.decode(_guessed_charset(data), errors="replace"))


_HIGH = re.compile(rb"[\x80-\xff]+")
_FOREIGN = re.compile(rb"[^<>\r\n]*[\x80-\xff]{2}[^<>\r\n]*")
_GUESSED = ("gb18030", "big5", "cp932", "euc_jp", "cp949", "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp874")
"""Charsets of scripts that are written in bytes above ASCII only, or nearly."""
_SAMPLE = 4_000
"""Bytes, at least, from which a charset is guessed."""


def _guessed_charset(data: bytes) -> str:
    """The charset of bytes that say nothing of it: cp1252, unless bytes above ASCII stand together as in other scripts;
    in Western text they stand alone."""
    sizes = list(map(len, _HIGH.findall(data)))
    if sum(sizes) < 24 or 2 * sum(size for size in sizes if size > 1) < sum(sizes):
        return "cp1252"
    from charset_normalizer import from_bytes

    sample = b""
    for line in _FOREIGN.finditer(data):  # whole lines, for a character may be two bytes
        sample += line[0][:_SAMPLE] + b"\n"
        if len(sample) > _SAMPLE:
            break
    for end in (len(sample), -2):  # of a line too long, half a character may be left
        if found := from_bytes(sample[:end], cp_isolation=list(_GUESSED)).best():
            return found.encoding
    return "cp1252"


def declared_charset(data: bytes) -> str | None:
    """The Python codec for the charset that a `<meta>` or XML declaration names, None if there is none."""
    if b"charset" not in data[:10_000].lower() and b"encoding" not in data[:200].lower():
        return None
    from bs4.dammit import EncodingDetector

    label = (EncodingDetector.find_declared_encoding(data, is_html=True, search_entire_document=False) or "").lower()
    try:
        codec = codecs.lookup(_SUPERSETS.get(label, label)) if label else None
    except (LookupError, ValueError):
        return None
    charset = codec is not None and _CHARSET.match(codec.name)
    return codec.name if codec and charset else None


_CHARSET = re.compile(r"utf-8|utf-16|iso8859|cp\d|koi8|mac|gb|big5|shift_jis|euc|iso2022|hz|tis|ptcp|kz1048|johab")
"""Codecs of character sets; Python has others, such as `hex` and `idna`, which pages must not name."""


def _mostly_right(data: bytes, charset: str) -> bool:
    """Whether a declared charset fits but for a few broken bytes."""
    text = data.decode(charset, errors="replace")
    return text.count("\ufffd") <= max(3, len(text) // 500)


def _damaged_utf8(data: bytes) -> bool:
    """UTF-8 with a few broken bytes, as cut-off downloads have them: far more good sequences than bad ones."""
    text = data.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(1 for char in text if char > "\x7f") - bad
    return good > 10 * bad


def _decode_with_nulls(data: bytes) -> str:
    """UTF-16 without a mark has a null in every other byte of Western text; anything else is binary."""
    sample = data[:4096]
    half = len(sample) // 2
    if sample[1::2].count(0) > 0.6 * half and sample[::2].count(0) < 0.1 * half:
        return without_surrogates(data.decode("utf-16-le", errors="replace"))
    if sample[::2].count(0) > 0.6 * half and sample[1::2].count(0) < 0.1 * half:
        return without_surrogates(data.decode("utf-16-be", errors="replace"))
    if sample.count(0) <= 2 and not _controls(sample) > 0.02 * len(sample):
        return without_surrogates(data.decode("utf-8", errors="replace"))
    raise InputError("binary data, not text", todo="give text or HTML")


def _refuse_binary(data: bytes) -> None:
    sample = data[:4096]
    if _controls(sample) > 0.05 * len(sample):
        raise InputError("binary data, not text", todo="give text or HTML")


def _controls(sample: bytes) -> int:
    return sum(1 for byte in sample if byte < 9 or (13 < byte < 32 and byte != 27) or byte == 127)


def without_surrogates(text: str) -> str:
    """Lone surrogates, which no encoding can write, become U+FFFD; offsets stay."""
    try:
        text.encode()  # many times as fast as a search
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


_MOJIBAKE = re.compile(
    "â€|â\x80|â„|â€|Ã[\x80-\xbf¡-¿€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|Â[\xa0-\xbf]|ðŸ|(?:[ÐÑ][\x80-\xbf¡-¿°±²³´µ¶·¸¹º»¼½¾]){2}"
)
_MOJIBAKE_LEADS = "âÃÂðÐÑ"
"""What every match of _MOJIBAKE begins with."""


def may_need_mending(text: str) -> bool:
    """Whether `mend` may change a part of the text. Quick, so that pages without its traces don't ask it for each line.

    >>> may_need_mending("Youâ€™ve reached"), may_need_mending("You’ve reached")
    (True, False)
    """
    return not text.isascii() and any(lead in text for lead in _MOJIBAKE_LEADS)


def mend(text: str) -> str:
    """Mojibake repaired (by ftfy) where it is there; ftfy is asked only on the sight of its traces.

    >>> mend("Youâ€™ve reached"), mend("SÃO PAULO")
    ('You’ve reached', 'SÃO PAULO')
    """
    if not may_need_mending(text) or not _MOJIBAKE.search(text):
        return text
    import ftfy

    return ftfy.fix_encoding(text)
