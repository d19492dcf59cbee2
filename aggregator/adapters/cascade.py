"""trafilatura's stages called one by one, without those whose verdict is known beforehand.

`trafilatura.bare_extraction` compares what it found with other readers on every page, and writes the text out as
Markdown. Here nobody else is asked when what was found cannot lose: that is so on seven of ten news pages. The result
is the same, element for element, as tests/adapters/test_cascade.py says.
"""

from copy import copy

from lxml.etree import XPath, _Element
from lxml.html import HtmlElement
from trafilatura.baseline import baseline, html2txt
from trafilatura.core import ESCALATION_ACCEPT_RATIO, ESCALATION_JUSTEXT_RATIO, ESCALATION_MAX_LENGTH
from trafilatura.core import ESCALATION_PAGE_SHARE as PAGE_SHARE
from trafilatura.external import compare_extraction, justext_rescue
from trafilatura.htmlprocessing import convert_tags, prune_unwanted_nodes, tree_cleaning
from trafilatura.main_extractor import extract_content
from trafilatura.settings import Extractor as Options
from trafilatura.xpaths import RAW_TREE_PRUNE_XPATH, REMOVE_COMMENTS_AND_LISTS_XPATH

BEATEN = 2  # another reader's text is preferred when it is longer than so many times ours
_SPOKEN = XPath(".//p//text()")
_LENGTH = XPath("string-length(normalize-space())")


def body(tree: HtmlElement) -> _Element:
    """Return the body of the article in trafilatura's elements, empty when there is none; the tree is used up.

    Raises whatever trafilatura raises on a page that it cannot cope with.
    """
    tree = prune_unwanted_nodes(tree, RAW_TREE_PRUNE_XPATH)
    tree = prune_unwanted_nodes(tree, REMOVE_COMMENTS_AND_LISTS_XPATH)
    options = _options(recall=False)
    cleaned = tree_cleaning(copy(tree), options)
    found, text = extract_content(convert_tags(copy(cleaned), options), options)
    if _unbeaten(found, text, tree, options):
        return found
    found, text = compare_extraction(cleaned, copy(tree), found, text, options)
    if len(text) < options.min_extracted_size:
        plain, plain_text, length = baseline(tree)
        if length > len(text):
            found, text = plain, plain_text
    if 0 < len(text) < ESCALATION_MAX_LENGTH and len(text) < PAGE_SHARE * len(html2txt(tree)):
        found = _more(tree, found, text, options)
    return found


def _options(*, recall: bool) -> Options:
    return Options(output_format="python", comments=False, formatting=True, links=True, tables=True, recall=recall)


def _unbeaten(found: _Element, text: str, tree: HtmlElement, options: Options) -> bool:
    """Whether no other reader's text would be preferred: the page has not twice as much, and paragraphs were found."""
    if len(text) < options.min_extracted_size or not _SPOKEN(found):
        return False
    if len(found.findall(".//table")) > len(found.findall(".//p")):
        return False
    return bool(_LENGTH(tree) <= BEATEN * len(text))


def _more(tree: HtmlElement, found: _Element, text: str, options: Options) -> _Element:
    """Return what less strict rules find on a page of which next to nothing was taken, when that is clearly more."""
    generous = _options(recall=True)
    cleaned = tree_cleaning(copy(tree), generous)
    wide, wide_text = extract_content(convert_tags(copy(cleaned), generous), generous)
    wide, wide_text = compare_extraction(cleaned, copy(tree), wide, wide_text, generous)
    other, other_text = justext_rescue(copy(tree), options)
    if len(other_text) > max(len(wide_text), ESCALATION_JUSTEXT_RATIO * len(text)):
        return other
    enough = len(wide_text) >= options.min_extracted_size and len(wide_text) > ESCALATION_ACCEPT_RATIO * len(text)
    return wide if enough else found
