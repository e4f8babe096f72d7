"""Migrations of the REMS and the stock."""
