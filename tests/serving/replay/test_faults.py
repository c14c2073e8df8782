"""Faults on demand."""

import pytest

from turbo_cli.errors import TurboError
from turbo_cli.serving.replay.faults import Delivery, Fault, Line, parse_fault
from turbo_cli.serving.replay.timetable import Shot

PICTURE = bytes(range(250))


def deliver(kind: str, *moments: float) -> list[Delivery]:
    line = Line([parse_fault(f"{kind}:gate@10+5")], seed=0)
    return [line.deliver(Shot("gate", 0, moment), PICTURE) for moment in moments]


def test_a_fault_is_written_in_one_word() -> None:
    assert parse_fault("freeze:gate@10+5") == Fault("freeze", "gate", 10, 15)
    assert parse_fault("drop@0.5+2.25") == Fault("drop", None, 0.5, 2.75)


@pytest.mark.parametrize("text", ["", "freeze", "freeze@10", "frieze@1+1", "drop@1.2.3+1", "drop@-1+1"])
def test_anything_else_is_an_error(text: str) -> None:
    with pytest.raises(TurboError, match="fault"):
        parse_fault(text)


@pytest.mark.parametrize("kind", ["drop", "freeze", "garbage", "slow", "reconnect"])
def test_a_fault_strikes_its_camera_in_its_time_only(kind: str) -> None:
    fine = Delivery(((0.0, PICTURE),))
    before, within, after = deliver(kind, 9.9, 10, 15)
    assert (before, after) == (fine, fine)
    assert within != fine
    line = Line([parse_fault(f"{kind}:gate@10+5")], seed=0)
    assert line.deliver(Shot("other", 0, 12), PICTURE) == fine


def test_drop_sends_nothing() -> None:
    assert deliver("drop", 12) == [Delivery((), whole=False)]


def test_garbage_is_as_long_and_no_frame() -> None:
    (delivery,) = deliver("garbage", 12)
    assert not delivery.whole
    assert len(delivery.pieces[0][1]) == len(PICTURE)
    assert delivery.pieces[0][1] != PICTURE
    assert deliver("garbage", 12) == [delivery]


def test_slow_brings_all_of_it() -> None:
    (delivery,) = deliver("slow", 12)
    assert delivery.whole
    assert b"".join(piece for _, piece in delivery.pieces) == PICTURE
    assert len(delivery.pieces) == 10


def test_freeze_holds_one_frame_until_it_is_over_and_drops_the_rest() -> None:
    first, second = deliver("freeze", 12, 13)
    assert b"".join(piece for _, piece in first.pieces) == PICTURE
    assert sum(pause for pause, _ in first.pieces) == 3
    assert second == Delivery((), whole=False)


def test_reconnect_breaks_off_in_the_middle() -> None:
    (delivery,) = deliver("reconnect", 12)
    assert delivery == Delivery(((0.0, PICTURE[:125]),), cut=True, whole=False)
