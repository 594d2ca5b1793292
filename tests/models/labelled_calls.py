"""Small made-up labelled calls for tests of fitting: every act is one plain phrase."""

from pipeline.evaluate.labelled import LabelledCall
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript, Turn

GREETING = {"yes": "hello this is acme anna speaking", "no": "yes"}
PROBLEM = {"negative": "this is awful my bill is wrong", "neutral": "i have a question about my bill"}
ENDING = {"resolved": ("solves", "done it is fixed now"), "unresolved": ("refuses", "no we cannot do that")}


def labelled_call(number, *, agent=None, acts=True):
    greets = "yes" if number % 2 else "no"
    mood = "negative" if number % 3 else "neutral"
    ending = "resolved" if number % 5 < 3 else "unresolved"
    act, close = ENDING[ending]
    lines = [
        ("agent", GREETING[greets], ("greets", "names_self") if greets == "yes" else ()),
        ("customer", PROBLEM[mood], ("voices_problem",) if mood == "negative" else ()),
        ("agent", "let me see", ()),
        ("customer", "go on", ()),
        ("agent", close, (act,)),
        ("customer", "thank you great" if ending == "resolved" else "this is awful", ()),
    ]
    moods = (None, mood, None, "neutral", None, "positive" if ending == "resolved" else "negative")
    return LabelledCall(
        transcript=Transcript(
            call_id=f"c{number}",
            language="en" if number % 4 else "zh",
            turns=tuple(
                Turn(index=index, role=role, channel=0, start_s=None, end_s=None, text=text)
                for index, (role, text, _) in enumerate(lines)
            ),
            metadata=CallMetadata(agent_id=agent or f"a{number}", customer_id=f"k{number}"),
            source="jsonl",
        ),
        labels={"greeting_identify": greets, "outcome": ending, "sentiment_start": mood},
        evidence={},
        acts=tuple(acts for _, _, acts in lines) if acts else (),
        turn_sentiment=moods if acts else (),
    )
