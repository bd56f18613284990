"""Virtual time of a simulated desk: what is due, what is under way, and the one thing that happens next."""
