"""How releases are kept on disk: layout, locks, commit, verification, repair, rollback.

Doesn't belong here: what the files say (`content`, `history`).
"""
