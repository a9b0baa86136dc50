SELECT * EXCLUDE ("row") FROM raw.sources
