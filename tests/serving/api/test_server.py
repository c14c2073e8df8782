import ssl
import stat
from pathlib import Path

import httpx2 as httpx
import pytest
import trustme

from tests.serving.api.running import Service, serving
from turbo_cli.errors import TurboError


def test_a_port_that_is_taken_is_told(service: Service) -> None:
    port = int(service.server.url.rpartition(":")[2])
    with pytest.raises(TurboError, match=f"port {port}.*in use.*another port"), serving(port=port):
        pass


def test_an_address_of_another_machine_is_told() -> None:
    with (
        pytest.raises(TurboError, match=r"203\.0\.113\.1 port 0.*this machine"),
        serving(host="203.0.113.1", insecure=True),
    ):
        pass


def test_what_cannot_be_a_name_is_told() -> None:
    with pytest.raises(TurboError, match=r"cannot listen on 'a\.\.b'"), serving(host="a..b", insecure=True):
        pass


def test_a_short_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHORT", "secret")
    with pytest.raises(TurboError, match="at least 16") as refused, serving(tokens=["${SHORT}"]):
        pass
    assert "secret" not in str(refused.value)


def test_certificate_files_make_it_https(tmp_path: Path) -> None:
    authority = trustme.CA()
    made = authority.issue_cert("localhost", "127.0.0.1")
    certificate, key, root = (tmp_path / name for name in ("cert.pem", "key.pem", "root.pem"))
    made.cert_chain_pems[0].write_to_path(certificate)
    made.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(root)
    with serving(tls_certificate=certificate, tls_key=key) as service:
        trusting = ssl.create_default_context(cafile=root)
        assert service.server.url.startswith("https://")
        answer = httpx.get(f"{service.server.url}/healthz", verify=trusting, trust_env=False)
        assert answer.status_code == 200


def test_what_is_no_certificate_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "cert.pem"
    wrong.write_text("no certificate")
    with pytest.raises(TurboError, match=r"cert\.pem.*PEM"), serving(tls_certificate=wrong, tls_key=wrong):
        pass
    wrong.chmod(stat.S_IRUSR)
    missing = tmp_path / "missing.pem"
    with pytest.raises(TurboError, match="No such file"), serving(tls_certificate=missing, tls_key=missing):
        pass
