"""The project file's settings, its schema and the file that `turbo init` writes."""

import re
from pathlib import Path
from typing import get_args

import pytest

from tests.conftest import REPOSITORY
from turbo_cli.artifacts import yaml_file
from turbo_cli.enhancement.fusion import Fusion
from turbo_cli.errors import TurboError
from turbo_cli.scheduling.costs import Execution, Order
from turbo_cli.scheduling.gains import Statistic
from turbo_cli.scheduling.solvers import SOLVERS
from turbo_cli.serving import settings
from turbo_cli.serving.settings import (
    FileSettings,
    Limits,
    PlansSettings,
    Project,
    ResultsSettings,
    ServeSettings,
    WebhookSettings,
    with_options,
)
from turbo_cli.serving.template import SCHEMA, TEMPLATE, write_template


def test_the_shipped_schema_is_current() -> None:
    """If not: `turbo init --schema` shows the old one, `Project.model_json_schema()` is the new."""
    assert Project.model_json_schema() == SCHEMA


def test_choices_are_those_of_the_library() -> None:
    assert set(get_args(settings.Solver)) == set(SOLVERS)
    assert get_args(settings.Fusion) == get_args(Fusion)
    assert set(get_args(settings.Order)) == {"auto", *get_args(Order)}
    assert set(get_args(settings.Execution)) == set(get_args(Execution))
    assert set(get_args(settings.Gain)) == set(get_args(Statistic))


def test_the_template_is_valid_and_as_good_as_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "turbo.yaml"
    write_template(path)
    read = yaml_file.read(path, Project, "turbo init")
    changed = {"results", "cameras"}
    assert read.model_dump(exclude={"serve": changed}) == Project().model_dump(exclude={"serve": changed})


def test_every_comment_of_the_template_is_valid_when_it_is_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "turbo.yaml"
    path.write_text(re.sub(r"^( *)# (?=\w+: |- |  \w+: )", r"\1", TEMPLATE, flags=re.MULTILINE))
    read = yaml_file.read(path, Project, "turbo init")
    assert read.model_fields_set == set(Project.model_fields)
    assert read.serve.model_fields_set == set(ServeSettings.model_fields) - {"insecure"}
    defaults = ServeSettings().model_dump()
    examples = {"tokens", "tls_certificate", "tls_key", "collect", "plans", "results", "cameras"}
    assert {key for key, value in read.serve.model_dump().items() if value != defaults[key]} == examples


def test_init_never_writes_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "turbo.yaml"
    path.write_text("seed: 1")
    with pytest.raises(TurboError, match="exists already"):
        write_template(path)
    assert path.read_text() == "seed: 1"


def test_the_manual_names_every_key() -> None:
    manual = (REPOSITORY / "docs" / "operating.md").read_text(encoding="utf-8")
    sections = (Project, ServeSettings, Limits, ResultsSettings, FileSettings, WebhookSettings, PlansSettings)
    keys = {key for section in sections for key in section.model_fields}
    assert not {key for key in keys if not re.search(rf"\b{key}\b", manual)}


def test_an_option_stands_in_for_what_the_file_leaves_out_by_null() -> None:
    project = Project.model_validate_json('{"serve": {"results": {"ndjson": null}}}')
    merged = with_options(project, {"serve": {"results": {"ndjson": {"path": "boxes.ndjson"}}}})
    assert merged.serve.results.ndjson == FileSettings(path=Path("boxes.ndjson"))


@pytest.mark.parametrize(
    ("host", "local"),
    [
        *((host, True) for host in ("127.0.0.1", "::1", "localhost", "127.8.8.8")),
        *((host, False) for host in ("0.0.0.0", "::", "192.168.1.5", "box.local")),
    ],
)
def test_only_loopback_needs_no_token(host: str, local: bool) -> None:
    assert ServeSettings(host="127.0.0.1").model_copy(update={"host": host}).is_local is local
    ServeSettings(host=host, tokens=("${TOKEN}",))
    ServeSettings(host=host, insecure=True)
