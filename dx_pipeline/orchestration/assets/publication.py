"""Group publication: a release is staged, illustrated, and made current by one rename."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from dx_pipeline.build import mart_contracts
from dx_pipeline.charts import PICTURES
from dx_pipeline.orchestration.assets.marts import mart_key
from dx_pipeline.orchestration.assets.raw import OWNERS
from dx_pipeline.orchestration.resources import Project

GROUP = "publication"
CANDIDATE = dg.AssetKey(["publication", "release_candidate"])
SITE = dg.AssetKey(["publication", "site"])
WORKBOOK = dg.AssetKey(["publication", "workbook"])
RELEASE = dg.AssetKey(["publication", "release"])
#: a picture this small is shown inside the UI
INLINE_BYTES = 400_000


def picture_key(name: str) -> dg.AssetKey:
    """Asset key of a picture."""
    return dg.AssetKey(["publication", "pictures", name])


def publication_assets() -> list[dg.AssetsDefinition]:
    """Candidate, pictures, site, workbook and release."""

    @dg.asset(
        key=CANDIDATE,
        deps=[mart_key(name) for name in mart_contracts()],
        kinds={"duckdb", "parquet", "csv"},
        description="Tables, database, dictionary and change log in a folder of their own; nobody sees them yet.",
        group_name=GROUP,
        owners=OWNERS,
    )
    def release_candidate(project: Project) -> dg.Output:
        from dx_pipeline.release.compose import stage_candidate

        with project.warehouse() as con:
            candidate = stage_candidate(project.paths, con)
        metadata: dict[str, Any] = {
            "release": candidate.release,
            "unchanged": candidate.unchanged,
            "what changed": candidate.summary_en,
        }
        return dg.Output(candidate, metadata=metadata)

    @dg.multi_asset(
        specs=[
            dg.AssetSpec(
                key=picture_key(name),
                deps=[CANDIDATE],
                kinds={"matplotlib", "png", "svg"},
                description=f"{picture.title.en}\n\n{picture.title.vi}",
                group_name=GROUP,
                owners=OWNERS,
            )
            for name, picture in PICTURES.items()
        ],
        ins={"candidate": dg.AssetIn(key=CANDIDATE)},
        can_subset=True,
    )
    def pictures(context: dg.AssetExecutionContext, project: Project, candidate) -> Iterator[dg.MaterializeResult]:  # type: ignore[no-untyped-def]
        from dx_pipeline.release.compose import draw_pictures

        wanted = [name for name in PICTURES if picture_key(name) in context.selected_asset_keys]
        with project.warehouse() as con:
            drawn = draw_pictures(con, candidate, wanted)
        for name, files in drawn.items():
            yield dg.MaterializeResult(asset_key=picture_key(name), metadata=_picture_metadata(files))

    @dg.asset(
        key=SITE,
        deps=[picture_key(name) for name in PICTURES],
        ins={"candidate": dg.AssetIn(key=CANDIDATE)},
        kinds={"html"},
        description="The static site: ranking table, a profile per province in two languages, quality report.",
        group_name=GROUP,
        owners=OWNERS,
    )
    def site(project: Project, candidate) -> dg.MaterializeResult:  # type: ignore[no-untyped-def]
        from dx_pipeline.release.compose import write_site

        with project.warehouse() as con:
            pages = write_site(con, candidate)
        return dg.MaterializeResult(metadata={"pages": pages})

    @dg.asset(
        key=WORKBOOK,
        ins={"candidate": dg.AssetIn(key=CANDIDATE)},
        kinds={"excel"},
        description="The release as one Excel workbook.",
        group_name=GROUP,
        owners=OWNERS,
    )
    def workbook(project: Project, candidate) -> dg.MaterializeResult:  # type: ignore[no-untyped-def]
        from dx_pipeline.release.compose import write_book

        with project.warehouse() as con:
            size = write_book(con, candidate)
        return dg.MaterializeResult(metadata={"bytes": size})

    @dg.asset(
        key=RELEASE,
        deps=[SITE, WORKBOOK],
        ins={"candidate": dg.AssetIn(key=CANDIDATE)},
        kinds={"duckdb"},
        description="The published release: everything people open, switched to by one rename.",
        freshness_policy=_daily(),
        group_name=GROUP,
        owners=OWNERS,
    )
    def release(project: Project, candidate) -> dg.MaterializeResult:  # type: ignore[no-untyped-def]
        from dx_pipeline.release.store.commit import commit

        published = commit(candidate)
        return dg.MaterializeResult(
            metadata={
                "release": published.release,
                "new data": published.new_data,
                "switched": published.switched,
                "folder": published.folder.name,
                "what changed": candidate.summary_en,
                "thay đổi": candidate.summary_vi,
            }
        )

    return [release_candidate, pictures, site, workbook, release]


def _daily() -> dg.FreshnessPolicy:
    from datetime import timedelta

    return dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26))


def _picture_metadata(files: list[Path]) -> dict[str, dg.MetadataValue | str]:
    shown = next((file for file in files if file.name.endswith("-en-screen.png")), None)
    listed: dict[str, dg.MetadataValue | str] = {"files": ", ".join(file.name for file in files)}
    if shown and shown.is_file() and shown.stat().st_size <= INLINE_BYTES:
        encoded = base64.b64encode(shown.read_bytes()).decode()
        listed["preview"] = dg.MetadataValue.md(f"![{shown.stem}](data:image/png;base64,{encoded})")
    return listed
