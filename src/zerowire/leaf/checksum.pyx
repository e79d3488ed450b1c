# cython: language_level=3, boundscheck=False, wraparound=False
"""The checksum of the Internet protocols (RFC 1071)."""

from __future__ import annotations

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
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


def checksum(bytes octets) -> int:
    """Return the checksum of octets whose own field is zero: never 0, which means that there is none."""
    cdef const char *data = PyBytes_AS_STRING(octets)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(octets), place = 0
    cdef uint64_t sum = 0
    cdef uint32_t word
    while place + 4 <= size:
        memcpy(&word, data + place, 4)
        sum += word
        place += 4
    if place < size:
        word = 0
        memcpy(&word, data + place, size - place)
        sum += word
    while sum > 0xFFFF:
        sum = (sum & 0xFFFF) + (sum >> 16)
    sum = 0xFFFF - ZW_IN_ORDER(sum)
    return sum if sum else 0xFFFF
