"""One release: what lies in it (`content`), how it differs from the ones before (`history`), how it is kept (`store`).

`stage` and `compose` put it together, `reproduce` proves that the same inputs give the same bytes.
Doesn't belong here: building or checking tables, Dagster.
"""
