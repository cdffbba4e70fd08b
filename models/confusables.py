"""Letters that look like others: what spammers write words with, so that filters miss them.

Each pair is the look-alike and what it is read as. Source: the single-letter pairs of Unicode's
confusables.txt (UTS 39) that spam uses, kept short on purpose: folding more harms honest words.
"""

from __future__ import annotations

_CYRILLIC = (
    "аa АA ВB еe ЕE іi ІI јj ЈJ кk КK мm МM НH оo ОO рp РP сc СC тt ТT уy УY хx ХX "
    "һh ҺH ѕs ЅS ԁd ԌG ԛq ԝw ѡw ѵv үy ҮY Ӏl"
)
_GREEK = (
    "αa ΑA βb ΒB εe ΕE ζz ΖZ ηn ΗH ιi ΙI κk ΚK μu ΜM νv ΝN οo ΟO ρp ΡP σo ςs τt ΤT υu ΥY χx ΧX γy "
    "ωw ϲc ϳj"
)
_ARMENIAN = "աw ոn սu օo հh ՕO ՏS ԼL ՍU ցg զq գq եt"
_PHONETIC = (
    "ɑa ɡg ɩi ɪi ɴn ɢg ʀr ʏy ʟl ʜh ʙb ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz ꜱs ꓲI ꓳO ƬT Ɩl ɃB "
    "ɓb ɗd ƙk ƿp ȡd ɋq ʋv ɯw"
)
_LATIN = "aа AА eе EЕ oо OО pр PР cс CС xх XХ yу YУ kк KК MМ HН TТ BВ iі"


def _table(pairs: str) -> dict[int, int]:
    return {ord(pair[0]): ord(pair[1]) for pair in pairs.split()}


ALWAYS = _table(_PHONETIC)
"""Phonetic letters and small capitals, of no language's plain writing: folded everywhere."""

TO_LATIN = _table(_CYRILLIC) | _table(_GREEK) | _table(_ARMENIAN)
"""Other scripts' letters to Latin: for words that are mostly Latin."""

TO_CYRILLIC = _table(_LATIN)
"""Latin letters to Cyrillic: for words that are mostly Cyrillic."""
