"""Datelines of Chinese, Japanese and Korean wires, which have brackets or a mark of their own in place of a dash."""

from __future__ import annotations

import regex

from cleaner.metadata.dateline_grammar import Reading
from cleaner.metadata.dateline_words import agency_named, iso_day, known_place

_CHINESE = regex.compile(
    r"""(?x) [(（【]?\s*
      (?P<agency>新华社|新華社|中新社|中央社|法新社|路透社|韩联社|本报|本報|本社
        |[\p{L}\p{N}--[据據由从從来來]][\p{L}\p{N}]{0,8}?[网網社报報])        # 中国网, 1905电影网
      \s? (?:[记記]者\s?)?
      (?P<middle>[\p{Han}、·]{0,20}|\p{Han}{2,4}(?:\s\p{Han}{2,4}){0,2}) \s?   # reporters and a place
      (?:(?P<year>(?:19|20)\d\d)年)? (?:(?P<month>\d{1,2})月)? (?P<day>\d{1,2})[日号] \s?
      (?:上午|下午|晚|凌晨)? (?:专?电|專?電|讯|訊|报道|報導|消息) \s* [)）】]?
      (?: \s* [(（] \s? (?:[记記]者 [^()（）]{1,30} | \p{Han}{2,4}(?:[、\s]\s?\p{Han}{2,4}){0,4}) [)）] )? [\s:：]*""",
    regex.V1,
)
_JAPANESE = regex.compile(
    r"""(?x) [【\[［(（]\s*
      (?: (?P<month>\d{1,2})月(?P<day>\d{1,2})日\s* (?P<agency>[^】\]］)）=＝]{2,12})           # 【6月18日 AFP】
        | (?P<place>[\p{Han}\p{Katakana}ー・\s]{2,16}?) \s* [=＝] \s*
          (?P<agency>[^】\]］)）=＝]{2,16})                                            # 【ソウル＝小池和樹】
        | (?P<place>[\p{Han}\p{Katakana}ー・]{2,14}?) \s* (?:\d{1,2}日\s*)?
          (?P<agency>時事(?:通信)?|共同(?:通信)?|ロイター|AFP|AP|[聯連]合ニュース|ブルームバーグ)  # 【ワシントン時事】
      ) \s* [】\]］)）] (?:\s*[-–—]\s+)? \s*""",
    regex.V1,
)
_KOREAN = regex.compile(
    r"""(?x) [(\[【]\s* (?P<place>\p{Hangul}{2,6}(?:[·ㆍ,/]\s?\p{Hangul}{2,6}){0,3}) \s*   # (서울·부산
      = \s* (?P<agency>[\p{Hangul}\p{Latin}\d ]{2,10}) \s* [)\]】]                        # =연합뉴스)
      (?: \s* [\p{Hangul}·ㆍ,\s]{2,40}? (?:기자|특파원|통신원|인턴기자)
          (?: [·ㆍ,\s]* \p{Hangul}{2,4} \s? (?:기자|특파원) ){0,4} )? \s* (?:=\s*)?""",
    regex.V1,
)


def read_east_asian(head: str) -> Reading | None:
    """Datelines without a separator: `新华社北京4月24日电`, `【ソウル＝小池和樹】`, `(서울=연합뉴스) 김병규 기자 =`.

    >>> read_east_asian("新华社北京4月24日电 河水今天开始回落。").places
    ('北京',)
    """
    if head.isascii():
        return None
    if match := _CHINESE.match(head):
        return _read_chinese(match)
    if match := _JAPANESE.match(head):
        return _read_japanese(match)
    if match := _KOREAN.match(head):
        agency = agency_named(match["agency"])
        places = tuple(piece.strip() for piece in regex.split(r"[·ㆍ,/]", match["place"]))
        if agency or all(map(known_place, places)):
            return Reading(match.end(), places, (), agency)
    return None


def _read_chinese(match: regex.Match[str]) -> Reading | None:
    place = _last_place(match["middle"])
    agency = None if match["agency"].startswith("本") else agency_named(match["agency"]) or match["agency"]
    named = match["middle"] == "" or "者" in match[0]
    if place is None and (agency is None or not match["month"] or not (named or agency_named(match["agency"]))):
        return None
    date = iso_day(match["year"], int(match["month"]), int(match["day"])) if match["month"] else None
    return Reading(match.end(), (place,) if place else (), (), agency, date or None)


def _read_japanese(match: regex.Match[str]) -> Reading | None:
    agency = agency_named(match["agency"])
    if match["month"]:
        date = iso_day(None, int(match["month"]), int(match["day"]))
        return Reading(match.end(), (), (), agency, date or None) if agency else None
    places = tuple(piece.strip() for piece in match["place"].split("・"))
    if not all(map(known_place, places)):
        places = (match["place"].strip(),)
    return Reading(match.end(), places, (), agency) if all(map(known_place, places)) else None


def _last_place(text: str) -> str | None:
    """The place behind the reporters' names: `溫貴香台北` gives `台北`."""
    return next((text[start:] for start in range(len(text) - 1) if known_place(text[start:])), None)
