"""What `keel knowledge check` looks at, one module a subject; each yields `Problem`s and changes nothing.

Start at `keel.knowledge.check`, which calls them all.
"""
