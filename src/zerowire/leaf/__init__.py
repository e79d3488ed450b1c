"""What exists twice: as plain Python, and as C that moves octets and references without it.

Each module here is a .py file and a .pyx file of the same name with the same meaning; the
second one, compiled, is preferred where it was built. Everything else in the package has
one source. Whatever can live elsewhere does.
"""
