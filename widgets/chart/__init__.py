"""The live chart: candles and the intraday line with the item's levels, its fills and a crosshair.

`panel` is the dock and the whole public face · `view` the scene, its timer, mouse and keys · `frame` what one
repaint shows, made by `framing` · `series` bars as arrays · `studies` averages and MACD · `scale`, `layout`, `place` numbers
to pixels · `batch` many rectangles in one call · items: `grid`, `candles`, `volume`, `macd`, `averages`,
`intraday`, `levels` (words in `level_texts`), `fills`, `axis`, `crosshair` · `readout` the fixed lines on top ·
`spread` keeps tags and labels apart · `timeticks` where the time axis is labelled.
"""
