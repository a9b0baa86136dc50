"""The assets by group: raw, core, marts, publication; and the checks on them.

Doesn't belong here: how anything is built or checked; an asset calls a plain function of another room.
"""
