WITH known AS (
    SELECT edition, unit_system, province_id, 'overall' AS indicator, score, "rank" FROM province_rankings
    UNION ALL
    SELECT edition, unit_system, province_id, indicator, score, "rank" FROM component_scores
    UNION ALL
    SELECT edition, unit_system, province_id, indicator, score, "rank" FROM pillar_scores
)
SELECT
    own.edition, own.unit_system, own.province_id, peer.province_id AS peer_id, own.indicator,
    own.score, peer.score AS peer_score, own.score - peer.score AS gap, own."rank", peer."rank" AS peer_rank
FROM known AS own
JOIN known AS peer
    ON own.edition = peer.edition AND own.unit_system = peer.unit_system AND own.indicator = peer.indicator
    AND own.province_id <> peer.province_id
WHERE (own.score IS NOT NULL AND peer.score IS NOT NULL) OR (own."rank" IS NOT NULL AND peer."rank" IS NOT NULL)
