from zerowire.api.parts cimport bytes_of, check_parts, make_frame, make_part, part_bytes
from zerowire.engine.socket cimport SocketCore
from zerowire.message cimport frames_of, message_of


cdef class Messaging:
    cdef public SocketCore _core

    cdef _send_timeout(self, flags)
    cdef _send_part(self, part, flags, timeout)
    cdef tuple _receive(self, flags)
    cdef _metadata(self)
    cdef _wait_for_message(self, flags)
