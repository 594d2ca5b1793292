"""The night's report in Prefect: a table of counts without any words of a call."""

from __future__ import annotations

from prefect.artifacts import create_table_artifact

from pipeline.night.summary import NightSummary


def publish(summary: NightSummary, *, kind: str) -> None:
    """Store the summary as a table artifact under the run, e.g. `everycall-night`."""
    create_table_artifact(key=f"everycall-{kind}", table=summary_rows(summary), description=f"Everycall: {kind}")


def summary_rows(summary: NightSummary) -> list[dict[str, str | float]]:
    """One row per measure; rows that do not apply are omitted."""
    rows: dict[str, float | None] = {
        "calls found": summary.calls_found,
        "calls done": summary.calls_done,
        "scorecards": summary.scorecards or None,
        "calls up to date already": summary.calls_up_to_date,
        "calls failed": summary.calls_failed,
        "calls that failed before and wait for a change": summary.calls_held_back,
        **{f"failures at {stage}": count for stage, count in summary.failures.items()},
        "notices on files": summary.notices,
        "flags": summary.flags,
        "shards": summary.shards,
        "mean score": summary.mean_total,
        "audio, hours": summary.audio_s / 3_600 if summary.audio_s else None,
        "time, minutes": summary.wall_s / 60,
        "calls an hour": summary.calls_per_hour,
        "speed, x real time": summary.audio_per_wall,
    }
    return [{"measure": name, "value": round(value, 2)} for name, value in rows.items() if value is not None]
