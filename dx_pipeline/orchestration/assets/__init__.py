"""The assets: sources and figures, public tables with the checks on them, publication.

Doesn't belong here: how anything is built or checked; an asset calls a plain function of another room.
"""
