WITH known AS (
    SELECT edition, unit_system, province_id, 'overall' AS indicator, score, "rank", error_half_width, score_status = 'published' AS alone
    FROM province_rankings
    UNION ALL
    SELECT edition, unit_system, province_id, indicator, score, "rank", error_half_width, "rule" = 'as_printed' FROM component_scores
    UNION ALL
    SELECT edition, unit_system, province_id, indicator, score, "rank", error_half_width, "rule" = 'as_printed' FROM pillar_scores
)
SELECT
    own.edition, own.unit_system, own.province_id, peer.province_id AS peer_id, own.indicator,
    own.score, peer.score AS peer_score, own.score - peer.score AS gap,
    own.error_half_width + peer.error_half_width AS error_half_width,
    -- rounding keeps the order of two figures that were printed with the same digits
    CASE WHEN own.score IS NULL OR peer.score IS NULL THEN NULL
        WHEN own.alone AND peer.alone AND own.error_half_width = peer.error_half_width THEN own.score = peer.score
        ELSE abs(own.score - peer.score) <= own.error_half_width + peer.error_half_width + 1e-9 END AS within_error,
    own."rank", peer."rank" AS peer_rank,
    CASE WHEN within_error THEN 'within_error' END AS doubts
FROM known AS own
JOIN known AS peer
    ON own.edition = peer.edition AND own.unit_system = peer.unit_system AND own.indicator = peer.indicator
    AND own.province_id <> peer.province_id
-- of thousands of communes all pairs are more rows than anybody reads
WHERE own.unit_system IN (SELECT unit_system FROM provinces WHERE "level" = 'province') AND ((own.score IS NOT NULL AND peer.score IS NOT NULL) OR (own."rank" IS NOT NULL AND peer."rank" IS NOT NULL))
