"""Telling people when nobody watches: what broke, what still works, what to do; once per cause, and when it is over.

Belongs here: causes, texts, the memory of what was told, the sending. Doesn't: noticing that something failed (`fetch`,
the checks, `orchestration`), and anything that decides about a release.
"""
