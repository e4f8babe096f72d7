"""Who may log in to the clinic. The public pages have no accounts."""
