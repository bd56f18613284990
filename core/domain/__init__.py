"""The words of the trade: frozen records and closed enums, no I/O.

`enums` the closed sets · `market` Quote, Bar, Instrument · `watch` WatchItem, QuantConfig ·
`trading` Order, Trade, Position, Asset, Intent · `decision` Signal, Reason, Decision, ItemView ·
`events` what a broker tells us · `money` exact prices.
"""
