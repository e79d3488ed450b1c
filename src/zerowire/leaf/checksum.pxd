cpdef int checksum(bytes octets) except -1
cpdef bytes joined(bytes head, bytes data, Py_ssize_t place)
