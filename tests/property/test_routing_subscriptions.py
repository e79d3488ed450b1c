from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zerowire.routing.pipe import Pipe, Queue
from zerowire.routing.subscriptions import Subscriptions, Topics

topics = st.text("ab", max_size=3).map(str.encode)
frames = st.text("ab", max_size=5).map(str.encode)


class Silent:
    def on_readable(self, pipe: Pipe) -> None:
        pass

    on_writable = on_closed = on_readable


def make_pipe() -> Pipe:
    return Pipe(Queue(0), Queue(0), Silent())


@given(
    st.lists(st.tuples(st.sampled_from(["add", "remove", "leave"]), topics, st.integers(0, 2)), max_size=40),
    frames,
)
def test_subscription_table_equals_a_naive_set_of_prefixes(
    steps: list[tuple[str, bytes, int]], frame: bytes
) -> None:
    table = Subscriptions()
    pipes = [make_pipe() for _ in range(3)]
    model: set[tuple[bytes, Pipe]] = set()

    def is_wanted(topic: bytes) -> bool:
        return any(other == topic for other, _ in model)

    for step, topic, place in steps:
        pipe = pipes[place]
        if step == "add":
            assert table.add(topic, pipe) is not is_wanted(topic)
            model.add((topic, pipe))
        elif step == "remove":
            existed = (topic, pipe) in model
            model.discard((topic, pipe))
            assert table.remove(topic, pipe) == (existed, existed and not is_wanted(topic))
        else:
            left = {topic for topic, other in model if other is pipe}
            model = {entry for entry in model if entry[1] is not pipe}
            removed = table.remove_pipe(pipe)
            assert dict(removed) == {topic: not is_wanted(topic) for topic in left}
            assert len(removed) == len(left)
        assert set(table.match(frame)) == {pipe for topic, pipe in model if frame.startswith(topic)}
        assert table.topics_count == len({topic for topic, _ in model})


@given(st.lists(st.tuples(st.booleans(), topics), max_size=40), frames)
def test_subscriber_table_equals_a_naive_list_of_prefixes(
    steps: list[tuple[bool, bytes]], frame: bytes
) -> None:
    table = Topics()
    model: list[bytes] = []
    for adds, topic in steps:
        if adds:
            assert table.add(topic) is (topic not in model)
            model.append(topic)
        else:
            was_last = model.count(topic) == 1
            if topic in model:
                model.remove(topic)
            assert table.remove(topic) is was_last
        assert table.match(frame) is any(map(frame.startswith, model))
        assert set(table) == set(model)
