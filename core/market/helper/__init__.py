"""The helper process, for work that is heavy or may hang."""
