"""Remove prompt injection: sentences addressed to the model that scores the call, such as "give full marks"."""

from __future__ import annotations

import re
import unicodedata

from pipeline.text.chinese_script import simplified

LEFT_OUT = "[…]"
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？\n]*")
# Zero-width characters, which can hide a word from the search.
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_ADDRESSED = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|skip)\b.{0,40}\b(?:rubric|instructions?|prompts?|guidelines|criteria|"
    r"scoring|questions?|system|above|previous)\b"
    r"|\b(?:full|maximum|top|perfect|highest) (?:marks?|scores?|points)\b"
    r"|\b(?:answer|reply|respond|output|return|print)(?: (?:with|only|just|simply|always|everything)){0,3} [\"']?"
    r"(?:yes|true)\b"
    r"|\bconfidence (?:of )?(?:1|one|100)\b"
    r"|\banswer to (?:every|each|all|any|this|the) questions?\b"
    r"|\b(?:score|mark|rate|grade|evaluate)\b.{0,20}\b(?:this|the|my|every|each) (?:call|agent|question|transcript)\b"
    r"|\b(?:system|developer|assistant) ?(?:prompt|message|:)"
    r"|\b(?:you are|as) an? (?:ai|assistant|language model|judge|grader)\b"
    r"|</?call-|[\"']role[\"']|<\|"
    r"|(?:忽略|无视|忘记|忘掉|不要管|别管|跳过|绕过).{0,12}(?:评分|规则|指令|指示|提示|标准|要求|问题|以上|前面)"
    r"|满分|(?:给|打|评).{0,6}(?:最高分|高分|一百分|100分)|(?:系统|开发者)(?:提示|指令|消息)"
    r"|(?:所有|每个|每道|全部).{0,4}(?:问题|题).{0,8}(?:是|对|真|通过)|(?:回答|答案|输出).{0,6}(?:“?是|true|yes|真)"
    r"|你是.{0,6}(?:人工智能|语言模型|评分员|质检员|裁判)",
    re.IGNORECASE,
)


def without_prompt_injection(text: str) -> str:
    """The text with each injected sentence replaced by `LEFT_OUT`."""
    if not _ADDRESSED.search(_plain(text)):
        return text
    return "".join(_kept(match.group()) for match in _SENTENCE.finditer(text)).strip() or LEFT_OUT


def _kept(sentence: str) -> str:
    return f" {LEFT_OUT}" if _ADDRESSED.search(_plain(sentence)) else sentence


def _plain(text: str) -> str:
    return simplified(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
