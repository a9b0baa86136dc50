SELECT
    edition, unit_system, row_number() OVER (PARTITION BY edition, unit_system ORDER BY score DESC, province_id) AS k,
    score, error_half_width
FROM (
    SELECT *, count(score) OVER (PARTITION BY edition, unit_system) AS n_scored
    FROM province_rankings
)
WHERE n_scored = n_units
