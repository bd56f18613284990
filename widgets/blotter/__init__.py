"""The blotter dock: positions, orders, trades, decisions with their reasons, alarms.

`words` Chinese for enums · `rows` and `*_columns` what each tab shows · `day_flows` today's fills · `pane` tabs
in a head · `chain` the reasons of one decision · `pages` the five tabs · `view` the dock's widget.
"""
