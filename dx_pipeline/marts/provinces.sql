SELECT
    CAST(unit.unit_system AS BIGINT) AS unit_system, unit.province_id, unit.gso_code, unit.name_vi, unit.name_en, unit.kind,
    unit.iso_3166_2, unit.region_code, unit.region_vi, unit.region_en, unit.successor_id,
    CAST(own.valid_from AS DATE) AS valid_from, CAST(own.valid_to AS DATE) AS valid_to,
    own."level", CAST(own.successor_system AS BIGINT) AS successor_system
FROM raw.units AS unit
JOIN raw.unit_systems AS own ON own.unit_system = unit.unit_system
-- units that are ranked, not regions that group others
WHERE own."level" <> 'region'
