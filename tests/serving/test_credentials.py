from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from turbo_cli.errors import TurboError
from turbo_cli.serving.credentials import HIDDEN, redact, resolve

SECRET = st.text(min_size=4, max_size=30).filter(
    lambda text: text.strip() == text and text not in "${gate}/live"
)
WORD = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)


@given(SECRET, WORD, st.sampled_from(["{}", "av: {}: refused", "repr {!r}, twice {!r}"]))
def test_a_password_from_the_environment_is_never_shown(secret: str, user: str, message: str) -> None:
    assume("\0" not in secret and HIDDEN not in secret)
    environment = {"PASSWORD": secret}
    address = resolve(f"rtsp://{user}:${{PASSWORD}}@gate/live?channel=2", "here", environment)
    assert address.url == f"rtsp://{user}:{quote(secret, safe='')}@gate/live?channel=2"
    plain = f"password {secret} and {secret!r} and {quote(secret)}"
    for shown in (repr(address), str(address), address.redact(message.format(address.url, plain))):
        assert secret not in shown
        assert quote(secret, safe="") not in shown
    assert address.shown == f"rtsp://{HIDDEN}@gate/live?channel=2"


@given(st.text(), st.lists(st.text(min_size=1), max_size=3))
def test_redacting_twice_changes_nothing_more(text: str, secrets: list[str]) -> None:
    assume(not any("*" in secret for secret in secrets))
    once = redact(text, secrets)
    assert redact(once, secrets) == once
    assert not any(secret in once for secret in secrets)


@given(st.text(st.characters(exclude_characters=":?&;")))
def test_text_without_addresses_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://u:p@h/x", "rtsp://***@h/x"),
        ("see 'http://u:p/w@q@h:80/x', then rtsp://h/y", "see 'http://***@h:80/x', then rtsp://h/y"),
        ("http://h/snap?channel=1&usr=ann&PWD=pw#top", "http://h/snap?channel=1&usr=***&PWD=***#top"),
        ("https://hooks/x?access_token=abc", "https://hooks/x?access_token=***"),
        ("rtsp://h:554/user=ann_password=pw_channel=1.sdp", "rtsp://h:554/user=***"),
        ("rtsp://h/cam/Password=pw&channel=1?x=1", "rtsp://h/cam/Password=***?x=1"),
        ("rtsp://h/channel=1/live", "rtsp://h/channel=1/live"),
        ("user@host wrote: 50% of a:b", "user@host wrote: 50% of a:b"),
    ],
)
def test_what_an_address_gives_away(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_a_secret_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s:e/c@ret\nsecond line\n")
    address = resolve(f"rtsp://ann:${{file:{tmp_path}/password}}@gate", "here", {})
    assert address.url == "rtsp://ann:s%3Ae%2Fc%40ret@gate"
    assert address.redact("it was s:e/c@ret") == "it was ***"


def test_a_whole_address_from_the_environment() -> None:
    address = resolve("${GATE}", "here", {"GATE": "rtsp://ann:hush@gate/live"})
    assert address.url == "rtsp://ann:hush@gate/live"
    assert "hush" not in repr(address)
    assert address.redact("hush, it is at gate") == "***, it is at gate"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("rtsp://${MISSING}@gate", "camera 'gate': key url: there is no environment variable MISSING"),
        ("rtsp://${EMPTY}@gate", "EMPTY is empty"),
        ("rtsp://${file:/no/such}@gate", "/no/such: cannot read: No such file"),
        ("rtsp://a:hush hush@gate", "an address is one word"),
        ("", "an address is one word"),
    ],
)
def test_what_cannot_be_resolved(template: str, said: str) -> None:
    with pytest.raises(TurboError) as refusal:
        resolve(template, "camera 'gate': key url", {"EMPTY": ""})
    assert said in str(refusal.value)
    assert "hush" not in str(refusal.value)
