"""Project files: an error names line and key; what is right comes through exactly."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue, create_model
from yaml import safe_dump

from turbo_cli.artifacts import yaml_file
from turbo_cli.artifacts.metadata import Strict
from turbo_cli.errors import TurboError
from turbo_cli.serving.settings import Project

Anything = create_model("Anything", __base__=Strict, value=(JsonValue, None))

# What is written → where the error says it is, and what it says begins with.
WRONG = [
    ("seed: 1\ndetectr: tiny", "line 2: key detectr", "no such key (did you mean 'detector'?)"),
    ("serve:\n  port: 1\n  prt: 2", "line 3: key serve.prt", "no such key (did you mean 'port'?)"),
    ("serve:\n  limits: {xyz: 2}", "line 2: key serve.limits.xyz", "no such key (known: body_bytes, "),
    ("serve: {results: {webhook: {ul: x}}}", "line 1: key serve.results.webhook.ul", "no such key"),
    ("serve:\n  cameras:\n  - name: a\n    ulr: x", "line 4: key serve.cameras[0].ulr", "no such key"),
    ("serve:\n  cameras:\n  - name: a", "line 3: key serve.cameras[0].url", "is missing"),
    (
        "serve:\n  cameras:\n  - {name: a, url: x}\n  - {name: a, url: y}",
        "line 4: key serve.cameras[1].name",
        "two cameras are named a",
    ),
    ("serve:\n  port: no", "line 2: key serve.port", 'should be a valid integer, not "no"'),
    ("serve:\n  port: 010", "line 2: key serve.port", 'should be a valid integer, not "010"'),
    ("serve:\n  port: 70000", "line 2: key serve.port", "should be less than or equal to 65535, not 70000"),
    ("serve:\n  guard: no", "line 2: key serve.guard", 'should be a valid boolean, not "no"'),
    ("serve:\n  window_ms: 1e999", "line 2: key serve.window_ms", "should be a finite number"),
    ("serve:\n  pipeline: glimps", "line 2: key serve.pipeline", "should be 'all', 'glimpse', 'vigil' or"),
    ("serve:\n  cameras:", "line 2: key serve.cameras", "should be a valid array"),
    ("serve:\n  tls_key: x", "line 1: key serve", "tls_certificate and tls_key belong together"),
    ("serve: {host: 0.0.0.0}", "line 1: key serve", "host 0.0.0.0 is open to others: give tokens"),
    ("size: 640", "line 1: key size", "should be a valid string, not 640"),
    ("- 1", "line 1", "should be an object"),
    ("seed: 1\nseed: 2", "line 2, column 1", "is not valid YAML: key 'seed' stands twice"),
    ("a: &x 1\nb: *x", "line 2, column 4", "is not valid YAML: aliases (*name) are not taken"),
    ("? [a]\n: 1", "line 1, column 3", "is not valid YAML: a key must be one word"),
    ("seed: !!python/name:os.system", "line 1, column 7", "is not valid YAML: is no value that JSON has"),
    ("seed: " + "9" * 5000, "line 1, column 7", "is not valid YAML: is no value that JSON has"),
    ("seed: 1\n---\nseed: 2", "line 2, column 1", "is not valid YAML: "),
    ("url: post:", "line 1, column 10", "is not valid YAML: mapping values are not allowed here (quote text"),
]


@pytest.mark.parametrize(("text", "place", "problem"), WRONG, ids=[text[:40] for text, _, _ in WRONG])
def test_an_error_says_where_and_what(text: str, place: str, problem: str, tmp_path: Path) -> None:
    assert _refusal(text.encode(), tmp_path).startswith(f"{tmp_path}/turbo.yaml: {place}: {problem}")


@pytest.mark.parametrize("content", [b"[" * 9999, b"seed: \x01", b"\xff\xfe", b"[1, 2", b"a: b: c", b"%"])
def test_what_is_no_yaml_is_an_error(content: bytes, tmp_path: Path) -> None:
    assert "is not" in _refusal(content, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "serve: {tokens: [hunter2]}",
        "serve: {tokens: hunter2}",
        "serve: {cameras: [{name: a, url: [hunter2]}]}",
        "serve: {cameras: [{name: a, url: 'rtsp://u:hunter2@x', fps: 1}]}",
        "serve: {results: {mqtt: hunter2}}",
        "hunter2",
    ],
)
def test_no_error_shows_a_secret(text: str, tmp_path: Path) -> None:
    assert "hunter2" not in _refusal(text.encode(), tmp_path)


@pytest.mark.parametrize("content", [b"", b"# nothing yet\n", b"\xef\xbb\xbf\n"])
def test_an_empty_file_means_the_defaults(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "turbo.yaml"
    path.write_bytes(content)
    assert yaml_file.read(path, Project, "turbo init") == Project()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *((word, word) for word in ("no", "010", "12:30", "1_000", "2026-01-01", "0x1F", ".5")),
        *(("~", None), ("true", True), ("-3", -3), ("0.5", 0.5), ("1e3", 1000.0), ("'7'", "7")),
    ],
)
def test_a_word_is_a_number_only_where_json_has_it(written: str, value: object, tmp_path: Path) -> None:
    path = tmp_path / "any.yaml"
    path.write_text(f"value: {written}\n")
    assert getattr(yaml_file.read(path, Anything, "a test"), "value") == value  # noqa: B009 - made at run time


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text('ab 0:#-"é\n', max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcxyz", min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(value=JSON)
def test_what_another_program_writes_is_read_back(
    value: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("yaml") / "any.yaml"
    path.write_text(safe_dump({"value": value}, allow_unicode=True), encoding="utf-8")
    assert getattr(yaml_file.read(path, Anything, "a test"), "value") == value  # noqa: B009 - made at run time


def _refusal(content: bytes, folder: Path) -> str:
    path = folder / "turbo.yaml"
    path.write_bytes(content)
    with pytest.raises(TurboError) as caught:
        yaml_file.read(path, Project, "turbo init")
    return str(caught.value)
