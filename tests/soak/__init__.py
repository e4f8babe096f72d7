"""Long runs that `make soak` starts: real servers under real load, with their figures printed beside the budgets.

They are no part of `make test`; small versions of each stand there. The figures of the last run are written down in
docs/reference/reliability.md.
"""
