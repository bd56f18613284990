"""The application: puts a window on a trading service. Holds no trading rules."""
