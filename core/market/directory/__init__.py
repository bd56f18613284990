"""What the user types, and what securities are called."""
