"""Checks: a contract's rules through Great Expectations, the index's laws in SQL, and their results for readers.

Belongs here: what can be found wrong in built tables, the gate that stops a release, the page that shows it. Doesn't:
refusing bad input (`sources`, `conform`), what writing a table refuses (`contracts`), mending anything.
"""
