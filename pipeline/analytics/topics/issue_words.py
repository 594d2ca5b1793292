"""Issue words: what both sides say about an issue, for naming a topic and for quoting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.analytics.topics.issues import Issues
from pipeline.text.chinese_script import simplified
from pipeline.topic import TopicQuote
from pipeline.transcript import ChineseScript, Language

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class IssueWords:
    """The words about one issue.

    Attributes:
        language: Language of the call.
        script: Chinese script of the call.
        texts: Customer turns that state the issue, in Simplified characters.
        agent_texts: All agent turns of the call, in Simplified characters.
        quote: The turn to quote, in the original characters.
    """

    language: Language
    script: ChineseScript
    texts: tuple[str, ...] = field(repr=False)
    agent_texts: tuple[str, ...] = field(repr=False)
    quote: TopicQuote


class ReadIssueWords(Protocol):
    """Reads the words of issues."""

    def __call__(self, issues: Issues) -> Mapping[tuple[str, int], IssueWords]:
        """Return the words by call and issue number; issues that belong to no call are left out."""


@dataclass(frozen=True, slots=True)
class StoredIssueWords:
    """Reads words from an open store: `issues` has the turn numbers, `turns` their texts."""

    connection: DuckDBPyConnection

    def __call__(self, issues: Issues) -> Mapping[tuple[str, int], IssueWords]:
        """Return the words of the issues that the store still has, reading only files of the issues' dates."""
        if not len(issues):
            return {}
        calls = sorted(set(issues.call_ids.tolist()))
        days = sorted({str(day) for day in issues.dates})
        asked = [days, calls]
        about = self.connection.execute(
            """select call_id, issue, language, script, turns from issues
            where list_contains($1::date[], date) and call_id in (select unnest($2))""",
            asked,
        ).fetchall()
        said = self.connection.execute(
            """select call_id, turn, role, text from turns
            where list_contains($1::date[], date) and call_id in (select unnest($2)) order by call_id, turn""",
            asked,
        ).fetchall()
        turns: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
        for call_id, turn, role, text in said:
            turns[call_id][turn] = (role, text)
        by_key = {(call_id, issue): rest for call_id, issue, *rest in about}
        return {
            key: _issue_words(key, int(turn), by_key[key], turns[key[0]])
            for key, turn in zip(issues.keys, issues.turns, strict=True)
            if key in by_key
        }


def _issue_words(
    key: tuple[str, int], quoted: int, about: Sequence[Any], turns: dict[int, tuple[str, str]]
) -> IssueWords:
    language, script, voiced = about
    return IssueWords(
        language=language,
        script=script,
        texts=tuple(simplified(turns[turn][1]) for turn in voiced if turn in turns),
        agent_texts=tuple(simplified(text) for role, text in turns.values() if role == "agent"),
        quote=TopicQuote(key[0], quoted, language, turns[quoted][1] if quoted in turns else ""),
    )
