"""The home page, what Keel is and is not, readiness, and the pages for errors."""
