"""`python -m core.simqmt [options] program.py args...` runs any xtquant program on a simulated MiniQMT."""

from core.simqmt.running.runner import main

main()
