"""The built-in market: endless believable days, the same for the same seed."""
