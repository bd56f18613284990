"""Sessions of programs, their requests, and everything that is told to them."""
