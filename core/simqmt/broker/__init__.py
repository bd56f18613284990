"""The simulated broker: takes orders, judges them, keeps money and shares."""
