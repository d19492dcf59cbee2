"""Walls between the client and the feed: challenges, consent, logins."""

from aggregator.devtools.misbehaving import news
from aggregator.devtools.misbehaving.behaviour import family
from aggregator.devtools.misbehaving.talk import HTML, Talk

plays = family("walls")

_CHALLENGE = (
    '<h1>Just a moment…</h1><p>Checking that you are not a robot.</p><div id="challenge"></div>'
    "<noscript>Enable JavaScript and cookies to continue</noscript><script>solve()</script>"
)
_ASK = "says that a challenge stands in the way; does not try to solve it, backs off, and keeps the items."


@plays("/challenge-200", f"Sees that it is no feed, and {_ASK}")
def challenge_200(talk: Talk) -> None:
    """Answers 200 with a page that asks for JavaScript and cookies."""
    talk.page(_CHALLENGE)


@plays("/cloudflare-403", f"Reads the header, and {_ASK}")
def cloudflare_403(talk: Talk) -> None:
    """Answers 403 with cf-mitigated: challenge, as Cloudflare does."""
    talk.page(_CHALLENGE, "403 Forbidden", {"cf-mitigated": "challenge", "Server": "cloudflare"})


@plays("/aws-waf-202", f"Does not take 2xx for success; {_ASK}")
def aws_waf_202(talk: Talk) -> None:
    """Answers 202 with x-amzn-waf-action: challenge and no feed, as AWS WAF does."""
    talk.page("<script>challenge()</script>", "202 Accepted", {"x-amzn-waf-action": "challenge"})


@plays("/vercel-429", f"Tells it from a real 429; {_ASK}")
def vercel_429(talk: Talk) -> None:
    """Answers 429 with x-vercel-mitigated: challenge and without Retry-After, as Vercel does."""
    talk.page(_CHALLENGE, "429 Too Many Requests", {"x-vercel-mitigated": "challenge", "Server": "Vercel"})


@plays("/access-denied-403", "Backs off, keeps the items, and tells its operator with the reference.")
def access_denied_403(talk: Talk) -> None:
    """Answers 403 with a bare page and a reference number, as content networks do."""
    talk.page("<h1>Access Denied</h1><p>Reference #18.5f1c2b17.1732435200.1a2b3c4d</p>", "403 Forbidden")


@plays("/cookie-consent", "Sees that it is no feed; accepts nothing on anybody’s behalf.")
def cookie_consent(talk: Talk) -> None:
    """Answers 200 with a page that asks for consent to cookies, until a consent cookie comes."""
    if "consent=" in talk.request.headers.get("cookie", ""):
        talk.feed()
    else:
        talk.page("<h1>We value your privacy</h1><button>Accept all</button><button>Settings</button>")


@plays("/login-redirect", "Sees that the login page is no feed, and keeps the feed’s address.")
def login_redirect(talk: Talk) -> None:
    """Redirects with 302 to a login page that answers 200."""
    if talk.rest:
        talk.page('<h1>Sign in</h1><form method="post"><input name="user"><input type="password"></form>')
    else:
        talk.leads(f"{talk.origin}/login-redirect/signin?next=/login-redirect")


@plays("/password-401", "Says that the feed wants a password; sends none that it was not given for this host.")
def password_401(talk: Talk) -> None:
    """Answers 401 with WWW-Authenticate: Basic."""
    told = {"WWW-Authenticate": 'Basic realm="subscribers"'}
    talk.page("<h1>Unauthorized</h1>", "401 Unauthorized", told)


@plays("/paywall-402", "Says so and keeps the items; does not ask faster.")
def paywall_402(talk: Talk) -> None:
    """Answers 402 Payment Required."""
    talk.page("<h1>Payment Required</h1><p>This feed is for subscribers.</p>", "402 Payment Required")


@plays("/browsers-only", "Keeps its honest name and tells its operator; does not pose as a browser.")
def browsers_only(talk: Talk) -> None:
    """Answers 403 unless User-Agent begins with Mozilla/."""
    if talk.request.headers.get("user-agent", "").startswith("Mozilla/"):
        talk.feed()
    else:
        talk.page("<h1>Forbidden</h1>", "403 Forbidden")


@plays("/no-name-403", "Sends a User-Agent that names itself and a way to reach its operator.")
def no_name_403(talk: Talk) -> None:
    """Answers 403 to a request without User-Agent, or with one that a library sets by itself."""
    name = talk.request.headers.get("user-agent", "").lower()
    if not name or name.startswith(("python", "curl", "go-http", "java/", "okhttp", "wget", "libwww")):
        talk.page("<h1>Forbidden</h1><p>Please say who you are.</p>", "403 Forbidden")
    else:
        talk.feed()


@plays("/not-acceptable-406", "Sends an Accept that has */* or the types of feeds.")
def not_acceptable_406(talk: Talk) -> None:
    """Answers 406 unless Accept has */*, application/rss+xml or application/xml."""
    accept = talk.request.headers.get("accept", "")
    if any(kind in accept for kind in ("*/*", "application/rss+xml", "application/xml")):
        talk.feed()
    else:
        talk.answer(news.page("Not Acceptable", "<h1>Not Acceptable</h1>"), "406 Not Acceptable", HTML)
