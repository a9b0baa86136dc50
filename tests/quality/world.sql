-- The tables are there, empty, with the columns of their contracts.
-- A small country in which every law holds: 63 provinces p-01 ... p-63 (one of them is hai-duong), merged into 34 units
-- u-01 ... u-33 and p-34 (an id both systems use). Editions 2022 and 2023 are complete tables; of 2020 and 2021 only single figures are known.
CREATE TABLE units AS SELECT i, CASE WHEN i = 13 THEN 'hai-duong' ELSE printf('p-%02d', i) END AS province_id FROM range(1, 64) t(i);

INSERT INTO provinces BY NAME
SELECT 63 AS unit_system, province_id, CASE WHEN i = 34 THEN 'p-34' ELSE printf('u-%02d', (i - 1) % 34 + 1) END AS successor_id,
  NULL::DATE AS valid_from, DATE '2025-06-30' AS valid_to, 34 AS successor_system FROM units
UNION ALL SELECT 34, CASE WHEN i = 34 THEN 'p-34' ELSE printf('u-%02d', i) END, NULL, DATE '2025-07-01', NULL, NULL FROM range(1, 35) t(i);

INSERT INTO indicators (indicator, role, part_of) VALUES ('overall', 'overall', NULL), ('digital_government', 'pillar', NULL), ('digital_economy', 'pillar', NULL),
  ('digital_society', 'pillar', NULL), ('foundation', 'foundation', 'overall'), ('smart_city', 'foundation', NULL),
  ('digital_awareness', 'foundation', 'foundation'), ('digital_institutions', 'foundation', 'foundation'),
  ('digital_infrastructure', 'foundation', 'foundation'), ('digital_human_resources', 'foundation', 'foundation'),
  ('network_information_security', 'foundation', 'foundation'), ('digital_government_activity', 'activity', 'overall'),
  ('digital_economy_activity', 'activity', 'overall'), ('digital_society_activity', 'activity', 'overall');
UPDATE indicators SET pillar = replace(indicator, '_activity', '') WHERE role = 'activity';

-- 2022 lists the five foundation components and their sum, 2023 only the sum
INSERT INTO indicator_weights BY NAME
SELECT edition, indicator, weight::DOUBLE AS weight FROM (VALUES (2022, 'digital_awareness', 0.1), (2022, 'digital_institutions', 0.1),
  (2022, 'digital_infrastructure', 0.1), (2022, 'digital_human_resources', 0.1), (2022, 'network_information_security', 0.1),
  (2022, 'smart_city', 0), (2022, 'foundation', 0.5), (2023, 'foundation', 0.5), (2022, 'digital_government_activity', 0.2), (2022, 'digital_economy_activity', 0.15),
  (2022, 'digital_society_activity', 0.15), (2023, 'digital_government_activity', 0.2), (2023, 'digital_economy_activity', 0.15),
  (2023, 'digital_society_activity', 0.15), (2020, 'digital_government', 0.4), (2020, 'digital_economy', 0.3),
  (2020, 'digital_society', 0.3)) w(edition, indicator, weight);
CREATE TABLE part_weights(indicator VARCHAR, weight DOUBLE);
INSERT INTO part_weights VALUES ('foundation', 0.5), ('digital_government_activity', 0.2), ('digital_economy_activity', 0.15), ('digital_society_activity', 0.15);

-- p-62 and p-63 are equal in 2022, so that they share a rank
CREATE TABLE parts AS
SELECT edition, province_id, unnest(['foundation', 'digital_government_activity', 'digital_economy_activity', 'digital_society_activity']) AS indicator,
  unnest([0.90 - 0.008 * n, 0.85 - 0.007 * n + 0.012 * (n % 4), 0.70 - 0.006 * n + 0.02 * ((n + edition) % 5), 0.75 - 0.007 * n + 0.01 * (n % 2)])::DOUBLE AS score
FROM (SELECT edition, province_id, CASE WHEN edition = 2022 THEN least(i, 62) ELSE i END AS n FROM units, (VALUES (2022), (2023)) e(edition));

INSERT INTO province_rankings BY NAME
WITH known AS (
  SELECT edition, 63 AS unit_system, province_id, sum(weight * score) AS score, NULL::BIGINT AS rank_published
  FROM parts JOIN part_weights USING (indicator) GROUP BY ALL
  UNION ALL
  SELECT 2023, 34, p.successor_id, avg(total), NULL
  FROM provinces p JOIN (SELECT province_id, sum(weight * score) AS total FROM parts JOIN part_weights USING (indicator)
    WHERE edition = 2023 GROUP BY province_id) USING (province_id)
  WHERE p.unit_system = 63 GROUP BY p.successor_id
  UNION ALL
  SELECT edition, 63, province_id,
    CASE WHEN edition = 2021 AND province_id IN ('p-05', 'p-06') THEN 0.51 WHEN edition = 2021 AND province_id = 'p-07' THEN 0.40
      WHEN edition = 2021 AND province_id BETWEEN 'p-40' AND 'p-49' THEN 0.30
      WHEN edition = 2020 AND province_id = 'p-01' THEN 0.37 WHEN edition = 2020 AND province_id = 'p-07' THEN 0.90 END,
    CASE WHEN province_id = 'hai-duong' THEN 14 WHEN edition = 2021 AND province_id IN ('p-05', 'p-06') THEN 12
      WHEN edition = 2021 AND province_id = 'p-07' THEN 20 WHEN edition = 2020 AND province_id = 'p-07' THEN 30 END
  FROM units, (VALUES (2020), (2021)) e(edition)
), ranked AS (
  SELECT * EXCLUDE (score, rank_published), round(score, 12) AS score,
    CASE WHEN count(score) OVER edition_table = unit_system
      THEN rank() OVER (PARTITION BY edition, unit_system ORDER BY round(score, 10) DESC) END AS rank_computed,
    rank_published
  FROM known WINDOW edition_table AS (PARTITION BY edition, unit_system)
)
SELECT edition, unit_system, province_id, score, CASE WHEN score IS NULL THEN 'not_read' ELSE 'published' END AS score_status,
  rank, rank_published, CASE WHEN rank_published IS NULL THEN NULL WHEN edition = 2020 THEN 'derived' ELSE 'stated' END AS rank_published_kind,
  rank_computed, (unit_system - rank) / (unit_system - 1) AS percentile,
  count(rank) OVER (PARTITION BY edition, unit_system) AS n_ranked, unit_system AS n_units,
  CASE WHEN rank IS NULL THEN 'not_read' WHEN rank_published IS NULL THEN 'computed' WHEN edition = 2020 THEN 'derived' ELSE 'published' END AS status,
  CASE WHEN rank IS NOT NULL THEN 'dti_component_scores' END AS source_id, CASE WHEN rank IS NOT NULL THEN 'row 1' END AS locator,
  CASE WHEN rank IS NULL OR score IS NULL THEN 'not_read: nothing was read' END AS reason
FROM (SELECT * EXCLUDE (rank_published), published AS rank_published, coalesce(published, rank_computed) AS rank
  FROM (SELECT *, CASE WHEN edition = 2022 AND province_id IN ('hai-duong', 'p-01') THEN rank_computed ELSE rank_published END AS published FROM ranked));

INSERT INTO component_scores BY NAME
SELECT edition, 63 AS unit_system, province_id, indicator, score, 1::BIGINT AS rank,
  CASE indicator WHEN 'foundation' THEN 'derived' ELSE 'published' END AS status,
  CASE indicator WHEN 'foundation' THEN 0.00015 END AS error_half_width,
  CASE WHEN indicator = 'foundation' AND edition = 2022 AND province_id IN ('p-01', 'p-02') THEN score + 0.00019 END AS score_from_parts,
  CASE WHEN edition = 2022 AND province_id = 'p-02' AND indicator = 'digital_economy_activity' THEN 1::BIGINT END AS rank_published
FROM parts
UNION ALL  -- the eight components of three provinces are printed
SELECT edition, 63, province_id, c.indicator, score + c.offset_, 1, 'published', NULL, NULL, NULL
FROM parts, (VALUES ('digital_awareness', 0.02), ('digital_institutions', -0.02), ('digital_infrastructure', 0.01),
  ('digital_human_resources', 0.0), ('network_information_security', -0.01)) c(indicator, offset_)
WHERE edition = 2022 AND parts.indicator = 'foundation' AND province_id IN ('p-01', 'p-02', 'p-05')
UNION ALL SELECT 2022, 63, 'p-03', 'digital_awareness', NULL, NULL, 'not_read', NULL, NULL, NULL
UNION ALL SELECT 2023, 34, 'u-01', 'digital_economy_activity', avg(score), NULL, 'published', NULL, NULL, NULL
  FROM parts WHERE edition = 2023 AND indicator = 'digital_economy_activity' AND province_id IN ('p-01', 'p-35');

INSERT INTO pillar_scores BY NAME
SELECT p.edition, 63 AS unit_system, p.province_id, r.indicator,
  (0.5 * f.score + w.weight * p.score) / (0.5 + w.weight) AS score, 1::BIGINT AS rank,
  CASE WHEN p.province_id = 'p-01' THEN round((0.5 * f.score + w.weight * p.score) / (0.5 + w.weight), 4) + 0.0001 END AS score_published,
  CASE WHEN p.province_id = 'p-01' THEN 1::BIGINT END AS rank_published,
  CASE WHEN p.province_id = 'p-01' THEN 'published' ELSE 'derived' END AS status, 0.0002 AS error_half_width
FROM parts p JOIN parts f ON f.edition = p.edition AND f.province_id = p.province_id AND f.indicator = 'foundation'
JOIN part_weights w ON w.indicator = p.indicator
JOIN indicators r ON r.indicator || '_activity' = p.indicator
WHERE p.edition = 2022
UNION ALL SELECT 2020, 63, 'p-01', indicator, score, NULL, score, NULL, 'published', 0.00005
FROM (VALUES ('digital_government', 0.40), ('digital_economy', 0.30), ('digital_society', 0.40)) v(indicator, score)
UNION ALL SELECT 2020, 63, 'p-07', 'digital_economy', 0.50, NULL, 0.50, NULL, 'published', 0.00005
UNION ALL SELECT 2020, 63, 'p-02', 'digital_economy', NULL, NULL, NULL, NULL, 'not_read', NULL;

INSERT INTO national_means BY NAME
SELECT edition, unit_system, 'overall' AS indicator, avg(score) AS mean_computed, round(avg(score), 4) AS mean_published, true AS agrees
FROM province_rankings WHERE edition >= 2022 AND unit_system = 63 GROUP BY ALL
UNION ALL SELECT edition, unit_system, indicator, avg(score), NULL, NULL FROM component_scores WHERE edition = 2022 AND indicator <> 'digital_awareness' GROUP BY ALL
UNION ALL SELECT edition, unit_system, indicator, avg(score), NULL, NULL FROM pillar_scores WHERE edition = 2022 GROUP BY ALL
UNION ALL SELECT 2020, 63, 'overall', NULL, 0.3026, NULL;

INSERT INTO figure_sources BY NAME
WITH printed AS (
  SELECT edition, unit_system, province_id, 'overall' AS indicator, 'score' AS measure, score AS value FROM province_rankings
  UNION ALL SELECT edition, unit_system, province_id, 'overall', 'rank', rank_published FROM province_rankings
  UNION ALL SELECT edition, unit_system, province_id, indicator, 'score', score FROM component_scores WHERE status = 'published'
  UNION ALL SELECT edition, unit_system, province_id, indicator, 'rank', rank_published FROM component_scores
  UNION ALL SELECT edition, unit_system, province_id, indicator, 'score', score_published FROM pillar_scores
  UNION ALL SELECT edition, unit_system, province_id, indicator, 'rank', rank_published FROM pillar_scores
)
SELECT *, 'dti_component_scores' AS source_id, 'row 1' AS locator, true AS chosen, false AS conflict, NULL AS finding, NULL AS reason FROM printed WHERE value IS NOT NULL
UNION ALL SELECT *, 'dti_overall_scores', 'row 2', false, false, NULL, NULL FROM printed WHERE indicator = 'overall' AND measure = 'score' AND edition >= 2022
UNION ALL SELECT 2020, 63, 'p-09', 'overall', 'rank', 40, 'dti_press_figures', 'row 3', true, true, NULL, 'official before press'
UNION ALL SELECT 2020, 63, 'p-09', 'overall', 'rank', 44, 'dti_press_figures', 'row 4', false, true, 'stated_change_contradicts', 'contradicts the official figure'
UNION ALL SELECT 2023, 63, 'p-09', 'digital_society', 'rank', 11, 'dti_press_figures', 'row 5', false, true, 'activity_rank_as_pillar', 'ruled out'
UNION ALL SELECT 2023, 63, 'p-09', 'digital_awareness', 'score', NULL, 'dti_press_figures', 'row 6', false, false, NULL, NULL;

INSERT INTO external_indicators BY NAME
SELECT 63 AS unit_system, * REPLACE (value::DOUBLE AS value) FROM (VALUES ('papi', 'papi_sc81', 2022, 'p-01', 'score', 0.3, 'published'), ('papi', 'papi_sc81', 2022, 'p-02', 'score', 0.4, 'preliminary'),
  ('papi', 'papi_sc81', 2022, 'p-03', 'score', NULL, 'not_published'), ('nso_population', 'population_density', 2022, 'p-01', 'value', 500.5, 'derived')
) t(source_id, indicator, year, province_id, measure, value, status);
INSERT INTO figure_sources BY NAME
SELECT year AS edition, 63 AS unit_system, province_id, indicator, measure, value, source_id, 'row 7' AS locator, true AS chosen, false AS conflict
FROM external_indicators WHERE status IN ('published', 'preliminary')
UNION ALL BY NAME SELECT edition, unit_system, 'viet-nam' AS province_id, indicator, 'mean' AS measure, mean_published AS value, 'dti_press_figures' AS source_id,
  'row ' || edition AS locator, edition > 2020 AS chosen, edition = 2020 AS conflict, CASE WHEN edition = 2020 THEN 'shifted_column' END AS finding,
  CASE WHEN edition = 2020 THEN 'ruled out' END AS reason
FROM national_means WHERE mean_published IS NOT NULL;

INSERT INTO source_files BY NAME
SELECT *, file AS sha256 FROM (VALUES ('dti_press_figures', 'figures.csv', 10, 8, 2, 30, 16, 10, 1, 1, 2), ('dti_component_scores', '2022.csv', 63, 63, 0, 128, 65, 63, 0, 0, 0))
  t(source_id, file, figures_read, observations, rejected, cells, cells_heading, cells_figures, cells_notes, cells_ignored, cells_rejected);
INSERT INTO sources BY NAME SELECT 'dti_press_figures' AS source_id, DATE '2025-11-21' AS retrieved_on UNION ALL SELECT 'nso_population', DATE '2020-01-01';
INSERT INTO press_claims BY NAME
SELECT 63 AS unit_system, 'hai-duong' AS province_id, '06-NQ/TU' AS resolution, *, 's' AS source_id, 'http://a' AS url, 't' AS article_title, 'p' AS article_publisher,
  NULL AS article_date, 'w' AS published_wording, 'no day' AS source_note, 'không có ngày' AS source_note_vi
FROM (VALUES ('hd_ranks_2021_2023', 'ranks', 'confirmed', 2), ('rank_claim', 'target_value', 'contradicted', 3), ('all_targets', 'programme', 'contradicted', 4)) t(claim_id, about, finding, "row");
CREATE TABLE statements AS SELECT 's' AS source_id, 2 AS "row", NULL AS url, 't' AS article_title, 'p' AS article_publisher, '2021' AS article_date,
  'w' AS published_wording, 'no address' AS source_note, 'không có địa chỉ' AS source_note_vi;
INSERT INTO policy_targets BY NAME FROM statements;
INSERT INTO policy_baselines BY NAME FROM statements;
INSERT INTO policy_events BY NAME FROM statements;
INSERT INTO policy_actuals BY NAME SELECT * EXCLUDE (article_publisher, article_date), 'p' AS publisher, '2021' AS published_on,
  'stated' AS basis, 'unverified' AS doubts FROM statements;
INSERT INTO edition_comparability BY NAME
SELECT * FROM (VALUES (2020, 2021, 'overall', 'broken'), (2020, 2021, 'pillar', 'broken'), (2021, 2022, 'overall', 'same_structure'),
  (2022, 2023, 'overall', 'same_structure'), (2022, 2023, 'component', 'broken'), (2023, 2024, 'overall', 'broken')) t(edition_from, edition_to, level, comparability);

INSERT INTO peer_groups BY NAME SELECT 'hai-duong' AS province_id, basis, 'p-08' AS peer_id, distance
FROM (VALUES ('named', 2.0), ('endowments', 1.4)) t(basis, distance);
INSERT INTO expected_scores BY NAME SELECT 2022 AS edition, 63 AS unit_system, * FROM (VALUES ('p-01', 0.1, 0.05, 'over'), ('p-02', 0.01, 0.05, 'level'),
  ('p-03', -0.06, 0.05, 'under')) t(province_id, residual, residual_spread, performance);
INSERT INTO peer_comparison BY NAME
SELECT a.edition, a.province_id, b.province_id AS peer_id, a.indicator, a.score, b.score AS peer_score, a.score - b.score AS gap
FROM parts a JOIN parts b USING (edition, indicator) WHERE a.province_id = 'hai-duong' AND b.province_id = 'p-08'
UNION ALL SELECT 2021, 'hai-duong', 'p-08', 'overall', 0.5, NULL, NULL;
INSERT INTO component_gaps BY NAME
SELECT edition, province_id, peer_id, indicator, 1000 * weight * gap AS gap_points FROM peer_comparison JOIN part_weights USING (indicator) WHERE edition >= 2022
UNION ALL SELECT edition, province_id, peer_id, 'overall', sum(1000 * weight * gap) FROM peer_comparison JOIN part_weights USING (indicator) WHERE edition >= 2022 GROUP BY ALL
UNION ALL SELECT 2021, 'hai-duong', 'p-08', 'foundation', NULL;

INSERT INTO score_changes BY NAME
SELECT 2022 AS edition_from, 2023 AS edition_to, a.province_id, a.indicator, 1000 * weight * (b.score - a.score) - 1 AS performance_points,
  1.0::DOUBLE AS weight_points, 'same_structure' AS comparability
FROM parts a JOIN parts b ON b.edition = 2023 AND b.province_id = a.province_id AND b.indicator = a.indicator
JOIN part_weights w ON w.indicator = a.indicator WHERE a.edition = 2022
UNION ALL SELECT 2022, 2023, a.province_id, 'overall', 1000 * (b.score - a.score) - 4, 4, 'same_structure'
FROM province_rankings a JOIN province_rankings b USING (unit_system, province_id) WHERE a.edition = 2022 AND b.edition = 2023
UNION ALL SELECT 2023, 2024, province_id, 'foundation', NULL, NULL, 'broken' FROM units;
INSERT INTO rank_changes BY NAME
SELECT 2022 AS edition_from, 2023 AS edition_to, a.province_id, a.rank AS rank_from, b.rank AS rank_to,
  (b.rank - a.rank) / 2 - 1.5 AS own_effect, (b.rank - a.rank) / 2 + 1.5 AS others_effect
FROM province_rankings a JOIN province_rankings b USING (unit_system, province_id) WHERE a.edition = 2022 AND b.edition = 2023
UNION ALL SELECT 2023, 2024, 'p-01', 1, 2, 1, NULL;
INSERT INTO rank_counterfactuals BY NAME
SELECT 2022 AS edition_from, 2023 AS edition_to, province_id, 'foundation' AS indicator, rank AS rank_actual, 1 AS rank_counterfactual
FROM province_rankings WHERE edition = 2023 AND unit_system = 63;

INSERT INTO rank_bounds BY NAME
SELECT edition, province_id, delta, greatest(1, rank - width) AS best, rank + width AS worst
FROM province_rankings, (VALUES (0.10, 2), (0.25, 5)) d(delta, width) WHERE edition = 2022;
INSERT INTO rank_bands BY NAME
SELECT edition, province_id, neighbourhood, greatest(1, rank - 4) AS rank_min, greatest(1, rank - 3) AS p5, rank AS p50, rank + 3 AS p95, rank + width AS rank_max,
  0.2::DOUBLE AS p_top10, 0.5::DOUBLE AS p_top15, 0.9::DOUBLE AS p_top20
FROM province_rankings, (VALUES ('box25', 4), ('simplex', 40)) n(neighbourhood, width) WHERE edition = 2022;
INSERT INTO method_ranks BY NAME SELECT edition, province_id, 'official' AS method, rank FROM province_rankings WHERE edition = 2022
UNION ALL SELECT 2022, 'p-01', 'geometric', 5;
INSERT INTO dominance BY NAME
WITH wide AS (PIVOT parts ON indicator USING max(score) GROUP BY edition, province_id)
SELECT a.edition, a.province_id, count(*) FILTER (a.foundation < b.foundation AND a.digital_government_activity < b.digital_government_activity
    AND a.digital_economy_activity < b.digital_economy_activity AND a.digital_society_activity < b.digital_society_activity) AS dominated_by,
  count(*) FILTER (a.foundation > b.foundation AND a.digital_government_activity > b.digital_government_activity
    AND a.digital_economy_activity > b.digital_economy_activity AND a.digital_society_activity > b.digital_society_activity) AS dominates
FROM wide a JOIN wide b USING (edition) GROUP BY ALL
UNION ALL SELECT 2021, 'p-01', 0, 0;
INSERT INTO component_importance BY NAME SELECT 2022 AS edition, indicator, share::DOUBLE AS covariance_share
FROM (VALUES ('foundation', 0.483), ('digital_government_activity', 0.288), ('digital_economy_activity', 0.123), ('digital_society_activity', 0.106)) v(indicator, share)
UNION ALL SELECT 2021, 'foundation', NULL;
INSERT INTO external_links BY NAME SELECT 2022 AS edition, 'papi_sc81' AS indicator, 0.4::DOUBLE AS spearman, 0.2::DOUBLE AS ci_low, 0.6::DOUBLE AS ci_high
UNION ALL SELECT 2022, 'papi_sc82', NULL, 0.1, 0.2 UNION ALL SELECT 2022, 'papi_sc83', 0.1, NULL, NULL;

INSERT INTO rank_thresholds BY NAME
SELECT edition, unit_system, k, max(score) AS score
FROM (SELECT edition, unit_system, score, row_number() OVER (PARTITION BY edition, unit_system ORDER BY score DESC) AS k FROM province_rankings WHERE edition >= 2022)
WHERE k IN (10, 15, 20) GROUP BY ALL;
INSERT INTO cheapest_paths BY NAME
SELECT 2022 AS edition, 'p-30' AS province_id, 20 AS target_rank, indicator,
  (SELECT t.score - r.score FROM rank_thresholds t, province_rankings r
   WHERE t.edition = 2022 AND t.k = 20 AND t.unit_system = 63 AND r.edition = 2022 AND r.province_id = 'p-30') + 0.0001 AS increase
FROM (VALUES ('foundation'), ('digital_government_activity'), ('digital_economy_activity'), ('digital_society_activity')) v(indicator)
UNION ALL SELECT 2022, 'p-31', 20, 'foundation', NULL;
INSERT INTO merged_units BY NAME
SELECT 2023 AS edition, p.successor_id AS province_id, avg(r.score) AS score_mean, string_agg(p.province_id, ', ' ORDER BY p.province_id) AS members
FROM provinces p JOIN province_rankings r ON r.province_id = p.province_id AND r.edition = 2023 AND r.unit_system = 63
WHERE p.unit_system = 63 GROUP BY p.successor_id;
INSERT INTO target_progress BY NAME
SELECT 63 AS unit_system, *, true AS is_latest, CASE WHEN target_year = 2030 THEN 'u-13' END AS successor_id,
  CASE WHEN target_year = 2030 THEN (SELECT r.rank FROM province_rankings r WHERE r.edition = 2023 AND r.unit_system = 34 AND r.province_id = 'u-13') END AS successor_rank
FROM (VALUES
  ('hai-duong', '06-NQ/TU', 'national_dti_rank', 2025, 2025, 'top', 20.0, 19.0, 'met', NULL, NULL, 'rank_claim'),
  ('p-34', '06-NQ/TU', 'national_dti_rank', 2026, 2026, 'top', 19.0, 19.0, 'met', NULL, NULL, NULL),
  ('hai-duong', '06-NQ/TU', 'national_dti_rank', 2030, 2023, 'top', 15.0, NULL, 'not_assessable', 'boundary_change', 'part of Hai Phong since 1 July 2025', NULL),
  ('hai-duong', '06-NQ/TU', 'share_a', 2025, 2025, 'at_least', 80.0, 80.0, 'met', NULL, NULL, NULL),
  ('hai-duong', '06-NQ/TU', 'share_b', 2025, 2025, 'at_least', 80.0, 79.0, 'not_met', NULL, NULL, NULL),
  ('hai-duong', '06-NQ/TU', 'firms_a', 2025, 2025, 'more_than', 700.0, 700.0, 'not_met', NULL, NULL, NULL),
  ('hai-duong', '06-NQ/TU', 'firms_b', 2025, 2025, 'more_than', 700.0, 701.0, 'met', NULL, NULL, NULL),
  ('hai-duong', '06-NQ/TU', 'share_c', 2025, 2024, 'at_least', 80.0, 85.0, 'not_assessable', 'not_comparable', 'another series', NULL),
  ('hai-duong', '06-NQ/TU', 'share_d', 2025, 2024, 'at_least', 80.0, 85.0, 'not_due', 'not_due', 'a year to go', NULL),
  ('p-35', '06-NQ/TU', 'national_dti_rank', 2024, 2022, 'top', 40.0, 35.0, 'not_due', 'not_due', 'two years to go', NULL)
) t(province_id, resolution, indicator, target_year, edition, comparator, target_value, actual_value, verdict, missing, reason, claim);
UPDATE peer_groups SET unit_system = 63 WHERE unit_system IS NULL;
UPDATE component_gaps SET unit_system = 63 WHERE unit_system IS NULL;
UPDATE score_changes SET unit_system = 63 WHERE unit_system IS NULL;
UPDATE rank_changes SET unit_system = 63 WHERE unit_system IS NULL;
UPDATE rank_counterfactuals SET unit_system = 63 WHERE unit_system IS NULL;
UPDATE rank_bounds SET unit_system = 63 WHERE unit_system IS NULL;
UPDATE rank_bands SET unit_system = 63 WHERE unit_system IS NULL;
UPDATE method_ranks SET unit_system = 63 WHERE unit_system IS NULL;
UPDATE dominance SET unit_system = 63 WHERE unit_system IS NULL;
UPDATE component_importance SET unit_system = 63 WHERE unit_system IS NULL;
UPDATE cheapest_paths SET unit_system = 63 WHERE unit_system IS NULL;
UPDATE merged_units SET unit_system = 34 WHERE unit_system IS NULL;

INSERT INTO vocabulary (code, kind, weakness) VALUES ('stated', 'basis', 1), ('derived', 'basis', 2), ('computed', 'basis', 3);
INSERT INTO vocabulary (code, kind, mark, name_vi, name_en) VALUES ('coarse', 'doubt', '~', 'in ít chữ số', 'fewer digits'), ('third_party_only', 'doubt', '†', 'bên thứ ba', 'third party'),
  ('within_error', 'doubt', '±', 'trong phạm vi làm tròn', 'within rounding'), ('conflict', 'doubt', '*', 'mâu thuẫn', 'sources disagree'),
  ('unverified', 'doubt', '*', 'chưa kiểm chứng', 'unverified');
INSERT INTO findings BY NAME SELECT 2022 AS edition_from, 2023 AS edition_to, 63 AS unit_system, * FROM (VALUES
  ('hai-duong', 'coarse, third_party_only', 'Tăng từ khoảng 0,33 lên 0,54†.', 'It rose from about 0.33 to 0.54†.'),
  ('p-34', 'conflict, within_error', 'Hạng 3 (mâu thuẫn); thứ tự không phân định được theo số in.', '3rd (sources disagree), in an order not decided by the printed digits.'),
  ('p-35', NULL, 'Giữ nguyên hạng 5.', 'It stayed 5th.')) t(province_id, doubts, sentence_vi, sentence_en);

INSERT INTO weight_arguments BY NAME SELECT 2024 AS edition, 34 AS unit_system, * FROM (VALUES
  ('estimate', 'foundation', 439.9, 440.0, 0.5, true), ('estimate', 'digital_economy_activity', 500.1, 500.0, 0.5, true),
  ('total_tried', '940', 0.1, 0.0, 0.5, true), ('total_tried', '750', 1.6, 0.0, 0.5, false), ('total_recomputed', 'u-01', 0.7001, 0.7, 0.0002, true)
) t(argument, item, found, claimed, bound, holds);
-- back-casts of 2022 for the later units, with one doubtful member
INSERT INTO province_rankings (edition, unit_system, province_id, score, score_status, rank, rank_computed, percentile, n_ranked, n_units, status)
SELECT *, rank, (34 - rank) / 33, 34, 34, 'computed' FROM (
  SELECT 2022, 34, p.successor_id, round(avg(r.score), 12) AS score, 'computed', rank() OVER (ORDER BY round(avg(r.score), 10) DESC) AS rank
  FROM provinces p JOIN province_rankings r ON r.province_id = p.province_id AND r.edition = 2022 AND r.unit_system = 63
  WHERE p.unit_system = 63 GROUP BY p.successor_id);
UPDATE province_rankings SET score_basis = CASE score_status WHEN 'published' THEN 'stated' WHEN 'computed' THEN 'computed' END, rank_low = rank, rank_high = rank, within_error = false;
UPDATE province_rankings SET rank_high = rank + 1, within_error = true, rank_doubts = 'tie_hidden' WHERE edition = 2022 AND province_id IN ('p-62', 'p-63');
UPDATE province_rankings SET score_doubts = 'coarse' WHERE edition = 2022 AND province_id IN ('p-02', 'u-02');
UPDATE dominance SET dominated_by_low = dominated_by, dominated_by_high = dominated_by, dominates_low = dominates, dominates_high = dominates, within_error = false;
UPDATE dominance SET within_error = true, undecided_with = 'p-31', doubts = 'within_error' WHERE edition = 2022 AND province_id = 'p-30';
INSERT INTO leave_one_out BY NAME SELECT edition, unit_system, province_id, 'foundation' AS indicator, rank, rank AS rank_without FROM province_rankings WHERE edition = 2022 AND unit_system = 63;
UPDATE leave_one_out SET rank_low = rank_without, rank_high = rank_without, within_error = false;
UPDATE method_ranks SET rank_low = rank, rank_high = rank, within_error = false;
UPDATE rank_counterfactuals SET rank_low = rank_counterfactual, rank_high = rank_counterfactual, within_error = false;
UPDATE component_gaps SET error_half_width = 0.0001, within_error = false;
UPDATE peer_comparison SET error_half_width = 0.0001, within_error = false;
UPDATE score_changes SET error_half_width = 0.0001, within_error = false;
UPDATE cheapest_paths SET error_half_width = 0.0001, within_error = false;
UPDATE peer_comparison SET unit_system = 63 WHERE unit_system IS NULL;
UPDATE score_changes SET largest = CASE indicator WHEN 'foundation' THEN 'yes' ELSE 'no' END WHERE indicator <> 'overall' AND performance_points IS NOT NULL;
UPDATE score_changes SET largest = 'undecided' WHERE province_id = 'p-05' AND indicator IN ('foundation', 'digital_government_activity') AND largest IS NOT NULL;
INSERT INTO rank_sensitivity BY NAME SELECT 2022 AS edition, 63 AS unit_system, 'p-01' AS province_id, 'weights' AS factor, 0.5::DOUBLE AS s1, 0.02::DOUBLE AS s1_error, 0.6::DOUBLE AS st, 0.02::DOUBLE AS st_error
UNION ALL SELECT 2022, 63, 'p-02', 'weights', 0.1, 0.01, 0.2, 0.01 UNION ALL SELECT 2022, 63, 'p-03', 'weights', NULL, 0.2, NULL, 0.3;
INSERT INTO endowments BY NAME SELECT * FROM (VALUES (2024, 63, 'p-01', 'population', 3.0, 'as_published'), (2024, 63, 'p-35', 'population', 2.0, 'as_published'),
  (2024, 34, 'u-01', 'population', 5.0, 'sum_of_members')) t(year, unit_system, province_id, indicator, value, "rule");
UPDATE province_rankings SET rank_basis = CASE status WHEN 'published' THEN 'stated' WHEN 'not_read' THEN NULL ELSE status END;
UPDATE findings SET basis = 'computed';
UPDATE target_progress SET basis = 'stated', doubts = 'unverified', actual_source = 's: policy_actuals.csv, row 2' WHERE indicator = 'share_d';
UPDATE target_progress SET basis = 'computed' WHERE province_id = 'p-35';
INSERT INTO announced_growth BY NAME
SELECT 2022 AS edition_from, 2023 AS edition_to, 63 AS unit_system, *, 100 * (mean_to / mean_from_printed - 1) AS growth_of_printed,
  100 * (mean_to / mean_from_computed - 1) AS growth_of_computed
FROM (VALUES ('overall', 10.0, 0.55, 0.5, 0.5, 'confirmed'), ('digital_economy', 10.0, 0.55, 0.5, 0.45, 'follows_from_shifted_means'),
  ('digital_government', 1.0, 0.55, 0.5, 0.45, 'contradicted'), ('digital_society', 1.0, 0.55, 0.5, NULL, 'not_checkable'))
  t(indicator, growth_percent, mean_to, mean_from_printed, mean_from_computed, finding);
UPDATE merged_units SET rank_computed = 3, rank_low = 3, rank_high = 4, within_error = true WHERE province_id = 'u-03';
