"""The language of the page: which languages there are, and texts, sentences and numbers in the one on the page.

Below all apps, and imports none of them. Start at `languages.py`, then `words.py`.
"""
