"""The socket types: each a page that combines the strategies of routing.

Read base.py for what a socket type must provide, then push.py and req.py.
May import: routing, options, message, error, constants.
"""
