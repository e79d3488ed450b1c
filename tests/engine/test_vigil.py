"""Whether a caller stays awake for a moment before it sleeps."""

from __future__ import annotations

from zerowire.engine.vigil import LISTENING, MOST_SKIPPED, REST, VIGIL, Vigil

SHORT, LONG = VIGIL / 2, VIGIL * 100


def promising(now: float = 0.0) -> Vigil:
    """Return one whose last wait was short, and that has had its rest."""
    vigil = Vigil()
    vigil.learn(SHORT, kept=False, rewarded=False)
    vigil.time(now + REST, True)
    return vigil


def test_first_wait_is_slept_through() -> None:
    assert Vigil().time(0.0, True) == 0.0


def test_short_wait_makes_the_next_one_awake() -> None:
    vigil = promising()
    assert vigil.is_promising
    assert vigil.time(REST, True) == VIGIL


def test_long_wait_without_a_vigil_promises_nothing() -> None:
    vigil = promising()
    vigil.learn(LONG, kept=False, rewarded=False)
    assert not vigil.is_promising
    assert vigil.time(REST, True) == 0.0


def test_caller_that_is_rewarded_stays_awake_each_time() -> None:
    vigil = promising()
    for _ in range(10):
        assert vigil.time(REST, True) == VIGIL
        vigil.learn(SHORT, kept=True, rewarded=True)


def test_caller_rests_once_in_a_while() -> None:
    """Other threads want the interpreter, too."""
    vigil = promising()
    assert vigil.time(REST, True) == VIGIL
    vigil.learn(SHORT, kept=True, rewarded=True)
    assert vigil.time(2.1 * REST, True) == 0.0
    assert vigil.time(2.1 * REST, True) == VIGIL


def test_vigils_in_vain_become_rare() -> None:
    vigil = promising()
    skipped = []
    for _ in range(12):
        count = 0
        while not vigil.time(REST, True):
            count += 1
            assert count <= MOST_SKIPPED
        skipped.append(count)
        vigil.learn(LONG, kept=True, rewarded=False)
        assert vigil.is_promising
    assert skipped[:5] == [0, 1, 3, 7, 15]
    assert skipped[-1] == MOST_SKIPPED


def test_one_reward_makes_them_frequent_again() -> None:
    vigil = promising()
    for _ in range(3):
        vigil.learn(LONG, kept=True, rewarded=False)
    vigil.learn(SHORT, kept=True, rewarded=True)
    assert vigil.time(REST, True) == VIGIL


def test_who_only_listens_stays_awake_for_a_shorter_time() -> None:
    """It waits for the next message of a stream, or for nothing in particular."""
    assert promising().time(REST, False) == LISTENING
    assert LISTENING < VIGIL
