"""The certificates of these tests are what they say, also to a client that verifies strictly."""

from __future__ import annotations

import contextlib
import ssl

import pytest

from tests.faults.certificates import Certificates

# The codes of OpenSSL (X509_V_ERR_...), in its header x509_vfy.h.
EXPIRED = 10
NO_ISSUER = 20
OTHER_ADDRESS = 64


def handshake(certificates: Certificates, server: ssl.SSLContext) -> None:
    """Both sides of a handshake, in memory. Python 3.13 verifies strictly by itself, older ones where it is asked."""
    client = ssl.create_default_context(cafile=str(certificates.authority))
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(back, there, server_hostname="127.0.0.1"),
        server.wrap_bio(there, back, server_side=True),
    ]
    for _ in range(4):
        for side in sides:
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
    assert sides[0].version()


def test_the_right_one_is_accepted(certificates: Certificates) -> None:
    handshake(certificates, certificates.right)


@pytest.mark.parametrize(
    ("name", "reason"), [("expired", EXPIRED), ("wrong_name", OTHER_ADDRESS), ("unknown", NO_ISSUER)]
)
def test_a_wrong_one_is_refused_for_what_is_wrong_with_it(certificates: Certificates, name: str, reason: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as refused:
        handshake(certificates, getattr(certificates, name))
    assert refused.value.verify_code == reason
