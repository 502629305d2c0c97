"""What the reader promises, on texts that are (terse ones apart) in none of its examples."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from services.triage.reading import Reader, Reading, Text, Vector
from services.triage.reading.cleaning import essence, visible
from services.triage.reading.encoder import DIMS, SPACE
from services.triage.reading.own_words import own_words
from services.triage.reading.sentences import sentences
from services.triage.reading.vectors import quantised, restored
from shared.events.words import Disposition, Feeling, Kind, Urgency

Read = Callable[[str], Reading]

LONG_COMPLAINT = (
    "On 3 June I called about an account on my credit report that does not belong to me. I was told that it would be investigated "
    "within thirty days. Forty-one days later I received a form letter stating that the item had been verified, without any "
    "document. I sent my identity card, a police report and a signed statement. The account was opened in a town in which I have "
    "never lived. I was refused a mortgage because of it. I am asking that the account is removed and that I am sent the "
    "documents on which the verification rests."
)


class TestWhatAContactIs:
    @pytest.mark.parametrize(
        ("text", "disposition"),
        [
            ("The app crashes whenever I open my photos", Disposition.FRICTION),
            ("It would be great if you could add a dark mode to the calendar", Disposition.IDEA),
            ("Thank you so much, your team was wonderful and quick!", Disposition.PRAISE),
            ("We are hiring and need 25 more licences, what would the bigger plan cost?", Disposition.OPPORTUNITY),
            ("you are all worthless idiots, go to hell", Disposition.ABUSE),
            ("Automatic reply: I am out of the office until Monday", Disposition.NOISE),
            (LONG_COMPLAINT, Disposition.FRICTION),
        ],
    )
    def test_a_plain_contact_is_read_as_what_it_is(self, read: Read, text: str, disposition: Disposition) -> None:
        assert read(text).disposition is disposition

    def test_a_misfit_comes_with_its_reason(self, read: Read) -> None:
        reading = read("I was looking for a racing game and this is chess. Not for me, no hard feelings.")
        assert (reading.disposition, reading.misfit_reason) == (Disposition.MISFIT, "need")

    def test_only_a_misfit_has_such_a_reason(self, read: Read) -> None:
        assert read("The app crashes whenever I open my photos").misfit_reason is None

    def test_the_same_words_mean_less_friction_under_a_top_rating(self, reader: Reader) -> None:
        low, high = reader.read([Text(None, "It never stops", rating=0.0), Text(None, "It never stops", rating=1.0)])
        assert low.mood.feeling is not Feeling.PLEASED
        assert high.disposition is not Disposition.FRICTION or high.confidence < low.confidence


class TestWhatGotInTheWay:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("The export button does nothing, it is broken", Kind.DEFECT),
            ("I can't log in, my password is refused", Kind.ACCESS),
            ("How do I change the delivery address?", Kind.CONFUSION),
            ("My parcel should have been here two weeks ago", Kind.DELAY),
            ("You charged me twice for one ticket, I want a refund", Kind.CHARGE),
            ("The woman at the desk was incredibly rude to my father", Kind.SERVICE),
            ("Someone used my card without my permission", Kind.TRUST),
        ],
    )
    def test_a_plain_complaint_has_the_kind_anyone_would_give_it(self, read: Read, text: str, kind: Kind) -> None:
        (friction,) = read(text).frictions
        assert friction.kind is kind

    def test_two_complaints_in_one_contact_are_two_frictions_each_with_its_passage(self, read: Read) -> None:
        text = "I can't log in any more since Tuesday. You also took the money for June twice."
        frictions = read(text).frictions
        assert [(text[f.start : f.end], f.kind) for f in frictions] == [
            ("I can't log in any more since Tuesday.", Kind.ACCESS),
            ("You also took the money for June twice.", Kind.CHARGE),
        ]
        assert frictions[0].vector != frictions[1].vector

    def test_under_the_cut_off_the_kind_is_unknown_and_the_candidates_are_given(self, read: Read) -> None:
        (friction,) = read("Nothing about this subscription makes any sense to me any more").frictions
        assert friction.kind is Kind.UNKNOWN
        assert friction.confidence == friction.candidates[0].probability
        assert [c.probability for c in friction.candidates] == sorted((c.probability for c in friction.candidates), reverse=True)

    def test_reasons_are_words_of_the_text(self, read: Read) -> None:
        (friction,) = read("You charged me twice for one ticket, I want a refund").frictions
        assert friction.reasons
        assert all(reason in "you charged me twice for one ticket i want a refund" for reason in friction.reasons)

    def test_anger_and_repetition_make_a_friction_more_intense(self, read: Read) -> None:
        calm = read("The parcel has not arrived, could you have a look?")
        furious = read("WHERE IS MY PARCEL?! Third week, again nothing, this is unacceptable!!!")
        assert calm.frictions[0].intensity < furious.frictions[0].intensity

    @pytest.mark.parametrize("text", ["Thank you so much, wonderful!", "you idiots go to hell", "out of office until Monday", ""])
    def test_where_nothing_got_in_the_way_there_is_no_friction(self, read: Read, text: str) -> None:
        assert read(text).frictions == ()

    def test_the_subject_helps_but_offsets_are_those_of_the_body(self, reader: Reader) -> None:
        (reading,) = reader.read([Text("Charged twice", "Please have a look at invoice 4711.")])
        (friction,) = reading.frictions
        assert friction.kind is Kind.CHARGE
        assert (friction.start, friction.end) == (0, 35)


class TestUrgency:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("I can't go on, I want to kill myself", "self-harm or danger to life"),
            ("There is a smell of gas in the kitchen since your man was here", "somebody was hurt or could be"),
            ("There are three unauthorised transactions on my account", "fraud happening now"),
            ("I can see another customer's invoices in my account", "personal data exposed"),
            ("If this is not settled by Friday my lawyer will file suit", "legal threat"),
        ],
    )
    def test_what_is_grave_is_critical_and_says_why(self, read: Read, text: str, reason: str) -> None:
        reading = read(text)
        assert (reading.urgency, reading.urgency_reason) == (Urgency.CRITICAL, reason)

    @pytest.mark.parametrize(
        "text",
        [
            "this app is killing me with its ads",
            "I could have died laughing at your advert",
            "Your new album is fire",
            "What does your fraud protection cover?",
            "my lawyer friend recommended you, love it",
            "my phone battery dies so quickly",
        ],
    )
    def test_what_only_sounds_grave_is_not(self, read: Read, text: str) -> None:
        assert read(text).urgency is not Urgency.CRITICAL

    def test_a_person_in_danger_is_never_noise(self, read: Read) -> None:
        assert read("I want to kill myself").disposition is not Disposition.NOISE

    def test_praise_can_wait(self, read: Read) -> None:
        assert read("Thank you so much, your team was wonderful and quick!").urgency is Urgency.LOW

    def test_a_close_deadline_is_high(self, read: Read) -> None:
        assert read("I am locked out and the tax return is due before midnight").urgency is Urgency.HIGH


class TestMood:
    @pytest.mark.parametrize(
        ("text", "feeling"),
        [
            ("This is outrageous, I am furious, never again!!!", Feeling.ANGRY),
            ("I love it, thank you so much!", Feeling.PLEASED),
            ("How do I change my e-mail address?", Feeling.NEUTRAL),
        ],
    )
    def test_a_plain_feeling_is_read_and_comes_with_how_to_answer_it(self, read: Read, text: str, feeling: Feeling) -> None:
        mood = read(text).mood
        assert mood.feeling is feeling
        assert 0.0 < mood.score <= 1.0
        assert mood.advice


class TestOddTexts:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "\n\t",
            "\x00",
            "\x00\x00 hi\x00",
            "😀😡🤮",
            "👩‍👩‍👧‍👦",
            "....",
            "?!?!",
            "X",
            "a" * 20_000,
            "XXXX " * 4_000,
            "\u202e\u200b",
            "🤮" * 10_000,
        ],
    )
    def test_are_read_without_error_and_in_bounded_time(self, read: Read, text: str) -> None:
        began = time.process_time()
        reading = read(text)
        assert time.process_time() - began < 2.0
        assert all(0 <= f.start <= f.end <= len(text) for f in reading.frictions)

    def test_nothing_is_noise(self, read: Read) -> None:
        reading = read("\x00 ")
        assert (reading.disposition, reading.confidence, reading.language) == (Disposition.NOISE, 1.0, "und")

    def test_twenty_thousand_characters_are_read_like_their_beginning(self, read: Read) -> None:
        reading = read("You charged me twice and nobody refunds me. " * 450)
        assert reading.disposition is Disposition.FRICTION
        assert reading.frictions[0].kind is Kind.CHARGE

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("Meine Bestellung ist seit drei Wochen nicht angekommen und niemand antwortet.", "de"),
            ("No puedo entrar en mi cuenta desde ayer, necesito ayuda por favor.", "es"),
            ("Je n'arrive pas à me connecter à mon compte depuis hier.", "fr"),
            ("私の注文がまだ届いていません", "ja"),
        ],
    )
    def test_other_languages_are_told_and_read(self, read: Read, text: str, language: str) -> None:
        reading = read(text)
        assert (reading.language, reading.disposition) == (language, Disposition.FRICTION)

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("Tilaukseni ei ole vieläkään saapunut, vaikka maksoin sen kolme viikkoa sitten.", "fi"),
            ("A rendelésem három hete nem érkezett meg, és senki sem válaszol.", "hu"),
        ],
    )
    def test_a_language_that_was_not_learned_is_unknown_never_noise(self, read: Read, text: str, language: str) -> None:
        reading = read(text)
        assert (reading.language, reading.disposition) == (language, Disposition.UNKNOWN)
        assert {friction.kind for friction in reading.frictions} == {Kind.UNKNOWN}

    @pytest.mark.parametrize("text", ["meh", "ok thx", "refund pls", "not worth it", "no signal", "app crash"])
    def test_terse_english_stays_english(self, read: Read, text: str) -> None:
        assert read(text).language == "en"

    def test_no_texts_no_readings(self, reader: Reader) -> None:
        assert reader.read([]) == []

    def test_company_does_not_change_a_reading(self, reader: Reader) -> None:
        texts = [
            Text(None, body)
            for body in ("hello", "My parcel is lost", LONG_COMPLAINT, "", "Love it, but it crashes. And you charged me twice!")
        ]
        together = reader.read(texts)
        alone = [reading for text in texts for reading in reader.read([text])]
        assert together == alone

    def test_the_same_texts_give_the_same_reading(self, reader: Reader) -> None:
        texts = [Text(None, LONG_COMPLAINT), Text("Lost", "My parcel is lost")]
        assert reader.read(texts) == reader.read(texts)


class TestVectors:
    def test_a_friction_comes_with_a_unit_vector_in_a_named_space(self, read: Read) -> None:
        vector = read("My parcel is lost").frictions[0].vector
        assert (vector.space, vector.dims, len(vector.values)) == (SPACE, DIMS, DIMS)
        assert np.linalg.norm(restored(vector)) == pytest.approx(1.0, abs=0.01)

    def test_bytes_keep_the_direction(self) -> None:
        original = np.random.default_rng(1).normal(size=DIMS).astype(np.float32)
        back = restored(quantised(original, space="any"))
        assert float(original @ back) / float(np.linalg.norm(original) * np.linalg.norm(back)) >= 0.99

    def test_zero_stays_zero(self) -> None:
        assert quantised(np.zeros(3, dtype=np.float32), space="any") == Vector("any", 3, 1.0, bytes(3))

    def test_the_same_complaint_in_other_words_is_nearer_than_another_one(self, read: Read) -> None:
        lost, missing, rude = (
            restored(read(text).frictions[0].vector)
            for text in ("My parcel is lost", "The package never arrived", "The driver was rude to me")
        )
        assert lost @ missing > lost @ rude


class TestSentences:
    def test_a_sentence_ends_at_a_stop_and_a_clause_at_a_turn(self) -> None:
        text = "Hi Mr. Smith, great app! I love it, but it crashes. Why?"
        assert [text[s.start : s.end] for s in sentences(text)] == [
            "Hi Mr. Smith, great app!",
            "I love it,",
            "but it crashes.",
            "Why?",
        ]

    def test_a_text_without_a_stop_is_cut_at_blanks(self) -> None:
        text = "word " * 400
        assert max(s.end - s.start for s in sentences(text)) <= 400

    def test_cleaning_keeps_every_character_in_its_place(self) -> None:
        assert visible("a\x00b\u202ec\nd") == "a b c\nd"

    def test_masks_links_and_long_runs_say_nothing(self) -> None:
        text = "On XX/XX/2019 XXXX   sent https://x.example/y sooooooo late"
        assert essence(text).split() == ["On", "sent", "link", "sooo", "late"]
        assert len(essence(text)) == len(text)


class TestOwnWords:
    @pytest.mark.parametrize(
        ("sent", "own"),
        [
            (
                "<p>Hello <b>team</b>,</p><p>My &amp; your app crashes.</p><blockquote>old</blockquote>",
                "Hello team , My & your app crashes.",
            ),
            (
                "It still fails.\n\nOn Mon, Nov 2, 2026 at 10:00, Support <a@b.example> wrote:\n> did you try\n> again?",
                "It still fails.",
            ),
            ("Still no refund.\n\nBest regards,\nJane\n\nFrom: Support\nSent: Monday\nTo: Jane\n\nDear Jane", "Still no refund."),
            (
                "Das Paket fehlt.\n\nMit freundlichen Grüßen\nHans\n\nAm 02.11.2026 um 10:00 schrieb Support:\n> bla",
                "Das Paket fehlt.",
            ),
            ("> did you restart?\nYes, twice.\n> and the router?\nAlso.", "Yes, twice. Also."),
            ("Issues:\n- login broken\n- invoice wrong\n\nSent from my iPhone", "Issues: - login broken - invoice wrong"),
            ("I <3 this app, 5 < 6", "I <3 this app, 5 < 6"),
            ("> all quoted\n> text", "> all quoted > text"),
        ],
    )
    def test_markup_quotes_and_signatures_are_blanked_in_their_place(self, sent: str, own: str) -> None:
        shown = own_words(sent)
        assert shown.split() == own.split()
        assert len(shown) == len(sent)

    @pytest.mark.parametrize(
        "text", ["On " + "x " * 9_000, "From: a\n" * 2_000, "<p>" * 6_000, "On x wrot\n" * 1_900, "_" * 19_000 + "\n--"]
    )
    def test_hostile_letters_cost_bounded_time(self, text: str) -> None:
        began = time.process_time()
        assert len(own_words(text)) == len(text)
        assert time.process_time() - began < 1.0

    def test_what_the_agent_wrote_below_is_not_read(self, read: Read) -> None:
        sent = "Thank you, all is well now!\n\nOn Mon, Nov 2, 2026 at 10:00, Support <a@b.example> wrote:\n> Sorry that you were charged twice."
        assert read(sent).disposition is Disposition.PRAISE


class TestABrokenModel:
    @pytest.fixture
    def copy(self, model_folder: Path, tmp_path: Path) -> Path:
        folder = tmp_path / "model"
        shutil.copytree(model_folder, folder)
        return folder

    @pytest.mark.parametrize(
        "part",
        [
            "model.json",
            "ngrams_english.txt",
            "weights.npz",
            "encoder/model.onnx",
            "encoder/tokenizer.json",
            "encoder/languages.npz",
        ],
    )
    def test_a_missing_file_is_named(self, copy: Path, part: str) -> None:
        (copy / part).unlink()
        with pytest.raises(ValueError, match=rf"the model cannot be loaded: .*{Path(part).name}"):
            Reader.load(copy)

    @pytest.mark.parametrize(
        "part", ["ngrams_english.txt", "weights.npz", "encoder/model.onnx", "encoder/tokenizer.json", "encoder/languages.npz"]
    )
    def test_a_changed_file_is_named(self, copy: Path, part: str) -> None:
        (copy / part).write_bytes((copy / part).read_bytes()[:-10])
        with pytest.raises(ValueError, match=rf"{Path(part).name}: its content is not what model.json describes"):
            Reader.load(copy)

    def test_a_description_that_is_not_json_is_refused(self, copy: Path) -> None:
        (copy / "model.json").write_text("{")
        with pytest.raises(ValueError, match=r"model.json: not a description of a model"):
            Reader.load(copy)

    def test_another_format_is_refused(self, copy: Path) -> None:
        described = json.loads((copy / "model.json").read_text())
        (copy / "model.json").write_text(json.dumps({**described, "format": 99}))
        with pytest.raises(ValueError, match=r"format 99"):
            Reader.load(copy)

    def test_a_word_that_is_not_of_the_contract_is_refused(self, copy: Path) -> None:
        described = json.loads((copy / "model.json").read_text())
        described["heads"]["english.kind"]["labels"][0] = "gremlins"
        (copy / "model.json").write_text(json.dumps(described))
        with pytest.raises(ValueError, match=r"no words of the contract: \['gremlins'\]"):
            Reader.load(copy)

    def test_a_whole_one_says_its_name_and_version(self, reader: Reader) -> None:
        assert reader.name == "failbetter-reader"
        assert reader.version
