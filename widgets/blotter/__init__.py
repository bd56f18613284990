"""The blotter dock: positions, orders, trades, decisions with their reasons, alarms.

`words` Chinese for enums · `rows` and `columns` what each tab shows · `pane` tabs in a head · `chain` the reasons
of one decision · `pages` the five tabs · `view` the dock's widget.
"""
