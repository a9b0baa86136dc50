SELECT
    edition, unit_system, province_id, indicator, measure, source_id, locator,
    value, value_text, note, decimals, unit, status, tier, kind, preliminary, publisher, nullif(url, '') AS url, province_text,
    file, table_no, "row", "column" AS column_name,
    chosen, conflict, basis, doubts, finding, reason, reason_vi, remark
FROM core.figures
WHERE status <> 'rejected'
