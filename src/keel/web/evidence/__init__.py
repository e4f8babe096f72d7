"""The evidence base as pages: every claim, conflict, figure and source, with a search."""
