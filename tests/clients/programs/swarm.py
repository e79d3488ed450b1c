"""What a Locust swarm does: nothing, but often. Locust's master and workers speak over zmq.green."""

from __future__ import annotations

from locust import User, constant, task


class Caller(User):
    """Report a call that took a millisecond, again and again."""

    wait_time = constant(0.01)

    @task
    def call(self) -> None:
        self.environment.events.request.fire(
            request_type="CALL",
            name="nothing",
            response_time=1,
            response_length=0,
            exception=None,
            context={},
        )
