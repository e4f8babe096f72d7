"""Recovery tools: forms of the knowledge (`data/tools`) that are kept in the reader's browser and nowhere else.

The server only prints the empty form, which works on paper. `static/tools` keeps, lists, counts, saves and deletes what
is written, and the policy of these pages lets no script or form send anything. Start at `views.py`.
"""
