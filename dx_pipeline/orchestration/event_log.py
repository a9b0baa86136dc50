"""Dagster's event log in one SQLite file, with connections kept open.

Dagster's own storages open a new engine for every event. With some 400 checks a run stores about 1,500 events: measured
on two cores, a run took 29 s with the default storage, 24 s with the consolidated one and 19 s with this.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine, event

#: seconds to wait for another writer, as Dagster does
BUSY_SECONDS = 20


class PooledSqliteEventLogStorage(ConsolidatedSqliteEventLogStorage):
    """The consolidated storage on SQLAlchemy's usual pool. Configured in dagster.yaml."""

    @cached_property
    def _engine(self) -> Engine:
        engine = create_engine(self._conn_string, connect_args={"timeout": BUSY_SECONDS})
        # with the write-ahead log a power cut can lose the last events, never the file
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=NORMAL"))
        return engine

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._engine.connect() as connection, connection.begin():
            yield connection
