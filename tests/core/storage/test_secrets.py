"""Secrets: in the keyring, or in memory with a word about it; never in a file, a text or a log."""

from __future__ import annotations

import logging

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked, PasswordDeleteError

from core.errors import UserError
from core.storage import secrets
from core.storage.secrets import SecretStore, open_secrets

SECRET = "hunter2-口令"


class MemoryKeyring(KeyringBackend):
    """A keyring that works, or raises `trouble` from everything."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[tuple[str, str], str] = {}
        self.trouble: Exception | None = None

    def _check(self) -> None:
        if self.trouble is not None:
            raise self.trouble

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.values.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.values[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if self.values.pop((service, username), None) is None:
            raise PasswordDeleteError("not found")


class PlainFileKeyring(MemoryKeyring):
    """What keyrings.alt would offer."""


PlainFileKeyring.__module__ = "keyrings.alt.file"


class Chain(MemoryKeyring):
    """keyring's chain of several backends."""

    backends: list[KeyringBackend] = [MemoryKeyring(), PlainFileKeyring()]  # noqa: RUF012


def use(store: SecretStore) -> None:
    assert store.get("smtp") is None
    store.set("smtp", SECRET)
    assert store.get("smtp") == SECRET
    store.delete("smtp")
    store.delete("smtp")
    assert store.get("smtp") is None


def test_a_keyring_is_used_and_named() -> None:
    backend = MemoryKeyring()
    store = open_secrets(backend)
    use(store)
    store.set("smtp", SECRET)
    assert backend.values == {("DingPan", "smtp"): SECRET}
    assert store.lasting
    assert "系统钥匙串" in store.explanation


@pytest.mark.parametrize("backend", [fail.Keyring(), null.Keyring(), PlainFileKeyring(), Chain()])
def test_without_a_real_keyring_secrets_last_for_the_session(backend: KeyringBackend) -> None:
    store = open_secrets(backend)
    use(store)
    assert not store.lasting
    assert "只保存到本次退出" in store.explanation
    store.set("smtp", SECRET)
    assert SECRET not in repr(store)
    assert open_secrets(backend).get("smtp") is None


def test_a_broken_installation_is_no_reason_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> KeyringBackend:
        raise RuntimeError("no D-Bus")

    monkeypatch.setattr(secrets, "_system_backend", broken)
    store = open_secrets()
    assert not store.lasting
    use(store)


def test_a_locked_keyring_is_a_sentence_without_the_secret(caplog: pytest.LogCaptureFixture) -> None:
    backend = MemoryKeyring()
    store = open_secrets(backend)
    backend.trouble = KeyringLocked(f"cannot store {SECRET}")
    with caplog.at_level(logging.DEBUG):
        for act in (
            lambda: store.set("smtp", SECRET),
            lambda: store.get("smtp"),
            lambda: store.delete("smtp"),
        ):
            with pytest.raises(UserError, match="请解锁系统钥匙串") as caught:
                act()
            assert SECRET not in str(caught.value)
            assert caught.value.__cause__ is None
    assert "smtp" in caplog.text
    assert SECRET not in caplog.text
