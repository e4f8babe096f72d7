"""What several tests need: where public data lies, slow and obvious twins of fast code."""
