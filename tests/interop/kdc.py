"""A key server of Kerberos for tests: of MIT, on the loopback, with all its files in one folder.

Debian has it in krb5-kdc and krb5-admin-server. Nothing of the system's own Kerberos is touched.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

from tests.interop.library import DEADLINE, wait_until

REALM = "TEST.LOCAL"
SERVICE, OTHER_SERVICE = "zmqtest/localhost", "zmqtest2/localhost"
UNKNOWN_SERVICE = "zmqtest3/localhost"
DOCUMENTED_SERVICE = "zmq/server.example.com"
CLIENT = "zmqclient"

KRB5_CONF = """\
[libdefaults]
  default_realm = {realm}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  {realm} = {{
    kdc = 127.0.0.1:{port}
  }}
[domain_realm]
  localhost = {realm}
"""

KDC_CONF = """\
[kdcdefaults]
  kdc_listen = 127.0.0.1:{port}
  kdc_tcp_listen = 127.0.0.1:{port}
[realms]
  {realm} = {{
    database_name = {folder}/principal
    key_stash_file = {folder}/stash
    max_life = 1h
    supported_enctypes = aes256-cts-hmac-sha1-96:normal
  }}
"""


def program(name: str) -> str | None:
    """Return where a program is; those of administrators are not in everybody's PATH."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def what_is_missing() -> str:
    """Return what a key server cannot run without here; "" if it can."""
    missing = [name for name in ("kdb5_util", "kadmin.local", "krb5kdc") if program(name) is None]
    return f"there is no {', '.join(missing)}: Debian's krb5-kdc and krb5-admin-server" if missing else ""


class Kdc:
    """A key server, and the environment of those who use it.

    `server` has the key of SERVICE, `other_server` that of OTHER_SERVICE, `client` that of CLIENT, and
    `documented` those of DOCUMENTED_SERVICE and CLIENT; `nobody` has none. UNKNOWN_SERVICE has none either,
    as nobody has heard of it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._config(folder / "krb5.conf", self._port)
        text = KDC_CONF.format(realm=REALM, folder=folder, port=self._port)
        (folder / "kdc.conf").write_text(text)
        self._run("kdb5_util", "create", "-s", "-r", REALM, "-P", "password")
        for principal in (SERVICE, OTHER_SERVICE, DOCUMENTED_SERVICE, CLIENT):
            self._run("kadmin.local", "-r", REALM, "addprinc", "-randkey", f"{principal}@{REALM}")
            keytab = folder / f"{principal.partition('/')[0]}.keytab"
            self._run("kadmin.local", "-r", REALM, "ktadd", "-k", str(keytab), f"{principal}@{REALM}")
        self._process = subprocess.Popen(
            [str(program("krb5kdc")), "-n", "-r", REALM],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._answers, "the key server does not answer")

    @property
    def server(self) -> dict[str, str]:
        return self._user(keytab="zmqtest")

    @property
    def other_server(self) -> dict[str, str]:
        return self._user(keytab="zmqtest2")

    @property
    def client(self) -> dict[str, str]:
        return self._user(client_keytab="zmqclient")

    @property
    def both(self) -> dict[str, str]:
        """What a server and a client in one process have."""
        return self._user(keytab="zmqtest", client_keytab="zmqclient")

    @property
    def documented(self) -> dict[str, str]:
        return self._user(keytab="zmq", client_keytab="zmqclient")

    @property
    def nobody(self) -> dict[str, str]:
        return self._user()

    @property
    def lost_client(self) -> dict[str, str]:
        return self.client_of(9)  # where no key server is

    def client_of(self, port: int) -> dict[str, str]:
        """Return the environment of a client whose key server is somebody else."""
        config = self._folder / f"krb5-{port}.conf"
        self._config(config, port)
        return {**self.client, "KRB5_CONFIG": str(config), "KRB5CCNAME": f"MEMORY:{config}"}

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(DEADLINE)

    def _user(self, keytab: str = "none", client_keytab: str = "none") -> dict[str, str]:
        return {
            "KRB5_CONFIG": str(self._folder / "krb5.conf"),
            "KRB5_KTNAME": f"FILE:{self._folder}/{keytab}.keytab",
            "KRB5_CLIENT_KTNAME": f"FILE:{self._folder}/{client_keytab}.keytab",
            "KRB5CCNAME": f"MEMORY:{self._folder}-{keytab}-{client_keytab}",
            "KRB5RCACHENAME": f"file2:{self._folder}/replays",
        }

    @staticmethod
    def _config(path: Path, port: int) -> None:
        path.write_text(KRB5_CONF.format(realm=REALM, port=port))

    @property
    def _environment(self) -> dict[str, str]:
        own = {"KRB5_KDC_PROFILE": f"{self._folder}/kdc.conf", "KRB5_CONFIG": f"{self._folder}/krb5.conf"}
        return {**os.environ, **own}

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [str(program(name)), *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=True,
        )

    def _answers(self) -> bool:
        assert self._process.poll() is None, "the key server has ended"
        try:
            socket.create_connection(("127.0.0.1", self._port)).close()
        except ConnectionRefusedError:
            return False
        return True


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
