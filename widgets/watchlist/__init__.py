"""The watchlist dock: one row for each watch item, live, with its levels, state and what its stop will do.

`rows` what a row holds · `levels` distances and places on the ruler · `spark` the day's line · `painting` the
drawn cells · `columns` the columns · `table` keys and clicks · `view` the dock's widget.
"""
