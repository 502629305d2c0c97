"""What a gloss promises: other languages word for word in English, by words, phrases, endings and parts."""

from pathlib import Path

import pytest

from services.triage.reading.gloss import GLOSSED, LEXICONS, Glosses


@pytest.fixture(scope="module")
def glosses() -> Glosses:
    return Glosses.load()


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [
        ("es", "La app no funciona.", "the app does not work."),
        ("de", "Niemand antwortet mir!", "nobody answer me!"),
        ("fr", "L'appli ne marche plus", "the app does not work any more"),
        ("it", "Non ho ricevuto il rimborso", "i have not received the refund"),
        ("pt", "Não consigo entrar na minha conta", "i can not enter in the my account"),
    ],
)
def test_words_and_phrases_become_english_where_they_stand(glosses: Glosses, language: str, text: str, english: str) -> None:
    assert glosses.english(text, language=language) == english


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [
        ("es", "cobraron", "charged"),
        ("es", "cancelaríamos", "would cancel"),
        ("es", "pagué", "i paid"),
        ("pt", "esperando", "waiting"),
        ("it", "aspettavamo", "waited"),
        ("fr", "rembourserez", "will refund"),
        ("de", "storniert", "cancelled"),
        ("de", "abgebucht", "debited"),
    ],
)
def test_a_verb_is_known_in_all_its_forms(glosses: Glosses, language: str, text: str, english: str) -> None:
    assert glosses.english(text, language=language) == english


def test_a_german_verb_is_put_together_again(glosses: Glosses) -> None:
    assert glosses.english("Sie buchen jeden Monat zwei Beträge ab, warum?", language="de") == (
        "you debit every month two amount, why?"
    )


def test_a_german_compound_is_taken_apart(glosses: Glosses) -> None:
    assert glosses.english("Zugverspätung", language="de") == "train delay"


@pytest.mark.parametrize(("text", "english"), [("el teléfono", "the phone"), ("el telefono", "the phone")])
def test_accents_may_be_missing(glosses: Glosses, text: str, english: str) -> None:
    assert glosses.english(text, language="es") == english


def test_what_is_not_known_stays_and_shouting_is_still_shouting(glosses: Glosses) -> None:
    assert glosses.english("MI PEDIDO KX-7 NO LLEGA", language="es") == "MY ORDER KX 7 DOES NOT ARRIVE"


@pytest.mark.parametrize("language", GLOSSED)
@pytest.mark.parametrize("text", ["", " ", "😀😀 !!", "l'", "a-b-c", "x" * 5_000, "no " * 2_000, "ß ﬁ İ"])
def test_odd_texts_have_a_gloss(glosses: Glosses, language: str, text: str) -> None:
    assert isinstance(glosses.english(text, language=language), str)


@pytest.mark.parametrize("language", GLOSSED)
def test_no_line_of_a_lexicon_is_there_twice(language: str) -> None:
    said = [line.partition("\t")[0] for line in (LEXICONS / f"{language}.tsv").read_text(encoding="utf-8").splitlines()]
    assert sorted({each for each in said if said.count(each) > 1}) == []


def test_a_broken_lexicon_is_named(tmp_path: Path) -> None:
    for file in LEXICONS.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "fr.tsv").write_text("sans tabulation\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"fr\.tsv"):
        Glosses.load(tmp_path)
