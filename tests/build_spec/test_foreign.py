"""The environments of foreign programs: what is made of what, and when again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "build_spec"))

import foreign  # noqa: E402

sys.path.remove(str(ROOT / "build_spec"))


def test_every_list_pins_every_package_and_the_vendors() -> None:
    assert foreign.names() == ["easytrader", "qka", "vnpy_qmt", "vnpy_xt", "xtquant_2024"]
    for name in foreign.names():
        lines = (foreign.LISTS / f"requirements-{name}.txt").read_text(encoding="utf-8").splitlines()
        pins = [line for line in lines if line and not line.startswith("#")]
        assert all(pin.count("==") == 1 for pin in pins), name
        assert ("xtquant==250807.1.2" in pins) == (name != "xtquant_2024")
        assert len({pin.partition("==")[0].lower() for pin in pins}) == len(pins), name


def test_an_environment_is_made_once_for_each_list_and_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign, "PLACE", tmp_path / "places")
    monkeypatch.setattr(foreign, "LISTS", tmp_path)
    wanted = tmp_path / "requirements-thing.txt"
    wanted.write_text("thing==1\n", encoding="utf-8")
    assert foreign.names() == ["thing"]
    folder = tmp_path / "places" / "thing"
    python = foreign.python_of(folder)
    made: list[list[str]] = []

    def run(command: list[str], **_named: object) -> object:
        made.append(command)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()
        return type("Done", (), {"returncode": 0, "stdout": "", "stderr": ""})()

    monkeypatch.setattr(foreign.subprocess, "run", run)
    assert foreign.make("thing") == ""
    assert made == foreign.commands("thing")
    assert "--no-deps" in made[1]
    assert foreign.make("thing") == ""
    assert len(made) == 2, "nothing is made twice"
    wanted.write_text("thing==2\n", encoding="utf-8")
    assert foreign.make("thing") == ""
    assert len(made) == 4


def test_a_failure_is_told_and_leaves_no_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "PLACE", tmp_path / "places")
    monkeypatch.setattr(foreign, "LISTS", tmp_path)
    (tmp_path / "requirements-thing.txt").write_text("thing==1\n", encoding="utf-8")
    failed = type("Done", (), {"returncode": 1, "stdout": "", "stderr": "no such thing"})()
    monkeypatch.setattr(foreign.subprocess, "run", lambda *_args, **_named: failed)
    assert "no such thing" in foreign.make("thing")
    assert not foreign.is_made("thing")
    assert foreign.main(["make", "other"]) == 2
    assert foreign.main(["make", "thing"]) == 1
