"""How a Picture, a Finding, a source and a mark of certainty are printed. Shared by the check and the clinic.

Computes no clinical value. Start at `shown.py` (what goes where on the page), then the templates.
"""
