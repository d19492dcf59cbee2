"""How pages are titled that stand in an article's place, by the kind of page, and where lists of articles stand."""
# ruff: noqa: E501, RUF001, SIM905 - tables of titles, one beside the other, in many scripts

import re

from aggregator.core.wall_words import Kind

_END = r"\W*(?:\s?[|·»]\s?.{0,60}|\s[–—-]\s(?:\S+\s?){1,4})?$"  # of a title: nothing, or the site's name
# What such pages are titled, and nothing else beside the site's name.
TITLES = tuple(
    (kind, re.compile(rf"(?:{'|'.join(words.replace(chr(10), '').split('|'))}){_END}", re.IGNORECASE))
    for kind, words in (
        (
            Kind.CHALLENGE,
            r"""
just a moment|attention required|access(?: to this page)?(?: has been| is)? denied|are you (?:a )?(?:robot|human)|verify(?:ing)? (?:that )?you are (?:a )?human|please verify you are (?:a )?human|
checking your browser.*|security (?:check|verification|checkpoint).*|vercel security checkpoint|pardon our interruption|one moment,? please|please wait|ddos-?guard|bot verification|robot check|human verification|
(?:your )?request (?:was |has been )?(?:blocked|rejected)|sorry, you have been blocked|one more step|challenge validation|client challenge|making sure you(?:'|’)re not a bot|(?:error )?403(?:\W+forbidden)?|error 10\d\d|429 too many requests|forbidden|zugriff verweigert|accès refusé|accès interdit|
acceso denegado|acesso negado|accesso negato|toegang geweigerd|åtkomst nekad|brak dostępu|odmowa dostępu|доступ запрещён|доступ запрещен|доступ ограничен|アクセスが拒否されました|访问被拒绝|拒绝访问|un momento|un instant|einen moment(?: bitte)?|ein moment(?: bitte)?|um momento|un attimo|eén moment|
один момент|проверка браузера|bir dakika|lütfen bekleyin|请稍候|请稍等|お待ちください|しばらくお待ちください|잠시만 기다려 ?주세요|잠시만 기다리십시오|access to .{1,60} has been (?:denied|limited).*|(?:your )?browser (?:is )?(?:not|no longer) supported|unsupported browser|(?:please )?(?:enable|turn on) javascript|javascript (?:is )?(?:required|disabled)|सुरक्षा जाँच|אימות אבטחה|ตรวจสอบความปลอดภัย|your access to this site has been limited.*""",
        ),
        (
            Kind.CONSENT,
            r"""
(?:cookie|consent)s?(?: (?:consent|settings|preferences|wall|notice|policy|banner))?|privacy(?: (?:settings|preferences|wall|notice|policy|gate|center|centre))?|before you continue(?: to .{1,30})?|your privacy(?: choices| matters)?|
we value your privacy|we care about your privacy|your choices regarding cookies|datenschutz(?:einstellungen)?|cookie-einstellungen|privatsphäre-einstellungen|ihre privatsphäre.{0,30}|wir brauchen ihre zustimmung|einwilligung|zustimmung|gestion des cookies|votre vie privée|nous respectons votre vie privée|
política de cookies|su privacidad.{0,30}|tu privacidad.{0,30}|a sua privacidade.{0,30}|sua privacidade.{0,30}|informativa(?: sui cookie)?|la tua privacy.{0,30}|uw privacy.{0,30}|toestemming|cookie-instellingen|samtykke|personvern|din integritet|evästeet|yksityisyytesi.{0,20}|zgoda|twoja prywatność.{0,20}|szanujemy twoją prywatność|
souhlas|nastavení soukromí|çerez politikası|çerez tercihleri|использование файлов cookie|プライバシー設定|cookieの使用について|隐私设置|隱私設定|개인정보 설정""",
        ),
        (
            Kind.SOFT_404,
            r"""
(?:error |fehler |erreur |ошибка |hata |błąd |fel |feil |fejl )?404(?:\W+(?:error|not found|page not found|nicht gefunden|niet gevonden|non trouvée?|no encontrada?|não encontrada?|не найдена?))?|(?:page|file|article|content|story) not found|not found|(?:the |this )?page (?:you requested )?(?:was not|could not be|cannot be|can't be) found|page (?:unavailable|gone|missing)|
(?:sorry|oops|uh oh|whoops)\W.{0,40}(?:not found|can.?t (?:be )?f(?:i|ou)nd|couldn.?t find|doesn.?t exist|went wrong).{0,40}|this page (?:isn.t|is not) available|we can.?t find (?:that|this|the) page|(?:diese )?seite (?:wurde )?nicht gefunden|seite (?:existiert nicht|nicht verfügbar)|page (?:introuvable|non trouvée)|cette page (?:n'existe (?:pas|plus)|est introuvable)|
página no encontrada|(?:esta )?página no existe|pagina non trovata|página não encontrada|pagina niet gevonden|sidan (?:hittades|kunde|finns) inte.{0,20}|siden (?:ble|blev|finnes|findes|blev) ikke.{0,20}|fant ikke siden|sivua ei löyt\w+|(?:nie znaleziono strony|strona nie (?:została znaleziona|istnieje))|stránka (?:nenalezena|nebyla nalezena|neexistuje)|
az oldal nem található|pagin[ăa] nu a fost găsită|η σελίδα δεν βρέθηκε|страница не найдена|сторінку не знайдено|sayfa bulunamadı|halaman tidak ditemukan|không tìm thấy trang|الصفحة غير موجودة|ページが見つかりません(?:でした)?|お探しのページは見つかりません(?:でした)?|页面不存在|页面未找到|找不到(?:页面|頁面|網頁)|頁面不存在|페이지를 찾을 수 없습니다|ไม่พบหน้า.{0,20}|पेज नहीं मिला|पृष्ठ नहीं मिला|העמוד לא נמצא|העמוד אינו קיים|(?:không tìm thấy|không có) trang.{0,10}|nie ma takiej strony|nie znaleziono strony|הדף לא נמצא""",
        ),
        (
            Kind.LOGIN,
            r"""
log ?in|sign in|login required|please (?:log|sign) in|log in to (?:your account|continue)|anmelden|einloggen|login|anmeldung|connexion|se connecter|identifiez-vous|iniciar sesión|inicia sesión|entrar|fazer login|accedi|inloggen|logga in|logg inn|log ind|kirjaudu(?: sisään)?|zaloguj się|logowanie|přihlášení|войти|вход|увійти|giriş yap|ログイン|登录|登入|로그인|تسجيل الدخول|masuk|đăng nhập|लॉग इन|התחברות|כניסה|เข้าสู่ระบบ""",
        ),
        (
            Kind.UNAVAILABLE,
            r"""
(?:internal )?server error|(?:error )?50[0-4](?: (?:internal server error|service unavailable|bad gateway|gateway time-?out))?|service (?:temporarily )?unavailable|bad gateway|gateway time-?out|(?:down for |site |under |scheduled )?maintenance|site under maintenance|we(?:'|’)ll be back.{0,10}|temporarily unavailable|an error occurred|something went wrong|application error|error establishing a database connection|database (?:connection )?error|wartungsarbeiten|wartung|maintenance en cours|(?:site )?en maintenance|(?:sitio )?en mantenimiento|em manutenção|manutenzione|onderhoud|технические работы|メンテナンス中.{0,6}|系统维护.{0,4}|error""",
        ),
        (
            Kind.REGION,
            r"""
(?:error )?451(?:\W.{0,40})?|unavailable (?:due to|for) legal reasons|(?:content )?not available in your (?:region|country|location)""",
        ),
        (
            Kind.AGE,
            r"""age (?:verification|check|gate|restricted)|are you over \d\d|altersprüfung|vérification de l'âge|verificación de edad""",
        ),
        (
            Kind.NOT_ARTICLE,
            r"""
.{0,40}\{\{.{0,60}|hello world|sample page|test page|index of /.{0,60}|untitled(?: document)?|welcome to nginx|.{1,60} is for sale|domain (?:for sale|parked|expired)|(?:sign up for |subscribe to )?(?:our |the )?newsletters?|newsletter[ -]anmeldung""",
        ),
    )
)
# Titles that an article may well have too: they need another sign beside them.
PLAIN_TITLES = frozenset(
    "404 403 451 500 forbidden error login log in sign in entrar masuk wartung maintenance onderhoud privacy datenschutz zgoda souhlas samtykke personvern cookies cookie consent zustimmung einwilligung einloggen".split()
) | {"log in", "sign in", "please wait", "not found"}
LISTINGS = re.compile(
    r"(?:search )?results for\b|search:|.{0,60}\bauthor at\b|author:|tag(?:ged)?:|category:|archives?:|topic:|posts (?:by|tagged)|all (?:articles|stories|posts) (?:by|on|about)|latest (?:news|stories|updates)\W*$|"
    r"alle (?:artikel|beiträge|nachrichten)|suchergebnisse|suche nach|thema:|schlagwort|autor:|tous les articles|résultats de|recherche|todas las noticias|todos los artículos|resultados de|etiqueta:|todas as notícias|resultados da|risultati|tutti gli articoli|zoekresultaten|alle artikelen|sökresultat|alla artiklar|søgeresultater|søkeresultater|"
    r"wyniki wyszukiwania|wszystkie artykuły|результаты поиска|все новости|все статьи|検索結果|記事一覧|.{0,30}の記事一覧|搜索结果|全部文章|검색 결과|نتائج البحث",
    re.IGNORECASE,
)
LISTING_PATH = re.compile(
    r"/(?:tags?|topics?|themen?|thema|themes?|tema|temas|author|authors|autor(?:en)?|auteur|autore|profile|category|categories|kategorie|search|suche|recherche|buscar|busca|ricerca|zoeken|archives?|archiv|page|label|section)(?:/[^/]*)?/?$|[?&](?:s|q|query|search)=",
    re.IGNORECASE,
)
