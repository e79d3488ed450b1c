from zerowire.patterns.xpub cimport XPub


cdef class Pub(XPub):
    pass
