import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import ValidationError

from models.language_model import LanguageModelSettings, OpenAICompatibleModel
from pipeline.errors import ModelError

SCHEMA = {"type": "object", "required": ["answer"]}


class Server(ThreadingHTTPServer):
    """A local server that returns prepared (status, body) replies and records its requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies: list[tuple[int, bytes]] = []
        self.requests: list[tuple[str, dict[str, str], Any]] = []

    def will_say(self, content: str, status: int = 200, **more: Any) -> None:
        body = json.dumps({"choices": [{"message": {"content": content}}]} | more)
        self.replies.append((status, body.encode()))


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, dict(self.headers), body))
        status, reply = self.server.replies.pop(0)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, format: str, *args: Any) -> None:
        """Do not log."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def model(server: Server, **settings: Any) -> OpenAICompatibleModel:
    address = f"http://127.0.0.1:{server.server_port}/v1"
    return OpenAICompatibleModel(LanguageModelSettings(address=address, model="judge", **settings))


def ask(server: Server, **settings: Any) -> Any:
    return model(server, **settings).complete(system="Be fair.", user="问题", schema=SCHEMA).answer


def test_it_asks_for_json_at_temperature_0(server: Server):
    server.will_say('{"answer": true}')
    assert ask(server) == {"answer": True}
    path, headers, body = server.requests[0]
    assert path == "/v1/chat/completions"
    assert "Authorization" not in headers
    assert (body["model"], body["temperature"], body["messages"][1]["content"]) == ("judge", 0, "问题")
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"usage": {"prompt_tokens": 812, "completion_tokens": 40}}, (812, 40)),
        ({}, (None, None)),
        ({"usage": {"prompt_tokens": "many"}}, (None, None)),
    ],
)
def test_the_cost_is_the_servers_count(server: Server, usage: dict[str, Any], tokens: tuple[int | None, int | None]):
    server.will_say('{"answer": true}', **usage)
    made = model(server).complete(system="s", user="u", schema=SCHEMA)
    assert (made.tokens_read, made.tokens_written) == tokens


def test_a_truncated_answer_is_an_error(server: Server, monkeypatch: pytest.MonkeyPatch):
    def breaks_off(handler: Handler) -> None:
        handler.rfile.read(int(handler.headers["Content-Length"]))
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"choices"')

    monkeypatch.setattr(Handler, "do_POST", breaks_off)
    with pytest.raises(ModelError, match=r"did not answer \(IncompleteRead\)"):
        ask(server, attempts=1)


def test_the_key_comes_from_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JUDGE_KEY", "k1")
    server.will_say('{"answer": true}')
    ask(server, key_variable="JUDGE_KEY")
    assert server.requests[0][1]["Authorization"] == "Bearer k1"


def test_a_missing_key_is_named(server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("JUDGE_KEY", raising=False)
    with pytest.raises(ModelError, match="not in the variable JUDGE_KEY"):
        ask(server, key_variable="JUDGE_KEY")


def test_a_busy_server_is_retried(server: Server):
    server.will_say("", status=503)
    server.will_say('{"answer": false}')
    assert ask(server) == {"answer": False}


def test_a_refusal_is_not_retried(server: Server):
    server.will_say("", status=401)
    with pytest.raises(ModelError, match="HTTP status 401"):
        ask(server)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [("no json", "is not JSON"), ('{"other": 1}', "does not fit"), ("[1]", "does not fit")],
)
def test_a_wrong_answer_is_an_error(server: Server, content: str, message: str):
    server.will_say(content)
    with pytest.raises(ModelError, match=message):
        ask(server)


def test_an_invalid_reply_is_an_error(server: Server):
    server.replies = [(200, b"<html>"), (200, b"<html>")]
    with pytest.raises(ModelError, match="did not answer"):
        ask(server)


def test_an_unreachable_server_is_an_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = LanguageModelSettings(address=f"http://127.0.0.1:{port}/v1", model="judge", attempts=1)
    with pytest.raises(ModelError, match=r"did not answer \(URLError\)"):
        OpenAICompatibleModel(settings).complete(system="s", user="u", schema=SCHEMA)


def test_the_fingerprint_depends_on_what_changes_answers():
    def of(**settings: Any) -> str:
        return OpenAICompatibleModel(LanguageModelSettings(address="http://localhost/v1", **settings)).fingerprint

    assert of(model="a") == of(model="a", timeout_s=1.0)
    assert of(model="a") != of(model="b")


def test_settings_refuse_unknown_keys():
    with pytest.raises(ValidationError):
        LanguageModelSettings.model_validate({"address": "http://localhost/v1", "model": "m", "colour": "red"})
