# cython: language_level=3, boundscheck=False, wraparound=False
"""Many datagrams out of a socket in one call, where the system can do that."""

from __future__ import annotations

from contextlib import suppress

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdlib cimport calloc, free

cdef extern from *:
    """
    #define ZW_MOST 32
    #define ZW_LARGEST 65536
    #define ZW_STRIDE (ZW_LARGEST + 2112)  /* so that beginnings do not share lines of the caches */
    #if defined(__linux__)
    #ifndef _GNU_SOURCE
    #define _GNU_SOURCE
    #endif
    #include <arpa/inet.h>
    #include <netinet/in.h>
    #include <sys/socket.h>

    #define ZW_HAS_MANY 1
    typedef struct {
        struct mmsghdr headers[ZW_MOST];
        struct iovec pieces[ZW_MOST];
        struct sockaddr_in6 places[ZW_MOST];
        char controls[ZW_MOST][64];
        char memory[ZW_MOST][ZW_STRIDE];
    } zw_inbox;

    static int zw_receive(zw_inbox *box, int fd) {
        int place;
        for (place = 0; place < ZW_MOST; place++) {
            struct msghdr *header = &box->headers[place].msg_hdr;
            box->pieces[place].iov_base = box->memory[place];
            box->pieces[place].iov_len = ZW_LARGEST;
            header->msg_iov = &box->pieces[place];
            header->msg_iovlen = 1;
            header->msg_name = &box->places[place];
            header->msg_namelen = sizeof box->places[place];
            header->msg_control = box->controls[place];
            header->msg_controllen = sizeof box->controls[place];
        }
        return recvmmsg(fd, box->headers, ZW_MOST, MSG_DONTWAIT, NULL);
    }

    /* The size of the datagrams that came as one, 0 if it is one. */
    static int zw_segment(zw_inbox *box, int place) {
        struct msghdr *header = &box->headers[place].msg_hdr;
        struct cmsghdr *said = CMSG_FIRSTHDR(header);
        int size = 0;
        if (said && said->cmsg_level == 17 && said->cmsg_type == 104)  /* UDP_GRO */
            memcpy(&size, CMSG_DATA(said), sizeof size);
        return size > 0 ? size : 0;
    }

    static const char *zw_place(zw_inbox *box, int place, char *text, size_t room) {
        struct sockaddr_in6 *six = &box->places[place];
        void *address = six->sin6_family == AF_INET6 ? (void *)&six->sin6_addr
                                                     : (void *)&((struct sockaddr_in *)six)->sin_addr;
        return inet_ntop(six->sin6_family, address, text, room);
    }

    static int zw_is_same(zw_inbox *box, int one, int other) {
        return memcmp(&box->places[one], &box->places[other], box->headers[one].msg_hdr.msg_namelen) == 0;
    }

    #define ZW_OCTETS(box, place) ((box)->memory[place])
    #define ZW_SIZE(box, place) ((Py_ssize_t)(box)->headers[place].msg_len)
    #else
    #define ZW_HAS_MANY 0
    typedef struct { int nothing; } zw_inbox;
    #define zw_receive(box, fd) (-1)
    #define zw_segment(box, place) 0
    #define zw_place(box, place, text, room) NULL
    #define zw_is_same(box, one, other) 0
    #define ZW_OCTETS(box, place) ""
    #define ZW_SIZE(box, place) ((Py_ssize_t)0)
    #endif
    """
    enum:
        ZW_MOST
        ZW_LARGEST
        ZW_HAS_MANY
    ctypedef struct zw_inbox:
        pass
    int zw_receive(zw_inbox *box, int fd) nogil
    int zw_segment(zw_inbox *box, int place) nogil
    const char *zw_place(zw_inbox *box, int place, char *text, size_t room) nogil
    bint zw_is_same(zw_inbox *box, int one, int other) nogil
    const char *ZW_OCTETS(zw_inbox *box, int place) nogil
    Py_ssize_t ZW_SIZE(zw_inbox *box, int place) nogil

LARGEST = ZW_LARGEST
MOST = ZW_MOST
SOL_UDP, UDP_GRO = 17, 104


cdef class Inbox:
    """Takes datagrams out of a socket."""

    cdef zw_inbox *_box
    cdef bint _header
    cdef object _socket

    def __cinit__(self, sock, *, has_header):
        self._box = <zw_inbox *>calloc(1, sizeof(zw_inbox))  # of which only what is used takes memory
        if not self._box:
            raise MemoryError
        self._socket = sock
        self._header = has_header
        with suppress(OSError):  # Linux, and UDP, alone: datagrams that came together are one
            sock.setsockopt(SOL_UDP, UDP_GRO, 1)

    def __dealloc__(self):
        free(self._box)

    cpdef list receive(self):
        """Return what has come, MOST times at most, each time with the address that it came from."""
        cdef int fd = self._socket.fileno(), count, each
        cdef list found = [], packets = None
        if not ZW_HAS_MANY:
            return self._receive_one_by_one()
        if fd < 0:
            return found
        with nogil:
            count = zw_receive(self._box, fd)
        for each in range(count):
            if not each or not zw_is_same(self._box, each, each - 1):
                packets = []
                found.append((packets, self._place(each)))
            self._take(each, packets)
        return found

    cdef _take(self, int each, list packets):
        cdef const char *octets = ZW_OCTETS(self._box, each)
        cdef Py_ssize_t size = ZW_SIZE(self._box, each), segment = zw_segment(self._box, each), place = 0
        if self._header:
            place = min(size, 4 * (octets[0] & 15))
        if not segment:
            segment = size
        while True:
            packets.append(PyBytes_FromStringAndSize(octets + place, min(segment, size - place)))
            place += segment
            if place >= size:
                return

    cdef str _place(self, int each):
        cdef char text[64]
        cdef const char *place = zw_place(self._box, each, text, sizeof(text))
        return place.decode() if place else ""

    def _receive_one_by_one(self):
        found = []
        for _ in range(MOST):
            try:
                octets, address = self._socket.recvfrom(LARGEST)
            except OSError:
                break
            found.append(([octets[4 * (octets[0] & 15):] if self._header else octets], address[0]))
        return found
