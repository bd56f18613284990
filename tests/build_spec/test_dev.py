"""build_spec/dev.py: what it decides, without network and without installing anything."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

BUILD_SPEC = Path(__file__).resolve().parents[2] / "build_spec"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"build_spec_{name}", BUILD_SPEC / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


dev, debian, lock = load("dev"), load("debian"), load("lock")


# --- Which Python


@pytest.mark.parametrize(
    ("version", "fits"),
    [((3, 10, 14), False), ((3, 11, 0), True), ((3, 13, 9), True), ((3, 14, 0), False), ((2, 7, 18), False)],
)
def test_python_3_11_to_3_13_fits(version: tuple[int, ...], fits: bool) -> None:
    assert dev.python_fits(version) is fits


def test_the_complaint_names_the_python_and_the_cure() -> None:
    text = dev.python_complaint((3, 10, 14), "/usr/bin/python3")
    assert "/usr/bin/python3 is Python 3.10" in text
    assert "Install" in text


# --- The stamp


@pytest.fixture
def sources(tmp_path: Path) -> tuple[Path, Path]:
    locked, project = tmp_path / "requirements.lock", tmp_path / "pyproject.toml"
    locked.write_text("a==1\n")
    project.write_text("[project]\n")
    return locked, project


def test_a_stamp_is_read_back_and_means_no_work(sources: tuple[Path, Path], tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    wanted = dev.wanted_stamp(*sources, tmp_path)
    assert dev.work_to_do(wanted, dev.read_stamp(stamp), python_there=True) == "all"
    dev.write_stamp(wanted, stamp)
    assert dev.work_to_do(wanted, dev.read_stamp(stamp), python_there=True) == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "pyproject.toml",
        "requirements.lock",
        "stamp",
    ]


def test_a_vanished_interpreter_means_all_the_work(sources: tuple[Path, Path], tmp_path: Path) -> None:
    wanted = dev.wanted_stamp(*sources, tmp_path)
    assert dev.work_to_do(wanted, wanted, python_there=False) == "all"


def test_each_source_of_the_environment_counts(
    sources: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, project = sources
    before = dev.wanted_stamp(*sources, tmp_path)

    project.write_text("[project]\nname = 'x'\n")
    assert dev.work_to_do(dev.wanted_stamp(*sources, tmp_path), before, python_there=True) == "project"
    assert dev.work_to_do(dev.wanted_stamp(*sources, tmp_path / "moved"), before, python_there=True) == "all"
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version", "3.12.1 (another)")
        assert dev.work_to_do(dev.wanted_stamp(*sources, tmp_path), before, python_there=True) == "all"
    locked.write_text("a==2\n")
    assert dev.work_to_do(dev.wanted_stamp(*sources, tmp_path), before, python_there=True) == "all"


@pytest.mark.parametrize("content", [b"", b"one-line\n", b"\xff\xfe\x00", b"a\nb\nc\n"])
def test_a_broken_stamp_is_no_stamp(tmp_path: Path, content: bytes) -> None:
    stamp = tmp_path / "stamp"
    stamp.write_bytes(content)
    assert dev.read_stamp(stamp) is None


def test_fingerprints_keep_their_parts_apart() -> None:
    assert dev.fingerprint("ab", "c") != dev.fingerprint("a", "bc")


class Recorder:
    """Stands for subprocess.run: keeps the command lines, and fails the one that holds `fails_at`."""

    def __init__(self, fails_at: str = "\0") -> None:
        self.calls: list[list[str]] = []
        self.stamped: list[bool] = []
        self.fails_at = fails_at

    def __call__(self, command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        self.calls.append(command)
        self.stamped.append(dev.STAMP.exists())
        return subprocess.CompletedProcess(command, int(self.fails_at in command))


@pytest.fixture
def house(sources: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `.venv` of an earlier lock, in a folder of its own."""
    locked, project = sources
    environment = tmp_path / ".venv"
    environment.mkdir()
    monkeypatch.setattr(dev, "VENV", environment)
    monkeypatch.setattr(dev, "STAMP", environment / "stamp")
    monkeypatch.setattr(dev, "LOCK", locked)
    monkeypatch.setattr(dev, "PROJECT", project)
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "check_system", lambda: None)
    dev.write_stamp(("old", "old"), dev.STAMP)
    return environment


def test_the_stamp_goes_first_and_comes_last(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    monkeypatch.setattr(subprocess, "run", recorder)
    dev.prepare()
    assert recorder.stamped == [False, False, False]
    assert (house / "stamp").read_text().split() == list(dev.wanted_stamp(dev.LOCK, dev.PROJECT, dev.ROOT))


def test_a_failed_installation_leaves_no_stamp(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(fails_at="--require-hashes")
    monkeypatch.setattr(subprocess, "run", recorder)
    with pytest.raises(dev.Stop, match="--require-hashes") as stop:
        dev.prepare()
    assert stop.value.code == 1
    assert len(recorder.calls) == 2
    assert not (house / "stamp").exists()


# --- Command lines


def test_all_the_work_is_venv_then_locked_packages_then_the_project() -> None:
    make, locked, project = dev.install_commands("all", "base", "inner")
    assert make == ["base", "-m", "venv", "--clear", str(dev.VENV)]
    assert locked[:3] == project[:3] == ["inner", "-m", "pip"]
    assert locked[-3:] == ["--require-hashes", "-r", str(dev.LOCK)]
    assert {"--no-deps", "--no-build-isolation", "-e"} <= set(project)
    assert not [word for word in locked + project if "index" in word or "://" in word]


def test_changed_metadata_installs_the_project_alone() -> None:
    assert (
        dev.install_commands("project", "base", "inner") == dev.install_commands("all", "base", "inner")[2:]
    )


def test_arguments_pass_through_untouched() -> None:
    given = ["--watchlist", "my list.csv", "--speed", "10"]
    assert dev.start_command("run", given, "inner") == ["inner", "-P", "-m", "desktop", *given]
    assert dev.start_command("test", ["-k", "x"], "inner") == ["inner", "-m", "pytest", "-k", "x"]


@pytest.mark.parametrize(
    ("verb", "platform", "given", "expected"),
    [
        ("test", "linux", {"DISPLAY": ":0"}, "offscreen"),
        ("test", "win32", {}, "offscreen"),
        ("test", "linux", {"QT_QPA_PLATFORM": "xcb"}, "xcb"),
        ("run", "linux", {"DISPLAY": ":0"}, None),
        ("run", "linux", {"WAYLAND_DISPLAY": "wayland-0"}, None),
        ("run", "linux", {}, "offscreen"),
        ("run", "linux", {"QT_QPA_PLATFORM": "vnc"}, "vnc"),
        ("run", "win32", {}, None),
        ("run", "darwin", {}, None),
    ],
)
def test_where_qt_draws(verb: str, platform: str, given: dict[str, str], expected: str | None) -> None:
    assert dev.start_environment(verb, given, platform).get("QT_QPA_PLATFORM") == expected


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["walk"], 2), (["--help"], 0)])
def test_usage(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(arguments) == code
    assert "usage:" in capsys.readouterr().err


def test_the_child_s_exit_code_comes_back(tmp_path: Path) -> None:
    program = "import dev, sys; dev.hand_over([sys.executable, '-c', 'raise SystemExit(7)'])"
    where = {**os.environ, "PYTHONPATH": str(BUILD_SPEC)}
    assert subprocess.run([sys.executable, "-c", program], env=where, cwd=tmp_path).returncode == 7


def test_dev_py_can_be_read_by_old_pythons_and_needs_no_package() -> None:
    """An old Python must get as far as the sentence, so nothing newer than 3.7 stands in the file's syntax."""
    source = (BUILD_SPEC / "dev.py").read_text(encoding="utf-8")
    compile(source, "dev.py", "exec", dont_inherit=True)
    import ast

    ast.parse(source, feature_version=(3, 7))
    tops = {m.split(".")[0] for m in re.findall(r"^\s*(?:from|import) ([\w.]+)", source, re.MULTILINE)}
    assert tops <= set(sys.stdlib_module_names) | {"debian"}
    assert source.isascii()


# --- Debian


def needs(**lacking: bool) -> list[str]:
    return [
        need.what
        for need in debian.missing(
            has_library=lambda soname: not lacking.get("library", False) or soname != "libEGL.so.1",
            has_ensurepip=not lacking.get("ensurepip", False),
            has_chinese_font=not lacking.get("font", False),
            python=(3, 12),
        )
    ]


def test_only_what_is_missing_is_needed() -> None:
    assert needs() == []
    assert needs(library=True) == ["libEGL.so.1"]
    assert needs(ensurepip=True) == ["venv with pip"]
    assert needs(font=True) == ["a Chinese font"]


def test_package_names_follow_the_release() -> None:
    glib = debian.Need("libglib-2.0.so.0", debian.LIBRARIES["libglib-2.0.so.0"])
    assert debian.choose_packages([glib], {"libglib2.0-0t64"}.__contains__) == ["libglib2.0-0t64"]
    assert debian.choose_packages([glib], {"libglib2.0-0"}.__contains__) == ["libglib2.0-0"]


def test_without_package_lists_the_best_guess_is_named_once() -> None:
    lacking = debian.missing(lambda _: False, has_ensurepip=False, has_chinese_font=False, python=(3, 12))
    names = debian.choose_packages(lacking, lambda _: False)
    assert len(names) == len(set(names))
    assert {"libglib2.0-0", "python3.12-venv", "fonts-noto-cjk", "libxcb-cursor0"} <= set(names)


def test_the_line_to_type_fits_the_user() -> None:
    packages = ["libegl1", "libgl1"]
    plain = "apt-get install -y --no-install-recommends libegl1 libgl1"
    assert debian.line_to_type(packages, root=True, has_sudo=False) == f"apt-get update && {plain}"
    assert debian.line_to_type(packages, root=False, has_sudo=True) == f"sudo apt-get update && sudo {plain}"
    assert debian.line_to_type(packages, root=False, has_sudo=False) == f"su -c 'apt-get update && {plain}'"


def test_without_rights_nothing_is_installed_and_the_line_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(debian, "missing_here", lambda: [debian.Need("libEGL.so.1", ("libegl1",))])
    monkeypatch.setattr(debian, "package_known", lambda _: True)
    monkeypatch.setattr(debian.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(debian, "_quiet", lambda *command: bool(ran.append(command)))
    sentence = debian.provide(lambda _: None)
    assert "sudo apt-get install -y --no-install-recommends libegl1" in sentence
    assert ran == [("sudo", "-n", "true")]


@pytest.mark.parametrize(
    "name", ["NotoSansCJK-Regular.ttc", "wqy-microhei.ttc", "SourceHanSansSC-Regular.otf", "msyh.ttc"]
)
def test_chinese_fonts_are_known_by_file_name(name: str) -> None:
    assert debian.CHINESE_FONT_FILE.search(name)


@pytest.mark.parametrize(
    "name", ["DejaVuSans.ttf", "NotoSans-Regular.ttf", "NotoColorEmoji.ttf", "LiberationMono.ttf"]
)
def test_other_fonts_are_not_chinese(name: str) -> None:
    assert not debian.CHINESE_FONT_FILE.search(name)


# --- The lock


def requirements() -> dict[str, str]:
    """Package name to its whole entry."""
    entries: dict[str, str] = {}
    for entry in re.split(r"\n(?=[a-z0-9])", dev.LOCK.read_text(encoding="utf-8")):
        if match := re.match(r"([a-z0-9-]+)==", entry):
            entries[match[1]] = entry
    return entries


def test_every_locked_package_has_an_exact_version_and_hashes() -> None:
    entries = requirements()
    assert len(entries) > 60
    for name, entry in entries.items():
        assert re.match(rf"{name}==[0-9][\w.]*( ;[^\\]+)? \\\n", entry), name
        assert "--hash=sha256:" in entry, name


def test_the_lock_names_no_address_and_no_machine() -> None:
    text = dev.LOCK.read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|index-url|find-links|(^|\s)/\w", text)


def test_the_lock_covers_every_platform() -> None:
    entries = requirements()
    assert "pyside6-essentials==6.11.3" in entries["pyside6-essentials"]
    assert "shiboken6==6.11.3" in entries["shiboken6"]
    assert "sys_platform == 'win32'" in entries["pywin32-ctypes"]
    assert "sys_platform == 'linux'" in entries["secretstorage"]
    assert {"tzdata", "colorama", "setuptools", "pytest", "ruff", "mypy", "import-linter"} <= set(entries)


def test_the_lock_command_writes_no_address() -> None:
    command = lock.compile_command("uv", ["--upgrade"])
    assert "--no-emit-index-url" in command
    assert command[-1] == "--upgrade"
    assert not [word for word in command if word.startswith("/")]
