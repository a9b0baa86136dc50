-- a step that nobody described is told as unknown: a new edition has its tables before somebody has read its rules
WITH editions AS (
    SELECT DISTINCT edition FROM core.figures
    WHERE status <> 'rejected'
        AND indicator IN (SELECT indicator FROM indicators WHERE role IN ('overall', 'pillar', 'foundation', 'activity'))
), described AS (
    SELECT CAST(edition_from AS BIGINT) AS edition_from, CAST(edition_to AS BIGINT) AS edition_to, level, comparability,
        reason
    FROM raw.dti_comparability
), steps AS (
    SELECT edition AS edition_from, lead(edition) OVER (ORDER BY edition) AS edition_to FROM editions
)
SELECT * FROM described
UNION ALL
SELECT edition_from, edition_to, 'overall', 'unknown', 'not described yet'
FROM steps
WHERE edition_to IS NOT NULL
    AND edition_from NOT IN (SELECT edition_from FROM described WHERE level = 'overall')
