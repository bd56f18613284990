"""Qt pieces of the desk: data in, intents out; no I/O, no trading rules.

`theme` `tokens` `sheet` `fonts` `formats` `icons` what everything is drawn with · `models` the one table ·
`watchlist` `chart` `blotter` the docks · `account_bar` `mode_badge` `health_strip` `alarm_bar` `depth` the
fixed parts.
"""
