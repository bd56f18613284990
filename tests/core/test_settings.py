"""Settings: where they come from, in which order, and what a wrong one says."""

from __future__ import annotations

import os
import pickle
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.enums import Mode
from core.errors import BadInput, ContractError
from core.settings import PAPER_ACCOUNT, DeskSettings, default_data_dir, load_settings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("DINGPAN_", "MINIQMT_")) and name != "DINGPAN_DATA":
            monkeypatch.delenv(name)


def env(monkeypatch: pytest.MonkeyPatch, **values: str) -> DeskSettings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def complaint(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    with pytest.raises(BadInput) as caught:
        env(monkeypatch, **values)
    return str(caught.value)


def test_nothing_said_is_a_paper_desk() -> None:
    settings = load_settings()
    assert settings.mode is Mode.PAPER
    assert settings.account_id == PAPER_ACCOUNT
    assert settings.data_dir == default_data_dir()
    assert (settings.miniqmt_enabled, settings.miniqmt_path) == (False, None)
    assert (settings.miniqmt_host, settings.miniqmt_port) == ("127.0.0.1", 58610)
    assert (settings.speed, settings.cash) == (1.0, Decimal(1_000_000))
    assert settings.answer_deadline_s <= 3, "the resolver starts within 3 s"


def test_the_place_of_the_data_by_operating_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    assert default_data_dir("linux") == tmp_path / ".local" / "share" / "dingpan"
    assert default_data_dir("darwin") == tmp_path / "Library" / "Application Support" / "DingPan"
    assert default_data_dir("win32") == tmp_path / "AppData" / "Local" / "DingPan"
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert default_data_dir("win32") == tmp_path / "local" / "DingPan"
    assert default_data_dir("linux") == tmp_path / "xdg" / "dingpan"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert default_data_dir("linux") == tmp_path / ".local" / "share" / "dingpan"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = env(
        monkeypatch,
        DINGPAN_DATA_DIR=str(tmp_path),
        DINGPAN_SEED="7",
        DINGPAN_SPEED="20",
        DINGPAN_CASH="250000.50",
        DINGPAN_QUERY_DEADLINE_S="1.5",
        DINGPAN_MODE=" paper ",
    )
    assert (settings.data_dir, settings.seed, settings.speed) == (tmp_path, 7, 20.0)
    assert settings.cash == Decimal("250000.50")
    assert settings.query_deadline_s == 1.5


def test_the_names_other_programs_use_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = env(
        monkeypatch,
        MINIQMT_ENABLED="true",
        MINIQMT_ACCOUNT_ID="0055001",
        MINIQMT_HOST="10.0.0.2",
        MINIQMT_PORT="58611",
    )
    assert settings.miniqmt_enabled
    assert settings.account_id == "0055001", "leading zeros are part of an account"
    assert (settings.miniqmt_host, settings.miniqmt_port) == ("10.0.0.2", 58611)


def test_our_own_name_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env(monkeypatch, MINIQMT_PORT="1", DINGPAN_MINIQMT_PORT="2").miniqmt_port == 2


def test_a_file_stands_under_the_environment_and_both_under_the_command_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    text = "MINIQMT_ACCOUNT_ID=111\nDINGPAN_SEED=1\nDINGPAN_SPEED=2\nOPENAI_API_KEY=another program's\n"
    file.write_text(text, encoding="utf-8-sig")
    monkeypatch.setenv("DINGPAN_SEED", "3")
    monkeypatch.setenv("DINGPAN_SPEED", "4")
    settings = load_settings(file, speed=5)
    assert (settings.account_id, settings.seed, settings.speed) == ("111", 3, 5.0)
    assert file.read_text(encoding="utf-8-sig") == text


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="没有这个设置文件"):
        load_settings(tmp_path / "nowhere.env")


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("DINGPAN_SEED=1 # 种子".encode("gb18030"))
    with pytest.raises(BadInput, match="UTF-8"):
        load_settings(tmp_path / ".env")


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("DINGPAN_MODE", "REAL", "请填 PAPER（模拟）、PAPER_REAL（模拟·真行情）或 LIVE（实盘）"),
        ("DINGPAN_SEED", "-1", "请填 0 或更大的整数"),
        ("DINGPAN_SEED", "1.5", "请填 0 或更大的整数"),
        ("DINGPAN_SPEED", "0", "请填大于 0"),
        ("DINGPAN_SPEED", "nan", "请填大于 0"),
        ("DINGPAN_SPEED", "fast", "请填大于 0"),
        ("DINGPAN_CASH", "-1", "请填 0 或更大的金额"),
        ("DINGPAN_CASH", "1.001", "最多两位小数"),
        ("DINGPAN_CASH", "Infinity", "请填 0 或更大的金额"),
        ("DINGPAN_CONNECT_DEADLINE_S", "0", "请填大于 0、不超过 600 的秒数"),
        ("DINGPAN_ANSWER_DEADLINE_S", "inf", "请填大于 0、不超过 600 的秒数"),
        ("DINGPAN_MINIQMT_PORT", "0", "1 到 65535"),
        ("MINIQMT_PORT", "65536", "1 到 65535"),
        ("MINIQMT_PORT", "http", "1 到 65535"),
        ("MINIQMT_ENABLED", "maybe", "请填 1 或 0"),
        ("MINIQMT_ACCOUNT_ID", "12 34", "只用字母和数字"),
    ],
)
def test_a_wrong_value_is_named_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, cure: str
) -> None:
    sentence = complaint(monkeypatch, **{name: value})
    assert name in sentence
    assert cure in sentence
    assert (value in sentence) != name.endswith("ACCOUNT_ID"), "an account number is not written about"


def test_all_wrong_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = complaint(monkeypatch, DINGPAN_SEED="x", DINGPAN_SPEED="y")
    assert "DINGPAN_SEED" in sentence
    assert "DINGPAN_SPEED" in sentence


def test_an_account_is_text_and_not_a_number() -> None:
    with pytest.raises(BadInput, match="DINGPAN_ACCOUNT_ID（或 MINIQMT_ACCOUNT_ID）"):
        load_settings(account_id=1234567890)


@pytest.mark.parametrize("missing", ["account_id", "miniqmt_path", "miniqmt_enabled"])
def test_live_needs_an_account_a_path_and_the_switch(missing: str, tmp_path: Path) -> None:
    given = {"mode": "LIVE", "account_id": "1234567890", "miniqmt_path": tmp_path, "miniqmt_enabled": True}
    assert load_settings(**given).mode is Mode.LIVE
    del given[missing]
    with pytest.raises(BadInput, match=f"DINGPAN_{missing.upper()}"):
        load_settings(**given)


def test_settings_are_fixed_and_can_cross_processes() -> None:
    settings = load_settings(seed=9)
    assert pickle.loads(pickle.dumps(settings)) == settings
    with pytest.raises(ValueError, match="frozen"):
        settings.seed = 1  # type: ignore[misc]


def test_a_setting_that_does_not_exist_is_a_programming_error() -> None:
    with pytest.raises(ContractError, match="seeed"):
        load_settings(seeed=1)


def test_real_quotes_make_a_paper_desk_of_its_own_kind() -> None:
    assert load_settings(quotes=" AKSHARE ").mode is Mode.PAPER_REAL
    assert load_settings(mode="PAPER").mode is Mode.PAPER
    found = load_settings(mode="PAPER_REAL")
    assert (found.mode, found.account_id) == (Mode.PAPER_REAL, PAPER_ACCOUNT)
    with pytest.raises(BadInput, match="akshare"):
        load_settings(quotes="sina")


def test_stand_ins_trigger_nothing_unless_the_user_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().fallback_triggers is False
    monkeypatch.setenv("DINGPAN_FALLBACK_TRIGGERS", "1")
    assert load_settings().fallback_triggers is True


def test_the_quote_service_is_looked_for_unless_somebody_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().quote_address is None
    monkeypatch.setenv("MINIQMT_PORT", "58611")
    assert load_settings().quote_address == ("127.0.0.1", 58611)
    monkeypatch.setenv("MINIQMT_HOST", "10.1.2.3")
    assert load_settings().quote_address == ("10.1.2.3", 58611)
