"""Settings of one process: from the environment, an optional `.env` file, and what the command line overrides.

The one module that imports pydantic; import it late and off the GUI thread. Names are `DINGPAN_` plus the field in
capitals; the four `MINIQMT_` names that other programs use are read too. Secrets are not settings: see
`core.storage.secrets`.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.domain.enums import Mode
from core.domain.exrights import ExRightsPolicy
from core.errors import BadInput, ContractError
from core.places import default_data_dir

PAPER_ACCOUNT = "88800001"
"""Account of the paper desk when none is given."""

_CURES = {
    "data_dir": "请填一个文件夹的路径",
    "mode": "请填 PAPER（模拟）、PAPER_REAL（模拟·真行情）或 LIVE（实盘）",
    "quotes": "请填 akshare（公开行情）或 xtdata（MiniQMT 的行情），不填用内置行情",
    "ex_rights": "请填 RESCALE（除权日自动换算价位）或 HOLD（等我确认）",
    "fallback_triggers": "请填 1（备用源可触发交易）或 0",
    "account_id": "请填资金账号，只用字母和数字，例如 DINGPAN_ACCOUNT_ID=1234567890",
    "miniqmt_enabled": "请填 1 或 0",
    "miniqmt_path": "请填 MiniQMT 的 userdata_mini 文件夹",
    "miniqmt_host": "请填行情服务的主机名或地址，本机是 127.0.0.1",
    "miniqmt_port": "请填 1 到 65535 之间的端口，默认 58610",
    "seed": "请填 0 或更大的整数",
    "speed": "请填大于 0、不超过 10000 的倍数，例如 1 或 10",
    "max_exposure": "请填大于 0、不超过 1 的比例，例如 0.8",
    "cash_reserve": "请填 0 到 1 之间的比例，例如 0.2",
    "cash": "请填 0 或更大的金额（元），最多两位小数，例如 1000000",
}
_DEADLINE_CURE = "请填大于 0、不超过 600 的秒数"


def _seconds(default: float) -> Any:
    return Field(default, gt=0, le=600, allow_inf_nan=False)


class DeskSettings(BaseSettings):
    """Everything fixed at the start of the process. Deadlines are in seconds."""

    model_config = SettingsConfigDict(
        env_prefix="DINGPAN_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        validate_default=False,
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(default_factory=default_data_dir)
    mode: Mode = Mode.PAPER
    account_id: str = Field(
        "", strict=True, validation_alias=AliasChoices("DINGPAN_ACCOUNT_ID", "MINIQMT_ACCOUNT_ID")
    )

    miniqmt_enabled: bool = Field(
        False, validation_alias=AliasChoices("DINGPAN_MINIQMT_ENABLED", "MINIQMT_ENABLED")
    )
    miniqmt_path: Path | None = None
    # Address of the quote service (xtdata); the trading channel goes by miniqmt_path.
    miniqmt_host: str = Field(
        "127.0.0.1", min_length=1, validation_alias=AliasChoices("DINGPAN_MINIQMT_HOST", "MINIQMT_HOST")
    )
    miniqmt_port: int = Field(
        58610, ge=1, le=65535, validation_alias=AliasChoices("DINGPAN_MINIQMT_PORT", "MINIQMT_PORT")
    )

    # Real quotes for the paper desk; empty: the built-in market.
    quotes: Literal["", "akshare", "xtdata"] = ""
    # Whether a source that stands in for a better one may trigger orders.
    fallback_triggers: bool = False
    # What an ex-rights day does to the levels of an item: rescaled at once, or held until the user agrees.
    ex_rights: ExRightsPolicy = ExRightsPolicy.RESCALE

    # The built-in market, and how fast its clock runs.
    seed: int = Field(1, ge=0)
    speed: float = Field(1.0, gt=0, le=10_000, allow_inf_nan=False)
    # Bounds of the whole account as fractions of total assets; the defaults bound nothing.
    max_exposure: Decimal = Field(Decimal(1), gt=0, le=1)
    cash_reserve: Decimal = Field(Decimal(0), ge=0, lt=1)
    cash: Decimal = Field(Decimal(1_000_000), ge=0, le=Decimal(10) ** 12, decimal_places=2)

    connect_deadline_s: float = _seconds(30)
    subscribe_deadline_s: float = _seconds(10)
    query_deadline_s: float = _seconds(5)
    answer_deadline_s: float = _seconds(3)
    close_deadline_s: float = _seconds(5)

    @property
    def quote_address(self) -> tuple[str, int] | None:
        """Where the quote service listens, if anybody said; else the vendor looks for the running terminal."""
        said = self.model_fields_set & {"miniqmt_host", "miniqmt_port"}
        return (self.miniqmt_host, self.miniqmt_port) if said else None

    @field_validator("mode", "ex_rights", mode="before")
    @classmethod
    def _mode_in_capitals(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("quotes", mode="before")
    @classmethod
    def _quotes_in_small(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("data_dir", "miniqmt_path")
    @classmethod
    def _whole_path(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @field_validator("account_id")
    @classmethod
    def _account(cls, value: str) -> str:
        account = value.strip()
        if account and not (account.isascii() and account.isalnum()):
            raise ValueError("资金账号里有字母和数字以外的字符")
        return account

    @model_validator(mode="after")
    def _account_of_mode(self) -> DeskSettings:
        if self.mode is Mode.LIVE:
            for field, missing in (
                ("account_id", not self.account_id),
                ("miniqmt_path", self.miniqmt_path is None),
                ("miniqmt_enabled", not self.miniqmt_enabled),
            ):
                if missing:
                    raise ValueError(
                        f"实盘需要设置 {_name(field)}：{_CURES[field]}，或用模拟（DINGPAN_MODE=PAPER）"
                    )
            if self.quotes:
                raise ValueError(f"实盘的行情来自 MiniQMT，不能另选 {_name('quotes')}。请去掉它，或用模拟")
            return self
        if self.quotes:
            object.__setattr__(self, "mode", Mode.PAPER_REAL)
        if not self.account_id:
            object.__setattr__(self, "account_id", PAPER_ACCOUNT)
        return self


def load_settings(env_file: Path | None = None, **overrides: Any) -> DeskSettings:
    """The settings of this process; BadInput naming each wrong setting and its cure.

    `env_file` is read under the environment, which is read under `overrides` (by field name). Unknown names in the
    file are another program's and are left alone; the file is never written.
    """
    unknown = sorted(overrides.keys() - DeskSettings.model_fields.keys())
    if unknown:
        raise ContractError(f"no such settings: {unknown}")
    if env_file is not None and not env_file.is_file():
        raise BadInput("没有这个设置文件。请核对路径", where=str(env_file))
    options: dict[str, Any] = {"_env_file": env_file, "_env_file_encoding": "utf-8-sig", **overrides}
    try:
        return DeskSettings(**options)
    except ValidationError as error:
        raise BadInput(
            "；".join(_sentence(dict(detail)) for detail in error.errors()), where="设置"
        ) from None
    except UnicodeDecodeError as error:
        raise BadInput("不是 UTF-8 文本。请另存为 UTF-8", where=str(env_file)) from error


def _sentence(detail: dict[str, Any]) -> str:
    message = str(detail.get("ctx", {}).get("error", ""))
    if not detail["loc"]:
        return message
    # The location is the field's first alias where it has one.
    field = str(detail["loc"][0]).removeprefix("DINGPAN_").lower()
    given = "" if field == "account_id" else f"“{detail['input']}”"
    why = f"（{message}）" if message else ""
    return f"{_name(field)} 的值{given}用不了{why}。{_CURES.get(field, _DEADLINE_CURE)}"


def _name(field: str) -> str:
    alias = DeskSettings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return "（或 ".join(str(choice) for choice in alias.choices) + "）"
    return f"DINGPAN_{field.upper()}"
