"""Security mechanisms: what follows the greeting of ZMTP 3.

base     what a connection asks of one; start here
null     authenticates nobody
plain    a user name and a password
curve    keys, and encryption: sealed.py beside this folder is the traffic behind it
turns    whose turn it is, in the latter two
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerowire._later import later

if TYPE_CHECKING:
    from zerowire.zmtp.mechanism import curve as curve
    from zerowire.zmtp.mechanism import plain as plain
else:
    __getattr__ = later(__name__, "curve", "plain")
