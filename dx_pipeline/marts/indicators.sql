SELECT indicator, role, CAST("position" AS BIGINT) AS "position", part_of, pillar, name_vi, name_en FROM raw.indicators
