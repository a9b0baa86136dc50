"""Checks: a contract's rules through Great Expectations, the index's laws in SQL, and their results for readers."""
