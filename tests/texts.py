"""Texts of the suite's own: short reports that a wire agency might send, each unlike the others."""

HARBOUR = (
    "The harbour authority of Kelmouth said on Tuesday that it will rebuild the northern breakwater after the storm of "
    "9 November tore a gap of 60 metres into it and left two fishing boats on the rocks below the lighthouse.",
    "Chief engineer Maren Holtby told the town council that divers had found hollow spaces under 14 of the 52 concrete "
    "blocks, some of them wide enough for a person to stand in, and that no ship of more than 800 tonnes may use the "
    "northern channel until they are filled.",
    "The work is to begin in February and to take nine months. Holtby put its cost at 23 million crowns, of which the "
    "national coast fund has promised to carry two thirds, provided the town settles a dispute over the land behind the "
    "quay before the end of the year.",
    "Fishermen at the council meeting were doubtful. Their speaker, Anton Reve, said the boats lose an hour each "
    "morning on the way round the southern mole, and asked for a lower berthing fee for as long as the building lasts.",
)
SCHOOL = (
    "Children in the hill villages around Osterby will again be taught in their own valley from next autumn, after the "
    "county board agreed to reopen the primary school that was shut eleven years ago for want of pupils.",
    "Since then the number of families has doubled. A furniture maker and two small software firms have moved into the "
    "old dairy, the county's school inspector Jorunn Lie reported, and 41 children now take a bus for fifty minutes "
    "each way over a pass that is closed on most snowy mornings.",
    "The building itself has stood the years better than feared. A new roof and a ramp at the entrance are needed, and "
    "the kitchen has to be replaced, which the village wants to do itself on six Saturdays in spring.",
    "Two teachers have applied already, among them Karin Solvang, who was a pupil of the last class in the old school "
    "and remembers that it had a stove in each room and a single bell, rung by hand by the eldest child.",
)
GLACIER = (
    "Researchers from three universities have drilled through the whole depth of the Vestre glacier for the first time "
    "and brought up ice that fell as snow about 4,300 years ago, they wrote in a report released on Wednesday.",
    "The core of 212 metres shows a thin dark band near its middle, left by an eruption that covered half the island in "
    "ash, and below it a stretch in which summers must have been as warm as those of the last decade.",
    "Leading glaciologist Tomas Arnesen called the find sobering, since that warm stretch lasted for barely sixty years "
    "and cost the glacier a third of its mass, while the present one has no end in sight.",
    "The team now wants to repeat the drilling at two places further east, where the ice is thinner but older, and has "
    "asked the research council for ship time in the coming summer.",
)


def changed_headline(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    """Return a text with a local lede before it and a note behind it, as a paper prints an agency's text."""
    lede = "The decision will be felt here too, where many still remember how things were before it was talked about."
    return (lede, *paragraphs, "This report was updated in the afternoon by our own staff.")


def report(number: int, words: int = 160) -> tuple[str, ...]:
    """Return the `number`th of any number of reports that share words but no sentences."""
    stock = sorted({word.strip(".,") for part in (HARBOUR, SCHOOL, GLACIER) for line in part for word in line.split()})
    state = number * 2_654_435_761 + 1
    found = []
    for _ in range(words):
        state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
        found.append(stock[(state >> 33) % len(stock)])
    return tuple(" ".join(found[place : place + 40]) + "." for place in range(0, words, 40))
