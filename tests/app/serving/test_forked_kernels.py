"""Kernels that are forked: what they have imported, and that they begin, are stopped and end as any kernel."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from multiprocessing import forkserver

import psutil
import pytest
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import LocalProvisioner

from workbench.app.serving import forked_kernels
from workbench.app.serving.serve import write_kernelspec

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only"),
]
READY = 120
SERVES = """
import os, signal, sys, time
from pathlib import Path
from jupyter_client.manager import KernelManager
from workbench.app.serving.serve import write_kernelspec

if __name__ == "__main__":
    write_kernelspec(Path(sys.argv[1]), forked=True)
    os.environ["JUPYTER_PATH"] = sys.argv[1]
    kernel = KernelManager(kernel_name="python3")
    kernel.start_kernel()
    kernel.client().start_channels()
    print(kernel.provisioner.pid, flush=True)
    if sys.argv[2] == "waits":
        signal.pause()
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    forkserver._forkserver._stop()  # what another test may have begun has imported other things
    folder = tmp_path_factory.mktemp("kernel")
    write_kernelspec(folder, forked=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder))
        manager = KernelManager(kernel_name="python3")
        manager.start_kernel(env={**os.environ, "OF_THE_PAGE": "yes"}, cwd=str(folder))
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=READY)
    yield manager, client, folder
    process = psutil.Process(manager.provisioner.pid)
    client.stop_channels()
    manager.shutdown_kernel()
    process.wait(READY)
    assert not manager.is_alive()


def told(client, expression):
    """What an expression is in the kernel."""
    reply = client.execute("", user_expressions={"it": expression}, reply=True, timeout=READY)
    it = reply["content"]["user_expressions"]["it"]
    assert it["status"] == "ok", it
    return eval(it["data"]["text/plain"])


def test_the_page_is_imported_before_the_first_line(kernel):
    _, client, folder = kernel
    looks = (
        "[name in __import__('sys').modules for name in ('workbench.app.workbench', 'distributed', 'torch')]"
    )
    assert told(client, looks) == [True, True, False]
    assert told(client, "__import__('os').environ['OF_THE_PAGE']") == "yes"
    assert told(client, "__import__('os').getcwd()") == str(folder)
    assert told(client, "__import__('multiprocessing').get_start_method()") == "fork"  # as in any Python
    assert told(client, "__import__('multiprocessing').current_process().daemon") is False


def test_a_browser_can_ask_for_all_widgets_at_once(kernel):
    _, client, _ = kernel
    targets = told(client, "sorted(get_ipython().kernel.comm_manager.targets)")
    assert {"jupyter.widget", "jupyter.widget.control"} <= {*targets}


def test_it_is_interrupted_as_any_kernel(kernel):
    manager, client, _ = kernel
    client.execute("print('at work', flush=True)\nimport time\ntime.sleep(600)")
    while client.get_iopub_msg(timeout=READY)["msg_type"] != "stream":
        pass
    manager.interrupt_kernel()
    reply = client.get_shell_msg(timeout=READY)
    assert reply["content"]["ename"] == "KeyboardInterrupt"


@pytest.mark.parametrize("end", ["is killed", "forgets it"])
def test_it_ends_with_its_server(tmp_path, end):
    script = tmp_path / "serves.py"
    script.write_text(SERVES)
    server = subprocess.Popen(
        [sys.executable, script, tmp_path / "kernels", "waits" if end == "is killed" else "ends"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    kernel = int(server.stdout.readline())
    if end == "is killed":
        server.kill()
    said, _ = server.communicate()  # whoever is forked has its end of the line, too
    assert said == ""
    with suppress(psutil.NoSuchProcess):
        psutil.Process(kernel).wait(READY)


def test_a_kernel_of_something_else_begins_as_jupyter_begins_it(monkeypatch):
    begun = []

    async def launch(_self, command, **how):
        begun.append((command, how))
        return {}

    monkeypatch.setattr(LocalProvisioner, "launch_kernel", launch)
    provisioner = forked_kernels.ForkedKernel(kernel_id="1", kernel_spec=None)
    for command in (
        ["R", "--slave"],
        [sys.executable, "-m", "other"],
        ["/usr/bin/python3", *forked_kernels.LAUNCHER],
    ):
        with pytest.raises(StopIteration) as ended:  # it waits for nothing
            provisioner.launch_kernel(command, env={}).send(None)
        assert ended.value.value == {}
        assert begun.pop() == (command, {"env": {}})


def test_how_a_kernel_ended_is_told(tmp_path):
    arguments = ["-f", str(tmp_path / "kernel.json")]
    process = forked_kernels.KernelProcess(arguments, dict(os.environ), str(tmp_path))
    assert process.poll() is None
    process.kill()
    assert process.wait() == process.poll() == -signal.SIGKILL
    process.terminate()  # what has ended is left alone


def test_the_kernelspec_asks_for_it_where_it_is_wanted(tmp_path):
    for forked in (False, True):
        write_kernelspec(tmp_path / str(forked), forked)
        spec = json.loads((tmp_path / str(forked) / "kernels" / "python3" / "kernel.json").read_text())
        assert (spec["metadata"].get("kernel_provisioner") is not None) is forked
