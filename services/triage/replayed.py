"""Which dead letters of one partition were sent again, so that none is sent twice."""

from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.errors import Rejected

MAX_BYTES = 4000
"""What brokers keep beside an offset (Kafka's `offset.metadata.max.bytes` is 4096)."""

EVERY_CODE = "*"


class Stretch(BaseModel):
    """Offsets from `first` up to `end`, excluded."""

    model_config = ConfigDict(frozen=True)

    first: int
    end: int


class Sent(BaseModel):
    """What was sent of one code; `*` is every code."""

    model_config = ConfigDict(frozen=True)

    code: str
    stretches: tuple[Stretch, ...]


class Replayed(BaseModel):
    """Every stretch that was gone through, by the code that was asked for. It is kept beside the offset of a consumer group."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sent: tuple[Sent, ...] = ()

    @classmethod
    def read(cls, metadata: str) -> Self:
        """What was written; anything else means that nothing was sent."""
        try:
            return cls.model_validate_json(metadata)
        except ValidationError:
            return cls()

    def written(self) -> str:
        """Raises Rejected when there are too many stretches to be kept."""
        said = self.model_dump_json()
        if len(said) > MAX_BYTES:
            raise Rejected("too many partial replays to remember; run one without --code and --since first")
        return said

    def holds(self, offset: int, code: str) -> bool:
        """Whether the dead letter at `offset`, buried under `code`, was sent again."""
        return any(
            stretch.first <= offset < stretch.end
            for sent in self.sent
            if sent.code in (code, EVERY_CODE)
            for stretch in sent.stretches
        )

    def plus(self, code: str, first: int, end: int) -> Self:
        """After everything of `code` from `first` up to `end` was sent."""
        known = {sent.code: sent.stretches for sent in self.sent}
        known[code] = _merged((*known.get(code, ()), Stretch(first=first, end=end)))
        return type(self)(sent=tuple(Sent(code=each, stretches=known[each]) for each in sorted(known)))

    def since(self, beginning: int) -> Self:
        """Without what the log no longer holds."""
        kept = (Sent(code=sent.code, stretches=tuple(s for s in sent.stretches if s.end > beginning)) for sent in self.sent)
        return type(self)(sent=tuple(sent for sent in kept if sent.stretches))

    def done_until(self, beginning: int) -> int:
        """The offset up to which every dead letter was sent, counted from the `beginning` of the log."""
        for sent in self.sent:
            for stretch in sent.stretches if sent.code == EVERY_CODE else ():
                if stretch.first <= beginning < stretch.end:
                    return stretch.end
        return beginning


def _merged(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    merged: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda each: each.first):
        if merged and stretch.first <= merged[-1].end:
            merged[-1] = Stretch(first=merged[-1].first, end=max(merged[-1].end, stretch.end))
        elif stretch.end > stretch.first:
            merged.append(stretch)
    return tuple(merged)
