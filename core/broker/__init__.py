"""The door to `xtquant.xttrader`: the vendor's real trader, called off the GUI thread, every call with a deadline.

`door.XtBroker` is what the service uses. The other modules are its parts: `vendor` imports xtquant, `convert` reads
the vendor's objects, `callbacks` copies what is pushed, `inbox` hands it to the trading loop, `matching` finds the
intent an answer belongs to, `session` is one generation of the connection, `opening` makes it, `lines`, `sending` and
`queries` call the vendor on the two lanes.
"""
