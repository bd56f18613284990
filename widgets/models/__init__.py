"""One table for the whole desk: columns described as data, rows kept by id, painted by one delegate.

`column` what a column is · `arrange` order as pure functions · `ordered` order under a living view · `table` the
Qt model · `delegate` `header` `view` how it looks · `export` rows as text for copies and files.
"""
