"""What the facts of a person mean: questionnaires, interactions, rules, and the Picture that brings them together.

May import everything above it (`quantities` to `exposure`); reads no clock and no file. Start at `picture.py`.
"""
