"""The one door to the keyring. Where a machine has none, secrets live for this session only, and that is said.

There is no file fallback: a secret on disk in plain text is worse than asking again.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Protocol

from core.errors import UserError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "DingPan"

_log = logging.getLogger(__name__)


class SecretStore(Protocol):
    """Secrets by name. `lasting` tells whether they outlive the process, `explanation` says it to the user."""

    @property
    def lasting(self) -> bool: ...

    @property
    def explanation(self) -> str: ...

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, value: str) -> None: ...

    def delete(self, name: str) -> None:
        """Forget a secret; one that is not there is no error."""
        ...


class SessionSecrets:
    """Secrets in memory, gone with the process."""

    lasting = False

    def __init__(self, reason: str) -> None:
        self._reason = reason
        self._values: dict[str, str] = {}

    @property
    def explanation(self) -> str:
        return f"这台电脑没有可用的钥匙串（{self._reason}）：口令只保存到本次退出，下次启动要重新输入。"

    def get(self, name: str) -> str | None:
        return self._values.get(name)

    def set(self, name: str, value: str) -> None:
        self._values[name] = value

    def delete(self, name: str) -> None:
        self._values.pop(name, None)

    def __repr__(self) -> str:
        return f"SessionSecrets({len(self._values)} names)"


class KeyringSecrets:
    """Secrets in the operating system's keyring. Raises UserError, never with the secret in it."""

    lasting = True

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    @property
    def explanation(self) -> str:
        return f"口令保存在系统钥匙串（{self._backend.name}）。"

    def get(self, name: str) -> str | None:
        try:
            return self._backend.get_password(SERVICE, name)
        except Exception as error:  # noqa: BLE001  a backend may raise anything its system raises
            raise self._failure("读取", name, error) from None

    def set(self, name: str, value: str) -> None:
        try:
            self._backend.set_password(SERVICE, name, value)
        except Exception as error:  # noqa: BLE001  see above; and the error's text may hold the value, so its cause is cut
            raise self._failure("写入", name, error) from None

    def delete(self, name: str) -> None:
        from keyring.errors import PasswordDeleteError

        try:
            self._backend.delete_password(SERVICE, name)
        except PasswordDeleteError:
            return
        except Exception as error:  # noqa: BLE001  see above
            raise self._failure("删除", name, error) from None

    def _failure(self, act: str, name: str, error: Exception) -> UserError:
        kind = type(error).__name__
        _log.warning("keyring %s: %s of %s failed with %s", self._backend.name, act, name, kind)
        return UserError(f"系统钥匙串无法{act}“{name}”（{kind}）。请解锁系统钥匙串后重试。")


def open_secrets(backend: KeyringBackend | None = None) -> SecretStore:
    """The keyring of this machine, or a memory that lasts for the session and says why."""
    if backend is None:
        try:
            backend = _system_backend()
        except Exception as error:  # noqa: BLE001  a broken keyring installation must not stop the desk
            _log.warning("no keyring: %s", type(error).__name__)
            return SessionSecrets(type(error).__name__)
    unfit = _unfit(backend)
    return SessionSecrets(unfit) if unfit else KeyringSecrets(backend)


def _system_backend() -> KeyringBackend:
    if sys.platform == "win32":
        # By name: a frozen program has no package metadata in which keyring could find its backends.
        from keyring.backends.Windows import WinVaultKeyring

        return WinVaultKeyring()
    import keyring

    return keyring.get_keyring()


def _unfit(backend: KeyringBackend) -> str:
    """Why a backend is not a keyring, or an empty text: none at all, one that forgets, one that writes plain files."""
    for part in getattr(backend, "backends", None) or [backend]:
        module = type(part).__module__
        if module.startswith("keyring.backends.fail"):
            return "没有安装钥匙串服务"
        if module.startswith("keyring.backends.null"):
            return "钥匙串被设成不保存"
        if module.startswith("keyrings.alt"):
            return "只有写明文文件的钥匙串，不予使用"
    return ""
