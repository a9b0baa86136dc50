"""How releases are kept on disk: layout, locks, commit, verification, repair, rollback."""
