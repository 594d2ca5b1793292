from pipeline.ports import SpeakerSpan
from pipeline.transcribe.speakers import by_speaker
from pipeline.transcript import Word


def words(*spans: tuple[float, float]) -> list[Word]:
    return [Word(f"w{number}", start_s, end_s, 1.0) for number, (start_s, end_s) in enumerate(spans)]


def starts(sides: dict[int, list[Word]]) -> dict[int, list[float]]:
    return {side: [word.start_s for word in own] for side, own in sides.items()}


def test_words_go_to_the_speaker_whose_span_they_lie_in() -> None:
    spans = [SpeakerSpan(0, 0, 2, 1.0), SpeakerSpan(1, 2, 4, 1.0)]
    assert starts(by_speaker(words((0.5, 1.0), (2.5, 3.0)), spans)) == {0: [0.5], 1: [2.5]}


def test_a_word_outside_all_spans_goes_to_the_nearest() -> None:
    spans = [SpeakerSpan(0, 0, 2, 1.0), SpeakerSpan(1, 6, 8, 1.0)]
    assert starts(by_speaker(words((5.0, 5.4)), spans)) == {1: [5.0]}


def test_words_in_overlap_go_to_the_more_confident_speaker() -> None:
    spans = [SpeakerSpan(0, 0, 4, 0.8), SpeakerSpan(1, 1, 3, 0.5), SpeakerSpan(1, 5, 6, 0.8)]
    assert starts(by_speaker(words((0.2, 0.5), (1.5, 2.0), (5.2, 5.5)), spans)) == {0: [0.2, 1.5], 1: [5.2]}
    assert starts(by_speaker(words((1.5, 2.0)), sorted(spans, key=lambda span: -span.start_s))) == {0: [1.5]}


def test_a_flip_of_a_word_or_two_inside_a_run_is_smoothed_away() -> None:
    spans = [SpeakerSpan(0, 0, 2, 1.0), SpeakerSpan(1, 2, 2.3, 1.0), SpeakerSpan(0, 2.3, 4, 1.0)]
    said = words(*((at / 4, at / 4 + 0.25) for at in range(16)))
    assert set(by_speaker(said, spans)) == {0}


def test_without_spans_there_is_one_speaker() -> None:
    assert starts(by_speaker(words((0.0, 0.5), (2.0, 2.5)), [])) == {0: [0.0, 2.0]}
