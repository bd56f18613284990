"""The trading core of DingPan: no Qt anywhere. Read `core/README.md` first, then `core/service/compose.py`."""
