from zerowire.leaf.seal cimport Seal
from zerowire.zmtp.mechanism.base cimport Traffic


cdef class CurveMessages(Traffic):
    cdef public Seal _seal
