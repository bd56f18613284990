"""The core's sentences in English. The core speaks Chinese, with its numbers in the sentence; here a sentence is found
again among the templates of `resources/translations/core_en.json` and the English one is filled with its values.

A value that is a sentence itself (a reason inside an alarm) is put into English the same way: a template may cut a text
at several places, and the cut whose values are understood is taken. Brackets hold together what is put in. Numbers,
names and what the broker said stay as they are, and so does a text that no template made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from string import Formatter

_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_ERRNO = re.compile(r"\[(?:Errno|WinError) ")
_PAIRS = (("（", "）"), ("“", "”"))
_ENDS_SENTENCE = (".", "?", "!")
_PROPER = frozenset({"Shanghai", "Shenzhen", "Beijing", "East", "Sina"})
_FIRST = {"；": 10_001, "：": 10_000}
"""Marks that part whole sentences: tried before any template, so that none reaches across them."""
_KEPT = 4_096
_OPENS = 4
"""So much Chinese makes a sentence."""
_CUTS = 24
"""So many cuts of one text by one template are tried."""


@dataclass(frozen=True, slots=True)
class _Template:
    """`texts` stand between the values: text, values, text, values ... text. `runs` are the numbers of the values
    between two texts, mostly one; values that touch make a run of several.
    """

    texts: tuple[str, ...]
    runs: tuple[tuple[int, ...], ...]
    english: tuple[str | int, ...]
    needle: str
    weight: int
    joins: bool  # only a mark between two sentences

    def matches(self, text: str, *, loose: bool = False) -> Iterator[list[str]]:
        """What stands for each run, the shortest first; nothing when the sentence is another one. A value opens as
        many brackets as it closes, unless `loose`.
        """
        first, *inner, last = self.texts
        start, end = len(first), len(text) - len(last)
        if start <= end and text.startswith(first) and text.endswith(last):
            yield from self._cuts(text, start, end, inner, loose or not _is_whole("".join(self.texts)))

    def _cuts(
        self, text: str, start: int, end: int, inner: Sequence[str], loose: bool
    ) -> Iterator[list[str]]:
        if not inner:
            if loose or _is_whole(text[start:end]):
                yield [text[start:end]]
            return
        part, *rest = inner
        place = text.find(part, start, end)
        while place >= 0:
            if loose or _is_whole(text[start:place]):
                for values in self._cuts(text, place + len(part), end, rest, loose):
                    yield [text[start:place], *values]
            place = text.find(part, place + 1, end)


class EnglishWords:
    """English for whole sentences of the core, by a catalogue `template -> English`. Answers are kept.

    `text` is for a sentence that stands alone, `phrase` for one that goes on in a sentence of the window.
    """

    def __init__(self, catalogue: Mapping[str, str]) -> None:
        catalogue = {
            chinese: english for chinese, english in catalogue.items() if english
        }  # the rest stays Chinese
        catalogue = {**dict(_openings(catalogue)), **catalogue}
        self._words = {zh: en for zh, en in catalogue.items() if "{" not in zh}
        self._by_start: dict[str, list[_Template]] = {}
        for chinese, english in catalogue.items():
            if "{" in chinese:
                template = _compile(chinese, english)
                if template.runs:
                    self._by_start.setdefault(template.texts[0][:1], []).append(template)
                else:  # its braces are text
                    self._words[template.texts[0]] = "".join(map(str, template.english))
        self.text: Callable[[str], str] = lru_cache(_KEPT)(self._text)
        self.phrase: Callable[[str], str] = lru_cache(_KEPT)(self._find)

    def _text(self, chinese: str) -> str:
        """The sentence in English; each line for itself, or the whole where a value of it has several lines."""
        said = "\n".join(_capital(line, self.phrase(line)) for line in chinese.split("\n"))
        if "\n" in chinese and _left(said):
            whole = _capital(chinese, self.phrase(chinese))
            return whole if _left(whole) < _left(said) else said
        return said

    def _find(self, text: str) -> str:
        """The best English: of the templates that fit, the one that leaves the least Chinese, the longest first."""
        if not _CHINESE.search(text):
            return text
        known = self._words.get(text)
        if known is not None:
            return known
        best = self._filled(text) or self._filled(text, loose=True) or self._word_and_name(text)
        if not _left(best):
            return best
        return self._in_turn(text) or self._unended(text) or self._said_of(text) or best

    def _filled(self, text: str, *, loose: bool = False, may_join: bool = True) -> str:
        """The best English by a template, empty when none fits better than what there is."""
        best, least = "", _left(text)
        for template in self._candidates(text):
            for values in islice(template.matches(text, loose=loose), _CUTS):
                if template.joins and not (may_join and self._may_join(text, values)):
                    continue
                said = self._fill(template, values)
                left = _left(said)
                if not left or (
                    not template.joins and all("[" in one or not _left(self.phrase(one)) for one in values)
                ):
                    return said
                if left < least:
                    best, least = said, left
        return best

    def _unended(self, text: str) -> str:
        """A sentence that lost its full stop because another one goes on, empty when it is not understood."""
        whole = text + "。"
        said = self._words.get(whole) or self._filled(whole, may_join=False)
        return "" if _left(said) else said.removesuffix(".")

    def _said_of(self, text: str) -> str:
        """A word of ours and what is said of it (`新浪` and `的答复格式变了`), empty when it is not that."""
        for at in range(1, len(text)):
            word = self._words.get(text[:at])
            said = self.phrase(text[at:]) if word else ""
            if said[:1] in (" ", ":") and not _left(said):
                return f"{word}{said}"
        return ""

    def _in_turn(self, text: str) -> str:
        """Sentences that follow each other, empty when one of them is not understood."""
        place = text.find("。")
        while 0 <= place < len(text) - 1:
            first, rest = text[: place + 1], text[place + 1 :]
            if (
                _is_whole(first)
                and not _left(said := self.phrase(first))
                and not _left(more := self.phrase(rest))
            ):
                return f"{said} {_capital(rest, more)}"
            place = text.find("。", place + 1)
        return ""

    def _candidates(self, text: str) -> list[_Template]:
        starts = self._by_start.get(text[0], [])
        found = [one for one in (*starts, *self._by_start.get("", ())) if one.needle in text]
        found.sort(key=lambda one: (-one.weight, len(one.english)))
        return found

    def _may_join(self, text: str, values: Sequence[str]) -> bool:
        """A mark alone makes no sentence of ours: something beside it must be. What the broker says in brackets
        is not taken apart.
        """
        if "[" in _ERRNO.sub("", text):
            return False
        return any(self.phrase(value) != value for value in values) or not any(map(_CHINESE.search, values))

    def _word_and_name(self, text: str) -> str:
        """`进场 贵州茅台`: one word of ours and a name."""
        word, space, name = text.partition(" ")
        known = self._words.get(word) if "[" not in name else None
        return f"{known}{space}{name}" if known is not None else text

    def _fill(self, template: _Template, found: Sequence[str]) -> str:
        values: dict[int, str] = {}
        for run, given in zip(template.runs, found, strict=True):
            values.update(zip(run, self._cut(given, len(run)), strict=True))
        said = ""
        for place, piece in enumerate(template.english):
            if isinstance(piece, str):
                empty = place > 0 and said[-1:] in ("", " ")  # no value before: one space is enough
                said += piece.lstrip() if empty else piece
                continue
            after = template.english[place + 1] if place + 1 < len(template.english) else ""
            said += self._fitted(values[piece], said, after if isinstance(after, str) else "")
        last = template.english[-1]
        return said if isinstance(last, str) or values[last] else said.rstrip()

    def _fitted(self, value: str, before: str, after: str) -> str:
        """A value in English, its first letter and its full stop as the place wants them."""
        said = self.phrase(value)
        if said == value:
            return value
        if before:
            said = _capital(value, said) if before.rstrip().endswith(_ENDS_SENTENCE) else _small(said)
        if said.endswith(".") and after.lstrip()[:1] in (*".,;:()",):
            said = said.removesuffix(".")
        return said

    def _cut(self, given: str, parts: int) -> list[str]:
        """Values that touch: cut where least stays Chinese; in doubt the last begins with the first Chinese."""
        if parts == 1:
            return [given]
        chinese = _CHINESE.search(given)
        at = chinese.start() if chinese is not None else 0
        best, least = [given[:at], *[""] * (parts - 2), given[at:]], _left(self.phrase(given[at:]))
        for at in range(len(given) + 1):
            values = [given[:at], *self._cut(given[at:], parts - 1)]
            left = sum(_left(self.phrase(value)) for value in values)
            if not left:
                return values
            if left < least:
                best, least = values, left
        return best


def _compile(chinese: str, english: str) -> _Template:
    texts, runs = [""], list[tuple[int, ...]]()
    for piece in _pieces(chinese):
        if isinstance(piece, str):
            texts[-1] += piece
        elif runs and not texts[-1]:
            runs[-1] += (piece,)
        else:
            runs.append((piece,))
            texts.append("")
    constant = "".join(texts)
    return _Template(
        texts=tuple(texts),
        runs=tuple(runs),
        english=tuple(_pieces(english)),
        needle=max(texts, key=len),
        weight=_FIRST.get(constant, len(constant)),
        joins=len(constant.strip()) < 2,
    )


def _openings(catalogue: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The first sentence of each text of several, which stands alone where another sentence tells only the gist."""
    for chinese, english in catalogue.items():
        first, _, more = chinese.partition("。")
        said = english.partition(". ")[0]
        as_many = more and chinese.rstrip("。").count("。") == english.count(". ")
        if as_many and len(_CHINESE.findall(first)) >= _OPENS and _values(first) == _values(said):
            yield first, said


def _values(template: str) -> list[int]:
    return sorted(piece for piece in _pieces(template) if isinstance(piece, int))


def _pieces(template: str) -> list[str | int]:
    """A template as texts and numbers of values."""
    found: list[str | int] = []
    for text, number, _, _ in Formatter().parse(template):
        if text:
            found.append(text)
        if number is not None:
            found.append(int(number))
    return found


def _is_whole(text: str) -> bool:
    """Every bracket and quotation mark in it is closed in it."""
    return all(text.count(opens) == text.count(closes) for opens, closes in _PAIRS)


def _left(text: str) -> int:
    return len(_CHINESE.findall(text))


def _capital(chinese: str, said: str) -> str:
    """A sentence of ours begins with a capital; one that begins with a name or a code keeps it as it is."""
    return said[:1].upper() + said[1:] if _CHINESE.match(chinese) else said


def _small(said: str) -> str:
    """Within a sentence: a small letter, but for names and abbreviations."""
    word = said.split(" ", 1)[0].rstrip(".,:;")
    return said[:1].lower() + said[1:] if word[1:].islower() and word not in _PROPER else said
