"""A questionnaire as fields of a form: its questions on a page, and the answers that were given."""
