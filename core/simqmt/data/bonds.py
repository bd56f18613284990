"""Convertible bonds in the shape of `xtdata.get_cb_info`: every field of the vendor's manual, empty where nobody knows."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.simqmt.market.builtin.bonds import PAR, BondTerms

_TEXTS = "bondRateType bondExchange rateClause infoProvisiontype redeemTerms putTerms adjustTerms regProvince"
_ZEROS = (
    "bondAddRate forceRedeemPrice expireRedeemPrice analYTM analAccruedinterst analStrbvalue analStrbpremium "
    "analDuration analConvexity ytm"
)
_WHOLE_ZEROS = "bondPayPerYear forceRedeemTradeDate forceRedeemConvDate interestType readjustDate"


def bond_record(terms: BondTerms, last: float, stock_last: float, today: date) -> dict[str, Any]:
    """One bond, valued at the newest prices of bond and share in yuan (0: none yet)."""
    worth = PAR / terms.price * stock_last
    put = date(terms.matures.year - 2, terms.matures.month, terms.matures.day)
    years = float(terms.matures.year - terms.issued.year)
    return {
        **dict.fromkeys(_TEXTS.split(), ""),
        **dict.fromkeys(_ZEROS.split(), 0.0),
        **dict.fromkeys(_WHOLE_ZEROS.split(), 0),
        "bondCode": str(terms.symbol),
        "bondName": terms.name,
        "stockCode": str(terms.stock),
        "stockName": terms.stock_name,
        "bondMaturity": years,
        "termYear": years,
        "bondParvalue": PAR,
        "bondIssuePrice": PAR,
        "bondIssueSize": terms.size,
        "bondReMainSize": terms.remaining,
        "bondValueDate": _number(terms.issued),
        "bondMaturityDate": _number(terms.matures),
        "bondListDate": _number(terms.issued),
        "delistDate": _number(terms.matures),
        "bondCouponRate": terms.coupon,
        "convStartDate": _number(terms.converts_from),
        "convEndDate": _number(terms.matures),
        "firstConvPrice": terms.first_price,
        "bondConvPrice": terms.price,
        "triggerForceRedeemPrice": round(terms.price * 1.3, 3),
        "forceRedeemPriceRatio": 130.0,
        "triggerRepurchasePrice": round(terms.price * 0.7, 3),
        "putConvertPriceRatio": 70.0,
        "nextPutDate": _number(put),
        "putPrice": PAR,
        "triggerAdjustPrice": round(terms.price * 0.85, 3),
        "adjustPriceRatio": 85.0,
        "analPTM": round((terms.matures - today).days / 365, 3),
        "analConvvalue": round(worth, 4),
        "analConvpremiumratio": round((last / worth - 1) * 100, 4) if worth and last else 0.0,
        "level": terms.rating,
        "redeemStatus": "0/15 | 30",
        "adjustStatus": "0/15 | 30",
    }


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
