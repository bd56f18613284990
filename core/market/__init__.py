"""Everything that arrives from a market: quotes, the board that holds them, bars, recorded files, the vendor.

`phases` trading phase of a snapshot · `tick_file` recorded level-1 files · `board` newest quote by symbol ·
`validity` the one rule that says whether a quote may trigger anything · `bars` ticks to bars · `vendor` the
one import of `xtquant.xtdata` · `ticks` vendor records to ours · `xtdata_feed` the `Feed` on it.
"""
