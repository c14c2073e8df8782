from hypothesis import given
from hypothesis import strategies as st

from turbo_cli.serving.api.rates import CLIENTS, RateLimit


@given(
    per_s=st.floats(0.1, 100),
    pauses_s=st.lists(st.floats(0, 2), min_size=1, max_size=200),
)
def test_no_client_asks_more_than_its_rate_and_two_seconds_worth(per_s: float, pauses_s: list[float]) -> None:
    now = 0.0
    limit = RateLimit(per_s, lambda: now)
    allowed = 0
    for pause_s in pauses_s:
        now += pause_s
        allowed += limit.allows("one")
    assert allowed <= max(1, 2 * per_s) + now * per_s + 1e-6


def test_clients_do_not_share_and_are_forgotten_in_the_end() -> None:
    limit = RateLimit(1, lambda: 0.0)
    assert [limit.allows("one") for _ in range(3)] == [True, True, False]
    assert limit.allows("two")
    for number in range(CLIENTS):
        limit.allows(str(number))
    assert limit.allows("one")
