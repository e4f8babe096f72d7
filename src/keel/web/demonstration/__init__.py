"""A demonstration: two clinics, their staff and a dozen made-up patients, from `people.toml`.

Loading it appends facts by the same actions as the pages, dated back from today. Start at `load.py`.
"""
