"""Helpers under the import paths that pyzmq has."""
