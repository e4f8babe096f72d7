"""What is printed: chart specifications and drawings. Values in, text out; nothing is computed that is clinical.

May import all of Keel but `interop`, `web` and `cli`. Start at `charts/`.
"""
