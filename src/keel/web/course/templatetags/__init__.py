"""Filters of the pages of a course."""
