"""One release: what lies in it (`content`), how it differs from the ones before (`history`), how it is kept (`store`).

`stage` and `compose` put it together.
Doesn't belong here: building or checking tables, Dagster.
"""
