"""How much of a stream is moved at once."""

from hypothesis import given
from hypothesis import strategies as st

from zerowire.engine.portion import UNSET, Portion


def test_portion_grows_while_the_stream_keeps_up() -> None:
    portion = Portion(UNSET, 100, 350)
    sizes = []
    for _ in range(4):
        sizes.append(portion.size)
        portion.fit(portion.size)
    assert sizes == [100, 200, 350, 350]


def test_portion_begins_again_when_the_stream_does_not_keep_up() -> None:
    portion = Portion(UNSET, 100, 350)
    portion.fit(100)
    portion.fit(199)
    assert portion.size == 100


@given(st.integers(1, 10**9).filter(lambda size: size != UNSET), st.lists(st.integers(0, 10**9)))
def test_portion_that_the_user_has_chosen_stays(chosen: int, moved: list[int]) -> None:
    portion = Portion(chosen, 100, 350)
    for octets in moved:
        portion.fit(octets)
    assert portion.size == chosen
