"""What is written is what is read, for every format."""

import dataclasses
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.artifacts.formats import CSV_FORMATS, FORMATS, Format, equal

round_trip = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.filterwarnings("error::turbo_cli.errors.TurboWarning")
@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
@round_trip
@given(data=st.data())
def test_reads_back_equal(kind: Format, tmp_path: Path, data: st.DataObject) -> None:
    value = data.draw(kind.values)
    path = tmp_path / kind.file_name
    kind.write(path, value)
    assert equal(kind.read(path), value)


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
@settings(parent=round_trip, max_examples=10)
@given(data=st.data())
def test_same_value_same_bytes(kind: Format, tmp_path: Path, data: st.DataObject) -> None:
    value = data.draw(kind.values)
    contents = []
    for folder in ("one", "two"):
        kind.write(tmp_path / folder / kind.file_name, value)
        contents.append([file.read_bytes() for file in sorted((tmp_path / folder).iterdir())])
    assert contents[0] == contents[1]


@pytest.mark.parametrize("kind", CSV_FORMATS, ids=lambda kind: kind.name)
@settings(parent=round_trip, max_examples=20)
@given(data=st.data())
def test_pandas_reads_a_table_with_no_arguments(kind: Format, tmp_path: Path, data: st.DataObject) -> None:
    table = data.draw(kind.values)
    path = tmp_path / kind.file_name
    kind.write(path, table)
    frame = pd.read_csv(path)
    assert len(frame) == len(table.rows)
    for name, cells in frame.items():
        for cell, row in zip(cells, table.rows, strict=True):
            assert _same_number(cell, _field(row, str(name)))


def _field(row: Any, column: str) -> Any:
    names = {field.name.rstrip("_"): field.name for field in dataclasses.fields(row)}
    return getattr(row, names[column])


def _same_number(cell: Any, value: Any) -> bool:
    if value is None:
        return bool(pd.isna(cell))
    # Names that look like numbers or like nothing ("NA") are pandas' to guess at; numbers must agree.
    return isinstance(value, str) or abs(cell - value) <= 1e-12 * abs(value)
