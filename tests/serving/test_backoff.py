from random import Random

from hypothesis import given
from hypothesis import strategies as st

from turbo_cli.serving.backoff import Backoff


@given(st.integers(), st.floats(0.5, 100))
def test_pauses_double_up_to_the_cap_and_begin_anew(seed: int, longest_s: float) -> None:
    backoff, twin = Backoff(Random(seed), longest_s), Backoff(Random(seed), longest_s)
    for attempt in range(12):
        whole = min(longest_s, 0.5 * 2**attempt)
        pause = backoff.next()
        assert whole / 2 <= pause <= whole
        assert pause == twin.next()
    backoff.reset()
    assert backoff.next() <= 0.5
