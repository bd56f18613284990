"""kill -9 around sending: a restart on the same folders never makes two orders of one trigger, and goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.service.news import AlarmNews
from tests.fakes.desk import ACCOUNT, LockstepDesk, journal_rows, start_child, steps
from tests.fakes.simqmt import BUY, SELL

PF = "600000.SH"
MOMENTS = (
    "before the commit",
    "after the commit",
    "after the vendor took it",
    "after the terminal committed",
    "before the answer is read",
    "after the answer",
    "at a fill",
    "when filled",
    "at the first snapshot after",
)
TERMINAL_STEPS = (
    "orderStock.received",
    "orderStock.before_commit",
    "orderStock.after_commit",
    "orderStock.answered",
)
FALL = {"ENTRY": ["10.50", "10.05", "10.05", "10.05"], "STOP_LOSS": ["10.50", "9.40", "9.40", "9.40"]}
MEANT = {"ENTRY": 19_500, "STOP_LOSS": 500}
"""20 % of 1,005,250 yuan less the 500 shares held, in whole lots; all that is held."""


def killed(
    folder: Path, moment: str, prices: list[str], start: str = "09:31:00", *, fresh: bool = True
) -> None:
    """A desk on `folder` that died at `moment`."""
    child = start_child(
        "tests.e2e.kill_child", folder, moment=moment, prices=prices, start=start, fresh=fresh
    )
    output, _ = child.communicate(timeout=60)
    assert child.returncode in (-9, 137), output


def restarted(folder: Path, price: str, start: str = "09:40:00") -> LockstepDesk:
    return LockstepDesk(folder, steps(PF, start, ["10.50", *[price] * 6]), None).run()


def check_once(day: LockstepDesk, kind: str) -> None:
    """What the terminal has of this trigger: one order, and no more than was meant; done in the end."""
    side = BUY if kind == "ENTRY" else SELL
    remarks = [remark for (remark,) in day.rows(f"SELECT intent_id FROM intents WHERE kind='{kind}'")]
    orders = [order for order in day.terminal.orders(ACCOUNT) if order.order_type == side]
    assert {order.remark for order in orders} <= set(remarks)
    assert len(orders) == 1
    assert sum(order.traded_volume + order.open_volume for order in orders) <= MEANT[kind]
    assert sum(order.traded_volume for order in orders) == MEANT[kind]
    assert day.rows(f"SELECT count(*) FROM intents WHERE kind='{kind}' AND state='FILLED'") == [(1,)]
    held = {p["symbol"]: p["volume"] for p in day.report["positions"]}
    assert held == ({PF: 500 + MEANT["ENTRY"]} if kind == "ENTRY" else {})


@pytest.mark.parametrize("kind", FALL)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_around_sending_never_makes_two_orders(moment: str, kind: str, tmp_path: Path) -> None:
    killed(tmp_path, moment, FALL[kind])
    left = journal_rows(tmp_path / "journal.db", "SELECT state FROM intents")
    day = restarted(tmp_path, FALL[kind][-1])
    check_once(day, kind)
    told = [n.text for n in day.told(AlarmNews) if n.key == "reconciled"]
    still_works = (moment, kind) == ("at the first snapshot after", "ENTRY")  # and is at the broker as it was
    if not left or left[0][0] == "FILLED" or still_works:
        assert told == []
    else:
        (text,) = told
        assert PF in text


@pytest.mark.parametrize("kind", FALL)
@pytest.mark.parametrize("step", TERMINAL_STEPS)
def test_a_kill_at_any_step_of_the_terminal_never_makes_two_orders(
    step: str, kind: str, tmp_path: Path
) -> None:
    killed(tmp_path, step, FALL[kind])
    check_once(restarted(tmp_path, FALL[kind][-1]), kind)


def test_a_second_kill_while_reconciling_changes_nothing(tmp_path: Path) -> None:
    killed(tmp_path, "after the terminal committed", FALL["STOP_LOSS"])
    killed(tmp_path, "while reconciling", ["9.40"] * 3, "09:35:00", fresh=False)
    check_once(restarted(tmp_path, "9.40"), "STOP_LOSS")


@pytest.mark.capability("004-33", "003-10")
def test_004_33_003_10_crashes_one_after_the_other_still_send_one_order(tmp_path: Path) -> None:
    """Killed, restarted and killed again at every moment around the send: the flag outlives all of it."""
    for number, moment in enumerate(("before the commit", "after the commit", "after the vendor took it")):
        killed(tmp_path, moment, FALL["ENTRY"], f"09:3{number + 1}:00", fresh=not number)
    killed(tmp_path, "after the terminal committed", FALL["ENTRY"], "09:35:00", fresh=False)
    for start in ("09:40:00", "09:50:00"):
        check_once(restarted(tmp_path, "10.05", start), "ENTRY")
