"""Writing systems: whether a text is in another one than its site's language is written in."""

from __future__ import annotations

import unicodedata
from collections import Counter

LOOKED_AT = 2_000  # characters; enough to tell, and bounds the cost
FEWEST = 5  # letters

# By the first word of their letters' Unicode names. Languages left out are written in Latin, which
# is at home everywhere: names of things, quotes, English.
_LANGUAGES = {
    "CYRILLIC": "ru uk be bg sr mk kk ky tg mn tt ba ce cv os ab sah",
    "GREEK": "el grc",
    "ARABIC": "ar fa ur ps ug ckb sd ks",
    "HEBREW": "he iw yi",
    "CJK": "zh ja ko yue",
    "BOPOMOFO": "zh",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "DEVANAGARI": "hi mr ne sa mai bho kok ks sd",
    "BENGALI": "bn as",
    "GURMUKHI": "pa",
    "GUJARATI": "gu",
    "ORIYA": "or",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "SINHALA": "si",
    "THAI": "th",
    "LAO": "lo",
    "TIBETAN": "bo dz",
    "MYANMAR": "my",
    "KHMER": "km",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "ETHIOPIC": "am ti",
    "THAANA": "dv",
}
_AT_HOME: dict[str, set[str]] = {}
for _script, _languages in _LANGUAGES.items():
    for _language in _languages.split():
        _AT_HOME.setdefault(_language, {"LATIN"}).add(_script)


def strange_script(text: str, language: str) -> str:
    """The script that most letters of `text` are in, if `language` is not written in it; else "".

    As in "Cyrillic". "" too where the language is not known. `language` as in BCP 47.
    """
    if not language or text.isascii():
        return ""
    at_home = _AT_HOME.get(language.replace("_", "-").partition("-")[0].lower(), {"LATIN"})
    counts = Counter(_script_of(char) for char in text[:LOOKED_AT] if char.isalpha())
    strangers = {script: count for script, count in counts.items() if script not in at_home}
    strange = sum(strangers.values())
    if strange < FEWEST or 2 * strange <= counts.total():
        return ""
    script = max(strangers, key=strangers.__getitem__)
    return "Chinese" if script == "CJK" else script.capitalize()


def _script_of(letter: str) -> str:
    if letter.isascii():
        return "LATIN"
    script = unicodedata.name(letter, "LATIN").partition(" ")[0]
    # Latin letters of other shapes, signs that count as letters: no script of their own.
    return script if script in _LANGUAGES else "LATIN"
