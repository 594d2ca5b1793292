"""Speaker names of other systems, and the language of written text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.leg import AGENTS_COLUMN, agents_column
from pipeline.recording import CallMetadata
from pipeline.text.chinese_script import simplified
from pipeline.transcript import Language, Role

AGENT_NAMES = ("agent", "advisor", "adviser", "operator", "representative", "rep", "csr", "坐席", "座席", "客服")
CUSTOMER_NAMES = ("customer", "caller", "client", "user", "member", "patient", "guest", "客户", "顾客", "用户")
IVR_NAMES = ("ivr", "system", "bot", "自动语音")
HAN = re.compile(r"[\u4e00-\u9fff]")
LETTER = re.compile(r"[A-Za-z\u4e00-\u9fff]")
# Chinese calls contain brands and apps in Latin letters; English calls contain no Chinese characters.
CHINESE_SHARE = 0.3


def role_of(name: str) -> Role | None:
    """The role that a speaker's name means; None if it is unknown.

    >>> role_of("Agent 1"), role_of("客户"), role_of("Ann")
    ('agent', 'customer', None)
    """
    plain = simplified(re.sub(r"[\s_\d:]+$", "", name.strip().lower()))
    if plain in AGENT_NAMES:
        return "agent"
    if plain in CUSTOMER_NAMES:
        return "customer"
    return "ivr" if plain in IVR_NAMES else None


def with_agents(
    metadata: CallMetadata, speakers: Sequence[str], *, agent_ids: Sequence[str] | None = None
) -> CallMetadata:
    """The metadata with a column `agents` added if it has none and several agents speak.

    `speakers` and `agent_ids` have one entry for each turn. Names like "Agent 2" distinguish agents but are not ids. If
    some turns have ids, turns without one are ignored.
    """
    if metadata.extra.get(AGENTS_COLUMN):
        return metadata
    ids = agent_ids if agent_ids and any(agent_ids) else [""] * len(speakers)
    named = [
        (known or name.strip().casefold(), "" if role_of(known) else known)
        if role_of(name) == "agent" and (known or not any(ids))
        else None
        for name, known in zip(speakers, ids, strict=True)
    ]
    column = agents_column(named)
    return replace(metadata, extra={**metadata.extra, AGENTS_COLUMN: column}) if column else metadata


def stated_or_guessed_language(stated: str, texts: Sequence[str]) -> Language:
    """The stated language, or the one that the share of Chinese characters indicates."""
    if stated in ("en", "zh"):
        return "zh" if stated == "zh" else "en"
    text = "".join(texts)
    letters = len(LETTER.findall(text))
    return "zh" if letters and len(HAN.findall(text)) / letters > CHINESE_SHARE else "en"
