"""A folder for PYTHONPATH, not a package: Python runs its sitecustomize, and finds a pyzmq in it."""
