"""Topic calls: a row per call and topic of its issues, with the columns that trends, peaks and fixes count."""

from __future__ import annotations

from pipeline.store.parts import UNKNOWN_DATE

# Sums of whole milliseconds are the same in any order; sums of fractional seconds are not.
MILLISECONDS = 1_000

# A call about two issues may repeat only one of them. It counts as a repeat for the topics in `repeats`, and for all of
# its topics if `repeats` names none of them (the customer said "again" about something).
TOPIC_CALLS = f"""
    with held as (
        select distinct call_id, topic_id from call_topics
    ), again as (
        select r.call_id, list(distinct r.topic_id) as about, bool_or(h.topic_id is not null) as named
        from repeats r left join held h using (call_id, topic_id) group by r.call_id
    )
    select h.call_id, h.topic_id, c.date as day, c.started_at, c.sentiment_end = 'negative' as negative_end,
        coalesce(round(c.duration_s * {MILLISECONDS})::bigint, 0) as handle_ms,
        a.call_id is not null and (not a.named or list_contains(a.about, h.topic_id)) as repeat
    from held h join contacts c using (call_id) left join again a using (call_id)
    where c.date > '{UNKNOWN_DATE}'"""
