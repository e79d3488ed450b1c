"""A socket's core: a Pattern, its options, its endpoints, and the I/O that serves them.

Nothing here waits. A caller takes the lock, enter()s, tries, and leaves; to wait it
calls begin_wait(), waits on `poller` without the lock, calls end_wait() and dispatch()es
what is ready. Whoever does so does the I/O of this socket; between calls the caretaker does.

One lock a socket, held for microseconds. What other threads have to say (inproc peers,
look-ups, the context) they post() to the mailbox.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from errno import ENOTSOCK
from threading import get_ident
from time import monotonic
from typing import TYPE_CHECKING, Any

from zerowire.constants import Errno, Event, PollEvent, SocketType
from zerowire.engine.descriptors import Signal, open_poller
from zerowire.engine.endpoints import Endpoints
from zerowire.engine.partial import Incoming, Outgoing
from zerowire.engine.returned import Returned
from zerowire.engine.stats import Totals, peer_stats
from zerowire.engine.vigil import Vigil
from zerowire.error import ZMQError, zmq_error
from zerowire.leaf.flusher import Flushed
from zerowire.leaf.octets import remember
from zerowire.message import Message, first_frame
from zerowire.options import Settings
from zerowire.patterns.base import Pattern
from zerowire.patterns.registry import PATTERNS
from zerowire.reactor.timers import Timer, Timers
from zerowire.routing.pipe import Pipe, Queue

if TYPE_CHECKING:
    from zerowire.engine.context import ContextCore
    from zerowire.engine.link import Link
    from zerowire.engine.monitor import Monitor
    from zerowire.engine.task import Task
    from zerowire.routing.observer import PipeObserver

THRIFT = 16  # a flush may cost one part in so many of the time of a sender that does nothing else
EASE = 2  # and of one that has time to spare
LONGEST_BATCH = 1e-3  # seconds that a busy sender collects messages at most
# Seconds after which a busy sender looks at what its peers have sent. More often than the interpreter
# switches it would let go of the GIL so briefly and so often that no other thread got it.
ATTENTION = 0.010
FLAT_OUT = 3e-6  # seconds between sends, for each link, below which a sender does nothing else
GLANCE = 5e-6  # seconds of sending between two looks at the clock
MOST_SPARED = 15  # sends between two looks at the clock
CONFLATING_SENDERS = frozenset({SocketType.DEALER, SocketType.PUSH, SocketType.PUB})
CONFLATING_RECEIVERS = frozenset({SocketType.DEALER, SocketType.PULL, SocketType.SUB})

RECEIVE, SEND, OTHER = 0, 1, 2


class SocketCore(Flushed):
    """What all front ends drive."""

    def __init__(self, context: ContextCore, socket_type: int) -> None:
        """Open a socket.

        Raises:
            ZMQError: EINVAL for a type that does not exist, EMFILE when the process has no
                descriptors left.
        """
        super().__init__()
        try:
            pattern_class = PATTERNS[SocketType(socket_type)]
        except (ValueError, KeyError):
            known = ", ".join(kind.name for kind in PATTERNS)
            raise zmq_error(
                Errno.EINVAL, f"socket type {socket_type!r} is not available; use {known}"
            ) from None
        self.context = context
        self.type = pattern_class.socket_type
        self.settings: Settings = context.new_settings()
        if pattern_class.default_linger is not None:
            self.settings.linger = pattern_class.default_linger
        self.pattern: Pattern = pattern_class(self.settings, context.new_seed())
        self.route = self.pattern.sender()  # gives a message to a peer, or returns False
        self.take = self.pattern.receiver()  # the next message that is here, or None
        self.returned = Returned(self)
        self.timers = Timers()
        self.poller, self.waker = open_poller()
        self.monitor: Monitor | None = None
        self.on_attached: Callable[[], None] | None = None  # called when there is a new pipe
        self.last_endpoint = ""
        self.leased = False
        self.parked = False
        self.needs_attention = True  # the next call must enter(): leased, closed, stopped, mail
        self.was_called = False  # it had something to do since the caretaker last looked
        self.quiet_since = 0.0  # when the caretaker last found it busy
        self.waiters = 0  # threads that serve the socket while they wait
        self.watchers = 0  # they, and event loops
        self.bells: list[Callable[[], object]] = []  # of event loops that cannot watch the poller
        self.dirty: list[Link] = []
        self.is_closed = False  # close() was called
        self.why_closed = "the socket is closed"
        self.is_finished = False  # and nothing of it is left
        self.is_stopped = False  # the context was terminated
        self.tasks: dict[Task, None] = {}
        self.endpoints = Endpoints(self)
        self.pipes: dict[Pipe, Any] = {}
        self.inproc_pipes: set[Pipe] = set()
        self._mailbox: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._waiting = [0, 0, 0]  # callers that wait to receive, to send, for something else
        self._blocked: list[Message] = []  # what they want to send
        self._onlookers: set[Any] = set()  # threads and tasks that wait for something else
        self._untold: set[Any] = set()  # those of them that have not looked since something happened
        self._waker_set = False
        self.spare = 0  # sends that need no look at the clock; whoever changes what they depend on clears it
        self._spared = 0  # what it was at first
        self._paced = 0.0  # when the clock was looked at
        self._due = 0.0  # from when on a message of a sender that does nothing else is written at once
        self._due_soon = 0.0  # and of another
        self._attention_due = 0.0  # from when on a busy sender looks at what its peers have sent
        self._is_hurried = False  # the caretaker knows that messages wait for company
        self.is_watched = False  # somebody waits, or watches the descriptor: tell_waiters()
        self._linger_timer: Timer | None = None
        self._signal: Signal | None = None
        self.totals = Totals()
        self.outgoing = Outgoing(self)
        self.sends_parts = self.pattern.frames_a_message > 0  # a message is being sent frame by frame
        self.incoming = Incoming(self)
        self.receives_parts = False  # some thread has received a part of a message, and not all
        self.vigil = Vigil()
        self.has_written = False  # since the last wait, so that an answer may be on its way
        self.lost = 0  # messages that were dropped with the link or the socket they waited in

    # -- entering ------------------------------------------------------------------------------

    def enter(self) -> None:
        """Begin a call, with the lock held: the socket is alive, and is the caller's to serve.

        A caller in a hurry may look at `needs_attention` first, and spare itself the call when
        that is False.

        Raises:
            ZMQError: ENOTSOCK when it is closed, ETERM when its context was terminated.
        """
        self.was_called = True
        if self.is_closed or self.is_stopped:
            self.context.hold_at_exit(self)
            raise zmq_error(ENOTSOCK, self.why_closed) if self.is_closed else zmq_error(Errno.ETERM)
        self.needs_attention = False
        if self.take_flushed():
            self._adopt()
        if not self.leased:
            self.context.caretaker.lease(self)
        elif self.parked and not self.waiters:
            self.context.caretaker.unpark(self)
        if self._mailbox:
            self._run_mailbox()
            if self.is_closed:
                raise zmq_error(ENOTSOCK, self.why_closed)

    def post(self, action: Callable[..., object], *arguments: Any) -> bool:
        """Have something done under this socket's lock, soon; from any thread. False: it is finished."""
        if self.is_finished:
            return False
        self._mailbox.append((action, arguments))
        self.needs_attention = True
        if self.is_watched or not self.leased:
            self.waker.wake()
        if self.is_finished:  # meanwhile: nobody else comes for it
            self._run_mailbox()
        return True

    def _run_mailbox(self) -> None:
        mailbox = self._mailbox
        self.note_change()
        while mailbox:
            try:
                action, arguments = mailbox.popleft()
            except IndexError:  # at the end of the socket several threads may do this
                return
            action(*arguments)

    # -- messages ------------------------------------------------------------------------------

    def try_send(self, message: Message) -> bool:
        """Route a message to a peer; False when none can take it now.

        Raises:
            ZMQError: Whatever the socket type has against it: ENOTSUP, EFSM, EHOSTUNREACH.
        """
        try:
            is_routed = self.route(message)
        except ZMQError:  # a peer that is not known yet may be waiting to be let in
            is_routed = False
        if not is_routed:
            self.serve()
            if not self.route(message):
                return False
        if self.spare:
            self.spare -= 1
        else:
            self._pace()
        return True

    def write_routed(self) -> None:
        """Write what was given to route() by a caller who does not use try_send()."""
        self._due = self._due_soon = 0.0
        self._pace()

    def _pace(self) -> None:
        """Write what was sent, or see to it that it is written soon."""
        self.has_written = True
        now = monotonic()
        each = (now - self._paced) / (self._spared + 1)
        self._paced = now
        if now > (self._due if each < FLAT_OUT * len(self.dirty) else self._due_soon):
            self._catch_up(now)
        elif not self._is_hurried:
            self._is_hurried = True
            self.context.on_batch(self)
        if self.is_watched:
            if self._signal is not None:
                self._signal.wants_room = False
            self.tell_waiters()
        elif each > 0.0:
            # What is sent next is looked at together, if at the present rate that is no delay.
            self.spare = self._spared = min(int(GLANCE / each), MOST_SPARED)

    def _catch_up(self, now: float) -> None:
        """Do what a busy sender has put off: write, and now and then look at its peers."""
        if now > self._attention_due:
            self.serve()
        elif self.dirty:
            self.flush()
        if now > self._due_soon:  # there was nothing to write
            self._due = self._due_soon = now + LONGEST_BATCH

    def try_receive(self) -> Message | None:
        """Take the next message, or None when none has come."""
        message = self.take()
        if message is None:
            self.serve()
            message = self.take()
        if self.is_watched:
            self.tell_waiters()
        return message

    def flush(self) -> None:
        """Write what waits for company."""
        start = monotonic()
        dirty = self.dirty
        self._is_hurried = False
        self.was_called = self.has_written = True
        if len(dirty) > 1:  # publishers have the same to say to many
            remember(True)
            try:
                while dirty:
                    dirty.pop().flush()
            finally:
                remember(False)
        elif dirty:
            dirty.pop().flush()
        end = self._paced = monotonic()
        self._spared = 0
        self._due = end + min((end - start) * THRIFT, LONGEST_BATCH)
        self._due_soon = end + min((end - start) * EASE, LONGEST_BATCH)

    def _adopt(self) -> None:
        """Take note of what was written while nobody was here."""
        self.has_written = True
        self._is_hurried = False  # what comes now is to be written later, once more
        self.spare = 0
        for link in tuple(self.dirty):
            link.on_flushed()

    def events(self) -> PollEvent:
        """Return what the socket is ready for."""
        self.serve()
        ready = 0
        if self.can_receive():
            ready |= PollEvent.POLLIN
        if self.pattern.can_send():
            ready |= PollEvent.POLLOUT
        return PollEvent(ready)

    # -- I/O -----------------------------------------------------------------------------------

    def serve(self) -> None:
        """Do everything that can be done without waiting."""
        self.dispatch(self.poller.wait(0))

    def dispatch(self, ready: list[tuple[Any, int]]) -> None:
        """Handle what the poller has found ready, the mailbox, the timers; then flush."""
        self.was_called = True
        if self.take_flushed():
            self._adopt()
        for handler, what in ready:
            if handler is self.waker:
                self.waker.clear()
                self._waker_set = False
            else:
                self.note_change()
                handler.on_ready(what)
        if self._mailbox:
            self._run_mailbox()
        self._is_hurried = False
        self._attention_due = now = monotonic() + ATTENTION
        if self.timers.heap and self.timers.run_due(now - ATTENTION):
            self.note_change()
        if self.dirty:
            self.flush()
        if self.is_closed:
            self._finish_if_done()
        if self.is_watched and not self.is_finished:
            self.tell_waiters()

    # -- waiting -------------------------------------------------------------------------------

    def begin_wait(self, purpose: int, message: Message | None = None) -> None:
        """Say, before the lock is let go, that somebody is going to wait on the poller.

        Args:
            purpose: RECEIVE, SEND or OTHER.
            message: What it wants to send, if that decides whether it can.

        Raises:
            ZMQError: ENOTSOCK when the socket was closed meanwhile.
        """
        if self.is_closed:
            raise zmq_error(ENOTSOCK, self.why_closed)
        self.waiters += 1
        self.begin_watch(purpose, message)

    def end_wait(self, purpose: int, message: Message | None = None) -> None:
        """Say, with the lock held again, that the wait is over. Arguments as begin_wait()."""
        self.waiters -= 1
        self.end_watch(purpose, message)
        if not self.waiters and not self.is_finished:
            if self.is_closed:
                self.context.caretaker.attend(self)
            elif self.parked:
                self.context.caretaker.unpark(self)

    def begin_watch(self, purpose: int, message: Any = None) -> None:
        """Say that somebody will be told by the poller, and leaves the socket to the caretaker too.

        Arguments as begin_wait(); with OTHER an object may stand for one of a thread's tasks.
        """
        self.watchers += 1
        self.is_watched = True
        self.spare = 0
        self._waiting[purpose] += 1
        if purpose == OTHER:
            self._onlookers.add(message or get_ident())
        elif message is not None:
            self._blocked.append(message)
        if self._mailbox:
            self.waker.wake()

    def end_watch(self, purpose: int, message: Any = None) -> None:
        """Say that nobody is to be told any more. Arguments as begin_wait()."""
        self.watchers -= 1
        self._waiting[purpose] -= 1
        if purpose == OTHER:
            self._onlookers.discard(message or get_ident())
            self._untold.discard(message or get_ident())
        elif message is not None:
            self._blocked.remove(message)
        self._due = self._due_soon = 0.0  # who waits for answers is no stream: the next goes at once
        self.spare = 0
        if not self.watchers:
            self.is_watched = self._signal is not None
            if self._waker_set:
                self.waker.clear()
                self._waker_set = False
            if self.is_finished:
                self._close_poller()

    def wait_time(self, deadline: float | None) -> float | None:
        """Return how long a caller may wait on the poller: until its deadline or the next timer."""
        due = self.timers.next_deadline() if self.timers.heap else None
        if due is not None and (deadline is None or due < deadline):
            deadline = due
        return None if deadline is None else max(0.0, deadline - monotonic())

    def tell_waiters(self) -> None:
        """Keep the waker set exactly while a waiting caller could go on."""
        receiving, sending, _ = self._waiting
        ready = (receiving and self.can_receive()) or (sending and self._can_send()) or self._untold
        if (ready or (self.watchers and (self.is_closed or self.is_stopped))) and not self._waker_set:
            self._waker_set = True
            self._rouse()
            if not self.leased:  # those who are told come; the caretaker would tell them again and again
                self.context.caretaker.lease(self)
        if self._signal is not None:
            self._signal.update(self)

    def _rouse(self) -> None:
        """Wake who waits."""
        self.waker.wake()
        for bell in tuple(self.bells):  # loops come and go meanwhile
            bell()

    def note_change(self) -> None:
        """Something has happened: who waits for something else than messages or room shall look."""
        self._untold.update(self._onlookers)

    def can_receive(self) -> bool:
        """Whether a message can be received now; if not, the socket will be told of the next one."""
        can_receive = self.pattern.can_receive
        if can_receive() or self.returned:
            return True
        for pipe in self.inproc_pipes:
            if not pipe.inbound.idle:
                pipe.expect_messages()  # a peer in another thread tells only who has found nothing
        return bool(self.inproc_pipes) and can_receive()

    def _can_send(self) -> bool:
        """Whether one of those that wait to send could do so now."""
        if self._waiting[SEND] > len(self._blocked):
            return self.pattern.can_send()
        try:
            return any(self.pattern.check_send(first_frame(message)) for message in self._blocked)
        except ZMQError:
            return True  # it will meet the error

    def fileno(self) -> int:
        """Return a descriptor that is readable as long as there is something to do.

        Level-triggered: while a message waits to be received, while octets wait to be
        read, and, after a send that found no room, once there is room.
        """
        if self._signal is None:
            self._signal = Signal(self.poller)
            self.is_watched = True
            self.spare = 0
            self._signal.update(self)
        return self._signal.fileno()

    def note_mute(self) -> None:
        """A send found no room: the descriptor shall tell when there is."""
        if self._signal is not None:
            self._signal.wants_room = True

    # -- pipes ---------------------------------------------------------------------------------

    def make_pipe(self, settings: Settings, observer: PipeObserver) -> tuple[Pipe, Pipe]:
        """Make the pipe of a network peer: the socket's end, and the link's."""
        out = Queue(settings.sndhwm, conflate=self.conflates_sending)
        back = Queue(settings.rcvhwm, conflate=self.conflates_receiving)
        near = Pipe(out, back, self.pattern)
        return near, Pipe(back, out, observer)

    @property
    def conflates_sending(self) -> bool:
        """Whether new pipes keep only the last message to send (PIPE-4); never of subscriptions."""
        return self.settings.conflate and self.type in CONFLATING_SENDERS

    @property
    def conflates_receiving(self) -> bool:
        """Whether new pipes keep only the last message to receive (PIPE-4)."""
        return self.settings.conflate and self.type in CONFLATING_RECEIVERS

    def attach(self, pipe: Pipe, owner: Any) -> None:
        """Give the socket type a new pipe."""
        self.pattern.attach(pipe)
        self.pipes[pipe] = owner
        self.note_change()
        if pipe.has_messages:
            self.pattern.on_readable(pipe)
        if self.on_attached is not None:
            self.on_attached()

    def detach(self, pipe: Pipe) -> None:
        """Take a pipe away from the socket type; what waits in it can still be received."""
        if pipe in self.pipes:
            self.totals.add(peer_stats(self, pipe))
            del self.pipes[pipe]
        self.inproc_pipes.discard(pipe)
        self.pattern.detach(pipe)
        self.note_change()
        pipe.close()

    def update_hwm(self) -> None:
        """Give the pipes that exist the marks that the options have now (PIPE-3)."""
        for pipe, owner in self.pipes.items():
            owner.set_hwm(pipe, self.settings.sndhwm, self.settings.rcvhwm)

    def on_disconnected(self, pipe: Pipe | None) -> None:
        """The link under a pipe was lost, and the socket type still wants it."""
        if pipe is not None and not pipe.is_closed:
            self.pattern.on_lost(pipe)

    # -- monitoring ----------------------------------------------------------------------------

    def emit(
        self, event: Event | int, value: int, endpoint: str, *, local: str = "", remote: str = ""
    ) -> None:
        """Report an event to the monitor, if there is one.

        Args:
            event: What has happened.
            value: What monitors of both versions are told of it.
            endpoint: Where, as the application knows it (version 1).
            local: This side's endpoint, if there is a connection (version 2).
            remote: The peer's.
        """
        if self.monitor is not None:
            self.monitor.emit(event, value, endpoint, local, remote)

    # -- tasks and the end ---------------------------------------------------------------------

    def add_task(self, task: Task) -> None:
        """Keep a task alive until it says on_task_done()."""
        self.tasks[task] = None

    def on_task_done(self, task: Task) -> None:
        """Forget a task that has ended."""
        self.tasks.pop(task, None)
        self.endpoints.forget(task)

    @property
    def unsent(self) -> int:
        """How many messages wait to be sent, over all peers."""
        return sum(task.unsent for task in tuple(self.tasks))

    def stop(self) -> None:
        """The context is terminated: every call fails from now on, those that wait too."""
        with self.lock:
            self.is_stopped = self.needs_attention = True
            if not self.is_finished:
                self._rouse()

    def close(self, linger_ms: int | None = None) -> None:
        """Close the socket. What waits is still sent in the background, for LINGER.

        Args:
            linger_ms: Instead of the LINGER option: -1 is for ever, 0 drops what waits.
        """
        if self.is_closed:
            return
        if linger_ms is not None:
            self.settings.linger = linger_ms
        self._adopt()
        self._run_mailbox()
        self.is_closed = self.needs_attention = True
        linger = self.settings.linger
        for task in tuple(self.tasks):
            if linger == 0:
                task.close()
            else:
                task.stop()
        if self.monitor is not None:
            self.monitor.stop()
            self.monitor = None
        if self.dirty:
            self.flush()
        if self.tasks and linger > 0:
            self._linger_timer = self.timers.schedule(monotonic() + linger / 1000, self.abandon)
        self._finish_if_done()
        if self.is_finished:
            return
        if not self.waiters:
            self.context.caretaker.attend(self)
        self._rouse()

    def abandon(self) -> None:
        """Drop what is still unsent: LINGER has run out."""
        for task in tuple(self.tasks):
            task.close()
        self._finish_if_done()

    def _finish_if_done(self) -> None:
        if self.tasks or self.is_finished or not self.is_closed:
            return
        self.is_finished = True
        self._run_mailbox()  # who wrote meanwhile learns that nobody is here
        self.context.caretaker.release(self)
        if self.watchers:
            self._rouse()  # the last of them closes the poller
        else:
            self._close_poller()
        self.context.on_finished(self)

    def _close_poller(self) -> None:
        if self._signal is not None:
            self._signal.close()
        self.poller.close()
        self.waker.close()

    def abandon_in_child(self) -> None:
        """Give up everything after fork(), without a word to any peer."""
        self.why_closed = "the socket belongs to the parent of this process: open another after fork()"
        self.is_closed = self.is_finished = self.needs_attention = True
        for task in tuple(self.tasks):
            for part in ("connecter", "link", "listener"):
                holder = getattr(task, part, None)
                if holder is not None:
                    getattr(holder, "stream", holder).close()
        self._close_poller()
