"""Speakers as other systems name them, and the language of written text."""

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
# Chinese calls name brands and apps in Latin letters; English calls hold no Chinese characters.
CHINESE_SHARE = 0.3


def role_of(name: str) -> Role | None:
    """The role behind a speaker's name ("Agent 1", "客户"); None when the name does not tell."""
    plain = simplified(re.sub(r"[\s_\d:]+$", "", name.strip().lower()))
    if plain in AGENT_NAMES:
        return "agent"
    if plain in CUSTOMER_NAMES:
        return "customer"
    return "ivr" if plain in IVR_NAMES else None


def with_agents(
    metadata: CallMetadata, speakers: Sequence[str], *, agent_ids: Sequence[str] | None = None
) -> CallMetadata:
    """The metadata with its column `agents`, where it lacks one and the turns are spoken by several agents.

    Both have an entry a turn. A name like "Agent 2" tells agents apart and is nobody's id; where some turns have an id,
    those without tell nothing.
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


def language_of(stated: str, texts: Sequence[str]) -> Language:
    """The stated language where there is one, otherwise by the share of Chinese characters."""
    if stated in ("en", "zh"):
        return "zh" if stated == "zh" else "en"
    text = "".join(texts)
    letters = len(LETTER.findall(text))
    return "zh" if letters and len(HAN.findall(text)) / letters > CHINESE_SHARE else "en"
