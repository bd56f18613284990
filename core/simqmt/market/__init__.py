"""Where snapshots and securities come from: built-in days, recordings, prices that stand still, feeds."""
