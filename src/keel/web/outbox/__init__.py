"""Messages out: one place through which mails and text messages leave, and where none of them is lost.

Start at `actions.py`: a message is queued in the transaction of what it is about, and a thread of the server sends it.

Why not django-tasks: a task that failed stays failed there (issues 6 and 114 of its repository: tries again are not
built in), its worker is one more process that a small clinic must keep alive, its rows are changed in place and hold
what they are called with in clear. A message here holds a link that opens a form, so it is sealed; each try is a row
of its own, so that a cut-off one is seen and told; and who sends is whoever serves.
"""
