"""What is taken out of a body that is not the article's text, and what looks like it and stays: tables of both."""

import pytest

from aggregator.core.blocks import Block
from aggregator.core.trimming import trimmed

SENTENCE = "The council of Osterby met again on Monday evening and talked for two hours about the old mill."
TITLE = "Old mill: council talks on"


def block(said: str, kind: str = "p", linked: int = 0) -> Block:
    return Block(kind, said, f"<{kind}>{said}</{kind}>", linked)


LONG = [block(f"{SENTENCE} It was item {number}.") for number in range(8)]


@pytest.mark.parametrize(
    ("extra", "place"),
    [
        (block("Old mill: council talks on", "head"), 0),
        (block("By Vera Lund"), 1),
        (block("Vera Lund, 3 November 2026"), 8),
        (block("Seven mills and their wheels", linked=28), 4),
        (block("Les også: Seven mills and their wheels", linked=28), 4),
        (block("關聯：七座磨坊", linked=5), 4),
        (block("Read more", "head"), 4),
        (block("Lesen Sie auch: Sieben Mühlen und ihre Räder"), 4),
        (block("あわせて読みたい"), 4),
        (block("© 2026 Osterby Post. All rights reserved"), 8),
        (block("© 2026 Osterby Post. All rights reserved"), 4),
        (block("More from the valley", "head"), 8),
        (block("Topics: mills, council"), 8),
    ],
    ids=lambda value: value.words if isinstance(value, Block) else "",
)
def test_what_is_not_the_articles_text_goes(extra: Block, place: int):
    found = [*LONG[:place], extra, *LONG[place:]]
    assert trimmed(found, ["Old mill: council talks on"], ["Vera Lund"]) == LONG


@pytest.mark.parametrize(
    ("extra", "place"),
    [
        (block("A subheading", "head"), 4),
        (block("Short, but said."), 8),
        (block("dpa"), 8),
        (block("© AFP"), 8),
        (
            block(
                "Vera Lund, who reads for the mill's friends, said that nobody had asked them, and that they would come."
            ),
            2,
        ),
        (block("Vera Lund"), 5),
        (block("Read more books, said the mayor, and walk to the library more often than you drive there. " * 2), 4),
        (block("The council's report is public and can be read here by anyone", linked=20), 4),
        (block("Seven mills", "head", linked=11), 4),
        (block("短いが文である。"), 8),
    ],
    ids=lambda value: value.words[:30] if isinstance(value, Block) else "",
)
def test_what_belongs_to_the_article_stays(extra: Block, place: int):
    found = [*LONG[:place], extra, *LONG[place:]]
    assert trimmed(found, ["Old mill: council talks on"], ["Vera Lund"]) == found


def test_an_article_of_links_is_left_as_it_is():
    found = [block(f"Mill number {number} of the valley", linked=25) for number in range(9)]
    assert trimmed(found, [], []) == found


@pytest.mark.parametrize(
    ("extra", "place"),
    [
        (block("Transport: Old mill: council talks on", "head"), 0),
        (block("Old mill: council talks on Our valley", "head"), 1),
        (block("3 November 2026, 09:30"), 0),
        (block("Stand: 03.11.2026, 09:30 Uhr"), 1),
        (block("2026年11月3日 9時30分"), 0),
        (block("By Vera Lund and Carl Berg"), 0),
        (block("Von unserem Redakteur"), 1),
        (block("Photo: Carl Berg"), 4),
        (block("Foto: Carl Berg / Osterby Post"), 2),
        (block("写真：大須田太郎"), 3),
        (block("Article content"), 0),
        (block("Main text", "head"), 0),
        (block("___"), 4),
        (block("It was a long evening. pic.twitter.com/x1\n— Osterby (@osterby) November 3, 2026", "quote"), 4),
        (block("Seven mills\nTheir wheels and weirs\nWho owns them", "list", linked=25), 4),
    ],
    ids=lambda value: value.words if isinstance(value, Block) else "",
)
def test_what_stands_around_the_text_goes(extra: Block, place: int):
    found = [*LONG[:place], extra, *LONG[place:]]
    assert trimmed(found, [TITLE], ["Vera Lund"]) == LONG


PLEAS = [
    "Subscribe to our newsletter for more on mills.",
    "This story was first told in our newsletter. Sign up to get it on Mondays.",
    "Do you have a story to tell? Write to us.",
    "Join our commenting forum",
    "Fehler gefunden? Jetzt melden.",
    "Abonnieren Sie unseren Kanal, und Sie erfahren alles als Erste.",
    "Il vous reste 57.09% de cet article à lire. La suite est réservée aux abonnés.",
    "Suscríbete a nuestro boletín.",
    "Iscriviti al nostro canale.",
    "Inscreva-se no nosso canal.",
    "Meld je aan voor onze nieuwsbrief.",
    "Følg oss på sosiale medier.",
    "Zapisz się na nasz biuletyn.",
    "Abone olmak için tıklayın.",
    "Подписывайтесь на наш канал.",
    "Підписуйтесь на наш канал.",
    "اشترك في نشرتنا البريدية.",
    "この記事は会員限定です。",
    "订阅我们的频道。",
    "무단 전재 및 재배포 금지.",
]


@pytest.mark.parametrize("said", PLEAS)
def test_a_plea_to_the_reader_goes_from_the_end_and_stays_in_the_text(said: str):
    assert trimmed([*LONG, block(said)], [], []) == LONG
    assert block(said) in trimmed([*LONG[:4], block(said), *LONG[4:], *LONG], [], [])


def test_what_explains_a_plea_goes_with_it():
    plea = [block("この記事は会員限定です。"), block("登録すると読めます。"), block("※朝刊の方は無料です。")]
    assert trimmed([*LONG, *plea], [], []) == LONG


def test_a_plea_with_a_long_text_after_it_stays():
    found = [*LONG[:5], block("Subscribe to our newsletter, the mayor told his guests."), *LONG[5:8]]
    assert trimmed(found, [], []) == found


def test_who_the_author_is_goes_from_the_end_only():
    portrait = block("Vera Lund has reported from the valley since 2010, and keeps bees when the council does not sit.")
    assert trimmed([*LONG, portrait], [], ["Vera Lund"]) == LONG
    assert portrait in trimmed([*LONG[:4], portrait, *LONG[4:]], [], ["Vera Lund"])


POINTS = "Council of Osterby met again on Monday\nIt talked for two hours about the old mill"


def test_a_summary_in_points_goes_when_the_text_tells_it_again():
    label = block("In brief", "head")
    assert trimmed([label, block(POINTS, "list"), *LONG], [], []) == LONG
    assert trimmed([block(POINTS, "list"), *LONG], [], []) == LONG


def test_points_that_the_text_does_not_tell_again_stay():
    points = block("Bring rubber boots\nParking costs nothing after six\nDogs welcome, cats less", "list")
    assert trimmed([points, *LONG], [], []) == [points, *LONG]
    assert trimmed([*LONG[:2], block(POINTS, "list"), *LONG[2:]], [], [])[2].words == POINTS


@pytest.mark.parametrize(
    "first",
    [
        block("Seit 2022 im Amt", "head"),
        block("Osterby (dpa)"),
        block("On 3 November 2026 at 09:30 the mill was closed."),
        block("We were told to wait."),
        block("Old mill burns.", "head"),
    ],
    ids=lambda value: value.words,
)
def test_what_only_looks_like_a_label_or_a_date_stays_behind_a_paragraph(first: Block):
    found = [LONG[0], first, *LONG[1:]]
    assert trimmed(found, [TITLE], []) == found


def test_a_lead_that_the_first_paragraph_tells_again_is_told_once():
    whole = block(f"{SENTENCE} Nobody was hurt, and the wheel stands still until spring.")
    assert trimmed([block(SENTENCE), whole, *LONG], [], []) == [whole, *LONG]
    assert trimmed([whole, block(SENTENCE.replace("two hours", "a while")), *LONG], [], [])[0] == whole


def test_a_long_block_that_stands_twice_is_told_once_and_a_refrain_stays():
    assert trimmed([*LONG, LONG[2], LONG[5]], [], []) == LONG
    refrain = block("Round and round goes the wheel.")
    found = [LONG[0], refrain, LONG[1], refrain, *LONG[2:]]
    assert trimmed(found, [], []) == found
