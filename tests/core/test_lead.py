"""Which line of a page is the lead that its body lacks: a table of pages."""

import pytest

from aggregator.core.blocks import Block
from aggregator.core.lead import Line, lead

TITLE = "Old mill of Osterby: council talks on until the spring"
LEAD = "Two hours, eleven speakers and no vote: what is to become of the wheel stays open until the spring."
SAID = "The council of Osterby met again on Monday evening and talked for two hours about the old mill."
BODY = [Block("p", SAID, f"<p>{SAID}</p>")]
H1 = Line("h1", TITLE)


@pytest.mark.parametrize(
    ("lines", "descriptions", "expected", "why"),
    [
        ([H1, Line("p", LEAD)], [LEAD], LEAD, "the page shows what it says of itself"),
        ([Line("div", LEAD), H1], [LEAD], LEAD, "wherever that stands"),
        ([H1, Line("p", LEAD)], [LEAD[:40] + "…"], LEAD, "told short to machines"),
        ([H1, Line("p", LEAD[:45])], [LEAD], LEAD[:45], "shown short to readers"),
        ([H1, Line("p", LEAD.replace("eleven", "ten"))], [LEAD], LEAD.replace("eleven", "ten"), "one word differs"),
        ([H1, Line("p", LEAD)], [], "", "a paragraph that nobody calls a lead"),
        ([H1, Line("p", LEAD)], ["News from the valley, every day at six."], "", "the site speaks of itself"),
        ([H1, Line("p", SAID)], [SAID], "", "the body tells it"),
        ([H1, Line("p", TITLE)], [TITLE], "", "it is the headline"),
        ([H1], [LEAD], "", "readers do not see it"),
        ([H1, Line("h2", LEAD)], [], LEAD, "a subheading comes first after the headline"),
        ([H1, Line("h2", LEAD)], [SAID], LEAD, "even if the description is the first paragraph"),
        ([H1, Line("h1", TITLE), Line("h2", LEAD)], [], LEAD, "the headline twice"),
        ([H1, Line("p", SAID), Line("h2", LEAD)], [], "", "a subheading within the text"),
        ([Line("span", TITLE), Line("h2", LEAD)], [], "", "the headline in a menu"),
        ([Line("h2", LEAD), H1], [], "", "one before the headline"),
        ([H1, Line("h2", LEAD[:50])], [], "", "too short for a lead that nobody confirms"),
        ([H1, Line("h2", LEAD * 10)], [LEAD * 10], "", "too long for a lead"),
        ([Line("h1", "Another page"), Line("h2", LEAD)], [], "", "the headline of something else"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_lead_is_what_the_page_shows_and_calls_so(
    lines: list[Line], descriptions: list[str], expected: str, why: str
):
    assert lead(lines, BODY, descriptions, [TITLE]) == expected, why


def test_a_lead_without_spaces_between_words_is_found():
    said = "町議会は月曜の夜、古い水車小屋について二時間話し合ったが、春まで結論は出ない見通しとなり、住民からは不満の声が上がっている。"
    assert lead([H1, Line("p", said)], BODY, [said[:40]], [TITLE]) == said
