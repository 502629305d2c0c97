from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from services.triage.reading.artefact import ENCODER
from services.triage.reading.encoder import DIMS, Encoder
from services.triage.reading.one_space import TURN, Multilingual, OneSpace, Turn

# Each line is one complaint in six languages.
COMPLAINTS = (
    {
        "en": "My parcel has not arrived, I have been waiting for three weeks.",
        "de": "Mein Paket ist nicht angekommen, ich warte seit drei Wochen.",
        "es": "Mi paquete no ha llegado, llevo tres semanas esperando.",
        "fr": "Mon colis n'est pas arrivé, j'attends depuis trois semaines.",
        "it": "Il mio pacco non è arrivato, aspetto da tre settimane.",
        "pt": "Minha encomenda não chegou, estou esperando há três semanas.",
    },
    {
        "en": "You charged my card twice for one ticket.",
        "de": "Sie haben meine Karte für ein Ticket zweimal belastet.",
        "es": "Me han cobrado dos veces en la tarjeta por un billete.",
        "fr": "Vous avez débité ma carte deux fois pour un seul billet.",
        "it": "Avete addebitato due volte sulla mia carta un solo biglietto.",
        "pt": "Vocês cobraram duas vezes no meu cartão por uma passagem.",
    },
    {
        "en": "The receptionist was rude to my mother.",
        "de": "Die Empfangsdame war unhöflich zu meiner Mutter.",
        "es": "La recepcionista fue grosera con mi madre.",
        "fr": "La réceptionniste a été impolie avec ma mère.",
        "it": "La receptionist è stata scortese con mia madre.",
        "pt": "A recepcionista foi grosseira com a minha mãe.",
    },
    {
        "en": "The app crashes as soon as I open it.",
        "de": "Die App stürzt ab, sobald ich sie öffne.",
        "es": "La aplicación se cierra en cuanto la abro.",
        "fr": "L'application plante dès que je l'ouvre.",
        "it": "L'app si blocca appena la apro.",
        "pt": "O aplicativo trava assim que eu o abro.",
    },
)
FOREIGN = ("de", "es", "fr", "it", "pt")
ODD = ["", " ", "😀😀", "ok", "x" * 20_000, "wait " * 400, "Où est mon colis?", "My parcel is lost", "My parcel is late"]


@pytest.fixture(scope="module")
def space(model_folder: Path) -> OneSpace:
    return OneSpace.load(model_folder / ENCODER)


@pytest.fixture(scope="module")
def english(model_folder: Path) -> Encoder:
    return Encoder.load(model_folder / ENCODER)


class TestEnglish:
    def test_company_does_not_move_a_vector_by_one_bit(self, english: Encoder) -> None:
        texts = ODD + [complaint["en"] for complaint in COMPLAINTS] * 5
        alone = np.concatenate([english.encode([text]) for text in texts])
        assert np.array_equal(english.encode(texts), alone)

    def test_every_vector_has_length_one(self, english: Encoder) -> None:
        assert lengths(english.encode(ODD)) == pytest.approx(np.ones(len(ODD)), abs=1e-5)

    def test_texts_of_any_length_come_back_in_their_order(self, english: Encoder) -> None:
        texts = ["a word or two", "hi", "a word or two", "one that is a little longer than the others", "hi"]
        vectors = english.encode(texts)
        assert [int(np.argmax(vectors @ own)) for own in english.encode(["hi", "a word or two"])] == [1, 0]
        assert np.array_equal(vectors[[0, 1]], vectors[[2, 4]])

    def test_no_texts_no_vectors(self, english: Encoder) -> None:
        assert english.encode([]).shape == (0, DIMS)

    def test_what_stands_behind_the_last_token_is_not_read(self, model_folder: Path) -> None:
        short = Encoder.load(model_folder / ENCODER, max_tokens=8)
        assert np.array_equal(*short.encode(["one two three four five six seven", "one two three four five six eight nine"]))

    def test_layers_and_tokens_do_not_depend_on_company_either(self, english: Encoder) -> None:
        together = english.read(ODD, with_states=True)
        for place, text in enumerate(ODD):
            alone = english.read([text], with_states=True)
            assert np.array_equal(together.layers[place], alone.layers[0])
            assert np.array_equal(together.states[place].tokens, alone.states[0].tokens)

    def test_every_token_knows_its_place_in_the_text(self, english: Encoder) -> None:
        (states,) = english.read(["My parcel"], with_states=True).states
        assert [states.tokens.shape, states.offsets.tolist()] == [(4, 3 * DIMS), [[0, 0], [0, 2], [3, 9], [0, 0]]]

    def test_states_are_given_only_where_they_are_asked_for(self, english: Encoder) -> None:
        assert english.read(["My parcel"]).states == []

    def test_a_broken_network_is_named(self, model_folder: Path, tmp_path: Path) -> None:
        shutil.copytree(model_folder / ENCODER, tmp_path, dirs_exist_ok=True)
        (tmp_path / "model.onnx").write_bytes(b"not a network")
        with pytest.raises(ValueError, match=r"network cannot be read: .*model\.onnx"):
            Encoder.load(tmp_path)


class TestOneSpace:
    @pytest.mark.parametrize("language", FOREIGN)
    def test_a_complaint_is_nearest_to_itself_in_english(self, space: OneSpace, language: str) -> None:
        said = vectors_in(space, language)
        assert (said @ vectors_in(space, "en").T).argmax(axis=1).tolist() == list(range(len(COMPLAINTS)))

    @pytest.mark.parametrize("language", FOREIGN)
    def test_a_complaint_is_near_itself_and_far_from_others(self, space: OneSpace, language: str) -> None:
        nearness = vectors_in(space, language) @ vectors_in(space, "en").T
        same, other = np.diag(nearness), nearness[~np.eye(len(COMPLAINTS), dtype=bool)]
        assert same.mean() > other.mean() + 0.3

    def test_two_foreign_languages_meet_as_well(self, space: OneSpace) -> None:
        nearness = vectors_in(space, "de") @ vectors_in(space, "pt").T
        assert nearness.argmax(axis=1).tolist() == list(range(len(COMPLAINTS)))

    def test_languages_may_be_mixed_and_keep_their_order(self, space: OneSpace) -> None:
        texts = [complaint[language] for complaint in COMPLAINTS for language in ("de", "en", "fr")]
        languages = ["de", "en", "fr"] * len(COMPLAINTS)
        alone = np.concatenate([space.encode([text], [language]) for text, language in zip(texts, languages, strict=True)])
        assert space.encode(texts, languages) == pytest.approx(alone, abs=1e-5)

    def test_english_is_what_the_english_encoder_says(self, space: OneSpace, english: Encoder) -> None:
        texts = [complaint["en"] for complaint in COMPLAINTS]
        assert np.array_equal(space.encode(texts, ["en"] * len(texts)), english.encode(texts))

    def test_an_unknown_language_is_read_as_english(self, space: OneSpace, english: Encoder) -> None:
        assert np.array_equal(space.encode(["tack så mycket"], ["sv"]), english.encode(["tack så mycket"]))

    @pytest.mark.parametrize("language", ["en", "de", "und"])
    def test_odd_texts_have_vectors_of_length_one(self, space: OneSpace, language: str) -> None:
        assert lengths(space.encode(ODD, [language] * len(ODD))) == pytest.approx(np.ones(len(ODD)), abs=1e-5)

    def test_no_texts_no_vectors(self, space: OneSpace) -> None:
        assert space.encode([], []).shape == (0, DIMS)

    def test_a_broken_map_is_named(self, tmp_path: Path) -> None:
        (tmp_path / TURN).write_bytes(b"not a map")
        with pytest.raises(ValueError, match=r"map between languages cannot be read: .*languages\.npz"):
            Turn.load(tmp_path / TURN)

    def test_a_very_long_text_is_read_as_its_beginning(self) -> None:
        multilingual, text = Multilingual(), "Meine Karte ist gesperrt. " * 40
        assert np.array_equal(multilingual.encode([text]), multilingual.encode([text[:600]]))


def vectors_in(space: OneSpace, language: str) -> NDArray[np.float32]:
    return space.encode([complaint[language] for complaint in COMPLAINTS], [language] * len(COMPLAINTS))


def lengths(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = np.linalg.norm(vectors, axis=1)
    return found
