"""Dagster only: assets, checks, jobs, schedules and sensors that call the plain functions of the other packages.

Belongs here: what Dagster must know, the headless door (`run`), the record of how things stand (`state`).
Doesn't: any rule about figures, tables or releases.
"""
