"""A release: tables to files, the difference to the last one, one atomic switch, the proof of it."""
