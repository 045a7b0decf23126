"""ZipWhip's client on real sockets: failures that only a wire has, and how connections are kept."""

import contextlib
import gzip
import logging
import re
import socket
import ssl
import threading
import time

import pytest
import requests
import responses

from tests.texting.providers.rig import (
    ACCEPTED,
    ANA,
    BODY,
    MESSAGE_ID,
    SECRETS,
    SESSION,
    USER,
    RawServer,
    http,
    reset,
)
from texting.errors import NotSent, OutcomeUnknown, ProviderError, WrongPlace
from texting.providers.zipwhip import transport
from texting.providers.zipwhip.client import ZipWhip
from texting.providers.zipwhip.transport import Timeouts

TIMEOUTS = Timeouts(connect_seconds=1.0, read_seconds=0.4, total_seconds=1.0)


@pytest.fixture
def serve():
    with contextlib.ExitStack() as stack:

        def start(handle):
            server = RawServer(handle)
            stack.callback(server.close)
            return server

        yield start


def client(server_or_url):
    url = getattr(server_or_url, "url", server_or_url)
    return ZipWhip(url, app_url="https://app.zipwhip.test", timeouts=TIMEOUTS)


def send(zipwhip):
    return zipwhip.send(SESSION, to=ANA, body=BODY)


def failure(zipwhip, call=send):
    with pytest.raises(ProviderError) as caught:
        call(zipwhip)
    assert not [secret for secret in SECRETS if secret in str(caught.value) + repr(caught.value)]
    return type(caught.value)


def answering(*answers):
    """Answer one request after the other on the same connection, the last one for ever."""

    def handle(connection, server):
        given = list(answers)
        while server.take(connection):
            connection.sendall(given[0])
            given = given[1:] or given

    return handle


def after_the_request(act):
    def handle(connection, server):
        server.take(connection)
        act(connection, server)

    return handle


def test_the_request_is_one_form_post_without_a_secret_in_its_first_line(serve):
    server = serve(answering(http(ACCEPTED)))

    assert send(client(server)).provider_id == MESSAGE_ID
    (request,) = server.requests
    head, _, form = request.partition(b"\r\n\r\n")
    assert head.splitlines()[0] == b"POST /message/send HTTP/1.1"
    assert b"contacts=%2B16125550134" in form
    assert b"Monday+%26+Tuesday%3F+%C3%A7a+va+%F0%9F%98%80+100%25" in form
    assert not [secret for secret in SECRETS if secret.encode() in head]


def test_a_refused_connection_proves_that_nothing_left():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    assert failure(client(f"http://127.0.0.1:{port}")) is NotSent


def test_an_unknown_host_proves_that_nothing_left():
    assert failure(client("http://no-such-host.invalid")) is NotSent


def test_a_connection_that_is_never_made_proves_that_nothing_left(monkeypatch):
    def hang(address, timeout, *_, **__):
        raise TimeoutError("timed out")

    monkeypatch.setattr(transport.urllib3.util.connection, "create_connection", hang)

    assert failure(client("http://127.0.0.1:9")) is NotSent


@pytest.mark.parametrize("act", [reset, lambda connection: connection.sendall(b"HTTP/1.1 400 no TLS here\r\n\r\n")])
def test_a_failed_tls_handshake_proves_that_nothing_left(serve, act):
    def handle(connection, _server):
        connection.recv(65_536)
        act(connection)

    server = serve(handle)

    assert failure(client(server.url.replace("http:", "https:"))) is NotSent


def test_a_certificate_that_nobody_signed_proves_that_nothing_left(serve, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    received = []

    def handle(connection, _server):
        with context.wrap_socket(connection, server_side=True) as wrapped:
            received.append(wrapped.recv(65_536))

    server = serve(handle)

    assert failure(client(server.url.replace("http:", "https:"))) is WrongPlace
    assert not any(received)


def test_a_handshake_that_hangs_proves_that_nothing_left(serve):
    server = serve(lambda connection, server: server.closing.wait(5))

    assert failure(client(server.url.replace("http:", "https:"))) is NotSent


UNCLEAR_ENDS = {
    "reset": lambda connection, server: reset(connection),
    "closed": lambda connection, server: connection.close(),
    "silence": lambda connection, server: server.closing.wait(5),
    "no HTTP": lambda connection, server: connection.sendall(b"\x00\xff no HTTP at all\r\n\r\n"),
    "endless header": lambda connection, server: connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000),
    "cut in the middle": lambda connection, server: connection.sendall(http(ACCEPTED)[:-40]),
    "reset in the middle": lambda connection, server: (connection.sendall(http(ACCEPTED)[:-40]), reset(connection)),
    "broken chunks": lambda connection, server: connection.sendall(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + ACCEPTED
    ),
    "too long a body": lambda connection, server: connection.sendall(http(b" " * 1_000_001)),
    "endless chunks": lambda connection, server: connection.sendall(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"10000\r\n" + b" " * 65_536 + b"\r\n"
    ),
    "compressed": lambda connection, server: connection.sendall(http(b"\x1f\x8b\x08", "Content-Encoding: gzip")),
    # Never asked for, and what is never unpacked cannot be a bomb.
    "well compressed": lambda connection, server: connection.sendall(
        http(gzip.compress(ACCEPTED), "Content-Encoding: gzip")
    ),
}


@pytest.mark.parametrize("end", UNCLEAR_ENDS)
def test_what_happens_after_the_request_leaves_it_open_whether_the_text_left(serve, end):
    server = serve(after_the_request(UNCLEAR_ENDS[end]))

    assert failure(client(server)) is OutcomeUnknown
    assert len(server.requests) == 1


@pytest.mark.parametrize("end", UNCLEAR_ENDS)
def test_nothing_is_unclear_about_a_call_that_sends_no_text(serve, end):
    server = serve(after_the_request(UNCLEAR_ENDS[end]))

    assert failure(client(server), lambda zipwhip: zipwhip.list_texts(SESSION)) is NotSent
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", [http(ACCEPTED), b"HTTP/1.1 200 OK\r\n\r\n" + ACCEPTED])
def test_an_answer_that_drips_in_is_given_up_when_the_time_is_over(serve, answer):
    # Every byte comes well before the longest silence; only the whole takes too long.
    server = serve(after_the_request(lambda connection, server: server.drip(connection, answer, every=0.1)))
    begun = time.monotonic()

    assert failure(client(server)) is OutcomeUnknown
    assert TIMEOUTS.total_seconds - 0.1 < time.monotonic() - begun < TIMEOUTS.total_seconds + 0.7


def test_an_answer_after_the_time_is_over_is_not_read(serve):
    server = serve(answering(http(ACCEPTED)))
    late = ZipWhip(server.url, app_url=server.url, timeouts=Timeouts(1.0, 0.4, total_seconds=0.0))

    assert failure(late) is OutcomeUnknown


@pytest.mark.parametrize(
    ("error", "kind"), [(requests.ConnectTimeout(), NotSent), (requests.ReadTimeout(), OutcomeUnknown)]
)
def test_each_call_is_judged_by_itself(serve, error, kind):
    zipwhip = client(serve(answering(http(ACCEPTED))))
    send(zipwhip)
    with contextlib.suppress(NotSent):
        send(client("http://127.0.0.1:9"))

    with responses.RequestsMock() as wire:
        wire.post(re.compile(r"http://.*"), body=error)
        assert failure(zipwhip) is kind


def test_an_answer_that_drips_in_quickly_enough_is_read(serve):
    server = serve(after_the_request(lambda connection, server: server.drip(connection, http(ACCEPTED), every=0.001)))

    assert send(client(server)).provider_id == MESSAGE_ID


def test_an_answer_without_a_length_is_read_to_its_end(serve):
    server = serve(
        after_the_request(lambda connection, server: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + ACCEPTED))
    )

    assert send(client(server)).provider_id == MESSAGE_ID


def test_an_answer_in_chunks_is_read(serve):
    pieces = [ACCEPTED[:50], ACCEPTED[50:]]
    chunks = b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces) + b"0\r\n\r\n"
    server = serve(answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks))

    assert send(client(server)).provider_id == MESSAGE_ID


def test_a_connection_is_kept_and_used_again(serve):
    server = serve(answering(http(USER), http(ACCEPTED)))
    zipwhip = client(server)
    zipwhip.get_account(SESSION)
    send(zipwhip)
    send(zipwhip)

    assert (len(server.requests), server.connection_count) == (3, 1)


def test_an_idle_connection_is_not_used_again(serve, monkeypatch):
    monkeypatch.setattr(transport, "_IDLE_SECONDS", 0.05)
    server = serve(answering(http(ACCEPTED)))
    zipwhip = client(server)
    send(zipwhip)
    time.sleep(0.1)
    send(zipwhip)

    assert (len(server.requests), server.connection_count) == (2, 2)


def test_a_connection_that_the_server_closed_meanwhile_makes_no_text_unclear(serve):
    def handle(connection, server):
        server.take(connection)
        connection.sendall(http(ACCEPTED))

    server = serve(handle)
    zipwhip = client(server)
    send(zipwhip)
    time.sleep(0.05)

    assert send(zipwhip).provider_id == MESSAGE_ID
    assert server.connection_count == 2


def test_a_failed_call_leaves_nothing_behind_for_the_next(serve):
    # The end of a late answer must not be taken for the answer to the next request.
    def handle(connection, server):
        late = len(server.requests) == 0
        while server.take(connection):
            if late:
                time.sleep(TIMEOUTS.read_seconds + 0.1)
            connection.sendall(http(ACCEPTED.replace(MESSAGE_ID.encode(), b"666" if late else MESSAGE_ID.encode())))

    zipwhip = client(serve(handle))

    assert failure(zipwhip) is OutcomeUnknown
    time.sleep(0.2)
    assert send(zipwhip).provider_id == MESSAGE_ID


def test_no_cookie_of_one_line_goes_along_with_another(serve):
    server = serve(answering(http(USER, "Set-Cookie: JSESSIONID=canary; Path=/")))
    zipwhip = client(server)
    zipwhip.get_account(SESSION)
    zipwhip.get_account("another-session:1")

    assert b"canary" not in server.requests[1]
    assert b"Cookie" not in server.requests[1]


def test_proxies_of_the_environment_are_not_used(serve, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server = serve(answering(http(ACCEPTED)))

    assert send(client(server)).provider_id == MESSAGE_ID


def test_a_redirect_is_not_followed(serve):
    server = serve(answering(http(b"", "Location: /elsewhere", status="307 Temporary Redirect")))

    assert failure(client(server)) is WrongPlace
    assert len(server.requests) == 1


def test_threads_do_not_share_a_connection(serve):
    server = serve(after_the_request(lambda connection, server: (time.sleep(0.2), connection.sendall(http(ACCEPTED)))))
    zipwhip, ids = client(server), []
    threads = [threading.Thread(target=lambda: ids.append(send(zipwhip).provider_id)) for _ in range(8)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ids == [MESSAGE_ID] * 8
    assert server.connection_count == 8
    assert time.monotonic() - begun < 1.2


def test_libraries_log_no_secret(serve, caplog):
    zipwhip = client(serve(answering(http(ACCEPTED), http(USER))))
    with caplog.at_level(logging.DEBUG, "urllib3"):
        send(zipwhip)
        zipwhip.get_account(SESSION)

    assert caplog.records  # urllib3 does log each request
    assert not [secret for secret in SECRETS if secret in caplog.text]


def self_signed(folder):
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file
