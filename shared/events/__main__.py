"""`python -m shared.events`: write the JSON Schema of every event and the AsyncAPI document. They are committed."""

from pathlib import Path

from shared.events.documents import documents

if __name__ == "__main__":
    here = Path(__file__).parent
    for name, document in documents().items():
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_text(document)
