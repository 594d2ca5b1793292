"""The main topic of a call: the topic of its first issue that has one."""

from __future__ import annotations

MAIN_TOPIC = """select call_id, min_by(topic_id, issue) as topic_id from call_topics
    where topic_id not in ('', 'other') group by call_id"""
