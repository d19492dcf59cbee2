"""Parameters of an address that say how a reader came to a page, never which page it is."""

import re
from urllib.parse import unquote

_ALWAYS = re.compile(
    r"""
    # campaigns: Google Analytics, AT Internet, Matomo, HubSpot, Webtrends, Adobe, Salesforce
    utm_.+ | at_(?:medium|campaign|custom\d*|creation|format|variant|link_.+|ptr_.+|bbc_.+|send_.+) | mtm_.+ |
    (?:pk|piwik|matomo)_(?:campaign|kwd|keyword|source|medium|content|cid|group|placement) | hsa_.+ | _?hs(?:enc|mi) |
    hsctatracking | __hs(?:tc|sc|fp) | wt_?(?:mc|zmc)(?:_.+)? | s_(?:cid|kwcid) | sc_(?:cid|campaign|channel) |
    campaign_?id | ns_(?:campaign|mchannel|source|linkname|fee) | xtor | ito | icid | ocid | ncid | cmpid | tpcc |
    trk(?:campaign|info)? | traffic_source | leadsource | ftcamp | ftag | segmentid | soc_(?:src|trk) | smid | smtyp |
    sref | ref(?:_?src|_?url|errer|erer|link) | nr_email_referer | wpisrc | mbid | bxid | cndid | esrc | guce_.+ |
    guccounter | sh_kit | taid | wickedid | wprov |
    # clicks: advertisements and networks
    gclid | gclsrc | dclid | gbraid | wbraid | gad_(?:source|campaignid) | srsltid | msclkid | yclid | ysclid |
    _openstat | fbclid | fb_(?:action_.+|ref|source|comment_id) | mibextid | sfnsn | igsh(?:id)? | twclid |
    __twitter_impression | ttclid | li_fat_id | epik | rdt_cid | sscid | irclickid | zanpid | ef_id | rb_clickid |
    dicbo | tblci | oborigurl | _ga | _gl | _branch_match_id | spm |
    # mail: Mailchimp, Marketo, Omeda, Vero, ActionKit, MailerLite
    mc_[ce]id | mkt_tok | oly_(?:enc|anon)_id | vero_(?:id|conv) | emci | emdi | ceid | ml_subscriber(?:_hash)? |
    _bta_tid |
    # feeds and share buttons
    source_?(?:feed|rss) | feed(?:type|name) | rssfeed | share(?:d|_?id|_?from|_?token|_?type) | unlocked_article_code |
    # the viewers of AMP pages
    usqp | amp_(?:js_v|gsa|latest_update_time) | _js_v | aoh | ampshare | csi | referrer |
    # sessions
    jsessionid | phpsessid | aspsessionid\w*
    """,
    re.IGNORECASE | re.VERBOSE,
)
# These names are a campaign at one outlet and content at the next, so that their value decides.
_SOMETIMES = frozenset(
    {
        "ref",
        "source",
        "src",
        "from",
        "via",
        "origin",
        "medium",
        "feed",
        "rss",
        "share",
        "partner",
        "cid",
        "cmp",
        "mod",
        "scm",
    }
)
_CHANNEL = re.compile(
    r"""
    (?:[a-z]{2,12}[._-])?
    (?:rss\d?|feeds?|atom|news_?letter|nl|e-?mail|eml|mail|twitter|tw|facebook|fb|instagram|whatsapp|telegram|linkedin|
       reddit|pinterest|social(?:flow|_?media)?|soc|share|shared|sharebutton|app|push|notification|flipboard|google_?news|
       apple_?news|smartnews|home_?page|hp|most_?(?:read|popular)|article_inline|trending)
    (?:[._-][a-z0-9]+)*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_YES = frozenset({"", "1", "true", "yes"})


def is_tracking(name: str, value: str) -> bool:
    """Whether a parameter only says how a reader came; in doubt not, since a copy is found by its text as well."""
    if _ALWAYS.fullmatch(name):
        return True
    plain = name.lower()
    if plain == "rss" and value.lower() in _YES:
        return True
    return plain in _SOMETIMES and _CHANNEL.fullmatch(value) is not None


def untracked(url: str) -> str:
    """Return an address as it is written, without the parameters that only say how a reader came."""
    page, mark, rest = url.partition("?")
    query, hash_sign, fragment = rest.partition("#")
    told = [part.partition("=") for part in query.split("&")]
    kept = [f"{name}{sign}{value}" for name, sign, value in told if not is_tracking(unquote(name), unquote(value))]
    if len(kept) == len(told):
        return url
    return page + (mark + "&".join(kept) if kept else "") + hash_sign + fragment
