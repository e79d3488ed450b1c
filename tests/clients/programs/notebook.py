"""Drive a Jupyter kernel: execute, interrupt, restart. Written for pyzmq, as jupyter_client is."""

from __future__ import annotations

from typing import Any

import zmq
from jupyter_client.manager import start_new_kernel

PATIENCE = 30  # seconds


def execute(client: Any, code: str) -> str:
    """Run code in the kernel; return what it printed."""
    asked = client.execute(code)
    printed = ""
    while True:
        message = client.get_iopub_msg(timeout=PATIENCE)
        if message["parent_header"].get("msg_id") != asked:
            continue
        if message["msg_type"] == "stream":
            printed += message["content"]["text"]
        elif message["content"].get("execution_state") == "idle":
            break
    content = reply_to(client, asked)
    assert content["status"] == "ok", content
    return printed.strip()


def interrupt(manager: Any, client: Any) -> str:
    """Interrupt code that would run for long; return how it ended."""
    request = client.execute("import time\nprint('asleep', flush=True)\nwhile True: time.sleep(0.01)")
    while client.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "stream":
        pass
    manager.interrupt_kernel()
    return str(reply_to(client, request)["ename"])


def reply_to(client: Any, request: str) -> Any:
    """Return what a reply says; on a slow machine late ones of wait_for_ready() come before it."""
    while (reply := client.get_shell_msg(timeout=PATIENCE))["parent_header"]["msg_id"] != request:
        pass
    return reply["content"]


def main() -> None:
    """Say what happened, a line each."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        print("client:", zmq.Socket.__module__)
        print("kernel:", execute(client, "import zmq; print(zmq.Socket.__module__)"))
        print("executed:", execute(client, "print(6 * 7)"))
        print("interrupted:", interrupt(manager, client))
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=PATIENCE)
        print("restarted:", execute(client, "print('anew')"))
        big = execute(client, "print('x' * 200_000)")
        print("large:", len(big))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
