"""7.9: keys in files; pyzmq reads ours, and we read those of pyzmq."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import zmq.auth

from tests.auth.conftest import write_key
from zerowire import curve_public
from zerowire.auth import create_certificates, load_certificate, load_certificates


def mode_of(path: str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_a_pair_of_keys_becomes_two_files(tmp_path: Path) -> None:
    public, secret = create_certificates(tmp_path, "joe", {"email": "joe@example.org"})
    assert (public, secret) == (str(tmp_path / "joe.key"), str(tmp_path / "joe.key_secret"))
    public_key, nothing = load_certificate(public)
    assert nothing is None
    assert load_certificate(Path(secret))[0] == public_key
    assert curve_public(load_certificate(secret)[1] or b"") == public_key
    assert "    email = joe@example.org\n" in Path(secret).read_text()
    assert "email" not in Path(public).read_text()
    assert sorted(os.listdir(tmp_path)) == ["joe.key", "joe.key_secret"]


def test_pyzmq_reads_our_files(tmp_path: Path) -> None:
    public, secret = create_certificates(str(tmp_path), "joe", {"name": "Joé"})
    assert zmq.auth.load_certificate(public) == load_certificate(public)
    assert zmq.auth.load_certificate(secret) == load_certificate(secret)
    assert zmq.auth.load_certificates(tmp_path) == load_certificates(tmp_path)


def test_we_read_the_files_of_pyzmq(tmp_path: Path) -> None:
    public, secret = zmq.auth.create_certificates(tmp_path, "joe", {"name": "Joé"})
    assert load_certificate(public) == zmq.auth.load_certificate(public)
    assert load_certificate(secret) == zmq.auth.load_certificate(secret)


def test_a_secret_is_its_owners_alone(tmp_path: Path) -> None:
    """Even where a file was that others could read."""
    (tmp_path / "joe.key_secret").touch(0o666)
    (tmp_path / "joe.key_secret").chmod(0o666)
    before = os.umask(0o022)
    try:
        public, secret = create_certificates(tmp_path, "joe")
    finally:
        os.umask(before)
    assert (mode_of(public), mode_of(secret)) == (0o644, 0o600)


def test_each_pair_is_another(tmp_path: Path) -> None:
    for name in ("joe", "ann", "joe"):
        create_certificates(tmp_path, name)
    assert len(load_certificates(tmp_path)) == 2


@pytest.mark.parametrize("metadata", [{"a": "b\nc"}, {"a\r": "b"}, {"public-key": "x"}, {" secret-key": "x"}])
def test_metadata_cannot_pass_for_keys(metadata: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one line each, and no keys"):
        create_certificates(tmp_path, "joe", metadata)
    assert os.listdir(tmp_path) == []


def test_a_file_that_cannot_be_put_in_its_place_is_removed(tmp_path: Path) -> None:
    (tmp_path / "joe.key_secret").mkdir()
    with pytest.raises(OSError, match=r"joe\.key_secret"):
        create_certificates(tmp_path, "joe")
    assert os.listdir(tmp_path) == ["joe.key_secret"]


def test_threads_may_write_one_name_at_once(tmp_path: Path) -> None:
    """The last to come wins; nobody meets the unfinished file of another, or of one that has died."""
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: create_certificates(tmp_path, "joe"), range(40)))
    assert sorted(os.listdir(tmp_path)) == ["joe.key", "joe.key_secret"]


def test_a_folder_has_the_keys_of_its_public_files(tmp_path: Path) -> None:
    joe, ann = write_key(tmp_path, "joe"), write_key(tmp_path, "ann")
    (tmp_path / "notes.txt").write_text("nothing")
    assert load_certificates(tmp_path) == {joe: True, ann: True}
    (tmp_path / "bad.key").write_text("nothing")
    with pytest.raises(ValueError, match=r"no public key in .*bad\.key"):
        load_certificates(tmp_path)


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"missing\.key"):
        load_certificate(tmp_path / "missing.key")
    with pytest.raises(OSError, match="missing"):
        load_certificates(tmp_path / "missing")


def test_the_folder_is_this_one_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = write_key(tmp_path, "joe")
    monkeypatch.chdir(tmp_path)
    assert load_certificates() == {key: True}
