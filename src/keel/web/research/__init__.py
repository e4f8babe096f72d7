"""/models/: the research door. Every model with what it rests on, and their curves for one regimen side by side.

English only, as the models' own documents are. Nothing is kept; the regimen is in the address. Start at `views.py`.
"""
