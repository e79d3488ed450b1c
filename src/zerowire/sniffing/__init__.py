"""What two peers say to each other, read by a third.

    capture       packets in a file that tcpdump or Wireshark has written (pcap, pcapng)
    packet        what a packet carries: TCP, or PGM
    reassembly    octets in order, of segments that are repeated, out of order or lost
    conversation  what these octets say: greetings, commands, messages
    groups        what publishers say to groups by PGM
    sniffer       all of that, for a whole capture
    tap           octets that pass through us, between a listener and a target
    words         what was seen, as text and as JSON
    foreign       what a stream is that is no ZMTP

Only tap does I/O. Nothing that a capture holds raises anything but NotACapture.
"""

from __future__ import annotations

from zerowire.sniffing.capture import Capture, NotACapture
from zerowire.sniffing.conversation import Conversation
from zerowire.sniffing.seen import Seen
from zerowire.sniffing.sniffer import Sniffer
from zerowire.sniffing.tap import Tap

__all__ = ["Capture", "Conversation", "NotACapture", "Seen", "Sniffer", "Tap"]
