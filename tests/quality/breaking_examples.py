# ruff: noqa: E501 (statements read better on one line)
"""For every law: changes to the small country of `world.sql` that break it, and a row the law must then name."""

from __future__ import annotations

from typing import Any

MISSING_REASONS = ("not_published", "not_read", "not_comparable", "boundary_change", "not_applicable")

#: law -> (statement that spoils the data, part of a failing key that must be named)
BREAKING: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "edition_lists_each_unit": [
        ("DELETE FROM province_rankings WHERE edition = 2022 AND province_id = 'p-40'", {"edition": 2022}),
        (
            "INSERT INTO province_rankings BY NAME SELECT 2022 AS edition, 63 AS unit_system, 'p-64' AS province_id",
            {"edition": 2022},
        ),
        (
            "UPDATE province_rankings SET province_id = 'p-01' WHERE edition = 2020 AND province_id = 'p-02'",
            {"edition": 2020},
        ),
    ],
    "complete_edition_has_every_score": [
        (
            "UPDATE province_rankings SET score = NULL WHERE edition = 2023 AND province_id = 'p-07'",
            {"edition": 2023, "province_id": "p-07"},
        ),
        (
            "UPDATE province_rankings SET score = NULL WHERE edition = 2022 AND unit_system = 63 AND province_id < 'p-32'",
            {"edition": 2022, "province_id": "hai-duong"},
        ),
    ],
    "computed_rank_is_competition_rank": [
        (
            "UPDATE province_rankings SET score = score + 2e-9 WHERE edition = 2022 AND province_id = 'p-63'",
            {"province_id": "p-62"},
        ),
        (
            "UPDATE province_rankings SET rank_computed = 63 WHERE edition = 2022 AND province_id = 'p-63'",
            {"province_id": "p-63"},
        ),
        (
            "UPDATE province_rankings SET rank_computed = 1 WHERE edition = 2020 AND province_id = 'p-01'",
            {"edition": 2020},
        ),
        (
            "UPDATE province_rankings SET rank_computed = NULL WHERE edition = 2023 AND province_id = 'u-03'",
            {"unit_system": 34},
        ),
        (
            "UPDATE province_rankings SET score = score + 2e-10 WHERE edition = 2022 AND province_id = 'p-62'",
            {"province_id": "p-63"},
        ),
    ],
    "published_rank_agrees_with_scores": [
        (
            "UPDATE province_rankings SET rank_published = 12 WHERE edition = 2022 AND province_id = 'hai-duong'",
            {"province_id": "hai-duong"},
        ),
        (
            "UPDATE province_rankings SET rank_published = 9 WHERE edition = 2023 AND province_id = 'p-08'",
            {"edition": 2023},
        ),
    ],
    "known_scores_in_rank_order": [
        (
            "UPDATE province_rankings SET rank_published = 13 WHERE edition = 2021 AND province_id = 'p-06'",
            {"province_id": "p-05", "other_id": "p-06"},
        ),
        (
            "UPDATE province_rankings SET rank_published = 11 WHERE edition = 2021 AND province_id = 'p-07'",
            {"province_id": "p-05", "other_id": "p-07"},
        ),
        (
            "UPDATE province_rankings SET rank_published = 12 WHERE edition = 2021 AND province_id = 'p-07'",
            {"other_id": "p-07"},
        ),
    ],
    "rank_is_published_else_computed": [
        ("UPDATE province_rankings SET rank = 99 WHERE edition = 2023 AND province_id = 'p-01'", {"edition": 2023}),
        (
            "UPDATE province_rankings SET rank_computed = 20, rank = 20 WHERE edition = 2022 AND province_id = 'hai-duong'",
            {"province_id": "hai-duong"},
        ),
        (
            "UPDATE province_rankings SET rank = NULL WHERE edition = 2022 AND province_id = 'p-02'",
            {"province_id": "p-02"},
        ),
    ],
    "ranked_units_counted": [
        (
            "UPDATE province_rankings SET n_ranked = 62 WHERE edition = 2022 AND province_id = 'p-05'",
            {"province_id": "p-05"},
        ),
        (
            "UPDATE province_rankings SET n_units = 64 WHERE edition = 2022 AND province_id = 'p-05'",
            {"province_id": "p-05"},
        ),
    ],
    "missing_rank_has_reason": [
        *[
            (
                f"UPDATE province_rankings SET score_status = '{reason}' WHERE edition = 2022 AND province_id = 'p-09'",
                {"province_id": "p-09"},
            )
            for reason in MISSING_REASONS
        ],
        *[
            (
                f"UPDATE province_rankings SET status = '{reason}' WHERE edition = 2022 AND province_id = 'p-09'",
                {"province_id": "p-09"},
            )
            for reason in MISSING_REASONS
        ],
        (
            "UPDATE province_rankings SET status = 'published' WHERE edition = 2020 AND province_id = 'p-30'",
            {"province_id": "p-30"},
        ),
        (
            "UPDATE province_rankings SET status = 'not_read' WHERE edition = 2022 AND province_id = 'p-30'",
            {"edition": 2022},
        ),
        (
            "UPDATE province_rankings SET score_status = 'published' WHERE edition = 2020 AND province_id = 'hai-duong'",
            {"edition": 2020},
        ),
        (
            "UPDATE province_rankings SET score_status = 'not_read' WHERE edition = 2022 AND province_id = 'p-30'",
            {"edition": 2022},
        ),
        (
            "UPDATE province_rankings SET reason = NULL WHERE edition = 2020 AND province_id = 'hai-duong'",
            {"province_id": "hai-duong"},
        ),
        (
            "UPDATE province_rankings SET reason = NULL WHERE edition = 2020 AND province_id = 'p-01'",
            {"province_id": "p-01"},
        ),
        (
            "UPDATE province_rankings SET reason = 'odd' WHERE edition = 2022 AND province_id = 'p-30'",
            {"edition": 2022},
        ),
    ],
    "status_names_basis_of_rank": [
        (
            "UPDATE province_rankings SET status = 'published' WHERE edition = 2023 AND province_id = 'p-30'",
            {"edition": 2023},
        ),
        (
            "UPDATE province_rankings SET status = 'computed' WHERE edition = 2022 AND province_id = 'hai-duong'",
            {"edition": 2022},
        ),
        (
            "UPDATE province_rankings SET rank_published_kind = 'stated' WHERE edition = 2020 AND province_id = 'hai-duong'",
            {"edition": 2020},
        ),
        (
            "UPDATE province_rankings SET status = 'not_published' WHERE edition = 2023 AND province_id = 'p-31'",
            {"province_id": "p-31"},
        ),
    ],
    "percentile_follows_from_rank": [
        (
            "UPDATE province_rankings SET percentile = percentile - 0.01 WHERE edition = 2023 AND province_id = 'p-30'",
            {"edition": 2023},
        ),
        (
            "UPDATE province_rankings SET percentile = rank / n_units WHERE unit_system = 34 AND province_id = 'u-30'",
            {"unit_system": 34},
        ),
        (
            "UPDATE province_rankings SET percentile = NULL WHERE edition = 2023 AND province_id = 'p-30'",
            {"province_id": "p-30"},
        ),
        (
            "UPDATE province_rankings SET percentile = 0.5 WHERE edition = 2020 AND province_id = 'p-30'",
            {"edition": 2020},
        ),
    ],
    "source_of_rank_joins": [
        (
            "UPDATE province_rankings SET locator = 'row 99' WHERE edition = 2022 AND province_id = 'p-30'",
            {"province_id": "p-30"},
        ),
        (
            "UPDATE province_rankings SET source_id = NULL WHERE edition = 2022 AND province_id = 'p-30'",
            {"province_id": "p-30"},
        ),
        (
            "UPDATE province_rankings SET locator = NULL WHERE edition = 2022 AND province_id = 'p-30'",
            {"province_id": "p-30"},
        ),
        (
            "DELETE FROM figure_sources WHERE edition = 2020 AND province_id = 'hai-duong' AND measure = 'rank'",
            {"edition": 2020},
        ),
        (
            "UPDATE figure_sources SET chosen = false WHERE edition = 2022 AND province_id = 'p-30'",
            {"province_id": "p-30"},
        ),
        (
            "INSERT INTO figure_sources SELECT * FROM figure_sources WHERE edition = 2022 AND province_id = 'p-30'",
            {"province_id": "p-30"},
        ),
    ],
    "missing_component_has_reason": [
        *[
            (
                f"UPDATE component_scores SET status = '{reason}' WHERE edition = 2022 AND province_id = 'p-09'",
                {"province_id": "p-09"},
            )
            for reason in MISSING_REASONS
        ],
        ("UPDATE component_scores SET status = 'published' WHERE status = 'not_read'", {"province_id": "p-03"}),
        (
            "UPDATE component_scores SET status = 'not_published' WHERE edition = 2022 AND province_id = 'p-09' AND indicator = 'foundation'",
            {"province_id": "p-09", "indicator": "foundation"},
        ),
    ],
    "missing_pillar_has_reason": [
        *[
            (
                f"UPDATE pillar_scores SET status = '{reason}' WHERE edition = 2022 AND province_id = 'p-09'",
                {"province_id": "p-09"},
            )
            for reason in MISSING_REASONS
        ],
        (
            "UPDATE pillar_scores SET status = 'published' WHERE status = 'not_published'",
            {"edition": 2020, "province_id": "p-02"},
        ),
        (
            "UPDATE pillar_scores SET status = 'not_read' WHERE edition = 2022 AND province_id = 'p-09'",
            {"province_id": "p-09"},
        ),
    ],
    "derived_component_has_error": [
        ("UPDATE component_scores SET error_half_width = NULL WHERE province_id = 'p-04'", {"province_id": "p-04"}),
        ("UPDATE component_scores SET error_half_width = 0 WHERE province_id = 'p-04'", {"province_id": "p-04"}),
        (
            "UPDATE component_scores SET status = 'inferred', error_half_width = 0 WHERE province_id = 'p-05'",
            {"province_id": "p-05"},
        ),
    ],
    "foundation_agrees_with_its_five": [
        (
            "UPDATE component_scores SET score_from_parts = score + 0.00021 WHERE score_from_parts IS NOT NULL",
            {"province_id": "p-01"},
        ),
        (
            "UPDATE component_scores SET score_from_parts = score - 0.00021 WHERE province_id = 'p-02' AND score_from_parts IS NOT NULL",
            {"province_id": "p-02"},
        ),
        ("UPDATE component_scores SET error_half_width = NULL WHERE province_id = 'p-02'", {"province_id": "p-02"}),
    ],
    "derived_pillar_has_error": [
        (
            "UPDATE pillar_scores SET status = 'inferred', error_half_width = 0 WHERE province_id = 'p-05'",
            {"province_id": "p-05"},
        ),
        ("UPDATE pillar_scores SET error_half_width = NULL WHERE province_id = 'p-04'", {"province_id": "p-04"}),
        ("UPDATE pillar_scores SET error_half_width = 0 WHERE province_id = 'p-04'", {"province_id": "p-04"}),
    ],
    "parts_sum_to_overall": [
        (
            "UPDATE component_scores SET score = score - 0.001 WHERE edition = 2023 AND province_id = 'p-05' AND indicator = 'foundation'",
            {"edition": 2023, "province_id": "p-05"},
        ),
        (
            "UPDATE component_scores SET score = score + 0.001 WHERE edition = 2023 AND province_id = 'p-05' AND indicator = 'foundation'",
            {"edition": 2023, "province_id": "p-05"},
        ),
        (
            "UPDATE province_rankings SET score = score - 0.001 WHERE edition = 2022 AND province_id = 'p-05'",
            {"province_id": "p-05"},
        ),
        (
            "UPDATE indicator_weights SET weight = 0.16 WHERE edition = 2022 AND indicator = 'digital_society_activity'",
            {"edition": 2022},
        ),
    ],
    "eight_components_sum_to_overall": [
        (
            "UPDATE component_scores SET score = score + 0.002 WHERE edition = 2022 AND province_id = 'p-02' AND indicator = 'digital_awareness'",
            {"province_id": "p-02"},
        ),
        (
            "UPDATE province_rankings SET score = score + 0.0002 WHERE edition = 2022 AND province_id = 'p-01'",
            {"province_id": "p-01"},
        ),
        (
            "UPDATE component_scores SET score = score - 0.002 WHERE edition = 2022 AND province_id = 'p-02' AND indicator = 'digital_government_activity'",
            {"province_id": "p-02"},
        ),
    ],
    "pillar_follows_from_parts": [
        (  # the activity's score printed under the pillar's name
            """UPDATE pillar_scores SET score_published = a.score FROM component_scores a WHERE a.edition = 2022 AND a.province_id = 'p-01'
               AND a.indicator = 'digital_economy_activity' AND pillar_scores.edition = 2022 AND pillar_scores.province_id = 'p-01'
               AND pillar_scores.indicator = 'digital_economy'""",
            {"province_id": "p-01", "indicator": "digital_economy"},
        ),
        (
            "UPDATE pillar_scores SET score_published = score + 0.0004 WHERE edition = 2022 AND province_id = 'p-01'",
            {"indicator": "digital_society"},
        ),
        (
            "UPDATE pillar_scores SET score_published = score - 0.0004 WHERE edition = 2022 AND province_id = 'p-01'",
            {"indicator": "digital_society"},
        ),
        (
            "UPDATE component_scores SET error_half_width = 0 WHERE indicator = 'foundation'; "
            "UPDATE pillar_scores SET score_published = score + 0.00015 WHERE edition = 2022 AND province_id = 'p-01'",
            {"indicator": "digital_government"},
        ),
    ],
    "pillars_sum_to_overall_2020": [
        (
            "UPDATE pillar_scores SET score = 0.41 WHERE edition = 2020 AND indicator = 'digital_government'",
            {"province_id": "p-01"},
        ),
        (
            "UPDATE pillar_scores SET score = 0.301 WHERE edition = 2020 AND indicator = 'digital_economy'",
            {"province_id": "p-01"},
        ),
        (
            "UPDATE pillar_scores SET score = 0.399 WHERE edition = 2020 AND indicator = 'digital_society'",
            {"province_id": "p-01"},
        ),
    ],
    "weights_sum_to_one": [
        (
            "UPDATE indicator_weights SET weight = 0.25 WHERE edition = 2023 AND indicator = 'digital_government_activity'",
            {"edition": 2023},
        ),
        (
            "UPDATE indicator_weights SET weight = 0.2 WHERE edition = 2020 AND indicator = 'digital_society'",
            {"edition": 2020},
        ),
        (
            "UPDATE indicator_weights SET weight = 0.4 WHERE edition = 2023 AND indicator = 'foundation'",
            {"edition": 2023},
        ),
        ("UPDATE indicator_weights SET weight = 0.05 WHERE indicator = 'digital_institutions'", {"edition": 2022}),
    ],
    "published_mean_agrees": [
        ("UPDATE national_means SET agrees = false WHERE edition = 2023", {"edition": 2023, "indicator": "overall"}),
        ("UPDATE national_means SET agrees = NULL WHERE edition = 2022", {"edition": 2022}),
    ],
    "computed_mean_is_mean": [
        ("INSERT INTO national_means VALUES (2019, 63, 'overall', 0.5, NULL, NULL)", {"edition": 2019}),
        (
            "UPDATE national_means SET mean_computed = mean_computed + 0.001 WHERE edition = 2022 AND indicator = 'overall'",
            {"indicator": "overall"},
        ),
        (
            "UPDATE national_means SET mean_computed = mean_computed - 0.001 WHERE indicator = 'digital_society_activity'",
            {"indicator": "digital_society_activity"},
        ),
        (
            "UPDATE national_means SET mean_computed = 0.5 WHERE indicator = 'digital_economy'",
            {"indicator": "digital_economy"},
        ),
        ("UPDATE national_means SET mean_computed = 0.5 WHERE edition = 2020", {"edition": 2020}),
        (
            "UPDATE pillar_scores SET score = NULL WHERE edition = 2022 AND province_id = 'p-08'",
            {"indicator": "digital_economy"},
        ),
    ],
    "second_transcription_agrees": [
        (
            "UPDATE figure_sources SET value = value + 0.0001 WHERE source_id = 'dti_overall_scores' AND edition = 2023 AND province_id = 'p-20'",
            {"edition": 2023, "province_id": "p-20"},
        ),
        (
            "UPDATE figure_sources SET value = value + 0.01 WHERE source_id = 'dti_component_scores' AND indicator = 'overall' AND province_id = 'u-20'",
            {"unit_system": 34, "province_id": "u-20"},
        ),
    ],
    "one_chosen_figure": [
        (
            "UPDATE figure_sources SET chosen = true, finding = 'odd' WHERE edition = 2020 AND province_id = 'p-09'",
            {"province_id": "p-09", "measure": "rank"},
        ),
        ("UPDATE figure_sources SET chosen = true WHERE value = 44", {"province_id": "p-09", "measure": "rank"}),
        ("UPDATE figure_sources SET chosen = false WHERE value = 40", {"province_id": "p-09", "measure": "rank"}),
        (
            "UPDATE figure_sources SET finding = NULL WHERE locator = 'row 5'",
            {"edition": 2023, "indicator": "digital_society"},
        ),
        ("UPDATE figure_sources SET chosen = true WHERE locator = 'row 6'", {"indicator": "digital_awareness"}),
    ],
    "conflict_has_reason": [
        ("UPDATE figure_sources SET reason = NULL WHERE value = 44", {"province_id": "p-09", "locator": "row 4"}),
        ("UPDATE figure_sources SET reason = ' ' WHERE value = 40", {"province_id": "p-09", "locator": "row 3"}),
    ],
    "rank_has_source": [
        (
            "DELETE FROM figure_sources WHERE measure = 'rank' AND province_id = 'hai-duong' AND edition = 2020",
            {"edition": 2020, "measure": "rank"},
        ),
        (
            "UPDATE figure_sources SET chosen = false WHERE measure = 'score' AND province_id = 'p-11' AND edition = 2022",
            {"province_id": "p-11"},
        ),
        (
            "UPDATE province_rankings SET score = score + 0.01 WHERE province_id = 'p-12' AND edition = 2023",
            {"province_id": "p-12", "measure": "score"},
        ),
        (
            "UPDATE province_rankings SET rank_published = 15 WHERE province_id = 'hai-duong' AND edition = 2021",
            {"edition": 2021, "measure": "rank"},
        ),
        (
            "UPDATE figure_sources SET chosen = true WHERE province_id = 'p-11' AND edition = 2022",
            {"province_id": "p-11", "measure": "score"},
        ),
    ],
    "component_has_source": [
        (
            "UPDATE component_scores SET rank_published = 4 WHERE rank_published = 3",
            {"province_id": "p-02", "measure": "rank"},
        ),
        (
            "DELETE FROM figure_sources WHERE indicator = 'digital_awareness' AND province_id = 'p-02'",
            {"indicator": "digital_awareness"},
        ),
        (
            "UPDATE component_scores SET score = score + 0.01 WHERE indicator = 'digital_economy_activity' AND province_id = 'p-17'",
            {"province_id": "p-17"},
        ),
        (
            "UPDATE figure_sources SET chosen = false WHERE indicator = 'digital_economy_activity' AND province_id = 'p-18' AND edition = 2022",
            {"province_id": "p-18", "edition": 2022},
        ),
        (
            "INSERT INTO figure_sources SELECT * FROM figure_sources WHERE indicator = 'digital_economy_activity' AND province_id = 'p-19'",
            {"province_id": "p-19"},
        ),
    ],
    "pillar_has_source": [
        (
            "UPDATE pillar_scores SET rank_published = 2 WHERE province_id = 'p-01' AND edition = 2022",
            {"measure": "rank"},
        ),
        (
            "DELETE FROM figure_sources WHERE indicator = 'digital_economy' AND measure = 'score' AND edition = 2022",
            {"measure": "score"},
        ),
        ("DELETE FROM figure_sources WHERE indicator = 'digital_economy' AND measure = 'rank'", {"measure": "rank"}),
        (
            "UPDATE pillar_scores SET score_published = 0.5 WHERE edition = 2020 AND indicator = 'digital_society'",
            {"edition": 2020},
        ),
        (
            "UPDATE figure_sources SET chosen = false WHERE indicator = 'digital_society' AND edition = 2020",
            {"edition": 2020},
        ),
        (
            "INSERT INTO figure_sources SELECT * FROM figure_sources WHERE indicator = 'digital_society' AND edition = 2020",
            {"edition": 2020},
        ),
    ],
    "every_figure_accounted": [
        ("UPDATE source_files SET rejected = 1 WHERE source_id = 'dti_press_figures'", {"file": "figures.csv"}),
        ("UPDATE source_files SET observations = 64 WHERE source_id = 'dti_component_scores'", {"file": "2022.csv"}),
    ],
    "hai_duong_rank_claim": [
        (
            "UPDATE province_rankings SET rank = 15 WHERE province_id = 'hai-duong' AND edition = 2021",
            {"claim_id": "hd_ranks_2021_2023"},
        ),
        (
            "UPDATE province_rankings SET rank = NULL WHERE province_id = 'hai-duong' AND edition = 2022",
            {"claim_id": "hd_ranks_2021_2023"},
        ),
        ("DELETE FROM province_rankings WHERE province_id = 'hai-duong'", {"claim_id": "hd_ranks_2021_2023"}),
    ],
    "latest_edition_present": [
        (
            "UPDATE sources SET retrieved_on = DATE '2026-01-05' WHERE source_id = 'dti_press_figures'",
            {"edition_due": 2024},
        ),
        ("UPDATE province_rankings SET score = NULL", {"edition_due": 2023}),
    ],
    "peer_gap_is_difference": [
        ("UPDATE peer_comparison SET gap = gap - 0.1 WHERE indicator = 'foundation'", {"indicator": "foundation"}),
        (
            "UPDATE peer_comparison SET gap = -gap WHERE indicator = 'foundation'",
            {"peer_id": "p-08", "indicator": "foundation"},
        ),
        ("UPDATE peer_comparison SET gap = NULL WHERE indicator = 'foundation'", {"indicator": "foundation"}),
    ],
    "no_province_is_its_own_peer": [("UPDATE peer_groups SET peer_id = 'hai-duong'", {"basis": "named"})],
    "gap_parts_sum": [
        (
            "UPDATE component_gaps SET gap_points = gap_points + 0.1 WHERE indicator = 'overall' AND edition = 2023",
            {"edition": 2023},
        ),
        (
            "UPDATE component_gaps SET gap_points = gap_points + 0.1 WHERE indicator = 'foundation' AND edition = 2022",
            {"edition": 2022},
        ),
        (
            "UPDATE component_gaps SET gap_points = gap_points - 0.1 WHERE indicator = 'overall' AND edition = 2023",
            {"edition": 2023},
        ),
        ("DELETE FROM component_gaps WHERE indicator = 'overall'", {"province_id": "hai-duong"}),
    ],
    "gap_is_score_difference": [
        ("UPDATE component_gaps SET gap_points = gap_points - 0.001 WHERE edition = 2023", {"edition": 2023}),
        ("UPDATE component_gaps SET gap_points = -gap_points", {"edition": 2022, "peer_id": "p-08"}),
        (
            "UPDATE province_rankings SET score = score + 0.01 WHERE edition = 2023 AND province_id = 'p-08'",
            {"edition": 2023},
        ),
        ("UPDATE component_gaps SET gap_points = gap_points + 0.001 WHERE edition = 2023", {"edition": 2023}),
    ],
    "change_parts_sum": [
        (
            "UPDATE score_changes SET performance_points = performance_points + 0.1 WHERE province_id = 'p-08' AND indicator = 'foundation'",
            {"province_id": "p-08"},
        ),
        (
            "UPDATE score_changes SET weight_points = -1 WHERE province_id = 'p-09' AND indicator = 'foundation' AND edition_to = 2023",
            {"province_id": "p-09"},
        ),
        (
            "UPDATE province_rankings SET score = score + 0.001 WHERE province_id = 'p-10' AND edition = 2022",
            {"province_id": "p-10"},
        ),
    ],
    "no_growth_across_break": [
        (
            "UPDATE score_changes SET performance_points = 1 WHERE edition_to = 2024 AND province_id = 'p-08'",
            {"edition_to": 2024, "province_id": "p-08"},
        ),
        (
            "UPDATE score_changes SET weight_points = 1 WHERE edition_to = 2024 AND province_id = 'p-08'",
            {"edition_to": 2024},
        ),
        (
            "UPDATE score_changes SET edition_from = 2022, performance_points = 1 WHERE edition_to = 2024 AND province_id = 'p-08'",
            {"edition_from": 2022, "edition_to": 2024},
        ),
        (
            "INSERT INTO score_changes VALUES (2020, 2021, 'p-08', 'overall', 5, 0, 'broken'), (2020, 2022, 'p-08', 'overall', 5, 0, 'broken')",
            {"edition_from": 2020, "edition_to": 2022},
        ),
    ],
    "change_names_comparability": [
        (
            "UPDATE score_changes SET comparability = 'same_structure' WHERE edition_to = 2024 AND province_id = 'p-08'",
            {"edition_to": 2024},
        ),
        (
            "UPDATE score_changes SET comparability = 'broken' WHERE edition_to = 2023 AND province_id = 'p-08'",
            {"edition_to": 2023},
        ),
        (
            "UPDATE score_changes SET edition_from = 2020 WHERE edition_to = 2023 AND province_id = 'p-08'",
            {"edition_from": 2020},
        ),
        (
            "INSERT INTO score_changes VALUES (2022, 2024, 'p-08', 'overall', NULL, NULL, 'same_structure')",
            {"edition_from": 2022, "edition_to": 2024},
        ),
    ],
    "rank_effects_sum": [
        ("UPDATE rank_changes SET own_effect = own_effect + 1 WHERE province_id = 'p-08'", {"province_id": "p-08"}),
        ("UPDATE rank_changes SET rank_from = rank_from + 1 WHERE province_id = 'p-08'", {"province_id": "p-08"}),
        (
            "UPDATE rank_changes SET others_effect = others_effect - 0.5 WHERE province_id = 'p-08'",
            {"province_id": "p-08"},
        ),
    ],
    "counterfactual_starts_from_rank": [
        (
            "UPDATE rank_counterfactuals SET rank_actual = 60 WHERE province_id = 'p-08'",
            {"province_id": "p-08", "indicator": "foundation"},
        ),
    ],
    "probabilities_nested": [
        (
            "UPDATE rank_bands SET p_top10 = 0.6 WHERE province_id = 'p-08' AND neighbourhood = 'simplex'",
            {"neighbourhood": "simplex"},
        ),
        ("UPDATE rank_bands SET p_top15 = 0.95 WHERE province_id = 'p-08'", {"province_id": "p-08"}),
        ("UPDATE rank_bands SET p_top20 = 1.01 WHERE province_id = 'p-08'", {"province_id": "p-08"}),
        ("UPDATE rank_bands SET p_top10 = -0.01 WHERE province_id = 'p-08'", {"province_id": "p-08"}),
    ],
    "band_quantiles_ordered": [
        ("UPDATE rank_bands SET p5 = rank_min - 1 WHERE province_id = 'p-08'", {"province_id": "p-08"}),
        ("UPDATE rank_bands SET p50 = p5 - 1 WHERE province_id = 'p-08'", {"province_id": "p-08"}),
        ("UPDATE rank_bands SET p95 = p50 - 1 WHERE province_id = 'p-08'", {"province_id": "p-08"}),
        ("UPDATE rank_bands SET rank_max = p95 - 1 WHERE province_id = 'p-08'", {"province_id": "p-08"}),
    ],
    "draws_within_exact_bounds": [
        ("UPDATE rank_bands SET rank_max = 63 WHERE province_id = 'p-08'", {"province_id": "p-08"}),
        ("UPDATE rank_bounds SET best = 30 WHERE province_id = 'p-08'", {"province_id": "p-08"}),
    ],
    "bounds_contain_rank": [
        ("UPDATE rank_bounds SET best = 30 WHERE province_id = 'p-08'", {"province_id": "p-08"}),
        (
            "UPDATE rank_bounds SET worst = 2 WHERE province_id = 'hai-duong' AND delta < 0.2",
            {"province_id": "hai-duong"},
        ),
    ],
    "wider_box_wider_bounds": [
        ("UPDATE rank_bounds SET best = 30 WHERE province_id = 'p-08' AND delta > 0.2", {"province_id": "p-08"}),
        ("UPDATE rank_bounds SET worst = 60 WHERE province_id = 'p-08' AND delta < 0.2", {"province_id": "p-08"}),
    ],
    "dominated_never_above": [
        (
            "UPDATE province_rankings SET rank = 1 WHERE edition = 2022 AND province_id = 'p-50'",
            {"edition": 2022, "province_id": "p-50"},
        ),
        (
            "UPDATE province_rankings SET rank = 60 WHERE edition = 2023 AND province_id = 'p-01'",
            {"edition": 2023, "leader_id": "p-01"},
        ),
        (
            "UPDATE province_rankings SET rank = 1 WHERE edition = 2023 AND province_id IN ('p-01', 'p-63')",
            {"province_id": "p-63", "leader_id": "p-01"},
        ),
    ],
    "dominance_counts": [
        (
            "UPDATE dominance SET dominates = dominates + 1 WHERE edition = 2022 AND province_id = 'p-08'",
            {"edition": 2022, "province_id": "p-08"},
        ),
        (
            "UPDATE dominance SET dominated_by = 0 WHERE edition = 2022 AND province_id = 'p-50'",
            {"province_id": "p-50"},
        ),
    ],
    "covariance_shares_sum": [
        ("UPDATE component_importance SET covariance_share = 0.5 WHERE indicator = 'foundation'", {"edition": 2022}),
        ("UPDATE component_importance SET covariance_share = 0.4 WHERE indicator = 'foundation'", {"edition": 2022}),
    ],
    "official_method_is_official_rank": [
        (
            "UPDATE method_ranks SET rank = 60 WHERE method = 'official' AND province_id = 'p-08'",
            {"province_id": "p-08"},
        ),
    ],
    "threshold_is_kth_score": [
        (
            "UPDATE rank_thresholds SET score = score + 0.0001 WHERE edition = 2022 AND k = 10",
            {"edition": 2022, "k": 10},
        ),
        (
            "UPDATE rank_thresholds SET score = score - 0.0001 WHERE unit_system = 34 AND k = 20",
            {"unit_system": 34, "k": 20},
        ),
        ("UPDATE rank_thresholds SET k = 70 WHERE unit_system = 34 AND k = 20", {"k": 70}),
    ],
    "cheapest_path_reaches_target": [
        ("UPDATE cheapest_paths SET increase = 0", {"province_id": "p-30", "target_rank": 20}),
        ("UPDATE cheapest_paths SET increase = increase - 0.0005", {"province_id": "p-30", "target_rank": 20}),
    ],
    "cheapest_path_within_scale": [
        ("UPDATE cheapest_paths SET increase = 0.5 WHERE indicator = 'foundation'", {"indicator": "foundation"}),
        ("UPDATE cheapest_paths SET increase = -0.01 WHERE indicator = 'foundation'", {"indicator": "foundation"}),
    ],
    "link_interval_contains_estimate": [
        ("UPDATE external_links SET spearman = 0.7", {"indicator": "papi_sc81"}),
        ("UPDATE external_links SET spearman = 0.1", {"indicator": "papi_sc81"}),
        ("UPDATE external_links SET ci_high = 1.2", {"indicator": "papi_sc81"}),
        ("UPDATE external_links SET ci_low = -1.2", {"indicator": "papi_sc81"}),
    ],
    "successor_exists": [
        ("UPDATE provinces SET successor_id = 'u-99' WHERE province_id = 'p-08'", {"province_id": "p-08"}),
        ("UPDATE provinces SET successor_id = NULL WHERE province_id = 'p-08'", {"province_id": "p-08"}),
        (
            "UPDATE provinces SET successor_id = 'u-01' WHERE province_id = 'u-02'",
            {"unit_system": 34, "province_id": "u-02"},
        ),
        (
            "UPDATE provinces SET successor_id = 'p-09' WHERE province_id = 'p-08'",
            {"unit_system": 63, "province_id": "p-08"},
        ),
    ],
    "every_successor_has_members": [
        ("UPDATE provinces SET successor_id = 'u-31' WHERE successor_id = 'u-30'", {"province_id": "u-30"}),
    ],
    "merged_members": [
        (
            "INSERT INTO merged_units BY NAME SELECT 2023 AS edition, 'u-99' AS province_id, 'p-01' AS members",
            {"province_id": "u-99"},
        ),
        ("UPDATE merged_units SET members = 'p-01' WHERE province_id = 'u-01'", {"province_id": "u-01"}),
        ("UPDATE merged_units SET members = members || ', p-05' WHERE province_id = 'u-02'", {"province_id": "u-02"}),
        ("UPDATE provinces SET successor_id = 'u-03' WHERE province_id = 'p-01'", {"province_id": "u-01"}),
    ],
    "merged_score_is_mean": [
        (
            "UPDATE merged_units SET score_mean = score_mean - 0.0001 WHERE province_id = 'u-01'",
            {"province_id": "u-01"},
        ),
        (
            "UPDATE merged_units SET score_mean = (SELECT score FROM province_rankings WHERE edition = 2023 AND province_id = 'p-01')"
            " WHERE province_id = 'u-01'; DELETE FROM province_rankings WHERE province_id = 'p-35'",
            {"province_id": "u-01"},
        ),
        (
            "UPDATE merged_units SET score_mean = score_mean + 0.0001 WHERE province_id = 'u-01'",
            {"province_id": "u-01"},
        ),
        (
            "UPDATE province_rankings SET score = NULL WHERE edition = 2023 AND province_id = 'p-35'",
            {"province_id": "u-01"},
        ),
        (  # the missing member has exactly the mean of the others
            "UPDATE merged_units SET score_mean = (SELECT score FROM province_rankings WHERE edition = 2023 AND province_id = 'p-01')"
            " WHERE province_id = 'u-01'; UPDATE province_rankings SET score = NULL WHERE edition = 2023 AND province_id = 'p-35'",
            {"province_id": "u-01"},
        ),
    ],
    "verdict_needs_actual": [
        ("UPDATE target_progress SET actual_value = NULL", {"target_year": 2025}),
        ("UPDATE target_progress SET verdict = 'not_met' WHERE target_year = 2030", {"target_year": 2030}),
    ],
    "unassessable_target_has_reason": [
        ("UPDATE target_progress SET reason = NULL", {"target_year": 2030}),
        ("UPDATE target_progress SET reason = '  '", {"target_year": 2030}),
    ],
    "verdict_follows_from_values": [
        (
            "UPDATE target_progress SET actual_value = 21 WHERE target_year = 2025 AND comparator = 'top'",
            {"indicator": "national_dti_rank"},
        ),
        ("UPDATE target_progress SET verdict = 'not_met' WHERE target_year = 2026", {"target_year": 2026}),
        ("UPDATE target_progress SET verdict = 'not_met' WHERE indicator = 'share_a'", {"indicator": "share_a"}),
        ("UPDATE target_progress SET verdict = 'met' WHERE indicator = 'share_b'", {"indicator": "share_b"}),
        ("UPDATE target_progress SET verdict = 'met' WHERE indicator = 'firms_a'", {"indicator": "firms_a"}),
        ("UPDATE target_progress SET verdict = 'not_met' WHERE indicator = 'firms_b'", {"indicator": "firms_b"}),
        ("UPDATE target_progress SET comparator = 'about' WHERE indicator = 'firms_b'", {"indicator": "firms_b"}),
    ],
    "external_has_source": [
        (
            "UPDATE external_indicators SET value = 0.35 WHERE province_id = 'p-01'",
            {"province_id": "p-01", "indicator": "papi_sc81"},
        ),
        ("UPDATE external_indicators SET value = 0.35 WHERE province_id = 'p-02'", {"province_id": "p-02"}),
        (
            "UPDATE figure_sources SET chosen = false WHERE source_id = 'papi' AND province_id = 'p-01'",
            {"province_id": "p-01"},
        ),
        ("UPDATE figure_sources SET source_id = 'pci' WHERE source_id = 'papi'", {"province_id": "p-02"}),
        ("UPDATE figure_sources SET edition = 2021 WHERE source_id = 'papi'", {"province_id": "p-02"}),
        ("INSERT INTO figure_sources SELECT * FROM figure_sources WHERE source_id = 'papi'", {"province_id": "p-02"}),
    ],
    "published_mean_has_source": [
        ("DELETE FROM figure_sources WHERE locator = 'row 2020'", {"edition": 2020, "indicator": "overall"}),
        ("UPDATE national_means SET mean_published = mean_published + 0.001 WHERE edition = 2022", {"edition": 2022}),
        ("UPDATE national_means SET mean_published = mean_published - 0.001 WHERE edition = 2022", {"edition": 2022}),
        ("UPDATE figure_sources SET measure = 'score' WHERE locator = 'row 2023'", {"edition": 2023}),
    ],
}

#: rows each law looks at in the sound country: a law that looks away from some of them is noticed
ROWS_CHECKED = {
    "band_quantiles_ordered": 126,
    "bounds_contain_rank": 126,
    "change_names_comparability": 378,
    "change_parts_sum": 63,
    "cheapest_path_reaches_target": 1,
    "cheapest_path_within_scale": 4,
    "complete_edition_has_every_score": 160,
    "component_has_source": 395,
    "computed_mean_is_mean": 13,
    "computed_rank_is_competition_rank": 286,
    "conflict_has_reason": 4,
    "counterfactual_starts_from_rank": 63,
    "covariance_shares_sum": 1,
    "derived_component_has_error": 126,
    "derived_pillar_has_error": 186,
    "dominance_counts": 127,
    "dominated_never_above": 3530,
    "draws_within_exact_bounds": 63,
    "edition_lists_each_unit": 5,
    "eight_components_sum_to_overall": 3,
    "every_figure_accounted": 2,
    "every_successor_has_members": 34,
    "external_has_source": 2,
    "foundation_agrees_with_its_five": 2,
    "gap_is_score_difference": 2,
    "gap_parts_sum": 2,
    "hai_duong_rank_claim": 1,
    "known_scores_in_rank_order": 3,
    "latest_edition_present": 1,
    "link_interval_contains_estimate": 1,
    "merged_members": 34,
    "merged_score_is_mean": 34,
    "missing_component_has_reason": 521,
    "missing_pillar_has_reason": 194,
    "missing_rank_has_reason": 286,
    "no_growth_across_break": 63,
    "no_province_is_its_own_peer": 1,
    "official_method_is_official_rank": 63,
    "one_chosen_figure": 596,
    "parts_sum_to_overall": 126,
    "peer_gap_is_difference": 8,
    "percentile_follows_from_rank": 286,
    "pillar_follows_from_parts": 3,
    "pillar_has_source": 10,
    "pillars_sum_to_overall_2020": 1,
    "probabilities_nested": 126,
    "published_mean_agrees": 2,
    "published_mean_has_source": 3,
    "published_rank_agrees_with_scores": 2,
    "rank_effects_sum": 63,
    "rank_has_source": 183,
    "rank_is_published_else_computed": 286,
    "ranked_units_counted": 286,
    "second_transcription_agrees": 160,
    "source_of_rank_joins": 166,
    "status_names_basis_of_rank": 166,
    "successor_exists": 97,
    "threshold_is_kth_score": 9,
    "unassessable_target_has_reason": 2,
    "verdict_follows_from_values": 6,
    "verdict_needs_actual": 6,
    "weights_sum_to_one": 3,
    "wider_box_wider_bounds": 63,
}
