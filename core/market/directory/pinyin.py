"""Initials of Chinese security names, as users type them: `贵州茅台` is GZMT. The only importer of pypinyin.

The import costs 0.2 s and 20 MB and 5,500 names take about as long again: call `initials_of_all` on a lane or in
the helper process, never on a loop. Names are written in full-width letters and with blanks by some sources;
`plain_name` puts that right without pypinyin.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import product

# Readings that stock names have and a general dictionary misses; longest match first.
_PHRASES = {
    "银行": "YH", "港行": "GH", "商行": "SH", "乐": "L", "厦": "X", "晟": "S", "覃": "Q", "生长": "SZ", "重庆": "CQ", "重药": "CY", "重组": "CZ", "重啤": "CP", "厦门": "XM", "广厦": "GS", "大厦": "DS",
    "长": "C", "增长": "ZZ", "成长": "CZ", "会长": "HZ", "西藏": "XZ", "藏格": "ZG", "藏药": "ZY", "藏珠": "CZ",
    "朝阳": "CY", "阿胶": "EJ", "东阿": "DE", "会稽": "KJ", "会计": "KJ", "音乐": "YY", "乐器": "YQ", "国乐": "GY",
    "参林": "SL", "人参": "RS", "海参": "HS", "调味": "TW", "空调": "KT", "弹性": "TX", "什邡": "SF", "番禺": "PY",
    "六安": "LA", "宿迁": "SQ", "乐山": "LS", "行动": "XD", "行云": "XY", "出行": "CX", "永安行": "YAX", "解放": "JF",
    "传媒": "CM", "单县": "SX", "区间": "QJ", "贝因美": "BYM", "都": "D", "盛": "S", "石": "S", "车": "C", "沈": "S",
    "仇": "Q", "翟": "Z", "解": "J", "曾": "Z", "洗": "X", "柏": "B", "埔": "P",
    "黄埔": "HP", "蚌埠": "BB", "亳州": "BZ", "莱": "L", "秘": "M", "奇": "Q",
}  # fmt: skip
_LONGEST = max(map(len, _PHRASES))
# Single characters that are read in two ways in names: what else a user may type.
_OTHER = {
    "行": "XH", "重": "ZC", "长": "CZ", "乐": "LY", "厦": "XS", "藏": "ZC", "朝": "CZ", "阿": "AE", "会": "HK",
    "传": "CZ", "调": "TD", "单": "DS", "参": "CS", "弹": "TD", "宿": "SX", "降": "JX", "系": "XJ", "省": "SX",
    "曾": "ZC", "盛": "SC", "解": "JX", "查": "ZC", "洗": "X", "石": "SD", "仇": "QC", "番": "FP", "召": "SZ",
    "六": "L", "朴": "P", "校": "XJ", "卡": "KQ", "种": "ZC", "角": "J", "圈": "QJ", "氏": "SZ", "尉": "WY", "晟": "SC",
}  # fmt: skip
_MOST_READINGS = 8
_BLANKS = re.compile(r"\s+")
_RUNS = re.compile(r"[\u4e00-\u9fff]+|[^\u4e00-\u9fff]+")
_MARKS = re.compile(r"[^0-9A-Z\u4e00-\u9fff]")


def plain_name(name: str) -> str:
    """The name with half-width letters and without blanks: `五 粮 液` is 五粮液, `万科Ａ` is 万科A."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", name)).upper()


def initials_of(name: str) -> tuple[str, ...]:
    """All readings of a name's initials, the usual one first; letters and digits stay, other marks are left out.

    An empty tuple for a name of marks only. At most eight readings are given.
    """
    plain = _MARKS.sub("", plain_name(name))
    if not plain:
        return ()
    usual = _usual(plain)
    choices = [
        dict.fromkeys((letter, *_OTHER.get(sign, ""))) for sign, letter in zip(plain, usual, strict=True)
    ]
    readings = dict.fromkeys(("".join(usual),))
    for reading in product(*choices):
        if len(readings) == _MOST_READINGS:
            break
        readings.setdefault("".join(reading))
    return tuple(readings)


def initials_of_all(names: Iterable[str]) -> list[tuple[str, ...]]:
    """`initials_of` of many names, in order."""
    return [initials_of(name) for name in names]


def _usual(plain: str) -> list[str]:
    """One letter for each sign of the name."""
    letters = _from_dictionary(plain)
    at = 0
    while at < len(plain):
        for length in range(min(_LONGEST, len(plain) - at), 0, -1):
            reading = _PHRASES.get(plain[at : at + length])
            if reading is not None:
                letters[at : at + length] = reading
                at += length
                break
        else:
            at += 1
    return letters


def _from_dictionary(plain: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin  # heavy, and only here

    letters: list[str] = []
    for run in _RUNS.findall(plain):
        if run[0] < "\u4e00":
            letters += run
            continue
        found = [part[:1].upper() for part in lazy_pinyin(run, style=Style.FIRST_LETTER)]
        letters += found if len(found) == len(run) else list(run)
    return letters
