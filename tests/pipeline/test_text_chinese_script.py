"""Simplified and Traditional Chinese: conversion, and equal scores for both."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recording import CallMetadata
from pipeline.text.chinese_script import in_script, in_simplified, script_of, simplified, traditional, turn_language
from pipeline.text.homophones import usual_characters
from pipeline.transcript import Transcript, Turn

EXAMPLES = Path(__file__).parents[2] / "examples"
CJK = st.text(
    st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF) | st.sampled_from(usual_characters() + "著 aA1，。")
)


def transcript(*texts):
    turns = tuple(Turn(n, "agent", 0, None, None, text) for n, text in enumerate(texts))
    return Transcript("c1", "zh", turns, CallMetadata(), source="jsonl")


@pytest.mark.parametrize(
    ("mainland", "taiwan"),
    [
        ("头发和发现", "頭髮和發現"),
        ("后面的皇后", "後面的皇后"),
        ("这里的系统", "這裡的系統"),
        ("尾号幺二，什么", "尾號幺二，什麼"),
        ("您听着，著名的台风", "您聽著，著名的颱風"),
        ("工号3027, yes", "工號3027, yes"),
        ("", ""),
        ("Hello", "Hello"),
    ],
)
def test_each_script_becomes_the_other(mainland, taiwan):
    assert (traditional(mainland), simplified(taiwan)) == (taiwan, mainland)
    assert (in_script(mainland, "traditional"), in_script(taiwan, "simplified")) == (taiwan, mainland)


@pytest.mark.parametrize("text", ["请问有什么可以帮您？", "著名", "乾隆", "皇后", "Hello"])
def test_simplified_text_is_unchanged(text):
    assert simplified(text) == text


@given(CJK)
def test_conversion_keeps_positions(text):
    assert len(simplified(text)) == len(traditional(text)) == len(text)


@given(CJK)
def test_simplifying_again_changes_nothing(text):
    assert simplified(simplified(text)) == simplified(text)


def test_the_script_of_texts_is_that_of_most_distinctive_characters():
    assert script_of(["您好，", "請問您的帳號"]) == "traditional"
    assert script_of(["请问您的账号，乾坤大挪移", "這"]) == "simplified"
    assert script_of(["您好", "Hello"]) == script_of([]) == "simplified"


def test_a_simplified_transcript_is_returned_unchanged():
    call = transcript("请稍等", "Hello")
    assert in_simplified(call) is call
    assert [turn.text for turn in in_simplified(transcript("請稍等", "Hello")).turns] == ["请稍等", "Hello"]


def written_calls():
    """The Chinese sample calls, and the same in Traditional characters."""
    lines = map(json.loads, (EXAMPLES / "labelled.jsonl").read_text("utf-8").splitlines())
    found = [line for line in lines if line["language"] == "zh"]
    for line in found:
        turns = [{**turn, "text": traditional(turn["text"])} for turn in line["turns"]]
        yield line, {**line, "turns": turns}


@pytest.mark.slow
def test_traditional_calls_are_scored_like_simplified_ones():
    from models.profile import load_profile
    from models.registry import build_enrichment_models, build_scoring_models
    from pipeline.enrich.enrich import enrich
    from pipeline.ingest.jsonl import transcript_from_json
    from pipeline.rubric.load import load_rubrics
    from pipeline.score.score import score

    profile = load_profile("embedded", device="cpu")
    enrichment_models, scoring_models, rubric = (
        build_enrichment_models(profile),
        build_scoring_models(profile),
        load_rubrics("support"),
    )
    for as_written, other in written_calls():
        calls = enrich(
            [transcript_from_json(each, source="a:1") for each in (as_written, other)],
            enrichment_models=enrichment_models,
        )
        mainland, taiwan = calls
        assert taiwan.transcript.turns[0].text == other["turns"][0]["text"]
        one, same = score(calls, rubric=rubric, scoring_models=scoring_models)
        assert (mainland.vectors == taiwan.vectors).all()
        assert mainland.conduct == taiwan.conduct
        assert [(a.question_id, a.value, a.probability, a.searched) for a in one.answers] == [
            (a.question_id, a.value, a.probability, a.searched) for a in same.answers
        ]
        for answer, twin in zip(one.answers, same.answers, strict=True):
            assert twin.reason == traditional(answer.reason)
            for piece, other_piece in zip(answer.evidence, twin.evidence, strict=True):
                assert other_piece.quote in taiwan.transcript.turns[other_piece.turn].text
                assert replace(other_piece, quote=simplified(other_piece.quote)) == piece


@pytest.mark.parametrize(
    ("text", "call", "language"),
    [
        ("OK, OK", "zh", "zh"),
        ("let me check that for you", "zh", "en"),
        ("我的 iPhone 坏了", "zh", "zh"),
        ("你好", "en", "en"),
        ("我听不懂，sorry", "en", "zh"),
        ("12345", "zh", "zh"),
    ],
)
def test_a_turn_with_mostly_foreign_words_is_in_the_other_language(text, call, language):
    assert turn_language(text, call=call) == language
