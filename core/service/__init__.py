"""The trading service: commands in, news out. `compose.py` puts it together; `commands.py` and `news.py` are the
whole contract with any window."""
