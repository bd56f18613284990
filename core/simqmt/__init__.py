"""A simulated MiniQMT terminal below `xtquant`: the vendor's own `xttrader.py` and `xtdata.py` run on it unmodified.

It replaces only the two native modules `xtquant.xtpythonclient` and `xtquant.datacenter`:

    from core.simqmt import SimTerminal, install

    terminal = SimTerminal(path, cash={"88000001": Decimal(1_000_000)}, market=..., clock=Conductor(...))
    install(terminal)  # before xtquant.xttrader is imported

terminal      the terminal: market, exchange, accounts and sessions of one folder
conductor     virtual time; loop: an asyncio loop on it
install       puts the stand-ins in place of the natives
trader_client the native `XtQuantAsyncClient`; structs: its classes; requests, desk, answers: what is asked and told
counter       orders, cancels, fills and ledgers; gate: refusals; exchange: books and resting orders; store: the file
data_client   the native `datacenter`; data_hub, data_queries, data_shapes
market        what a market source gives; market_replay, market_builtin, static_market: three of them
faults        what goes wrong on demand
"""

from core.simqmt.install import install, uninstall
from core.simqmt.terminal import SimTerminal

__all__ = ["SimTerminal", "install", "uninstall"]
