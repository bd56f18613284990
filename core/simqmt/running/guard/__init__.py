"""A folder on the path of the processes that a simulated program starts; `sitecustomize` there is loaded first."""
