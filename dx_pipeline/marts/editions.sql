SELECT
    CAST(edition AS BIGINT) AS edition,
    decision,
    CAST(decision_date AS DATE) AS decision_date,
    published_on,
    CAST(main_indices AS BIGINT) AS main_indices,
    CAST(component_indicators AS BIGINT) AS component_indicators,
    CAST(total_points AS BIGINT) AS total_points,
    overall_rule,
    pillar_rule,
    status,
    source_url AS url
FROM raw.dti_methodology
