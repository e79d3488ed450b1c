# cython: language_level=3, boundscheck=False, wraparound=False
"""The checksum of the Internet protocols (RFC 1071)."""

from __future__ import annotations

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memcpy

cdef extern from *:
    """
    #if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    #define ZW_IN_ORDER(sum) (sum)
    #else
    #define ZW_IN_ORDER(sum) ((((sum) & 0xFF) << 8) | ((sum) >> 8))
    #endif
    """
    uint64_t ZW_IN_ORDER(uint64_t sum) nogil  # of 16-bit words as they lie in memory


cdef uint64_t sum_of(const char *data, Py_ssize_t size) noexcept nogil:
    """Return the checksum of octets."""
    cdef Py_ssize_t place = 0
    cdef uint64_t sum = 0, other = 0
    cdef uint32_t words[2]
    while place + 8 <= size:
        memcpy(words, data + place, 8)
        sum += words[0]
        other += words[1]
        place += 8
    sum += other
    while place < size:
        words[0] = 0
        memcpy(words, data + place, min(4, size - place))
        sum += words[0]
        place += 4
    while sum > 0xFFFF:
        sum = (sum & 0xFFFF) + (sum >> 16)
    sum = 0xFFFF - ZW_IN_ORDER(sum)
    return sum if sum else 0xFFFF


cpdef int checksum(bytes octets) except -1:
    """Return the checksum of octets whose own field is zero: never 0, which means that there is none."""
    return <int>sum_of(PyBytes_AS_STRING(octets), PyBytes_GET_SIZE(octets))


cpdef bytes joined(bytes head, bytes data, Py_ssize_t place):
    """Return octets behind each other, with the checksum of all at a place of the head that is zero."""
    cdef Py_ssize_t before = PyBytes_GET_SIZE(head), behind = PyBytes_GET_SIZE(data)
    if not 0 <= place <= before - 2:
        raise ValueError(f"no place for a checksum at octet {place} of {before}")
    whole = PyBytes_FromStringAndSize(NULL, before + behind)
    cdef char *octets = PyBytes_AS_STRING(whole)
    memcpy(octets, PyBytes_AS_STRING(head), before)
    memcpy(octets + before, PyBytes_AS_STRING(data), behind)
    cdef uint64_t sum = sum_of(octets, before + behind)
    octets[place] = <char>(sum >> 8)
    octets[place + 1] = <char>(sum & 0xFF)
    return whole
