import numpy as np

from models.fitting.misheard_chinese import blur, misheard_chinese, spellings

TEXTS = ["您好，工号三零二七，请问有什么可以帮您？", "我打过三次电话了，你们还没给我处理。"] * 20
OWN = spellings(TEXTS)


def copies():
    return [misheard_chinese(text, OWN, np.random.default_rng(number)) for number, text in enumerate(TEXTS)]


def test_a_seed_gives_the_same_text():
    assert copies() == copies()


def pairs():
    kept = [(text, copy) for text, copy in zip(TEXTS, copies(), strict=True) if len(text) == len(copy)]
    return [pair for text, copy in kept for pair in zip(text, copy, strict=True)]


def test_some_characters_are_wrong_and_most_are_right():
    assert 0.03 < np.mean([before != after for before, after in pairs()]) < 0.4


def test_a_changed_character_sounds_similar():
    assert np.mean([blur(before) == blur(after) for before, after in pairs()]) > 0.95


def test_punctuation_digits_and_letters_are_kept():
    assert misheard_chinese("3027, ok?!", OWN, np.random.default_rng(0)) == "3027, ok?!"


def test_frequent_characters_survive_more_often():
    own, text = spellings(["好" * 1000]), "好" * 400
    copy = misheard_chinese(text, own, np.random.default_rng(1))
    rare = misheard_chinese(text, spellings(["号" * 1000]), np.random.default_rng(1))
    assert copy.count("好") > rare.count("好")
