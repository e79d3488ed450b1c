"""One connection to one peer, while it lasts.

A Link moves octets between a Stream and a Connection, and messages between the
Connection and a Pipe:

    stream -> fill() -> connection -> pipe     up to the high-water mark, then reading pauses
    stream <- flush() <- connection <- pipe    a batch at a time

A message leaves the pipe only when its last octet was written, so a lost link takes
with it no more than the messages that it had begun to send.

link_state.STATES is the life of a link. Whoever made it (a session or an acceptor) is its
owner, and is told when the peer is ready and when the link is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from errno import ECONNRESET
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from zerowire import engine
from zerowire.engine import events
from zerowire.engine.link_state import CLOSED, DRAINING, HANDSHAKE, OPEN, ORPHAN, PARTING, STATES
from zerowire.engine.outbox import Outbox, take, whole
from zerowire.engine.parting import Parting
from zerowire.engine.portion import Portion
from zerowire.error import RemoteProtocolError, ZMQError
from zerowire.leaf.flusher import Tail
from zerowire.message import Octets
from zerowire.reactor.poller import READABLE, WRITABLE
from zerowire.reactor.timers import Timer
from zerowire.routing.pipe import Pipe, Queue
from zerowire.zmtp.connection import TRAFFIC, Connection, PeerTimeout

if TYPE_CHECKING:
    from zerowire.engine.link_state import Errand, LinkOwner, LinkState
    from zerowire.engine.socket import SocketCore
    from zerowire.transport.base import Stream
    from zerowire.zmtp.raw import RawConnection

READ_SIZE, MOST_READ = 65536, 262144  # octets that are read at once
BATCH_SIZE, MOST_BATCHED = 65536, 524288  # octets that are encoded and written together
MOST_AT_ONCE = 262144  # octets of large frames, before others have their turn
GLANCE = 64  # octets that are read with the end of a large frame: probably the header of another
FATAL = (RemoteProtocolError, PeerTimeout, ZMQError)  # to a link, and to nothing else
MOST_UNHEARD = 131072  # octets of a peer about which nobody has decided yet
MOST_IGNORED = 65536  # octets at once of a peer that is not wanted; its own queue slows a talkative one down
DEAF_TIME = 1.0  # seconds between looks at a peer that is not read at the moment


class Link:
    """Pumps one Connection over one Stream into one Pipe."""

    __slots__ = (
        "_batch",
        "_broken",
        "_budget",
        "_chunk",
        "_finishing",
        "_holds_back",
        "_ignored",
        "_interest",
        "_outbox",
        "_queued",
        "_read_size",
        "_tail",
        "_timer",
        "begun",
        "connection",
        "core",
        "endpoint",
        "errand",
        "last_heard",
        "octets_in",
        "owner",
        "pipe",
        "state",
        "stream",
    )

    def __init__(
        self,
        core: SocketCore,
        stream: Stream,
        connection: Connection | RawConnection,
        owner: LinkOwner,
        endpoint: str,
    ) -> None:
        self.core = core
        self.stream = stream
        self.connection = connection
        self.owner = owner
        self.endpoint = endpoint  # as monitors and users know it
        self.pipe: Pipe | None = None
        self.state = HANDSHAKE
        self.last_heard = monotonic()
        self.octets_in = 0
        self.begun = 0  # messages off the pipe that are not written whole
        self._interest = 0
        self._ignored = 0
        self._chunk = Portion(owner.settings.in_batch_size, READ_SIZE, MOST_READ)
        self._budget = Portion(owner.settings.out_batch_size, BATCH_SIZE, MOST_BATCHED)
        self._read_size = self._chunk.size
        self._outbox = Outbox(stream)
        self._tail = Tail(core)  # what the flusher may write in our place
        self._queued = False  # stands in the core's list of links that have something to write
        self._broken = False  # writing fails; reading may still yield what the peer sent before
        self._holds_back = False
        self._finishing = False  # close as soon as all is written
        self._batch = 0  # messages at the head of the pipe that the present batch consists of
        self._timer: Timer | None = None
        self.errand: Errand | None = None  # to be given up when the link ends

    def start(self) -> None:
        """Begin the handshake."""
        self.begin()
        self.answer()

    def begin(self) -> None:
        """Read what the peer may have said already; answer() must follow, soon."""
        self._holds_back = True  # then one write answers it all
        self._watch(READABLE)
        self._step(self._fill)

    def answer(self) -> None:
        """Write what the handshake has to say so far."""
        self._holds_back = False
        self._step(self._greet)

    def _greet(self) -> None:
        self._flush_control()
        if self.state is HANDSHAKE:
            self._after_reading()

    # -- called by the poller, the pipe and the timers -----------------------------------------

    def on_ready(self, ready: int) -> None:
        """The stream can be read or written."""
        try:
            if ready & READABLE and self._interest & READABLE:
                self._fill()
            if ready & WRITABLE and self._interest & WRITABLE:
                self._continue_writing()
        except FATAL as error:
            self._fail(error)
        except Exception as error:  # our mistake: it shall be seen, and cost no more than this peer
            self._lose(error)
            raise

    def on_readable(self, pipe: Pipe) -> None:
        """The socket has pushed a message for the peer."""
        if not self._queued and not self._outbox.unsent:
            self._queued = True
            self.core.dirty.append(self)
            self.core.spare = 0
            self._tail.wait()

    def on_writable(self, pipe: Pipe) -> None:
        """The socket has taken messages, so that there is room for more."""
        self._step(self._decode)

    def on_closed(self, pipe: Pipe) -> None:
        """The socket wants no more of this peer, or has refused it."""
        if self.state in (PARTING, CLOSED):
            return
        self._move(ORPHAN)
        self._watch(self._interest | READABLE)  # only to learn when the peer leaves
        if self.core.pattern.is_raw:
            self.finish()

    def _on_timer(self) -> None:
        self._timer = None
        self._step(self._serve_timers)

    def _serve_timers(self) -> None:
        now = monotonic()
        if self.state in (OPEN, ORPHAN):
            if self.state is ORPHAN and not self._interest & READABLE:
                self._ignored = 0
                self._watch(self._interest | READABLE)
            if self._interest & READABLE:
                self._fill()
                if self.connection.state is not TRAFFIC:
                    return
            if not self._interest & READABLE:  # we do not listen, so silence means nothing
                self._rest(now)
                return
        self.connection.handle_timeout(now)
        self._flush_control()
        self._arm()

    def _step(self, action: Callable[[], None]) -> None:
        """Run one step; whatever is wrong with the peer ends this link and nothing else."""
        if self.state in (PARTING, CLOSED):
            return
        try:
            action()
        except FATAL as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, ZMQError) or self.state is HANDSHAKE:  # the peer may be told why
            with suppress(ZMQError):
                self._flush_control()
        self._lose(error)

    # -- reading -------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Read once; where large frames follow each other, read several of them."""
        connection = self.connection
        view = connection.get_buffer()
        left = MOST_AT_ONCE
        while left > 0:
            if view is None:
                if not self._fill_buffer():
                    return
                view = connection.get_buffer()
                if view is None:
                    return
            count = self._fill_frame(view)
            if not count:
                return
            left -= count
            view = connection.get_buffer()

    def _fill_buffer(self) -> bool:
        """Read into the connection's buffer; True if there may be more at once."""
        size = self._read_size
        data = self.stream.receive(size)
        if data is None:
            return False
        if not data:
            self._on_end()
            return False
        self._read_size = self._chunk.fit(len(data))
        now = monotonic()
        self.connection.receive_data(data, now)
        self._on_octets(len(data), now)
        return len(data) == size and self._interest & READABLE != 0

    def _fill_frame(self, view: memoryview) -> int:
        """Read a large frame into its place; return how many octets, 0 if there is no more now."""
        size = len(view)
        behind = bytearray(GLANCE)
        with view:
            count = self.stream.receive_vector((view, memoryview(behind)))
        if count is None:
            return 0
        if not count:
            self._on_end()
            return 0
        self._read_size = GLANCE
        now = monotonic()
        self.connection.buffer_updated(min(count, size), now)
        if count > size:
            self.connection.receive_data(bytes(behind[: count - size]), now)
        self._on_octets(count, now)
        return count if count > size and self._interest & READABLE else 0

    def _on_octets(self, count: int, now: float) -> None:
        """See to what has come."""
        self.last_heard = now
        self.octets_in += count
        if self.state is OPEN:
            self._decode()
        elif self.state is ORPHAN:
            self._ignore(count, now)
        else:
            self._after_reading()

    def _ignore(self, count: int, now: float) -> None:
        """Obey the commands of a peer that is not wanted, and drop its messages."""
        self.connection.take_messages(Queue(0, conflate=True).items, -1)
        self._flush_control()
        self._ignored += count
        if self._ignored < MOST_IGNORED or self._finishing:
            self._arm()
        else:
            self._watch(self._interest & ~READABLE)
            self._rest(now)

    def _after_reading(self) -> None:
        connection = self.connection
        if self.state is HANDSHAKE:
            if connection.has_data_to_send and not self._holds_back:
                self._flush_control()
            if connection.state is TRAFFIC:
                self._open()
            elif connection.is_asking:
                self._ask()
            self._arm()
        if self.state is OPEN:
            self._decode()

    def _ask(self) -> None:
        """Have it decided whether the peer may come in; what it says meanwhile is kept, up to a limit."""
        if self.errand is None:
            engine.errands.begin(self)
        elif self.octets_in > MOST_UNHEARD:
            self._watch(self._interest & ~READABLE)

    def proceed(self, answer: Callable[[], None]) -> None:
        """Go on with a handshake for which somebody had to decide, or to do some work."""
        self.errand = None
        self._watch(self._interest | READABLE)
        self._step(answer)
        self._step(self._after_reading)

    def _open(self) -> None:
        self._move(OPEN)
        self.pipe = pipe = self.owner.on_peer_ready(self)
        if pipe is None:
            self._lose(None)
            return
        if self.connection.has_plain_frames and self.stream.is_bare and pipe.inbound.items.maxlen is None:
            self._tail.open(self.stream.fileno(), pipe.inbound.items)
        if pipe.inbound.ended:
            self.on_closed(pipe)
        if pipe.has_messages:
            self.on_readable(pipe)
        else:
            pipe.inbound.idle = True

    def _decode(self) -> None:
        """Move whole messages from the buffer to the pipe, as long as there is room."""
        pipe = self.pipe
        if pipe is None or self.state is ORPHAN:
            return
        connection = self.connection
        queue = pipe.outbound
        while True:
            length = len(queue.items)
            limit = max(0, queue.hwm - length) if queue.hwm else -1
            try:
                count = connection.take_messages(queue.items, limit) if limit else 0
            except RemoteProtocolError:
                pipe.announce(len(queue.items) - length)
                raise
            if count:
                pipe.announce(count)
            if connection.has_data_to_send:
                self._flush_control()
                self._arm()  # it may have been a PING that promises more
            if count != limit or self.state is CLOSED:
                break
            if queue.full:
                self._watch(self._interest & ~READABLE)
                return
        if self.state is DRAINING:
            self._lose(ZMQError(ECONNRESET))
        elif self.state is OPEN and not self._interest & READABLE:
            self._watch(self._interest | READABLE)

    def _on_end(self) -> None:
        self.connection.receive_eof()
        if self.state is not OPEN:
            self._lose(ZMQError(ECONNRESET))
            return
        self._watch(0)
        self._move(DRAINING)
        self._decode()

    # -- writing -------------------------------------------------------------------------------

    def flush(self) -> None:
        """Write what the socket has pushed, as far as the stream takes it."""
        self._queued = False
        if self.state is CLOSED:
            return
        try:
            self._flush()
        except FATAL as error:
            self._fail(error)

    def on_flushed(self) -> None:
        """The flusher may have written; more may follow."""
        self.adopt()
        if self._queued and not self._outbox.unsent:
            self._tail.wait()

    def adopt(self) -> None:
        """Take note of what the flusher has written."""
        written = self._tail.adopt()
        if written is None:
            return
        assert self.pipe is not None
        messages, octets, begun, sent, left = written
        self._outbox.total += octets
        if messages:
            take(self.pipe, messages)
        if left:
            self._outbox.keep(left, sent)
            self._batch = begun
            self._watch(self._interest | WRITABLE)
            self._confirm_written()

    def _flush(self) -> None:
        self.adopt()
        pipe = self.pipe
        if self._outbox.unsent or pipe is None or self._broken:
            return
        queue = pipe.inbound
        items = queue.items
        encode = self.connection.encode
        while items:
            buffers, octets, self._batch = encode(items, self._budget.size)
            self._outbox.sent = 0
            if items.maxlen is not None:  # conflates: a newer message may replace one that is being written
                self._confirm()
                self.begun = 1
            if not self._write(buffers, octets):
                self._budget.fit(0)
                return
            self.begun = 0
            self._confirm()
            self._budget.fit(octets)
        queue.idle = True
        if self._finishing:
            self._part()

    def _confirm(self) -> None:
        """Take the messages of a written batch off the pipe."""
        assert self.pipe is not None
        take(self.pipe, self._batch)
        self._batch = 0

    def _write(self, buffers: list[Octets], octets: int) -> bool:
        """Write buffers; what the stream does not take at once is kept. True if it took all."""
        try:
            if self._outbox.write(buffers, octets):
                return True
        except ZMQError:
            self._break()
        else:
            self._watch(self._interest | WRITABLE)
            self._confirm_written()
        return False

    def _confirm_written(self) -> None:
        """Take off the pipe the messages of the present batch that are written as a whole."""
        outbox, pipe = self._outbox, self.pipe
        if pipe is not None:
            written, octets = whole(self.connection, pipe.inbound.items, self._batch, outbox.sent)
            take(pipe, written)
            self._batch -= written
            outbox.sent -= octets

    def _continue_writing(self) -> None:
        try:
            if not self._outbox.resume():
                self._confirm_written()
                return
        except ZMQError:
            self._break()
            return
        self._watch(self._interest & ~WRITABLE)
        self.begun = 0
        if self._batch:
            self._confirm()
        if self.connection.has_data_to_send:
            self._flush_control()
        self._flush()

    def _flush_control(self) -> None:
        """Write what the connection itself has to say; it waits for the end of a batch that is under way."""
        self.adopt()
        if self._outbox.unsent or self._broken:
            return
        data = self.connection.data_to_send()
        if not data or self._write([data], len(data)):
            self.on_flushed()

    def _break(self) -> None:
        # END-2: a failed write is no reason to lose what the peer sent before it left.
        self._broken = True
        self._watch(self._interest & ~WRITABLE)
        if self._finishing:
            raise ZMQError(ECONNRESET)

    # -- the end -------------------------------------------------------------------------------

    @property
    def octets_out(self) -> int:
        """Octets written so far."""
        return self._outbox.total

    @property
    def has_unsent(self) -> bool:
        """Whether something the socket sent is not written yet."""
        if self._broken:
            return False
        return bool(self._outbox.unsent) or (self.pipe is not None and self.pipe.has_messages)

    def finish(self) -> None:
        """Write what is left, and close when the peer has it."""
        self._finishing = True
        if self.state is HANDSHAKE:
            if not self.owner.unsent:
                self._lose(None)
        elif not self.has_unsent:
            self._part()
        elif self.pipe is not None:
            self.on_readable(self.pipe)

    def _part(self) -> None:
        if self.state is PARTING:
            return
        if self._broken or not self.stream.in_flight:
            self._lose(None)  # there is nothing that a reset could take back
            return
        self._disarm()
        self._move(PARTING)
        self.errand = parting = Parting(self.core, self.stream, partial(self._lose, None))
        try:
            parting.start()
        except ZMQError:
            self._lose(None)

    def close(self) -> None:
        """Drop the connection at once; the owner is not told."""
        if self.state is not CLOSED:
            self._teardown()

    def _lose(self, error: Exception | None) -> None:
        if self.state is CLOSED:
            return
        fd = self.stream.fileno()
        self.adopt()
        self._forget_begun()
        was_ready = self.state is not HANDSHAKE
        self._teardown()
        events.report_lost(self.core, self, fd, error, was_ready)
        self.owner.on_link_lost(self, error)

    def _teardown(self) -> None:
        self.adopt()
        self._tail.close()
        self._move(CLOSED)
        self._disarm()
        if self.errand is not None:
            self.errand.cancel()
            self.errand = None
        self.stream.close()
        self._outbox.unsent = []
        self.core.lost += self.begun
        self.begun = 0

    def _disarm(self) -> None:
        self._watch(0)
        if self._timer is not None:
            self._timer.cancel()

    def _forget_begun(self) -> None:
        """Take off the pipe what was begun: it may have arrived, so it is not sent again."""
        if self.pipe is None or not self._batch:
            return
        self._confirm_written()
        self._batch = int(self._outbox.sent > 0)
        self.core.lost += self._batch
        self._confirm()

    def _move(self, state: LinkState) -> None:
        assert state in STATES[self.state] or state is self.state, (self.state, state)
        self.state = state

    def _watch(self, interest: int) -> None:
        """Ask the poller for exactly this; nothing at all is a hang-up not reported over and over."""
        if interest == self._interest:
            return
        poller, fd = self.core.poller, self.stream.fileno()
        if not self._interest:
            poller.register(fd, interest, self)
        elif interest:
            poller.modify(fd, interest)
        else:
            poller.unregister(fd)
        self._interest = interest

    def _rest(self, now: float) -> None:
        """Look again at a peer that is not read at the moment."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.core.timers.schedule(now + DEAF_TIME, self._on_timer)

    def _arm(self) -> None:
        """Keep one timer for whatever the connection waits for next."""
        if self.state is CLOSED:
            return
        deadline = self.connection.next_timeout()
        timer = self._timer
        if timer is not None:
            if deadline is not None and timer.deadline <= deadline:
                return  # it will fire early, find nothing to do and arm itself again
            timer.cancel()
        self._timer = None if deadline is None else self.core.timers.schedule(deadline, self._on_timer)
