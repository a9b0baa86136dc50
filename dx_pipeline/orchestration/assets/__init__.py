"""The assets by group: raw, core, marts, publication; and the checks on them."""
