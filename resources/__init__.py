"""Icons, themes, translations, the manual and the default watchlist: data that ships with the program."""
