"""Security mechanisms: what follows the greeting of ZMTP 3.

base says what a connection asks of one. null authenticates nobody.
"""
