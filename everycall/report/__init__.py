"""The report: one page that says what the calls of a store say."""

from everycall.report.report import write_report

__all__ = ["write_report"]
