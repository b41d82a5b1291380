"""Kernels that `workbench serve` starts before anybody asks for a page: they import, then wait for a request."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from typing import Any

PREHEAT_VARIABLE = "VOILA_PREHEAT"
"""Set by Voila to ``True`` in a kernel of its pool."""
RETRY_SECONDS = 0.2


def wait_for_request() -> None:
    """Wait until a browser asks for the page, then take what Voila says of the request into the environment.

    Returns at once where the kernel is not one of Voila's pool.
    """
    if os.environ.pop(PREHEAT_VARIABLE, "False") != "True":
        return
    address = (
        f"ws://127.0.0.1:{os.environ['VOILA_APP_PORT']}"
        f"{os.environ['VOILA_SERVER_URL']}voila/query/{os.environ['VOILA_KERNEL_ID']}"
    )
    request: dict[str, str] = {}
    # a thread, since the kernel's own loop runs in this one; a kernel that is ended does not wait for it
    waiting = threading.Thread(target=lambda: request.update(asyncio.run(_request(address))), daemon=True)
    waiting.start()
    try:
        waiting.join()
    except KeyboardInterrupt:
        os._exit(0)  # the server ends; nobody has seen this kernel
    os.environ.update(request)


async def _request(address: str) -> dict[str, Any]:
    """Return the environment of the request; the server may not listen yet, for it starts its pool first."""
    from tornado.websocket import websocket_connect

    while True:
        try:
            connection = await websocket_connect(address)
        except OSError:
            await asyncio.sleep(RETRY_SECONDS)
            continue
        message = await connection.read_message()
        connection.close()
        told: dict[str, Any] = json.loads(message) if message else {}  # none: the server ends
        return told
