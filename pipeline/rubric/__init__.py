"""The QA form as data: sections, questions and the detectors that answer them."""
