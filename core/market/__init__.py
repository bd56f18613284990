"""Everything that arrives from a market: quotes, the board that holds them, bars, and the sources they come from.

`board` the newest quote by symbol, kept in `snapshots` · `validity` the one rule that says whether a quote may trigger
anything · `phases`, `flags`, `silence` what a snapshot shows, and whether the feed lives · `bars` ticks to bars ·
`failover` the best source that is well · `xtdata`, `public`, `replay_feed` the sources · `helper` work in a process of its
own · `directory` names and codes · `files` recorded files · `history` the store of bars.
"""
