"""LaTeX markup in titles, names and abstracts -> Unicode text.

Accents, special letters, escaped signs and font commands are translated here by table; what then
still looks like a command goes through latexcodec (it comes with pybtex). Unknown commands stay
as printed. Group braces are dropped.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache

__all__ = ["to_unicode"]

_COMBINING = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323",
    "c": "\u0327", "k": "\u0328", "b": "\u0331",
}  # fmt: skip
_SIGN_ACCENT = re.compile(r"\\([`'^\"~=.])\s*(?:\{\s*(\\?[A-Za-z])\s*\}|(\\[ij](?![A-Za-z])|[A-Za-z]))")
_LETTER_ACCENT = re.compile(r"\\([uvHcdbrk])(?:\s*\{\s*(\\?[A-Za-z])\s*\}|\s+(\\[ij](?![A-Za-z])|[A-Za-z]))")
_SYMBOLS = {
    "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ",
    "DJ": "Đ", "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘",
    "textquotedblleft": "“", "textquotedblright": "”", "textquotesingle": "'", "ldots": "…", "dots": "…",
    "textellipsis": "…", "textregistered": "®", "texttrademark": "™", "textcopyright": "©",
    "textbullet": "•", "textdegree": "°", "textasciitilde": "~", "textasciicircum": "^",
    "textunderscore": "_",
    "textbackslash": "\ufdd0", "textgreater": ">", "textless": "<", "textbar": "|", "S": "§", "P": "¶",
    "pounds": "£", "euro": "€", "texteuro": "€", "times": "×", "pm": "±", "leq": "≤", "geq": "≥",
    "le": "≤", "ge": "≥", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "kappa": "κ",
    "lambda": "λ", "mu": "µ", "chi": "χ", "sigma": "σ", "textsuperscript": "", "textsubscript": "",
    "emph": "", "textit": "", "textbf": "", "textsc": "", "textrm": "", "texttt": "", "textsf": "",
    "mathrm": "", "mathbf": "", "it": "", "bf": "", "em": "", "rm": "", "sc": "", "tt": "", "mbox": "",
    "relax": "", "url": "", "path": "", "quotesinglbase": "‚", "quotedblbase": "„", "guillemotleft": "«",
    "guillemotright": "»", "textonehalf": "½", "ensuremath": "", "cdot": "·", "approx": "≈", "sim": "~",
    "gg": "≫", "ll": "≪",
}  # fmt: skip
_SYMBOL = re.compile(r"\\([A-Za-z]+)(?:\s*\{\}|\s+(?=[A-Za-z])|(?![A-Za-z]))")
_ESCAPED = re.compile(r"\\([&%_$#{}/ ,@-])")
_COMMAND = re.compile(r"(\\[A-Za-z]{1,40})(?![A-Za-z])(\{?)")
_KEPT = {"{": "\ufdd1", "}": "\ufdd2", "$": "$", "/": "", " ": " ", ",": " ", "-": ""}


def _accent(found: re.Match[str]) -> str:
    letter = (found[2] or found[3]).lstrip("\\")
    return unicodedata.normalize("NFC", letter + _COMBINING[found[1]])


def _symbol(found: re.Match[str]) -> str:
    return _SYMBOLS.get(found[1], found[0])


def to_unicode(text: str) -> str:
    r"""Return `text` without LaTeX markup.

    Examples
    --------
    >>> to_unicode(r"Bj{\"o}rkman \& {\L}ukasz, Llywodraeth Cymru: y {NHS}")
    'Björkman & Łukasz, Llywodraeth Cymru: y NHS'
    >>> to_unicode(r"\v{S}imek, na\"{\i}ve, Fa\c{c}ade -- 50\% {\em risk}")
    'Šimek, naïve, Façade – 50% risk'
    """
    escaped = "\\" in text
    if not (escaped or "{" in text or "}" in text or "~" in text or _doubled(text, "-") or _doubled(text, "`")):
        return text
    if escaped:
        text = _ESCAPED.sub(lambda found: _KEPT.get(found[1], found[1]), text)
        text = _SIGN_ACCENT.sub(_accent, text)
        text = _LETTER_ACCENT.sub(_accent, text)
        text = _SYMBOL.sub(_symbol, text)
        if "\\" in text:
            text = _COMMAND.sub(lambda found: _by_codec(found[1]) + (" " if found[2] else ""), text)
    if "{" in text or "}" in text:
        text = text.replace("{", "").replace("}", "")
    if _doubled(text, "`"):
        text = text.replace("``", "“").replace("''", "”")
    if _doubled(text, "-"):
        text = text.replace("---", "—").replace("--", "–")
    if "~" in text:
        text = re.sub(r"(?<=\w)~(?=\w)", " ", text)
    if escaped:
        text = text.replace("\ufdd0", "\\").replace("\ufdd1", "{").replace("\ufdd2", "}")
    return text


def _doubled(text: str, sign: str) -> bool:
    # looking for one letter is some fifty times as quick as for two
    return sign in text and "" in text.split(sign)[1:-1]


@lru_cache(maxsize=1024)
def _by_codec(command: str) -> str:
    """Return the sign that one command stands for, or the command.

    Only commands are given to the codec: it takes ``%`` for a comment and would eat the line.
    """
    import latexcodec  # noqa: F401 - registers the codec

    try:
        decoded = codecs.lookup("ulatex").decode(command)[0]  # type: ignore[arg-type]  # text to text
    except (ValueError, LookupError, TypeError):
        return command
    return decoded.strip() or command
