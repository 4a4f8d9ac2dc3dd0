"""The dateline: the place, and at times agency and date, that a report opens with (AP Stylebook, "datelines")."""

from __future__ import annotations

import regex

from cleaner.fold import fold
from cleaner.metadata.words import opening_words
from cleaner.model import Dateline

AGENCIES = {
    "AP": "AP", "ASSOCIATED PRESS": "AP", "REUTERS": "Reuters", "AFP": "AFP", "UPI": "UPI", "DPA": "dpa", "EFE": "EFE",
    "ANSA": "ANSA", "TASS": "TASS", "ТАСС": "TASS", "XINHUA": "Xinhua", "PTI": "PTI", "ANI": "ANI", "IANS": "IANS",
    "KYODO": "Kyodo", "JIJI": "Jiji", "YONHAP": "Yonhap", "EUROPA PRESS": "Europa Press", "LUSA": "Lusa",
    "BELGA": "Belga", "ANP": "ANP", "APA": "APA", "SDA": "SDA", "KEYSTONE-SDA": "Keystone-SDA", "ANADOLU": "Anadolu",
    "AA": "Anadolu", "BLOOMBERG": "Bloomberg", "CNN": "CNN", "SID": "SID", "NTB": "NTB", "TT": "TT", "RITZAU": "Ritzau",
    "PAP": "PAP", "ČTK": "ČTK", "РИА НОВОСТИ": "RIA Novosti", "ИНТЕРФАКС": "Interfax",
}  # fmt: skip
"""Upper-case name -> name as it is given out."""
_LATER = r"(?:[ ](?:\p{Lu}[\p{L}\p{M}'.-]*|de|del|la|le|di|da|do|of|am|an|der|sur))*"
_CAPS = rf"\p{{Lu}}[\p{{Lu}}\p{{M}}'.-]+{_LATER}"
_PLACE = rf"\p{{Lu}}[\p{{L}}\p{{M}}'.-]+{_LATER}"
_REGION = r"(?:,\s*(?P<region>\p{Lu}[\p{L}.]+(?:[ ]\p{Lu}[\p{L}.]+)?))?"
_DATE = r"(?:,\s*(?P<date>[^()]{3,24}?))?"
_AGENCY = r"(?P<agency>[^()/]{2,40})"
_DASH = r"\s*(?:--+|[-–—]|\.-)\s+"
_FORMS = tuple(
    regex.compile(form, regex.V1)
    for form in (
        # BAGHDAD -- / WASHINGTON, D.C. — / PARIS, March 4 (Reuters) -
        rf"(?P<place>{_CAPS}(?:/{_CAPS})?){_REGION}{_DATE}(?:\s*[(/]{_AGENCY}[)/])?{_DASH}",
        # Paris, 4 March (Reuters) - / Berlin (dpa) -
        rf"(?P<place>{_PLACE}(?:/{_PLACE})?){_REGION}{_DATE}\s*\({_AGENCY}\)\s*(?:--+|[-–—:.]+)\s*",
        # МОСКВА, 29 июня. /ТАСС/.
        rf"(?P<place>{_CAPS}),\s*(?P<date>\d{{1,2}}[ ]\p{{L}}+)\.?\s*[/-]+\s*(?P<agency>[^/.]{{2,24}})[/.]+\s*",
        # (CNN) -- / (ANSA) - ROMA, 28 LUG -
        rf"\({_AGENCY}\)\s*(?:--+|[-–—]|\.-)\s*(?:(?P<place>{_CAPS})(?:,\s*(?P<date>[^()-]{{3,16}}?))?{_DASH})?",
    )
)
LONGEST = 90


def find_dateline(paragraph: str) -> Dateline | None:
    """The dateline that a first paragraph opens with; None where it is not certain.

    >>> find_dateline("BAGHDAD -- The troops were returning.").places
    ('BAGHDAD',)
    >>> find_dateline("Berlin (dpa) - Der Rat stimmte zu.").agency
    'dpa'
    >>> find_dateline("TIP -- use less salt.") is None
    False
    """
    folded = fold(paragraph[: LONGEST * 2])
    for form in _FORMS:
        match = _match(form, folded.text)
        if not match or match.end() > LONGEST or match.end() >= len(folded.text):
            continue
        groups = match.groupdict()
        agency = _agency(groups.get("agency"))
        if (groups.get("agency") and agency is None) or not (agency or groups.get("place")):
            continue
        raw = paragraph[: folded.original(0, match.end()).end]
        places = tuple(part.strip() for part in (groups.get("place") or "").split("/") if part.strip())
        return Dateline(raw, places, groups.get("region"), agency, _date(groups.get("date")))
    return None


def _match(form: regex.Pattern[str], text: str) -> regex.Match[str] | None:
    try:
        return form.match(text, timeout=0.25)
    except TimeoutError:  # what takes so long to read is no dateline
        return None


def _agency(text: str | None) -> str | None:
    if text is None:
        return None
    plain = text.strip()
    named = len(plain.split()) >= 2 and all(word[:1].isupper() for word in plain.split()) and len(plain) <= 30
    return AGENCIES.get(plain.upper()) or (plain if named else None)


def _date(text: str | None) -> str | None:
    """`March 4` as `--03-04`."""
    if not text or not any(word.strip(".,").lower() in opening_words("months") for word in text.split()):
        return None
    import dateparser

    moment = dateparser.parse(f"{text} 2000", settings={"REQUIRE_PARTS": ["day", "month"]})
    return f"--{moment:%m-%d}" if moment else None
