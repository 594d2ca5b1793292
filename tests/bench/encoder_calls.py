"""Small made-up calls for tests of encoders: each dialogue act is one fixed phrase."""

from pipeline.evaluate.labelled import LabelledCall
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript, Turn

SAID = {"neutral": "a question", "negative": "this is awful my bill is wrong", "positive": "you are wonderful"}
MOODS = tuple(SAID)


def call_of(number, *, language="en"):
    greets, mood = number % 2 == 1, MOODS[number % 3]
    lines = [
        ("agent", "hello this is acme" if greets else "yes", ("greets",) if greets else ()),
        ("customer", SAID[mood], ("voices_problem",) if mood == "negative" else ()),
        ("agent", "done it is fixed", ("solves",)),
    ]
    return LabelledCall(
        transcript=Transcript(
            call_id=f"{language}{number}",
            language=language,
            turns=tuple(
                Turn(index=index, role=role, channel=0, start_s=None, end_s=None, text=text)
                for index, (role, text, _) in enumerate(lines)
            ),
            metadata=CallMetadata(agent_id=f"a{number}", customer_id=f"k{number}"),
            source="jsonl",
        ),
        labels={"greeting_identify": "yes" if greets else "no", "sentiment_start": mood},
        acts=tuple(acts for _, _, acts in lines),
        turn_sentiment=(None, mood, None),
    )
