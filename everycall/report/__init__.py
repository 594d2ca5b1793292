"""The report: one page with the findings of a store."""

from everycall.report.report import write_report

__all__ = ["write_report"]
