"""How a Picture, a Finding, a source, a text and a mark of certainty are printed. Shared by all apps above.

Computes no clinical value. Start at `queries.py` (what goes where on the page), then the templates.
"""
