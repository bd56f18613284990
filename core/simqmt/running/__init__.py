"""The command: runs any program on a simulated terminal."""
