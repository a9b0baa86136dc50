"""Dagster only: assets, checks, jobs and schedules that call the plain functions of the other packages."""
