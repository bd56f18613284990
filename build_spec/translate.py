"""Keep the English translation in step with the sources, and compile it. Standard library and Qt's lrelease only.

    python build_spec/translate.py           rewrite the .ts, compile the .qm, name what has no English
    python build_spec/translate.py --check   change nothing; fail when a run would change something

Every `self.tr("...")` and `translate("Context", "...")` of widgets/ and desktop/ is found by reading the syntax
tree, with the context that Qt will ask for at run time. English texts already in the .ts are kept; those whose
source is gone are dropped. The file holds no line numbers, so that it changes only when a text does.

Exit code: 0 when every text has its English with the same placeholders, 1 when not, 2 when lrelease is missing.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("widgets", "desktop")
TS = ROOT / "resources" / "translations" / "dingpan_en.ts"
QM = TS.with_suffix(".qm")

PLACEHOLDER = re.compile(r"\{[^{}]*\}")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
# Chinese marks carry their own space; between English words it must be written.
JOINERS = frozenset("、，；：")
# The core's sentences come filled and have a catalogue of their own (core_words.py): one function asks for them.
CORE, CORE_DOOR = "Core", "widgets/core_words.py"


@dataclass(frozen=True)
class Text:
    """One text to translate, as Qt looks it up. `where` is file and line, for messages only."""

    context: str
    source: str
    where: str


Key = tuple[str, str]


# --- Finding ---------------------------------------------------------------------------------------------------


class Finder(ast.NodeVisitor):
    """Collects the texts of one module; what cannot be looked up at run time is a complaint."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path = path
        self.texts: list[Text] = []
        self.complaints: list[str] = []
        self._classes: list[str] = []
        wrappers = _wrappers(tree)
        self._wrappers = {name: context for name, context in wrappers if context != CORE or path == CORE_DOOR}

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node.name)
        self.generic_visit(node)
        self._classes.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if not self._classes and node.name in self._wrappers:
            return  # its own call hands on a parameter
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        of_object = isinstance(node.func, ast.Attribute)
        if name == "tr" and of_object:
            self._add_tr(node)
        elif name in ("translate", "QT_TRANSLATE_NOOP") and len(node.args) >= 2 and _looks_like_qt(node):
            self._add(node, _literal(node.args[0]), _literal(node.args[1]))
        elif not of_object and name in self._wrappers:
            self._add(node, self._wrappers[name], _literal(node.args[0]) if node.args else None)
        self.generic_visit(node)

    def _add_tr(self, node: ast.Call) -> None:
        receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
        if not (isinstance(receiver, ast.Name) and receiver.id in ("self", "cls") and self._classes):
            self.complaints.append(
                f"{self._where(node)}: {ast.unparse(node.func)}(...) has no context that can be known here; "
                "call it on self, or use translate with the context"
            )
            return
        self._add(node, self._classes[-1], _literal(node.args[0]) if node.args else None)

    def _add(self, node: ast.Call, context: str | None, source: str | None) -> None:
        if context == CORE:
            self.complaints.append(
                f"{self._where(node)}: words of the core go through core_text of {CORE_DOOR}"
            )
        elif context is None or source is None:
            self.complaints.append(
                f"{self._where(node)}: a text to translate must be a literal, with values put in by format"
            )
        else:
            self.texts.append(Text(context, source, self._where(node)))

    def _where(self, node: ast.Call) -> str:
        return f"{self.path}:{node.lineno}"


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _looks_like_qt(node: ast.Call) -> bool:
    """`painter.translate(dx, dy)` is not about words."""
    if isinstance(node.func, ast.Name):
        return True
    value = node.func.value if isinstance(node.func, ast.Attribute) else None
    return isinstance(value, ast.Name) and value.id in ("QCoreApplication", "QApplication", "formats")


def _wrappers(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Module functions of one parameter that only hand it to `translate` with a context of their own."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or len(node.args.args) != 1:
            continue
        given = node.body[-1]
        call = given.value if isinstance(given, ast.Return) else None
        if not isinstance(call, ast.Call) or len(call.args) != 2 or not _looks_like_qt(call):
            continue
        context, passed = _literal(call.args[0]), call.args[1]
        if context is not None and isinstance(passed, ast.Name) and passed.id == node.args.args[0].arg:
            yield node.name, context


def find_in(path: str, code: str) -> tuple[list[Text], list[str]]:
    """The texts of one module and what is wrong with its calls."""
    tree = ast.parse(code, path)
    finder = Finder(path, tree)
    finder.visit(tree)
    return finder.texts, finder.complaints


def find_all(root: Path = ROOT) -> tuple[dict[Key, Text], list[str]]:
    """Every text of the window by context and source, the first place of each; and all complaints."""
    found: dict[Key, Text] = {}
    complaints: list[str] = []
    for folder in SOURCES:
        for file in sorted((root / folder).rglob("*.py")):
            texts, wrong = find_in(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8"))
            complaints += wrong
            for text in texts:
                found.setdefault((text.context, text.source), text)
    return found, complaints


# --- The .ts file ----------------------------------------------------------------------------------------------


def read_ts(path: Path) -> dict[Key, str]:
    """English texts of a .ts file by context and source; empty ones are left out."""
    if not path.exists():
        return {}
    known = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            english = message.findtext("translation") or ""
            if english:
                known[name, message.findtext("source") or ""] = english
    return known


def render_ts(texts: Sequence[Key], english: dict[Key, str]) -> str:
    """The .ts file: contexts by name, texts by source, so that two people's additions rarely touch."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<!DOCTYPE TS>"]
    lines.append('<TS version="2.1" language="en_US" sourcelanguage="zh_CN">')
    previous = None
    for context, source in sorted(texts):
        if context != previous:
            lines += ["</context>"] * (previous is not None)
            lines += ["<context>", f"    <name>{escape(context)}</name>"]
            previous = context
        word = english.get((context, source), "")
        state = "" if word else ' type="unfinished"'
        lines += [
            "    <message>",
            f"        <source>{escape(source)}</source>",
            f"        <translation{state}>{escape(word)}</translation>",
            "    </message>",
        ]
    lines += ["</context>"] * (previous is not None) + ["</TS>", ""]
    return "\n".join(lines)


# --- Judging ---------------------------------------------------------------------------------------------------


def judge(text: Text, english: str) -> str:
    """What is wrong with an English text, empty when it is good."""
    if not english:
        return "has no English"
    wanted, found = sorted(PLACEHOLDER.findall(text.source)), sorted(PLACEHOLDER.findall(english))
    if wanted != found:
        return f"placeholders {found} should be {wanted}"
    if CHINESE.search(english):
        return "still holds Chinese"
    if text.source not in JOINERS and _is_trim(text.source) != _is_trim(english):
        return "begins or ends with space where the Chinese does not, or the other way round"
    return ""


def _is_trim(text: str) -> bool:
    return text == text.strip()


def complaints_of(texts: dict[Key, Text], english: dict[Key, str]) -> list[str]:
    """Every text whose English is missing or wrong, one line each."""
    lines = []
    for key, text in sorted(texts.items()):
        wrong = judge(text, english.get(key, ""))
        if wrong:
            lines.append(f"{text.where}: [{text.context}] {text.source!r} {wrong}")
    return lines


# --- Compiling -------------------------------------------------------------------------------------------------


def lrelease() -> list[str] | None:
    """The command that compiles translations: PySide's own, else Qt's."""
    beside = Path(sys.executable).parent
    for name in ("pyside6-lrelease", "lrelease", "lrelease-qt6"):
        found = shutil.which(name, path=os.pathsep.join([str(beside), os.environ.get("PATH", "")]))
        if found is not None:
            return [found]
    return None


def compile_ts(ts: Path, qm: Path, tool: Sequence[str]) -> str:
    """Compile; returns what the tool complains about, empty when all is well."""
    command = [*tool, "-silent", str(ts), "-qm", str(qm)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode == 0 and qm.exists():
        return ""
    return (done.stdout + done.stderr).strip() or "it wrote no file"


def update(ts: Path, qm: Path, tool: Sequence[str], *, check: bool) -> list[str]:
    """Bring both files up to date (or with `check` only look); returns all complaints."""
    texts, complaints = find_all()
    english = read_ts(ts)
    fresh = render_ts(list(texts), english)
    complaints += complaints_of(texts, english)
    with tempfile.TemporaryDirectory() as folder:
        new_ts, new_qm = Path(folder) / ts.name, Path(folder) / qm.name
        new_ts.write_text(fresh, encoding="utf-8", newline="\n")
        wrong = compile_ts(new_ts, new_qm, tool)
        if wrong:
            return [*complaints, f"lrelease: {wrong}"]
        for new, old in ((new_ts, ts), (new_qm, qm)):
            if old.exists() and old.read_bytes() == new.read_bytes():
                continue
            if check:
                complaints.append(f"{old.name} is out of date: run build_spec/translate.py")
            else:
                old.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(new, old)
    return complaints


def main(argv: Sequence[str] | None = None) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description="Update and compile the English translation.")
    parser.add_argument("--check", action="store_true", help="change nothing, fail when a run would")
    arguments = parser.parse_args(argv)
    tool = lrelease()
    if tool is None:
        print(
            "pyside6-lrelease was not found beside this Python; it comes with PySide6-Essentials.",
            file=sys.stderr,
        )
        return 2
    complaints = update(TS, QM, tool, check=arguments.check)
    for line in complaints:
        print(line, file=sys.stderr)
    texts, _ = find_all()
    print(f"{len(texts)} texts, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
