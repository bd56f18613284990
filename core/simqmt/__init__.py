"""A simulated MiniQMT terminal below `xtquant`: the vendor's own `xttrader.py` and `xtdata.py` run on it unmodified.

It replaces only the two native modules `xtquant.xtpythonclient` and `xtquant.datacenter`:

    from core.simqmt import Conductor, SimTerminal, install

    terminal = SimTerminal(path, cash={"88000001": Decimal(1_000_000)}, market=..., clock=Conductor(...))
    install(terminal)  # before xtquant.xttrader is imported

    python -m core.simqmt program.py  # in the checkout: runs any xtquant program on it

`README.md` beside this file is the manual: options, public face, faults, and which module holds what.
"""

from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.faults.schedule import Faults
from core.simqmt.install import install, uninstall
from core.simqmt.terminal import SimTerminal

__all__ = ["Conductor", "Faults", "SimTerminal", "install", "uninstall"]
