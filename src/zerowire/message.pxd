cimport cython


cpdef list frames_of(message)
cpdef message_of(list frames)
cpdef first_frame(message)
@cython.locals(size=Py_ssize_t)
cpdef Py_ssize_t size_of(message) except -1
cpdef octets_of(part)
