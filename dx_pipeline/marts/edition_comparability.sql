SELECT CAST(edition_from AS BIGINT) AS edition_from, CAST(edition_to AS BIGINT) AS edition_to, level, comparability, reason
FROM raw.dti_comparability
