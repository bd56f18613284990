"""Companies in the shapes of `xtdata.get_financial_data`: rows by table, days as epoch ms, what nobody knows NaN."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from core.domain.market import SHANGHAI
from core.simqmt.data.report_fields import COLUMNS
from core.simqmt.market.builtin.company import Company, Report, Shares

Row = dict[str, Any]
_NAN = float("nan")
_HOLDERS = (
    ("控股集团有限公司", "其它", 0.31),
    ("香港中央结算有限公司", "其它", 0.062),
    ("中国证券金融股份有限公司", "其它", 0.029),
    ("中央汇金资产管理有限责任公司", "其它", 0.013),
    ("全国社保基金一零三组合", "社保基金", 0.009),
    ("沪深300交易型开放式指数证券投资基金", "基金", 0.008),
    ("上证50交易型开放式指数证券投资基金", "基金", 0.006),
    ("人寿保险股份有限公司传统险", "保险公司", 0.005),
    ("全国社保基金一一四组合", "社保基金", 0.004),
    ("创新成长混合型证券投资基金", "基金", 0.003),
)


def financial_tables(
    company: Company, tables: Sequence[str], first: date, last: date, today: date, *, told: bool
) -> dict[str, list[Row]]:
    """Rows of each asked table whose period ends, or that were `told`, within the closed interval."""
    known = company.reports(today)
    reports = [report for report in known if first <= (report.told if told else report.end) <= last]
    found: dict[str, list[Row]] = {}
    for table in tables:
        make = _TABLES.get(table.upper())
        if make is not None:
            found[table] = [row for report in reports for row in make(report, company.name)]
        elif table.upper() == "CAPITALSTRUCTURE":
            changes = [(item.since, item.since, item) for item in company.capital() if item.since <= today]
            changes += [
                (report.end, report.told, report.shares) for report in known if report.end.month % 6 == 0
            ]
            found[table] = [
                _capital(since, known_on, shares)
                for since, known_on, shares in sorted(changes, key=_by_day)
                if first <= (known_on if told else since) <= last
            ]
        else:
            found[table] = []
    return found


def _filled(table: str, known: Row) -> Row:
    """All columns of a table; what is not known is NaN."""
    return {column: known.get(column, _NAN) for column in COLUMNS[table]}


def _dates(report: Report) -> Row:
    return {"m_timetag": _stamp(report.end), "m_anntime": _stamp(report.told)}


def _balance(report: Report, _name: str) -> list[Row]:
    equity, debts = report.equity, report.debts
    assets = round(equity + debts, 2)
    current = round(assets * (0.08 if report.bank else 0.52), 2)
    current_debts = round(debts * (0.05 if report.bank else 0.72), 2)
    stock = report.shares.total
    reserve, surplus, minority = (round(equity * part, 2) for part in (0.22, 0.08, 0.03))
    known = {
        "cash_equivalents": round(assets * (0.06 if report.bank else 0.17), 2),
        "account_receivable": _NAN if report.bank else round(current * 0.21, 2),
        "inventories": _NAN if report.bank else round(current * 0.24, 2),
        "total_current_assets": _NAN if report.bank else current,
        "total_non_current_assets": _NAN if report.bank else round(assets - current, 2),
        "loans_and_adv_granted": round(assets * 0.57, 2) if report.bank else _NAN,
        "fix_assets": round(assets * (0.005 if report.bank else 0.21), 2),
        "goodwill": round(assets * 0.004, 2),
        "intang_assets": round(assets * 0.02, 2),
        "tot_assets": assets,
        "shortterm_loan": _NAN if report.bank else round(current_debts * 0.26, 2),
        "accounts_payable": _NAN if report.bank else round(current_debts * 0.31, 2),
        "total_current_liability": _NAN if report.bank else current_debts,
        "non_current_liabilities": _NAN if report.bank else round(debts - current_debts, 2),
        "cust_bank_dep": round(debts * 0.72, 2) if report.bank else _NAN,
        "tot_liab": debts,
        "cap_stk": stock,
        "cap_rsrv": reserve,
        "surplus_rsrv": surplus,
        "minority_int": minority,
        "undistributed_profit": round(equity - stock - reserve - surplus - minority, 2),
        "total_equity": equity,
        "tot_liab_shrhldr_eqy": assets,
    }
    return [_filled("ASHAREBALANCESHEET", _dates(report) | known)]


def _income(report: Report, _name: str) -> list[Row]:
    revenue, profit = report.revenue, report.profit
    before_tax = round(profit / 0.85, 2)
    costs = round(revenue * (1 - report.gross_margin), 2)
    each = round(profit * 0.98 / report.shares.total, 4)
    known = {
        "revenue": revenue,
        "revenue_inc": revenue,
        "total_expense": _NAN if report.bank else costs,
        "total_operating_cost": round(revenue - before_tax, 2),
        "less_taxes_surcharges_ops": round(revenue * 0.008, 2),
        "sale_expense": _NAN if report.bank else round(revenue * 0.03, 2),
        "less_gerl_admin_exp": round(revenue * 0.02, 2),
        "research_expenses": _NAN if report.bank else round(revenue * 0.02, 2),
        "financial_expense": _NAN if report.bank else round(revenue * 0.004, 2),
        "plus_net_invest_inc": 0.0,
        "oper_profit": before_tax,
        "plus_non_oper_rev": 0.0,
        "less_non_oper_exp": 0.0,
        "tot_profit": before_tax,
        "inc_tax": round(before_tax - profit, 2),
        "net_profit_incl_min_int_inc": profit,
        "minority_int_inc": round(profit * 0.02, 2),
        "s_fa_eps_basic": each,
        "s_fa_eps_diluted": each,
        "total_income": profit,
        "other_compreh_inc": 0.0,
    }
    return [_filled("ASHAREINCOME", _dates(report) | known)]


def _cash_flow(report: Report, _name: str) -> list[Row]:
    earned = report.cash_earned
    inflow, spent = round(report.revenue * 1.04, 2), round(report.profit * 0.55, 2)
    paid = round(report.profit * 0.3, 2)
    grown = round(earned - spent - paid, 2)
    held = round((report.equity + report.debts) * (0.06 if report.bank else 0.17), 2)
    known = {
        "stot_cash_inflows_oper_act": inflow,
        "stot_cash_outflows_oper_act": round(inflow - earned, 2),
        "net_cash_flows_oper_act": earned,
        "stot_cash_inflows_inv_act": 0.0,
        "stot_cash_outflows_inv_act": spent,
        "net_cash_flows_inv_act": -spent,
        "stot_cash_inflows_fnc_act": 0.0,
        "stot_cash_outflows_fnc_act": paid,
        "net_cash_flows_fnc_act": -paid,
        "net_incr_cash_cash_equ": grown,
        "net_profit": report.profit,
        "end_bal_cash": held,
        "less_beg_bal_cash": round(held - grown, 2),
    }
    return [_filled("ASHARECASHFLOW", _dates(report) | known)]


def _per_share(report: Report, _name: str) -> list[Row]:
    shares, profit, equity = report.shares.total, report.profit * 0.98, report.equity * 0.97
    each, whole = round(profit / shares, 4), report.equity + report.debts
    known = {
        "s_fa_ocfps": round(report.cash_earned / shares, 4),
        "s_fa_bps": round(equity / shares, 4),
        "s_fa_eps_basic": each,
        "s_fa_eps_diluted": each,
        "adjusted_earnings_per_share": round(each * 0.95, 4),
        "s_fa_surpluscapitalps": round(report.equity * 0.22 / shares, 4),
        "s_fa_undistributedps": round((report.equity * 0.67 - shares) / shares, 4),
        "du_return_on_equity": round(profit / equity * 100, 4),
        "equity_roe": round(profit / equity * 100, 4),
        "net_roe": round(profit / equity * 100, 4),
        "total_roe": round(report.profit / whole * 100, 4),
        "sales_gross_profit": _NAN if report.bank else round(report.gross_margin * 100, 4),
        "gross_profit": _NAN if report.bank else round(report.gross_margin * 100, 4),
        "net_profit": round(report.profit / report.revenue * 100, 4),
        "inc_revenue_rate": report.growth[0],
        "du_profit_rate": report.growth[1],
        "adjusted_net_profit_rate": report.growth[1],
        "actual_tax_rate": 15.0,
        "gear_ratio": round(report.debts / whole * 100, 4),
        "sales_cash_flow": 104.0,
    }
    return [_filled("PERSHAREINDEX", _dates(report) | known)]


def _capital(since: date, told: date, shares: Shares) -> Row:
    return {
        "total_capital": shares.total,
        "circulating_capital": shares.floating,
        "restrict_circulating_capital": shares.total - shares.floating,
        "m_timetag": _stamp(since),
        "m_anntime": _stamp(told),
    }


def _by_day(change: tuple[date, date, Shares]) -> tuple[date, date]:
    return change[:2]


def _holders(report: Report, name: str) -> list[Row]:
    rows = []
    for rank, (holder, kind, part) in enumerate(_HOLDERS, 1):
        row = {
            "declareDate": _stamp(report.told),
            "endDate": _stamp(report.end),
            "name": holder if rank > 1 else f"{name}{holder}",
            "type": kind,
            "quantity": float(round(report.shares.total * part)),
            "reason": "不变",
            "ratio": round(part * 100, 2),
            "nature": "流通A股",
            "rank": rank,
        }
        rows.append({column: row[column] for column in COLUMNS["TOP10HOLDER"]})
    return rows


def _holder_count(report: Report, _name: str) -> list[Row]:
    count = float(round(report.shares.floating / 6000))
    known = {"declareDate": _stamp(report.told), "endDate": _stamp(report.end)}
    known |= {"shareholder": count, "shareholderA": count, "shareholderFloat": count}
    return [{column: known.get(column, 0.0) for column in COLUMNS["SHAREHOLDER"]}]


_TABLES: dict[str, Callable[[Report, str], list[Row]]] = {
    "ASHAREBALANCESHEET": _balance,
    "ASHAREINCOME": _income,
    "ASHARECASHFLOW": _cash_flow,
    "PERSHAREINDEX": _per_share,
    "SHAREHOLDER": _holder_count,
    "TOP10HOLDER": _holders,
    "TOP10FLOWHOLDER": _holders,
}


def _stamp(day: date) -> float:
    """Midnight in epoch ms, a float as the vendor's."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).timestamp() * 1000
