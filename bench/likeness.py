"""
`python -m bench.likeness`: how near a contact has to come to the meaning of a remedy to be offered it.

Intents of Banking77 and CLINC150 (committed data) stand for frictions. A book has remedies for ten intents drawn at random; each takes its
meaning from one message of its intent, or from the centre of thirty, as a signal has it. Every message of the test split is offered
the nearest remedy, if it is near enough: most are about nothing that is in the book. About three minutes on one free core.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.areas import Texts, seen
from services.triage.reading.artefact import ENCODER
from services.triage.reading.encoder import Encoder

TRIAGE = Path(__file__).parents[1] / "services" / "triage"
NEAR = np.array([0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8])
BOOK = 10
FROM = (1, 30)
DRAWS = 50


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True))


def counted(train: Texts, test: Texts, of: int, draw: int) -> NDArray[np.int64]:
    """For each nearness: messages that were offered something, that were offered the right one, and that there was one for."""
    random = np.random.default_rng([of, draw])
    names = random.choice(np.unique(train.areas), BOOK, replace=False)
    messages = [random.permutation(np.flatnonzero(train.areas == name))[:of] for name in names]
    likeness = unit(test.meanings) @ unit(np.stack([train.meanings[places].mean(0) for places in messages])).T
    is_near = likeness.max(1)[:, None] >= NEAR
    is_right = is_near & (names[likeness.argmax(1)] == test.areas)[:, None]
    known = np.full(len(NEAR), np.isin(test.areas, names).sum())
    return np.stack([is_near.sum(0), is_right.sum(0), known])


def main() -> None:
    encoder = Encoder.load(TRIAGE / "model" / ENCODER)
    print("| set | meaning from | " + " | ".join(f"{near:.2f}" for near in NEAR) + " |")
    print("|---|---|" + "---|" * len(NEAR))
    for name in ("banking77", "clinc150"):
        train, test = seen(name, "train", encoder), seen(name, "test", encoder)
        for of in FROM:
            offered, right, known = np.sum([counted(train, test, of, draw) for draw in range(DRAWS)], axis=0)
            cells = [f"{part:.0%} / {found:.0%}" for part, found in zip(right / offered, right / known, strict=True)]
            print(f"| {name} | {'a message' if of == 1 else f'the centre of {of}'} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
