"""The book of controlled drugs as a fold of its moves: balances, what was opened, counts, discrepancies.

Amounts are exact decimals in the unit of the product (mL, or whole devices). Start at `book.py`.
"""
