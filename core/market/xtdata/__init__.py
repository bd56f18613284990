"""The market feed on `xtquant.xtdata`."""
