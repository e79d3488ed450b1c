"""What programs that were written for pyzmq look for, and ZeroWire has under other names.

    layout      which modules and names of pyzmq are what here
    modules     gives those modules to Python's import
    site        the folder that `zerowire run` puts on the path: it makes `zmq` ZeroWire

The rest of the package are modules that only pyzmq's layout has.
"""
