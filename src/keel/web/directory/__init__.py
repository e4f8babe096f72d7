"""The people who help: the strip on every page and the list by country and need.

The country is chosen by the person or told by the language of the browser; it is never looked up from an address.
"""
