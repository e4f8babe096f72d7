"""Words and marks of the programme and the stock for the pages."""
