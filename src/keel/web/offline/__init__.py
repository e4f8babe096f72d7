"""Keel without a connection: a worker that keeps help numbers, tools and texts on the device, and the manifest.

It keeps public pages that are the same for everybody, never a page that holds what somebody typed, and nothing of the
clinic. Start at `queries.py`, which says what may be kept.
"""
