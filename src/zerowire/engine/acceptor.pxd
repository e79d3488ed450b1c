from zerowire.engine.link cimport Link
from zerowire.engine.linked_peer cimport LinkedPeer


cdef class Acceptor:
    cdef readonly object core
    cdef readonly object listener
    cdef readonly object settings
    cdef readonly object endpoint
    cdef readonly object unsent
    cdef object _config
    cdef object _doorman
    cdef object _timer

    cdef _accept(self, list newcomers)
    cdef Link _welcome(self, stream)


cdef class Guest(LinkedPeer):
    cdef public object doorman
