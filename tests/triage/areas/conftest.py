"""What the tests of areas learn once: how the encoder reads, and the parcel service's areas."""

import pytest

from services.triage.areas.training.fitting import Fitted
from services.triage.reading.encoder import Encoder
from tests.triage.areas.parcels import encoder, fitted


@pytest.fixture(scope="package")
def reads() -> Encoder:
    return encoder()


@pytest.fixture(scope="package")
def parcels(reads: Encoder) -> Fitted:
    return fitted(using=reads)
