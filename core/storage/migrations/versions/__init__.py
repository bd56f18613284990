"""The steps of the schema, in order of their names."""
