"""A simulated MiniQMT terminal below `xtquant`: the vendor's own `xttrader.py` and `xtdata.py` run on it unmodified.

It replaces only the two native modules `xtquant.xtpythonclient` and `xtquant.datacenter`.
"""
