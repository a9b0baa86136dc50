"""Group publication: a release is staged, illustrated, and made current by one rename."""

import base64
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg

from dx_pipeline.build import mart_contracts, mart_files
from dx_pipeline.charts import PICTURES
from dx_pipeline.code import package_code
from dx_pipeline.contracts import Contract, load_contracts
from dx_pipeline.orchestration.assets.figures import OWNERS
from dx_pipeline.orchestration.assets.marts import mart_key, section_group
from dx_pipeline.orchestration.failure import told
from dx_pipeline.orchestration.metadata import code_references, table_schema
from dx_pipeline.orchestration.resources import FULL_TAG, RELEASE, Project, nightly_freshness

GROUP = "publication"
CANDIDATE = dg.AssetKey(["publication", "release_candidate"])
SITE = dg.AssetKey(["publication", "site"])
WORKBOOK = dg.AssetKey(["publication", "workbook"])
#: a picture this small is shown inside the UI
INLINE_BYTES = 400_000


def picture_key(name: str) -> dg.AssetKey:
    """Asset key of a picture."""
    return dg.AssetKey(["publication", "pictures", name])


def written_spec(key: dg.AssetKey, contract: Contract) -> dg.AssetSpec:
    """A table that comes into being with a release: the ledger of releases, what changed, what was checked."""
    files = mart_files(contract.name)
    return dg.AssetSpec(
        key=key,
        deps=[CANDIDATE],
        kinds={"python", "duckdb"},
        description=f"{contract.title_en}\n\n{contract.description_en}\n\n{contract.title_vi}",
        group_name=section_group(contract),
        owners=OWNERS,
        code_version=package_code(),
        metadata={"dagster/column_schema": table_schema(contract), **code_references(files)},
    )


def publication_assets(large: Sequence[dg.AssetKey] = ()) -> list[dg.AssetsDefinition]:
    """Candidate, pictures, site, workbook and release; `large` sources go into it as they are built."""
    common: dict[str, Any] = {"group_name": GROUP, "owners": OWNERS, "code_version": package_code()}
    asset: Callable[..., Callable[[Callable[..., object]], dg.AssetsDefinition]] = partial(dg.asset, **common)
    written = {mart_key(name): contract for name, contract in load_contracts().items() if contract.written_by_release}

    @dg.multi_asset(
        specs=[
            dg.AssetSpec(
                key=CANDIDATE,
                deps=[*(mart_key(name) for name in mart_contracts()), *large],
                kinds={"duckdb", "parquet", "csv"},
                description="Tables, database, dictionary and change log in a folder of their own; nobody sees them "
                "yet. Refused when a table is missing, out of date, or not checked.",
                **common,
            ),
            *(written_spec(key, contract) for key, contract in written.items()),
        ],
        can_subset=True,
    )
    def release_candidate(context: dg.AssetExecutionContext, project: Project) -> Iterator[dg.MaterializeResult[Any]]:
        from dx_pipeline.release.compose import stage_candidate

        with told(), project.warehouse(to_read=True) as con:
            candidate = stage_candidate(project.paths, con, PICTURES, full=FULL_TAG in context.run.tags)
        facts: dict[str, Any] = {
            "release": candidate.release,
            "unchanged": candidate.unchanged,
            "what changed": candidate.manifest.change_summary,
            "parts to come": ", ".join(candidate.parts),
        }
        for key in (CANDIDATE, *written):
            if key in context.selected_asset_keys:
                table = candidate.manifest.tables.get(key.path[-1])
                rows = {"dagster/row_count": table.rows} if table else {}
                yield dg.MaterializeResult(asset_key=key, metadata=facts | rows)

    @dg.multi_asset(
        specs=[
            dg.AssetSpec(
                key=picture_key(name),
                deps=[CANDIDATE],
                kinds={"matplotlib", "png", "svg"},
                description=f"{picture.title.en}\n\n{picture.title.vi}",
                **common,
            )
            for name, picture in PICTURES.items()
        ],
        can_subset=True,
    )
    def pictures(context: dg.AssetExecutionContext, project: Project) -> Iterator[dg.MaterializeResult[Any]]:
        from dx_pipeline.release.compose import draw_picture

        with told():
            candidate = project.staged()
            for name in PICTURES:
                if picture_key(name) in context.selected_asset_keys:
                    made = draw_picture(candidate, name)
                    metadata = {"taken over": made.taken_over, **_picture_metadata(made.files)}
                    yield dg.MaterializeResult(asset_key=picture_key(name), metadata=metadata)

    @asset(
        key=SITE,
        deps=[CANDIDATE, *(picture_key(name) for name in PICTURES)],
        kinds={"html"},
        description="The static site: ranking table, a profile per province in two languages, quality report.",
    )
    def site(project: Project) -> dg.MaterializeResult[Any]:
        from dx_pipeline.release.compose import write_site

        with told():
            made = write_site(project.staged())
        pages = sum(path.suffix == ".html" for path in made.files)
        return dg.MaterializeResult(metadata={"pages": pages, "taken over": made.taken_over})

    @asset(
        key=WORKBOOK,
        deps=[CANDIDATE],
        kinds={"excel"},
        description="The release as one Excel workbook.",
    )
    def workbook(project: Project) -> dg.MaterializeResult[Any]:
        from dx_pipeline.release.compose import write_book

        with told():
            made = write_book(project.staged())
        size = sum(path.stat().st_size for path in made.files)
        return dg.MaterializeResult(metadata={"bytes": size, "taken over": made.taken_over})

    @asset(
        key=RELEASE,
        deps=[CANDIDATE, *written, SITE, WORKBOOK],
        kinds={"duckdb"},
        description="The published release: everything people open, switched to by one rename. Refused when a part is "
        "missing or shows other data.",
        freshness_policy=nightly_freshness(),
    )
    def release(project: Project) -> dg.MaterializeResult[Any]:
        from dx_pipeline.release.store.commit import commit

        with told():
            candidate = project.staged()
            if project.settings.shared:
                from dx_pipeline.orchestration.shared import publish_in_lake

                publish_in_lake(project.settings, candidate)
            published = commit(candidate)
        return dg.MaterializeResult(
            metadata={
                "release": published.release,
                "new data": published.new_data,
                "switched": published.switched,
                "folder": published.folder.name,
                "shared with earlier releases (MB)": round(published.shared_bytes / 1e6, 1),
                "what changed": candidate.manifest.change_summary,
                "thay đổi": candidate.manifest.change_summary_vi,
            }
        )

    return [release_candidate, pictures, site, workbook, release]


def _picture_metadata(files: list[Path]) -> dict[str, dg.MetadataValue | str]:
    shown = next((file for file in files if file.name.endswith("-en-screen.png")), None)
    listed: dict[str, dg.MetadataValue | str] = {"files": ", ".join(file.name for file in files)}
    if shown and shown.is_file() and shown.stat().st_size <= INLINE_BYTES:
        encoded = base64.b64encode(shown.read_bytes()).decode()
        listed["preview"] = dg.MetadataValue.md(f"![{shown.stem}](data:image/png;base64,{encoded})")
    return listed
