"""The vendor's newest calls, which want pyarrow: bars as one table, and the sectors' categories."""

from __future__ import annotations

from steps import emit, leave
from xtquant import xtdata
from xtquant import xtdatacenter as xtdc

xtdc.set_token("")
xtdc.init()
emit("listening", at=xtdc.listen(port=58_615))
xtdata.enable_hello = False
table = xtdata.get_tabular_data(["close", "volume"], ["600519.SH", "000001.SZ"], "1d", count=3)
emit("table", columns=list(table.columns), codes=sorted(set(table["symbol"])), rows=len(table),
     days=sorted({str(day.date()) for day in table.index}))  # fmt: skip
frame = xtdata.get_market_data_ex(["close"], ["600519.SH"], "1d", count=3)["600519.SH"]
emit("same", closes=list(frame["close"]), tabular=list(table[table["symbol"] == "600519.SH"]["close"]))
emit("sectors", rows=len(xtdata.get_sector_info()))
leave()
