"""Questionnaires by schedule, by a private link or on a tablet; trends of their scores; answers that alarm.

Start at `actions.py`: answers become a fact, and where one alarms an alert of its own, in one transaction. `watch.py`
tells more people of an alert that nobody has taken, and sends what is due.
"""
