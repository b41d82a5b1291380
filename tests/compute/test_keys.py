"""Keys of a scheduler: for its person alone, gone with it, found by its address."""

import json
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

from distributed.security import Security

from workbench.compute import keys


def test_the_keys_of_a_scheduler_are_in_files_of_its_person_alone_and_go_with_it(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    address, security = "tls://127.0.0.1:41234", Security.temporary()
    keys.keep_keys(address, security)
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert file.stat().st_mode & 0o777 == 0o600
    for folder in (file.parent, file.parent.parent):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert keys.keys_for(address) is security
    monkeypatch.setattr(keys, "_OWN", {})  # another process
    assert keys.keys_for(address).tls_client_key == security.tls_client_key
    monkeypatch.setattr(keys, "_OWN", {address: security})
    keys.forget_keys(address)
    assert not file.exists()
    assert keys.keys_for(address) is None


def test_keys_of_a_process_that_was_killed_are_thrown_away(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    security = Security.temporary()
    monkeypatch.setattr(keys, "_OWN", {})
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    scratch = Path(keys.scratch_folder())
    keys.keep_keys("tls://127.0.0.1:41234", security, str(scratch))
    (file,) = tmp_path.rglob("*.json")
    known = json.loads(file.read_text())
    file.write_text(json.dumps({**known, "process": [known["process"][0], 1.0]}))  # its number has come again
    keys.keep_keys("tls://127.0.0.1:41235", security)
    assert [path.name for path in tmp_path.rglob("*.json")] == ["41235.json"]
    assert not scratch.exists()


def test_a_file_of_another_address_or_of_something_else_is_no_key(tmp_path, monkeypatch):
    monkeypatch.setattr(keys, "_OWN", {})
    file = tmp_path / "keys.json"
    monkeypatch.setenv(keys.KEYS_VARIABLE, str(file))
    monkeypatch.setattr(keys, "_file", lambda _address: tmp_path / "none.json")
    known = {"address": "tls://127.0.0.1:1", "certificate": "c", "key": "k"}
    file.write_text(json.dumps(known))
    monkeypatch.setattr(keys, "_security", lambda certificate, key: (certificate, key))
    assert keys.keys_for("tls://127.0.0.1:1") == ("c", "k")
    assert keys.keys_for("tls://127.0.0.1:2") is None
    assert keys.keys_for("tcp://127.0.0.1:1") is None
    for text in ("", "[]", json.dumps({"address": known["address"], "key": "k"})):
        file.write_text(text)
        assert keys.keys_for("tls://127.0.0.1:1") is None


def test_a_file_of_keys_is_written_anew_and_a_link_is_not_followed(tmp_path):
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "keys.json").symlink_to(tmp_path / "victim")
    security = SimpleNamespace(tls_client_cert="c", tls_client_key="k")
    keys.write_keys(tmp_path / "keys.json", "tls://127.0.0.1:1", security, "scratch")
    assert (tmp_path / "victim").read_text() == "mine"
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    known = json.loads((tmp_path / "keys.json").read_text())
    assert (known["process"][0], known["scratch"]) == (os.getpid(), "scratch")
    assert keys._lives(known["process"])
    assert not keys._lives([os.getpid(), known["process"][1] + 5])  # its number has come again
    assert not keys._lives(None)
