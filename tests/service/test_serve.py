"""The web server on the wire: raw requests against a real process."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from waitress.adjustments import Adjustments

from service.serve import LARGE_AT_ONCE, Parser
from service.up import listener
from tests.servers import wait_until

ROOT = Path(__file__).parents[2]
SERVER = """
import pathlib, socket, sys, time
from service.serve import serve

def application(environ, start_response):
    body = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/slow":  # answers when the test says so
        pathlib.Path(sys.argv[2], "begun").touch()
        while not pathlib.Path(sys.argv[2], "go").exists():
            time.sleep(0.01)
    answer = f"{len(body)} {environ.get('HTTP_X_FORWARDED_FOR', '')}".encode()
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]

serve(application, socket.socket(fileno=int(sys.argv[1])))
"""


class Server:
    """A server process on a socket that is ours, like `up` runs it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.listening = listener.bind("127.0.0.1", 0)
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(self.listening.fileno()), str(folder)],
            pass_fds=[self.listening.fileno()],
            cwd=ROOT,
        )

    def connect(self) -> socket.socket:
        return socket.create_connection(listener.address_of(self.listening), timeout=20)

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to these bytes."""
        with self.connect() as connection:
            connection.sendall(request)
            return answer_on(connection)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.listening.close()


def answer_on(connection: socket.socket) -> tuple[int, bytes]:
    """Status and body of the next answer; the connection may stay open."""
    received = b""
    with suppress(ConnectionResetError):
        while b"\r\n\r\n" not in received and (part := connection.recv(65536)):
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        length = length_in(head)
        while len(body) < length and (part := connection.recv(65536)):
            body += part
    return int(received.split()[1]), body


def length_in(head: bytes) -> int:
    [line] = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return int(line.split(b":")[1])


def post(path: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: hamlet.example", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("server"))
    yield running
    running.close()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    yield running
    running.close()


def test_a_request_with_its_length_is_answered(server: Server) -> None:
    assert server.ask(post("/", "Content-Length: 5", body=b"hello")) == (200, b"5 ")


BEARER = "Authorization: Bearer some-token"
CHUNKED = b"5\r\nhello\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["Content-Length: 5", "Transfer-Encoding: chunked"], 400),
        (["Transfer-Encoding: chunked", "Content-Length: 5"], 400),
        (["Content-Length: 5", "Content-Length: 5"], 400),
        (["Content-Length: 5", "Content-Length: 6"], 400),
        (["Content-Length: 5, 5"], 400),
        (["Content-Length: +5"], 400),
        (["Content-Length : 5"], 400),
        (["Transfer-Encoding: chunked"], 411),
        (["Transfer-Encoding: chunked, chunked"], 411),
        (["Transfer-Encoding: \x0bchunked"], 400),
        (["Transfer-Encoding: identity", "Content-Length: 5"], 501),
        (["Transfer-Encoding: gzip, chunked"], 501),
    ],
)
def test_a_doubtful_length_is_refused(server: Server, headers: list[str], status: int) -> None:
    code, body = server.ask(post("/", *headers, body=CHUNKED))
    assert code == status
    assert json.loads(body)["status"] == status


def test_what_follows_a_refused_request_is_not_taken_for_another(server: Server) -> None:
    smuggled = b"GET /smuggled HTTP/1.1\r\nHost: hamlet.example\r\n\r\n"
    both = post("/", "Content-Length: 5", "Transfer-Encoding: chunked", body=b"0\r\n\r\n")
    with server.connect() as connection:
        connection.sendall(both + smuggled)
        assert answer_on(connection)[0] == 400
        with suppress(ConnectionResetError):
            assert connection.recv(1024) == b""


def test_transfer_encoding_in_http_1_0_is_refused(server: Server) -> None:
    request = post("/", "Transfer-Encoding: chunked", "Content-Length: 5", body=b"hello")
    assert server.ask(request.replace(b"HTTP/1.1", b"HTTP/1.0"))[0] == 400


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/api/v1/comments", 2 * 1024 * 1024, 413),
        ("/api/v1/comments/batch", 2 * 1024 * 1024, 100),
        ("/api/v1/comments/batch", 33 * 1024 * 1024, 413),
    ],
)
def test_a_body_over_the_limit_is_refused_before_it_is_sent(
    server: Server, path: str, length: int, status: int
) -> None:
    request = post(path, f"Content-Length: {length}", "Expect: 100-continue", BEARER)
    with server.connect() as connection:
        connection.sendall(request)
        assert connection.recv(1024).split()[1] == str(status).encode()


def test_who_sends_a_large_body_without_asking_reads_the_refusal(server: Server) -> None:
    body = b"x" * (33 * 1024 * 1024)
    status, problem = server.ask(
        post("/api/v1/comments/batch", f"Content-Length: {len(body)}", body=body)
    )
    assert status == 413
    assert json.loads(problem)["title"] == "Content Too Large"


def test_a_body_of_absurd_length_is_not_even_thrown_away(server: Server) -> None:
    assert server.ask(post("/", f"Content-Length: {10**15}"))[0] == 413


BATCH = "/api/v1/comments/batch"
TWO_MB = 2 * 1024 * 1024


@pytest.mark.parametrize("given", [[], ["Authorization: Basic eDp5"], ["Authorization: Bearer"]])
def test_a_large_body_without_a_token_is_not_read(server: Server, given: list[str]) -> None:
    request = post(BATCH, f"Content-Length: {TWO_MB}", "Expect: 100-continue", *given)
    with server.connect() as connection:
        connection.sendall(request)
        status, problem = answer_on(connection)
    assert status == 401
    assert "Authorization: Bearer TOKEN" in json.loads(problem)["detail"]


def test_a_small_body_there_is_left_to_the_application(server: Server) -> None:
    assert server.ask(post(BATCH, "Content-Length: 5", body=b"hello")) == (200, b"5 ")


def test_only_so_many_large_bodies_are_taken_in_at_once(own_server: Server) -> None:
    begun = post(BATCH, f"Content-Length: {TWO_MB}", "Expect: 100-continue", BEARER)
    whole = post(BATCH, f"Content-Length: {TWO_MB}", BEARER, body=b"x" * TWO_MB)
    with ExitStack() as stack:
        under_way = [stack.enter_context(own_server.connect()) for _ in range(LARGE_AT_ONCE)]
        for connection in under_way:
            connection.sendall(begun)
            assert connection.recv(1024).split()[1] == b"100"
        assert own_server.ask(whole)[0] == 503
        under_way.pop().close()  # one that goes away makes room
        wait_until(lambda: own_server.ask(whole)[0] == 200, "room for another large body")
        for _ in range(5):  # as does one that was answered, at once
            assert own_server.ask(whole)[0] == 200
        for connection in under_way:
            connection.sendall(b"x" * TWO_MB)
            assert answer_on(connection) == (200, f"{TWO_MB} ".encode())


def test_a_full_house_says_when_to_come_again(own_server: Server) -> None:
    begun = post(BATCH, f"Content-Length: {TWO_MB}", "Expect: 100-continue", BEARER)
    with ExitStack() as stack:
        for _ in range(LARGE_AT_ONCE + 1):
            connection = stack.enter_context(own_server.connect())
            connection.sendall(begun)
            head = connection.recv(4096)
    assert head.startswith(b"HTTP/1.1 503")
    assert b"\r\nRetry-After: 10\r\n" in head


class Impatient(Parser):
    time_for_large = -1.0


def test_a_large_body_that_trickles_is_cut_off() -> None:
    parser = Impatient(Adjustments())
    parser.received(post(BATCH, f"Content-Length: {TWO_MB}", BEARER))
    assert not parser.completed
    parser.received(b"x")
    assert parser.completed
    assert parser.error.code == 408
    parser.close()
    assert parser not in Parser.large


def test_the_address_that_a_proxy_reports_reaches_the_application(server: Server) -> None:
    request = post("/", "Content-Length: 0", "X-Forwarded-For: 192.0.2.7")
    assert server.ask(request) == (200, b"0 192.0.2.7")


def test_half_sent_requests_hold_nobody_else_up(server: Server) -> None:
    slow = [server.connect() for _ in range(60)]
    for number, connection in enumerate(slow):
        half = post("/", "Content-Length: 5", body=b"he") if number % 2 else b"POST / HTTP/1.1\r\n"
        connection.sendall(half)
    assert server.ask(post("/", "Content-Length: 0"))[0] == 200
    for connection in slow:
        connection.close()


def test_a_request_in_flight_is_answered_after_sigterm(own_server: Server) -> None:
    with own_server.connect() as connection:
        connection.sendall(post("/slow", "Content-Length: 5", body=b"hello"))
        wait_until((own_server.folder / "begun").exists, "the request to arrive")
        own_server.process.send_signal(signal.SIGTERM)
        (own_server.folder / "go").touch()
        assert answer_on(connection) == (200, b"5 ")
    assert own_server.process.wait(timeout=20) == 0


def test_an_idle_connection_does_not_delay_the_end(own_server: Server) -> None:
    with own_server.connect() as connection:
        connection.sendall(post("/", "Content-Length: 0"))
        answer_on(connection)
        own_server.process.send_signal(signal.SIGTERM)
        assert own_server.process.wait(timeout=20) == 0


def test_who_comes_during_a_restart_is_answered_by_the_next_process(tmp_path: Path) -> None:
    first = Server(tmp_path)
    assert first.ask(post("/", "Content-Length: 0"))[0] == 200
    first.process.kill()
    first.process.wait()
    with first.connect() as connection:
        connection.sendall(post("/", "Content-Length: 5", body=b"hello"))
        second = subprocess.Popen(first.process.args, cwd=ROOT, pass_fds=[first.listening.fileno()])
        assert answer_on(connection) == (200, b"5 ")
    second.kill()
    second.wait()
    first.close()
