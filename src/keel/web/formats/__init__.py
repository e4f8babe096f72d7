"""Dates and numbers as pages print them, by language."""
