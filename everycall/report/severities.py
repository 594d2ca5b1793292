"""Severities: how urgent a flag is, in words."""

from __future__ import annotations

from pipeline.language.translator import message_in

SEVERITY_NAMES = {
    "critical": message_in("severity", "critical"),
    "high": message_in("severity", "high"),
    "medium": message_in("severity", "medium"),
    "low": message_in("severity", "low"),
}
