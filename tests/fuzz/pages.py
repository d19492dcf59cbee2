"""The pages that fuzzing begins with: those of the corpus where it is, else the project's own."""

from pathlib import Path

from aggregator.adapters import archive
from aggregator.core.page import Answer, Request, Visit

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "world-news.warc.gz"
OWN = Path(__file__).parents[1] / "data" / "pages"
LARGEST = 400_000  # bytes: a larger one is slow without being other


def spool(folder: Path) -> int:
    """Write the pages into a folder; returns how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    bodies = [file.read_bytes() for file in sorted(OWN.glob("*.html"))]
    if CORPUS.is_file():
        index = archive.index(CORPUS)
        wanted = tuple(Request(record.url) for record in index.records if record.content_type == "text/html")
        answers = archive.ArchiveWeb(CORPUS, index).visit([Visit("", wanted)])
        bodies += [answer.body for _, answer in answers if isinstance(answer, Answer)]
    kept = [body for body in bodies if len(body) <= LARGEST]
    for number, body in enumerate(kept):
        (folder / f"{number:04}.html").write_bytes(body)
    return len(kept)
