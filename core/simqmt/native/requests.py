"""What a program asks through the native client: the request, the answer it waits for, the log of calls.

`ANSWER_BIND` names, for every `...WithSeq` method of the client, the bind that carries its answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Protocol

from core.simqmt.native.structs import Layout, Surface

ANSWER_BIND = {
    "bankTransferWithSeq": "bindOnBankTransferRespCallback",
    "cancelCommandWithSeq": "bindOnCancelCommandRespCallback",
    "cancelOrderStockImmediateWithSeq": "bindOnCancelOrderStockRespCallback",
    "cancelOrderStockWithSeq": "bindOnCancelOrderStockRespCallback",
    "createCommandWithSeq": "bindOnCreateCommandRespCallback",
    "ctpInternalTransferWithSeq": "bindOnCtpInternalTransferRespCallback",
    "exportDataWithSeq": "bindOnExportDataRespCallback",
    "getSmartAlgoParamWithSeq": "bindOnGetSmartAlgoParamRespCallback",
    "operateSmartAlgoTaskWithSeq": "bindOnOperateSmartAlgoTaskRespCallback",
    "orderStockImmediateWithSeq": "bindOnOrderStockRespCallback",
    "orderStockWithSeq": "bindOnOrderStockRespCallback",
    "queryAccountInfosWithSeq": "bindOnQueryAccountInfosCallback",
    "queryAccountStatusWithSeq": "bindOnQueryAccountStatusCallback",
    "queryBankAmountWithSeq": "bindOnQueryBankAmountRespCallback",
    "queryBankInfoWithSeq": "bindOnQueryBankInfoRespCallback",
    "queryBankTransferStreamWithSeq": "bindOnQueryBankTransferStreamRespCallback",
    "queryComFundWithSeq": "bindOnQueryComFundRespCallback",
    "queryComPositionWithSeq": "bindOnQueryComPositionRespCallback",
    "queryCommandWithSeq": "bindOnQueryCommandRespCallback",
    "queryCreditAssureWithSeq": "bindOnQueryCreditAssureRespCallback",
    "queryCreditDetailWithSeq": "bindOnQueryCreditDetailRespCallback",
    "queryCreditSloCodeWithSeq": "bindOnQueryCreditSloCodeRespCallback",
    "queryCreditSubjectsWithSeq": "bindOnQueryCreditSubjectsRespCallback",
    "queryIPODataWithSeq": "bindOnQueryIPODataCallback",
    "queryIPOLuckyInfoWithSeq": "bindOnQueryIPOLuckyInfoCallback",
    "queryNewPurchaseLimitWithSeq": "bindOnQueryNewPurchaseLimitCallback",
    "queryOrdersWithSeq": "bindOnQueryOrdersCallback",
    "queryPositionStatisticsWithSeq": "bindOnQueryPositionStatisticsRespCallback",
    "queryPositionsWithSeq": "bindOnQueryPositionsCallback",
    "queryProductNetValuesWithSeq": "bindOnQueryProductNetValuesCallback",
    "querySecuAccountWithSeq": "bindOnQuerySecuAccountRespCallback",
    "querySmartAlgoTaskWithSeq": "bindOnQuerySmartAlgoTaskRespCallback",
    "queryStkCompactsWithSeq": "bindOnQueryStkCompactsRespCallback",
    "queryStockAssetWithSeq": "bindOnQueryStockAssetCallback",
    "queryStockOrdersWithSeq": "bindOnQueryStockOrdersCallback",
    "queryStockPositionsWithSeq": "bindOnQueryStockPositionsCallback",
    "queryStockTradesWithSeq": "bindOnQueryStockTradesCallback",
    "queryTradesWithSeq": "bindOnQueryTradesCallback",
    "sendCancelCommandOrderReqWithSeq": "bindOnCancelOrderStockRespCallback",
    "sendCommandOrderReqWithSeq": "bindOnOrderStockRespCallback",
    "setCommandOrderParamWithSeq": "bindOnSetCommandOrderParamRespCallback",
    "smartOrderStockWithSeq": "bindOnSmartOrderStockRespCallback",
    "smtAppointmentCancelWithSeq": "bindOnSmtAppointmentRespCallback",
    "smtAppointmentOrderWithSeq": "bindOnSmtAppointmentRespCallback",
    "smtCompactRenewalWithSeq": "bindOnSmtAppointmentRespCallback",
    "smtCompactReturnWithSeq": "bindOnSmtAppointmentRespCallback",
    "smtNegotiateOrderWithSeq": "bindOnSmtAppointmentRespCallback",
    "smtQueryCompactWithSeq": "bindOnSmtQueryCompactRespCallback",
    "smtQueryOrderWithSeq": "bindOnSmtQueryOrderRespCallback",
    "smtQueryQuoterWithSeq": "bindOnSmtQueryQuoterRespCallback",
    "subSwitchWithSeq": "bindOnSubSwitchRespCallback",
    "subscribeWithSeq": "bindOnSubscribeRespCallback",
    "syncTransactionFromExternalWithSeq": "bindOnSyncTransactionFromExternalRespCallback",
    "transferWithSeq": "bindOnTransferRespCallback",
    "unsubscribeWithSeq": "bindOnUnsubscribeRespCallback",
}

NOT_CONNECTED = "未建立连接"
TIMED_OUT = "超时"
_WORDLESS = frozenset({"exportData", "querySmartAlgoTask", "syncTransactionFromExternal"})
"""Answers in JSON that are empty texts when not connected; xttrader then raises JSONDecodeError."""
NOT_SUPPORTED = "模拟终端不支持此功能（只支持股票账号的委托、撤单与查询）"


@dataclass(frozen=True, slots=True)
class Call:
    """One native call as it came in. `name` is the method without `WithSeq`; `names` the request's m_ spellings, one
    tuple for all calls of a kind, and `values` what they held."""

    time_ms: int
    session: int
    name: str
    seq: int
    names: tuple[str, ...] = ()
    values: tuple[object, ...] = ()

    @property
    def fields(self) -> tuple[tuple[str, object], ...]:
        """The request's m_ values with their names."""
        return tuple(zip(self.names, self.values, strict=True))

    def __getitem__(self, field_name: str) -> object:
        """A value of the request by its m_ spelling."""
        return dict(self.fields)[field_name]


class Client(Protocol):
    """What a terminal knows of a native client (`native.client.ClientLink`)."""

    session: int
    connected: bool
    stopped: bool
    accounts: set[str]

    def answer(self, request: Request, payload: object, *, again: bool = False) -> None:
        """Deliver the answer of a request, once; `again` a second time."""
        ...

    def push(self, bind: str, *payload: object) -> None:
        """Deliver a push."""
        ...

    def waiting(self) -> list[Request]:
        """Requests without an answer."""
        ...

    def release_waiting(self, *, blocked_only: bool) -> None:
        """Answer what a fault or a loss left unanswered."""
        ...


@dataclass(slots=True)
class Request:
    """A request under way. `answer` is what will be, or would have been, told, once `answered`.

    `sent` says that the client was connected when it asked.
    """

    link: Client
    name: str
    seq: int
    args: tuple[Any, ...]
    thread: str
    answer: object = None
    answered: bool = False
    sent: bool = False

    @property
    def bind(self) -> str:
        """The bind that carries the answer."""
        return ANSWER_BIND[self.name + "WithSeq"]

    @property
    def struct(self) -> Any:
        """The request's struct."""
        return self.args[0]


def empty_answer(surface: Surface, request: Request, message: str) -> object:
    """The answer that says no: -1, an empty list, or a struct that carries `message`, by the payload's type.

    Not connected it says nothing more than that, as was measured with the binary: no message, no remark, not the order.
    """
    stated = surface.methods[request.bind].args[0]
    payload = stated.removeprefix("Callable[[int, ").removesuffix("], None]")
    if payload == "int":
        return -1
    if payload == "str":
        wordless = message == NOT_CONNECTED and request.name in _WORDLESS
        return "" if wordless else _json_refusal(message)
    if not payload.startswith("list["):
        return _refusing_struct(surface, payload, request, message)
    item = payload[5:-1]
    return [_refusing_struct(surface, item, request, message)] if _can_refuse(surface, item, message) else []


def _can_refuse(surface: Surface, struct: str, message: str) -> bool:
    """Lists say no with one item where the item has a place for it; not connected they are empty (T52)."""
    return message != NOT_CONNECTED and any(
        surface.has_field(struct, name) for name in ("m_bSuccess", "success")
    )


def _refusing_struct(surface: Surface, struct: str, request: Request, message: str) -> object:
    if message == NOT_CONNECTED:
        asked = request.struct
        said: dict[str, object] = {
            "account_id": account_of(request),
            "account_type": getattr(asked, "account_type", 0),
            "cancel_result": -1,
        }
        if struct == "OrderStockResp":
            said["order_id"] = -1
        return surface.make(struct, **{k: v for k, v in said.items() if surface.has_field(struct, k)})
    values: dict[str, object] = {
        "order_id": -1,
        "cancel_result": -1,
        "error_msg": message,
        "m_strMsg": message,
        "account_id": account_of(request),
        "reason": message,
    }
    if struct == "CancelOrderStockResp":
        values |= {
            "order_id": request.struct.order_id,
            "order_sysid": getattr(request.struct, "order_sysid", ""),
        }
    if struct == "OrderStockResp":
        values |= {
            "order_remark": getattr(request.struct, "order_remark", ""),
            "strategy_name": getattr(request.struct, "strategy_name", ""),
        }
    return surface.make(struct, **{k: v for k, v in values.items() if surface.has_field(struct, k)})


def _json_refusal(message: str) -> str:
    """One text that every JSON reader of xttrader can take apart, with the message where the vendor's manual has it."""
    values: dict[str, object] = {
        "account_id": "",
        "task_id": -1,
        "strategy_name": "",
        "order_remark": "",
        "error_msg": message,
        "errorMsg": message,
        "msg": message,
        "datas": {},
    }
    return json.dumps({"error": values, "datas": {}}, ensure_ascii=False)


def account_of(request: Request) -> str:
    """The account a request names, empty when it names none."""
    struct = request.args[0] if request.args else None
    for name in ("account_id", "m_strAccountID"):
        found = getattr(struct, name, "")
        if found:
            return str(found)
    return ""


class CallReader:
    """Reads the values of a request's struct for the call log."""

    def __init__(self, surface: Surface) -> None:
        self._layouts = surface.layouts
        self._readers: dict[type, tuple[tuple[str, ...], Callable[[Any], tuple[object, ...]]]] = {}

    def read(self, args: tuple[Any, ...]) -> tuple[tuple[str, ...], tuple[object, ...]]:
        """Names and values; none for a request without a struct."""
        struct = args[0] if args else None
        names, values_of = self._readers.get(type(struct)) or self._reader(type(struct))
        values = values_of(struct)
        if bytes in map(type, values):  # the struct reads them as text, and fails where they are none
            values = tuple([getattr(struct, name) for name in names])
        return names, values

    def _reader(self, kind: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[object, ...]]]:
        layout = self._layouts.get(kind.__name__)
        index = {} if layout is None else layout.index
        names = tuple(name for name in index if name.startswith("m_")) or tuple(index)
        made = self._readers[kind] = (names, _values_reader(layout, [index[name] for name in names]))
        return made


def _values_reader(layout: Layout | None, places: list[int]) -> Callable[[Any], tuple[object, ...]]:
    """Reads several values of a struct at once."""
    if layout is None or not places:
        return lambda _struct: ()
    load, first, *rest = layout.load, *places
    if not rest:
        return lambda struct: (load(struct)[first],)
    pick = itemgetter(first, *rest)
    return lambda struct: pick(load(struct))
