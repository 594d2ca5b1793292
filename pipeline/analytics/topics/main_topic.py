"""The main topic of a call: that of its first issue which has one."""

from __future__ import annotations

MAIN_TOPIC = """select call_id, min_by(topic_id, issue) as topic_id from call_topics
    where topic_id not in ('', 'other') group by call_id"""
