"""Looking at publishers: what changed since the last night, stored as snapshots, judged, accepted or left to a person.

Belongs here: requests and what guards them, snapshots, the comparison with the declared bytes, acceptance, staleness.
Doesn't: reading figures (`sources`, `conform`), building, alerts, anything of Dagster. A build never calls this: it
reads declared bytes only.
"""
