"""Messages in a file that survives a crash.

    with Recorder("orders.zwr") as recorder:
        recorder.append([b"order", b"7"], peer="tcp://10.0.0.7:41422")

    with Recording("orders.zwr") as recording:
        for entry in recording:
            print(entry.time, entry.frames)

recorder writes such a file, reader reads it, format says what its octets are, pace says when
each message is due if they are sent again. The command has `zerowire record` and `zerowire replay`.
"""

from __future__ import annotations

from zerowire.recording.format import Direction, Entry, NotARecording
from zerowire.recording.pace import schedule
from zerowire.recording.reader import Recording
from zerowire.recording.recorder import Recorder

__all__ = ["Direction", "Entry", "NotARecording", "Recorder", "Recording", "schedule"]
