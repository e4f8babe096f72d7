"""/models/: the research door. Every model with what it rests on, and their curves for one regimen side by side.

What the models' own documents say is translated where it is shown. Nothing is kept; the regimen is in the address.
Start at `views.py`.
"""
