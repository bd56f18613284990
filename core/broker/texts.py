"""What the door says to the user: each sentence names the thing, the numbers and the cure."""

from __future__ import annotations

from collections.abc import Sequence

_CURES = {
    "载入交易接口": "请重新启动本程序；若仍如此，请重新安装 xtquant。",
    "连接 MiniQMT": "请确认 MiniQMT 已登录且没有弹出登录窗口，再重新连接。",
    "订阅账号": "请确认该资金账号已在 MiniQMT 登录，再重新连接。",
    "取消订阅": "连接已被放弃，不影响账户里的委托。",
}
_QUERY_CURE = "在得到回答前不要以为没有持仓或委托；请检查 MiniQMT 是否在线后重试。"

NOT_OPEN = "交易通道没有连接，委托没有发出。请先连接 MiniQMT。"
NOT_OPEN_CANCEL = "交易通道没有连接，撤单没有发出。请在 MiniQMT 里撤单，或重新连接后再撤。"
NOT_OPEN_QUERY = "交易通道没有连接，无法查询{what}。请先连接 MiniQMT。"
CLOSED = "交易通道已关闭。"
STUCK = "交易接口的{what}调用超过 {limit:g} 秒没有返回，这次连接已放弃。请检查 MiniQMT，再重新连接；在途委托会按编号重新核对。"


def timeout(what: str, limit: float) -> str:
    """No answer within `limit` seconds."""
    return f"{what}超过 {limit:g} 秒没有回应。{_CURES.get(what, _QUERY_CURE)}"


def unreadable(what: str, error: BaseException) -> str:
    """An answer came and makes no sense; half of it is not used."""
    return f"查询{what}得到的回答无法解读（{error}），没有采用。请稍后重试；若一直如此，请升级 MiniQMT 或本程序。"


def connect_refused(path: str, refusals: Sequence[tuple[int, int]]) -> str:
    """`refusals` are (session id, result) of each attempt. The causes in the order in which they occur (T18)."""
    tried = "、".join(f"会话号 {session_id} 返回 {code}" for session_id, code in refusals)
    return (
        f"连接 MiniQMT 失败（{tried}）。请依次检查："
        "1. MiniQMT 已启动并已登录，登录时勾选了“极简模式”或“独立交易”；"
        f"2. 路径“{path}”存在，并以 userdata_mini 结尾；"
        "3. 本程序可以写这个文件夹（在 C 盘时请以管理员身份运行）；"
        "4. 没有别的程序占用同一会话号，且断开已满 3 秒；"
        "5. 券商已为账号开通 MiniQMT 权限。"
    )


def subscribe_refused(account_id: str, code: int) -> str:
    """Without a subscription no order may leave: its fate would never be told."""
    return (
        f"订阅资金账号 {account_id} 失败（返回 {code}），收不到委托和成交回报，因此不允许下单。"
        "请确认账号填写正确，并已在这个 MiniQMT 登录。"
    )


def no_asset(account_id: str) -> str:
    """Connected and subscribed, but the account gives no money: nothing is proven."""
    return (
        f"已连接，但查不到资金账号 {account_id} 的资金，因此不允许下单。"
        "请确认账号已在 MiniQMT 登录且数据已加载，再重新连接。"
    )


def vendor_failed(what: str, error: BaseException) -> str:
    """The vendor raised; its own words are kept whole."""
    return f"{what}时交易接口报错：{type(error).__name__}: {error}。请检查 MiniQMT 后重试。"
