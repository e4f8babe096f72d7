"""Copies of the database that can be trusted: made while Keel runs, encrypted, read back, pruned, restored.

Start at `actions.py` (`make_backup`) and `restore.py`. `archive.py` is the file: a compressed tar with a manifest, in
an age file where a key is set. `copies.py` takes the rows out of a database and puts them back, for each engine.
"""
