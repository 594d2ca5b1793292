from pipeline.transcribe.sentences import passages_of, words_in
from pipeline.transcript import Word


def words(*timed: tuple[str, float]) -> list[Word]:
    return [Word(text, start_s, start_s + 0.3, 0.9) for text, start_s in timed]


def test_sentences_end_at_full_stops_and_pauses_and_passages_at_long_pauses() -> None:
    said = words(("Hello.", 0), ("How", 0.4), ("are", 0.8), ("you", 2.0), ("Ann", 5.0))
    passages = passages_of(said, language="en")
    assert [[sentence.text for sentence in passage] for passage in passages] == [
        ["Hello.", "How are", "you"],
        ["Ann"],
    ]
    assert words_in(sentence for passage in passages for sentence in passage) == said


def test_no_words_make_no_passage() -> None:
    assert passages_of([], language="zh") == []
