"""Security mechanisms: what follows the greeting of ZMTP 3.

base     what a connection asks of one; start here
null     authenticates nobody
plain    a user name and a password
curve    keys, and encryption
turns    whose turn it is, in the latter two
gssapi   tickets of a third party; gssapi_messages is what it makes of traffic
boxes    the encryption that curve needs; curve_messages is what it makes of traffic
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerowire._later import later

if TYPE_CHECKING:
    from zerowire.zmtp.mechanism import boxes as boxes
    from zerowire.zmtp.mechanism import curve as curve
    from zerowire.zmtp.mechanism import gssapi as gssapi
    from zerowire.zmtp.mechanism import plain as plain
else:
    __getattr__ = later(__name__, "boxes", "curve", "gssapi", "plain")
