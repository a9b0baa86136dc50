"""The files of a release and their descriptions: exports, dictionary, data package, catalogue records.

Doesn't belong here: what other releases held (`history`), where files lie on disk (`store`).
"""
