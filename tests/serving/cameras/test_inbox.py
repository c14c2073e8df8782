import threading
import time

import numpy as np

from tests.serving.waiting import until
from turbo_cli.serving.cameras import CameraFrame, Inbox


def frame(camera: str, index: int) -> CameraFrame:
    return CameraFrame(camera, index, 0.0, 0.0, time.monotonic(), np.zeros((1, 1, 3), np.uint8), 0.0)


def keys(frames: list[CameraFrame]) -> list[tuple[str, int]]:
    return [(frame.camera, frame.index) for frame in frames]


def test_the_newest_frames_of_each_camera_are_kept() -> None:
    skipped: list[CameraFrame] = []
    inbox = Inbox(capacity=2, on_skip=skipped.append)
    assert [inbox.put(frame("a", index)) for index in range(4)] == [0, 0, 1, 1]
    assert inbox.put(frame("b", 0)) == 0
    assert keys(skipped) == [("a", 0), ("a", 1)]
    assert keys(inbox.take(0)) == [("a", 2), ("a", 3), ("b", 0)]
    assert inbox.take(0) == []


def test_taking_waits_for_the_first_frame() -> None:
    inbox = Inbox()
    threading.Timer(0.05, inbox.put, [frame("a", 0)]).start()
    assert keys(inbox.take(10)) == [("a", 0)]


def test_a_patient_camera_loses_nothing() -> None:
    inbox, halt = Inbox(), threading.Event()
    answers: list[bool] = []
    writer = threading.Thread(
        target=lambda: answers.extend(inbox.put_when_room(frame("a", index), halt) for index in range(5))
    )
    writer.start()
    taken = [frame for _ in range(4) for frame in inbox.take(10)]
    assert keys(taken) == [("a", index) for index in range(4)]
    until(lambda: len(answers) == 5)
    writer.join()
    assert all(answers)


def test_a_patient_camera_can_be_halted() -> None:
    inbox, halt = Inbox(), threading.Event()
    inbox.put(frame("a", 0))
    threading.Timer(0.05, halt.set).start()
    assert not inbox.put_when_room(frame("a", 1), halt)
    assert keys(inbox.take(0)) == [("a", 0)]


def test_gathering_ends_early_for_a_patient_camera_and_at_the_end_of_the_service() -> None:
    inbox, halt = Inbox(), threading.Event()
    inbox.put(frame("a", 0))
    writer = threading.Thread(target=inbox.put_when_room, args=(frame("a", 1), halt))
    writer.start()
    begun = time.monotonic()
    inbox.gather(10)
    assert keys(inbox.take(0)) == [("a", 0)]
    writer.join()
    threading.Timer(0.05, inbox.hurry).start()
    inbox.gather(10)
    inbox.gather(10)
    assert time.monotonic() - begun < 8
    assert keys(inbox.take(0)) == [("a", 1)]
