"""Drafting: what a file nobody has declared looks like, and the `source.toml` that is proposed for it.

What belongs here are guesses that a person reads before anything is built. Nothing of it is asked in a build.
Doesn't: reading or conforming what is declared (`sources`, `conform`).
"""
