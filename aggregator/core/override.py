"""What an operator says about the pages of a site that are read wrongly: which elements are the article's."""

from dataclasses import dataclass

from aggregator.core.errors import Refused

MOST = 20  # expressions of an override
LONGEST = 300  # characters of an expression
MOST_STEPS = 8  # brackets and descendant steps in an expression: each may look at the whole page once more


@dataclass(frozen=True, slots=True)
class Override:
    """Expressions that say what is taken for the body and the title of an article, and what is removed before.

    Each is XPath 1.0 when it begins with "/", "(" or "./", and a CSS selector otherwise. What is removed goes first;
    then the elements of `body`, in the page's order, are the article; the first element of `title` with text is the
    headline. Where the expressions of `body` or `title` match nothing, the page is read as others are.
    """

    body: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    title: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse more than 20 expressions, and those that are empty, longer than 300 characters or too costly."""
        every = (*self.body, *self.remove, *self.title)
        if len(every) > MOST:
            raise Refused(f"an override has {len(every)} expressions, {MOST} are allowed: join some with a comma or |")
        for expression in every:
            _check(expression)


def _check(expression: str) -> None:
    shown = expression[:LONGEST]
    if not expression.strip():
        raise Refused("an expression of an override is empty: give a CSS selector or an XPath, or leave it out")
    if len(expression) > LONGEST:
        raise Refused(f"an expression of an override has {len(expression)} characters, {LONGEST} are allowed: {shown}…")
    if expression.count("[") + expression.count("//") > MOST_STEPS:
        raise Refused(f"an expression has more than {MOST_STEPS} conditions and // steps, make it simpler: {shown}")


def is_xpath(expression: str) -> bool:
    """Whether an expression is meant as XPath, not as a CSS selector."""
    return expression.lstrip().startswith(("/", "(", "./"))
