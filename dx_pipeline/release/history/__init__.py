"""How a release differs from the ones before: differences, version, change log, ledger, citation.

Doesn't belong here: writing the files of a release (`content`), switching between releases (`store`).
"""
