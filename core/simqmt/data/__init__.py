"""xtquant's native market data module."""
