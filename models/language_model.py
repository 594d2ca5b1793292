"""An optional language model behind an OpenAI-compatible address. Off unless the settings name one."""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pipeline.errors import ModelError
from pipeline.fingerprints.fingerprint import fingerprint
from pipeline.ports import Completion

RETRIED_STATUS = frozenset({408, 429, 500, 502, 503, 504})


class LanguageModelSettings(BaseModel):
    """Address and options of the model. The words of calls are sent to this address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: str = Field(pattern=r"^https?://", description="The address up to and with `/v1`, without a final slash.")
    model: str = Field(min_length=1, description="The model's name there.")
    key_variable: str = Field(default="", description="The environment variable that holds the key; empty: no key.")
    timeout_s: float = Field(default=60.0, gt=0, description="How long one answer may take.")
    attempts: int = Field(default=2, ge=1, le=5, description="How often a failed request is tried in all.")
    most_tokens: int = Field(default=800, ge=50, description="The longest answer.")
    seed: int = Field(default=0, description="Sent along, for servers that can repeat an answer.")


class OpenAICompatibleModel:
    """The `LanguageModel` port over HTTP: chat completions with a JSON schema, at temperature 0."""

    def __init__(self, settings: LanguageModelSettings) -> None:
        self.settings = settings
        identity = settings.model_dump(include={"address", "model", "most_tokens", "seed"})
        self.fingerprint = f"language-model:{fingerprint(identity)}"

    def complete(self, *, system: str, user: str, schema: Mapping[str, object]) -> Completion:
        """An answer with the schema's required keys, and its tokens. Raises ModelError, without words of the call."""
        settings = self.settings
        reply = self._post(
            {
                "model": settings.model,
                "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
                "temperature": 0,
                "seed": settings.seed,
                "max_tokens": settings.most_tokens,
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)},
                },
            }
        )
        read, written = _usage(reply)
        return Completion(_answer(reply, schema), tokens_read=read, tokens_written=written)

    def _post(self, body: Mapping[str, object]) -> Any:
        error: Exception | None = None
        for _ in range(self.settings.attempts):
            try:
                with urllib.request.urlopen(self._request(body), timeout=self.settings.timeout_s) as response:
                    return json.load(response)
            except urllib.error.HTTPError as refused:
                error = refused
                refused.close()
                if refused.code not in RETRIED_STATUS:
                    break
            except (OSError, ValueError, http.client.HTTPException) as failed:
                error = failed
        raise ModelError(
            f"the language model {self.settings.model} did not answer ({_cause(error)})",
            remedy="Check its address, its key and that it runs; the other questions are answered without it.",
        ) from error

    def _request(self, body: Mapping[str, object]) -> urllib.request.Request:
        headers = {"Content-Type": "application/json"}
        if self.settings.key_variable:
            key = os.environ.get(self.settings.key_variable)
            if not key:
                raise ModelError(
                    f"the language model's key is not in the variable {self.settings.key_variable}",
                    remedy="Set it, or empty `key_variable` for a server without keys.",
                )
            headers["Authorization"] = f"Bearer {key}"
        data = json.dumps(body, ensure_ascii=False).encode()
        return urllib.request.Request(f"{self.settings.address}/chat/completions", data=data, headers=headers)


def _usage(reply: Any) -> tuple[int | None, int | None]:
    """Tokens read and written, if the server counts them."""
    usage = reply.get("usage") if isinstance(reply, dict) else None
    counts = [usage.get(name) if isinstance(usage, dict) else None for name in ("prompt_tokens", "completion_tokens")]
    read, written = (count if isinstance(count, int) and count >= 0 else None for count in counts)
    return read, written


def _answer(reply: Any, schema: Mapping[str, object]) -> Mapping[str, object]:
    try:
        answer = json.loads(reply["choices"][0]["message"]["content"])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        message = "the language model's answer is not JSON"
        raise ModelError(message, remedy="Use a server that supports JSON schemas.") from error
    required = schema.get("required", ())
    keys = set(required) if isinstance(required, list | tuple) else set()
    if not isinstance(answer, dict) or not keys <= answer.keys():
        raise ModelError(
            "the language model's answer does not fit the schema", remedy="Use a server that supports JSON schemas."
        )
    return answer


def _cause(error: Exception | None) -> str:
    return f"HTTP status {error.code}" if isinstance(error, urllib.error.HTTPError) else type(error).__name__
