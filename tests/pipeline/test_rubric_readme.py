"""The worked examples of rubrics/README.md are loaded and run, and give the scores that they say."""

import re

import pytest
import yaml
from score_contexts import call, scoring_models

from pipeline.enrich.conduct import conduct_of
from pipeline.enriched import EnrichedCall
from pipeline.recording import CallMetadata
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.form_text import StrictLoader
from pipeline.rubric.lint import lint
from pipeline.rubric.load import FOLDER, parse_rubric
from pipeline.rubric.weighting import Weighting, weighed
from pipeline.score import score, score_by_leg
from pipeline.score.flag_rules import flag
from pipeline.transcript import Turn

PAGE = (FOLDER / "README.md").read_text("utf-8")
FENCE = re.compile(r"^```(yaml|call)\n(.*?)^```\n(?=([^\n]*))", re.MULTILINE | re.DOTALL)
SPOKEN = re.compile(r"^(agent|customer)(?: ([\d.]+)-([\d.]+))?: (.*)$")
FIELDS = ("queue", "direction", "started_at")
CHINESE = re.compile("[一-鿿]")
COLUMNS = ("topic", "agents")
LEGS = "Scores by leg: "


def whole(text: str) -> str:
    """An example as a form: what it leaves out is the same in all."""
    content = yaml.load(text, Loader=StrictLoader)
    if isinstance(content, list):
        content = {"questions": content}
    if "questions" in content:
        content["sections"] = [{"id": "all", "title": "All", "weight": 1, "questions": content.pop("questions")}]
    made = {"id": "example", "title": "Example", "languages": ["en"]} | content
    return yaml.safe_dump(made | {"id": f"{made['id']}.{made['languages'][0]}"}, allow_unicode=True)


def spoken(text: str) -> EnrichedCall:
    lines = text.strip().splitlines()
    known = dict(line.split(": ", 1) for line in lines if line.split(":")[0] in (*FIELDS, *COLUMNS))
    extra = {name: known[name] for name in COLUMNS if name in known}
    metadata = CallMetadata(**{name: known[name] for name in FIELDS if name in known}, extra=extra)
    said = [match for match in map(SPOKEN.match, lines) if match]
    language = "zh" if CHINESE.search(text) else "en"
    made = call(*((match[1], match[4]) for match in said), metadata=metadata, language=language)
    if not said[0][2]:
        return made
    turns = tuple(
        Turn(index, match[1], 0, float(match[2]), float(match[3]), match[4]) for index, match in enumerate(said)
    )
    transcript = made.transcript.__class__("c1", "en", turns, metadata, source="jsonl", duration_s=float(said[-1][3]))
    return EnrichedCall(transcript, made.sentiments, made.sentiment_by_third, conduct_of(transcript), made.vectors)


def examples():
    form = weighting = None
    for kind, text, after in FENCE.findall(PAGE):
        if kind == "call":
            yield pytest.param(form, weighting, text, after, id=after[:40])
        elif "extends:" in text:
            weighting = Weighting.model_validate(yaml.load(text, Loader=StrictLoader))
        elif "forms:" not in text:
            form, weighting = text, None


@pytest.mark.parametrize(("form", "weighting", "text", "after"), list(examples()))
def test_an_example_gives_the_score_that_it_says(form, weighting, text, after):
    rubric = parse_rubric(whole(form), source="rubrics/README.md")
    family = RubricFamily("example", (rubric,))
    of = spoken(text)
    if LEGS in after:
        (legs,) = score_by_leg([of], rubric=family, scoring_models=scoring_models())
        assert [card.total for card in legs] == [float(total) for total in re.findall(r"\*\*([\d.]+)\*\*", after)]
        return
    (card,) = score([of], rubric=weighed(family, weighting) if weighting else family, scoring_models=scoring_models())
    (expected,) = re.findall(r"Score: \*\*([\d.]+)\*\*", after)
    assert round(card.total, 1) == float(expected)
    assert set(re.findall(r"`(\w+_fail)`", after)) <= {each.rule for each in flag(of, card)}
    for reason in re.findall(r"The reason is `([^`]+)`", after):
        assert reason in {answer.reason for answer in card.answers}


def test_what_lint_finds_is_what_the_page_says():
    ((_, text, after),) = [each for each in FENCE.findall(PAGE) if each[2].startswith("Lint finds")]
    rubric = parse_rubric(whole(text), source="rubrics/README.md")
    assert {finding.rule for finding in lint(rubric)} == set(re.findall(r"`(\w+)`", after))


def test_every_kind_and_feature_has_an_example():
    forms = "".join(text for kind, text, _ in FENCE.findall(PAGE) if kind == "yaml")
    for kind in ("yes_no", "choice", "multiple", "numeric", "scale", "deduction", "bonus"):
        assert f"kind: {kind}\n" in forms
    keys = (
        "applies_when ask_after auto_fail severity indicator targets used_for valid_from changes kpis include "
        "topics queues forms quantitative_share most directions window_days must_say in_order first_turns"
        " after before penalty about list"
    )
    for key in keys.split():
        assert f"{key}:" in forms, key
    values = (
        "must_be attractive form section handle_time_s silence_share hold_s answer_speed_s script prohibited model "
        "measure metadata each count before phrase verbatim pattern meaning"
    )
    for value in values.split():
        assert re.search(rf": {value}[,}}\n]", forms), value
