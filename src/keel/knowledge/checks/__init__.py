"""What `keel knowledge check` looks at over all kinds, one module a subject; each yields `Problem`s, changes nothing.

Start at `keel.knowledge.check`. What concerns one kind is checked in the folder of that kind.
"""
