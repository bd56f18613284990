"""Keep the English of the core's sentences in step with the sources. Standard library only.

    python build_spec/core_words.py           rewrite the catalogue, name what has no English
    python build_spec/core_words.py --check   change nothing; fail when a run would change something

The core speaks Chinese, with the numbers in the sentence. Every string of core/ that holds Chinese is found by
reading the syntax tree and becomes a template: its constant parts, and `{0}`, `{1}` ... where values are put in.
`"、".join(...)` becomes `{0}、{1}`. Docstrings and log calls are left out. The desk finds the template of a sentence again and fills the English one
(`desktop/english_words.py`).

The catalogue, `resources/translations/core_en.json`:

    texts           template -> English with the same placeholders, in any order; "" while it has none
    not_for_users   string -> a word that says why nobody reads it (alias, match, data ...)

English texts are kept; those whose source is gone are dropped. The file holds no line numbers.
Exit code: 0 when every sentence has its English with the same placeholders, else 1.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import string
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "core"
CATALOGUE = ROOT / "resources" / "translations" / "core_en.json"

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_FORMAT_FIELD = re.compile(r"\{[A-Za-z_0-9]*(?:![rsa])?(?::[^{}]*)?\}")
_LOGGERS = frozenset({"_log", "log", "logger", "logging"})


@dataclass(frozen=True)
class Catalogue:
    """What is known: English by template, and the strings that nobody reads."""

    texts: Mapping[str, str] = field(default_factory=dict)
    not_for_users: Mapping[str, str] = field(default_factory=dict)


# --- Finding ---------------------------------------------------------------------------------------------------


Part = str | None
"""A constant text, or None for a value that is put in."""


class Finder(ast.NodeVisitor):
    """Collects the templates of one module with the line of each."""

    def __init__(self) -> None:
        self.found: list[tuple[str, int]] = []

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring, of a module or of a name
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if _is_log(node):
            return
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr == "join"
            and CHINESE.search(_plain(node.func.value))
        ):
            self.found.append((template_of([None, _plain(node.func.value), None]), node.lineno))
            for given in node.args:
                self.visit(given)
            return
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        self._add(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._add(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Add) and any(isinstance(part, str) for part in _parts(node)):
            self._add(node)
        else:
            self.generic_visit(node)

    def _add(self, node: ast.expr) -> None:
        """One template for the whole node; what is put into it may hold others."""
        template = template_of(list(_parts(node)))
        if CHINESE.search(template):
            self.found.append((template, node.lineno))
        for inner in _values(node):
            self.visit(inner)


def _is_log(node: ast.Call) -> bool:
    target = node.func.value if isinstance(node.func, ast.Attribute) else None
    return isinstance(target, ast.Name) and target.id in _LOGGERS


def _plain(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _parts(node: ast.expr) -> Iterator[Part]:
    """A string expression as constant texts and values, left to right."""
    if isinstance(node, ast.Constant):
        yield from _constant(node.value) if isinstance(node.value, str) else (None,)
    elif isinstance(node, ast.JoinedStr):
        for piece in node.values:
            yield str(piece.value) if isinstance(piece, ast.Constant) else None
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _parts(node.left)
        yield from _parts(node.right)
    else:
        yield None


def _constant(text: str) -> Iterator[Part]:
    """A plain string; one meant for `format` has its fields in it."""
    if not CHINESE.search(text):
        yield text
        return
    end = 0
    for match in _FORMAT_FIELD.finditer(text):
        yield text[end : match.start()]
        yield None
        end = match.end()
    yield text[end:]


def _values(node: ast.expr) -> Iterator[ast.expr]:
    """The expressions that are put in; a call that is added keeps its own strings."""
    if isinstance(node, ast.JoinedStr):
        yield from (piece.value for piece in node.values if isinstance(piece, ast.FormattedValue))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _values(node.left)
        yield from _values(node.right)
    elif not isinstance(node, ast.Constant):
        yield node


def template_of(parts: Sequence[Part]) -> str:
    """Parts as one template; braces that are text are doubled."""
    words, number = [], 0
    for part in parts:
        if isinstance(part, str):
            words.append(part.replace("{", "{{").replace("}", "}}"))
        else:
            words.append(f"{{{number}}}")
            number += 1
    return "".join(words)


def find_in(code: str) -> list[tuple[str, int]]:
    """Templates of one module with their lines."""
    finder = Finder()
    finder.visit(ast.parse(code))
    return finder.found


def find_all(source: Path = SOURCE) -> dict[str, str]:
    """Every template of the core and the first place of each, `file:line`, for messages only."""
    found: dict[str, str] = {}
    for file in sorted(source.rglob("*.py")):
        name = file.relative_to(source.parent).as_posix()
        for template, line in find_in(file.read_text(encoding="utf-8")):
            found.setdefault(template, f"{name}:{line}")
    return found


# --- The catalogue ---------------------------------------------------------------------------------------------


def read(path: Path = CATALOGUE) -> Catalogue:
    """The catalogue; an empty one where there is no file."""
    if not path.exists():
        return Catalogue()
    given = json.loads(path.read_text(encoding="utf-8"))
    return Catalogue(given["texts"], given["not_for_users"])


def step(found: Mapping[str, str], known: Catalogue) -> Catalogue:
    """The catalogue of what is found now: English kept, the rest missing, what is gone dropped."""
    texts = {one: known.texts.get(one, "") for one in sorted(found) if one not in known.not_for_users}
    return Catalogue(texts, {one: why for one, why in sorted(known.not_for_users.items()) if one in found})


def render(catalogue: Catalogue) -> str:
    """The file: sorted, so that two people's additions rarely touch."""
    whole = {"texts": dict(catalogue.texts), "not_for_users": dict(catalogue.not_for_users)}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


# --- Judging ---------------------------------------------------------------------------------------------------


def placeholders(template: str) -> list[str]:
    """Numbers of the values that a template takes, sorted; raises ValueError when its braces do not close."""
    return sorted(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


def judge(template: str, english: str) -> str:
    """What is wrong with an English text, empty when it is good."""
    if not english:
        return "has no English"
    try:
        found = placeholders(english)
    except ValueError as error:
        return f"has English that cannot be filled: {error}"
    wanted = placeholders(template)
    if wanted != found:
        return f"takes {wanted}, its English {found}"
    if CHINESE.search(english):
        return "still holds Chinese"
    return ""


def complaints_of(found: Mapping[str, str], catalogue: Catalogue) -> list[str]:
    """Every sentence whose English is missing or wrong, one line each, in the order of the files."""
    lines = []
    for template, english in catalogue.texts.items():
        wrong = judge(template, english)
        if wrong:
            lines.append(f"{found[template]}: {template!r} {wrong}")
    for one, why in catalogue.not_for_users.items():
        if not why:
            lines.append(f"{found[one]}: {one!r} needs a word that says why nobody reads it")
    return sorted(lines)


def update(path: Path, source: Path, *, check: bool) -> list[str]:
    """Bring the catalogue up to date (or with `check` only look); returns all complaints."""
    found = find_all(source)
    fresh = step(found, read(path))
    complaints = complaints_of(found, fresh)
    text = render(fresh)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        if check:
            complaints.append(f"{path.name} is out of date: run build_spec/core_words.py")
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
    return complaints


def main(argv: Sequence[str] | None = None) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description="Update the English of the core's sentences.")
    parser.add_argument("--check", action="store_true", help="change nothing, fail when a run would")
    arguments = parser.parse_args(argv)
    complaints = update(CATALOGUE, SOURCE, check=arguments.check)
    for line in complaints:
        print(line, file=sys.stderr)
    print(f"{len(read().texts)} sentences, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
