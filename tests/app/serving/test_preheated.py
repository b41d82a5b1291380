"""A kernel of the pool waits for a browser; any other does not."""

import asyncio
import json
import os
import threading

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler

from workbench.app.serving.preheated import wait_for_request

REQUEST = {"SERVER_SOFTWARE": "voila/0.5", "QUERY_STRING": "a=1"}


class Server:
    """What Voila does for the kernels of its pool: it says under a kernel's id what was asked for."""

    def __init__(self):
        self.asked = threading.Event()
        self.connected = threading.Event()
        self.listener, self.port = bind_unused_port()
        self._ended = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()))

    async def _serve(self):
        outer = self

        class Query(WebSocketHandler):
            def open(self, kernel):
                outer.connected.set()
                outer.kernel = kernel
                asyncio.get_running_loop().run_in_executor(None, self._tell, asyncio.get_running_loop())

            def _tell(self, loop):
                outer.asked.wait()
                loop.call_soon_threadsafe(self.write_message, json.dumps(REQUEST))

        server = HTTPServer(Application([(r"/voila/query/(.*)", Query)]))
        server.add_sockets([self.listener])
        await self._ended.wait()
        server.stop()
        await server.close_all_connections()

    def start(self):
        self._thread.start()

    def close(self):
        self.asked.set()
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def server(monkeypatch):
    made = Server()
    monkeypatch.setenv("VOILA_APP_PORT", str(made.port))
    monkeypatch.setenv("VOILA_SERVER_URL", "/")
    monkeypatch.setenv("VOILA_KERNEL_ID", "k-1")
    for name in REQUEST:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(name, "")  # so that what is set comes off again
    yield made
    made.close()


def test_a_kernel_of_the_pool_waits_and_takes_over_what_was_asked_for(server, monkeypatch):
    monkeypatch.setenv("VOILA_PREHEAT", "True")
    kernel = threading.Thread(target=wait_for_request)
    kernel.start()
    server.start()  # later than the kernel, as Voila listens after it has begun to fill its pool
    assert server.connected.wait(60)
    assert server.kernel == "k-1"
    assert kernel.is_alive()
    server.asked.set()
    kernel.join(60)
    assert {name: os.environ[name] for name in REQUEST} == REQUEST
    wait_for_request()  # a second widget of the same kernel does not wait
    assert "VOILA_PREHEAT" not in os.environ


@pytest.mark.parametrize("value", [None, "False"])
def test_any_other_kernel_does_not_wait(server, monkeypatch, value):
    server.start()
    monkeypatch.delenv("VOILA_PREHEAT", raising=False)
    if value:
        monkeypatch.setenv("VOILA_PREHEAT", value)
    wait_for_request()
    assert os.environ["SERVER_SOFTWARE"] == ""
    assert not server.connected.is_set()
