"""Log records as messages: handlers publish them, `python -m zerowire.log` shows them."""
