from types import SimpleNamespace

from models.whisper_words import Spelling, words_of


class Tokens:
    """Split tokens like faster-whisper's tokenizer; token n is word n of the list."""

    eot = 99

    def __init__(self, *words: str) -> None:
        self.words = words

    def split_to_word_tokens(self, tokens: list[int]) -> tuple[list[str], list[list[int]]]:
        return [*self.words, "<|endoftext|>"], [[token] for token in tokens]


def heard(*words: str, language: str = "en", frames: list[int] | None = None) -> list[tuple[str, float, float]]:
    frames = frames or [10 * n for n in range(len(words) + 1)]
    aligned = SimpleNamespace(alignments=list(enumerate(frames)), text_token_probs=[0.5] * len(words))
    return [
        (word.text, word.start_s, word.end_s)
        for word in words_of(Tokens(*words), list(range(len(words))), aligned, Spelling(language))
    ]


def test_words_start_where_their_first_token_does() -> None:
    assert heard(" How", " are", " you") == [("How", 0.0, 0.2), ("are", 0.2, 0.4), ("you", 0.4, 0.6)]


def test_punctuation_joins_its_word_without_stretching_it() -> None:
    assert heard(" Well", ",", " yes", ".") == [("Well,", 0.0, 0.2), ("yes.", 0.4, 0.6)]


def test_parts_without_a_space_belong_to_the_english_word_before() -> None:
    assert [word for word, _, _ in heard(" 9", ":", "40", " am")] == ["9:40", "am"]


def test_a_word_that_swallows_a_pause_is_cut() -> None:
    words = heard(" so", " then", " it", " broke", " down", frames=[0, 10, 20, 220, 230, 240])
    assert words[2] == ("it", 0.4, 1.0)


def test_chinese_is_simplified_and_has_chinese_punctuation() -> None:
    assert "".join(word for word, _, _ in heard("請", "問", ",", "聽", "著", "?", language="zh")) == "请问，听着？"


def test_zhu_of_famous_stays() -> None:
    assert Spelling("zh").of("著名") == "著名"
