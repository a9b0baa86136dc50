"""How a release differs from the ones before: differences, version, change log, ledger, citation."""
