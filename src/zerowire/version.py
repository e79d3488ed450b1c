"""Which release of ZeroWire this is."""

__version__ = "0.1.0.dev0"
__revision__ = ""  # of the source, where a build knows it
