"""How much to trade (`sizing`) and whether an order may leave (`gate`): the one gate every order passes."""
