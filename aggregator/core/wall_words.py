"""What pages say that stand in an article's place: titles and phrases, by the kind of page, in many languages.

Phrases are those of a page that speaks to its reader ("you", "your") or of itself, which articles rarely do outside
of quotation marks. They are kept as they look after `folded`: small letters, '#' for a number, straight apostrophes.
"""
# ruff: noqa: E501, RUF001, SIM905 - tables of phrases, one beside the other, in many scripts

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum


class Kind(StrEnum):
    """What a page is instead of an article; the value begins the reason that is stored."""

    CHALLENGE = "challenge"
    CONSENT = "consent"
    PAYWALL = "paywall"
    SOFT_404 = "soft-404"
    LISTING = "listing"
    LOGIN = "login"
    REGION = "region"
    AGE = "age"
    GONE = "gone"
    UNAVAILABLE = "unavailable"
    STUB = "stub"
    OFF_SUBJECT = "off-subject"
    REPEATED = "repeated"
    TOO_SHORT = "too-short"
    NOT_ARTICLE = "not-article"


_QUOTED = re.compile(
    r"\"[^\"\n]{1,200}\"|“[^”\n]{1,200}”|„[^“”\n]{1,200}[“”]|«[^»\n]{1,200}»|»[^«\n]{1,200}«|「[^」\n]{1,200}」"
)
_NUMBER = re.compile(r"\d+(?:[.,\s]\d+)*")
_SPACES = re.compile(r"[^\S\n]+")


def unquoted(text: str) -> str:
    """Return a text without what stands in it between quotation marks."""
    return _QUOTED.sub(" ", text)


def folded(text: str, *, quotes: bool = False) -> str:
    """Return a text as phrases are sought in it, line by line, without what is quoted unless `quotes`."""
    small = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("\u00ad", "")
    return _SPACES.sub(" ", _NUMBER.sub("#", small if quotes else unquoted(small)))


def spoken(text: str, phrases: Iterable[str]) -> dict[str, int]:
    """Return how often each of these phrases is said in a folded text; of phrases that overlap, the first is meant."""
    found: dict[str, int] = {}
    for phrase in phrases:
        if number := text.count(phrase):
            text = text.replace(phrase, "\n")
            found[phrase] = found.get(phrase, 0) + number
    return found


def _split(phrases: str) -> tuple[str, ...]:
    """Return phrases, the longest first, so that of two that overlap the fuller one is found."""
    kept = {folded(each, quotes=True).strip(" \n") for each in phrases.split("|")} - {""}
    return tuple(sorted(kept, key=lambda phrase: (-len(phrase), phrase)))


# Where the reader is asked to prove something, or a program is refused.
_CHALLENGE = _split("""
enable javascript|enable js and|javascript is disabled|javascript is required|javascript is not available|requires javascript|
need javascript|javascript is turned off|without javascript|verify you are human|verify that you are human|verifying you are human|
verify that you're not a robot|verify you're human|confirm you are a human|confirm that you are human|confirm you are human|
you are not a robot|you're not a robot|you are not a bot|you're not a bot|you were a bot|i'm not a robot|i am not a robot|
prove you are human|prove you're human|checking your browser|verifying your browser|check your browser|browser check|
unusual traffic|unusual activity from your|suspicious activity from your|automated requests|automated access|automated traffic|
complete the security check|complete the captcha|solve the captcha|solve this captcha|security check to access|press & hold|review the security of your connection|characters you see|enter the characters|requests from your|looks automatic|look automatic|look automated|not a robot before|being rate limited|has banned you|are you a person|are you a human|are you a robot|are you human|whether you are human|
ray id|ddos protection by|you have been blocked|you've been blocked|your ip address has been|your request has been blocked|
request was blocked|request has been blocked|security service to protect itself|restrictions that prevent you|blocked in error|
don't have permission to access|do not have permission to access|you do not have access to|requested url was rejected|
your support id is|your access to this|access to this service has been limited|site owner may have|incident id|reference #|block reason|
protect the server against|disable any ad blocker|disable your ad blocker|disable adblock|turn off your ad blocker|using an ad blocker|
your browser will redirect|protected by anubis|security verification|review the security of your connection|bot protection|too many requests|
supported browser to continue|browser is not supported|browser is out of date|update your browser|rate limit exceeded|
aktivieren sie javascript|javascript aktivieren|javascript ist deaktiviert|benötigt javascript|bestätigen sie, dass sie ein mensch|
dass sie kein roboter|ihr browser wird überprüft|ungewöhnlichen datenverkehr|ungewöhnliche aktivität|sicherheitsüberprüfung|zugriff wurde blockiert|
schalten sie ihren adblocker|adblocker deaktivieren|ihr zugriff wurde|keine berechtigung, auf|ich bin kein roboter|sicherheit ihrer verbindung|aus ihrem netz|ungewöhnliche zugriffe|sind sie ein mensch|sind sie ein roboter|
activer javascript|activez javascript|javascript est désactivé|vérifier que vous êtes humain|vérifions que vous|vous n'êtes pas un robot|
je ne suis pas un robot|sécurité de votre connexion|êtes-vous un robot|êtes-vous humain|vous êtes un humain|trafic inhabituel|activité inhabituelle|vérification de votre navigateur|accès a été bloqué|désactiver votre bloqueur|
habilite javascript|habilitar javascript|activa javascript|active javascript|activar javascript|ative o javascript|habilite o javascript|javascript está desactivado|
verifica que eres humano|verifique que es humano|verificando que eres|no eres un robot|no es un robot|no soy un robot|que eres un ser humano|que es un ser humano|seguridad de su conexión|seguridad de tu conexión|eres un robot|eres humano|tráfico inusual|comprobando su navegador|comprobando tu navegador|
verificando se você é humano|confirme que você é humano|você não é um robô|não sou um robô|tráfego incomum|verificar a segurança da sua conexão|verificando seu navegador|
abilita javascript|abilitare javascript|attiva javascript|verifica di essere umano|conferma di essere umano|che non sei un robot|non sono un robot|traffico insolito|sicurezza della connessione|sicurezza della tua connessione|sei un robot|sei umano|verifica del browser|
schakel javascript in|javascript inschakelen|controleren of u een mens|bevestig dat u een mens|dat u geen robot|dat je geen robot|ik ben geen robot|beveiliging van uw verbinding|beveiliging van je verbinding|bent u een robot|ongebruikelijk verkeer|
aktivera javascript|slå på javascript|verifierar att du är människa|att du är en människa|att du inte är en robot|inte en robot|aktiver javascript|slå på javascript|du er et menneske|du ikke er en robot|at du er menneske|
ota javascript käyttöön|et ole robotti|olet ihminen|włącz javascript|włącz obsługę javascript|że jesteś człowiekiem|nie jesteś robotem|nie jestem robotem|bezpieczeństwo połączenia|bezpieczeństwo twojego połączenia|nietypowy ruch|sprawdzamy twoją przeglądarkę|
povolte javascript|zapněte javascript|že nejste robot|že jste člověk|nejsem robot|kapcsolja be a javascript|engedélyezze a javascript|hogy nem robot|nem vagyok robot|activați javascript|nu sunteți robot|nu ești robot|
включите javascript|включить javascript|вы не робот|безопасность вашего подключения|безопасность вашего соединения|активность с вашего|я не робот|что вы человек|проверяем ваш браузер|проверка браузера|подозрительная активность|похожи на автоматические|доступ ограничен|увімкніть javascript|ви не робот|що ви людина|перевіряємо ваш браузер|
javascript'i etkinleştir|insan olduğunuzu doğrula|robot olmadığınızı|ben robot değilim|bağlantınızın güvenliğini|tarayıcınız kontrol|olağan dışı trafik|ενεργοποιήστε τη javascript|ενεργοποιήστε την javascript|δεν είστε ρομπότ|ότι είστε άνθρωπος|
javascriptを有効|javascriptが無効|javascriptを使用しています|ロボットではない|接続のセキュリティ|お客様がロボット|人間であることを|通常と異なるトラフィック|通常と異なるアクセス|ブラウザを確認しています|启用javascript|启用 javascript|開啟javascript|啟用javascript|啟用 javascript|不是机器人|连接的安全性|您的连接是否安全|不是機器人|您是真人|验证您是|正在检查您的浏览器|異常流量|异常流量|完成安全验证|完成驗證|访问过于频繁|
자바스크립트를 활성화|javascript를 활성화|javascript를 사용|로봇이 아닙니다|로봇이 아님|사람인지 확인하는 중|사람인지 확인합니다|사람인지 확인해|사람임을 확인|연결의 보안|사용자가 사람|비정상적인 트래픽|تفعيل جافا سكريبت|تفعيل javascript|أنك لست روبوت|أنك إنسان|لست برنامج روبوت|
aktifkan javascript|bahwa anda manusia|anda bukan robot|saya bukan robot|bật javascript|bạn không phải là robot|bạn là con người|เปิดใช้งาน javascript|คุณไม่ใช่หุ่นยนต์|คุณเป็นมนุษย์|javascript सक्षम|आप रोबोट नहीं|आप इंसान|הפעל javascript|אינך רובוט|אתה לא רובוט|
शायद आप रोबोट|रोबोट तो नहीं|आपके नेटवर्क से|असामान्य गतिविधि|असामान्य ट्रैफ़िक|मैं रोबोट नहीं|जावास्क्रिप्ट चालू|कैप्चा पूरा|आपके ब्राउज़र की जाँच|שאינכם רובוט|שאינך רובוט|שאתם לא רובוט|אינכם רובוט|אני לא רובוט|פעילות חריגה מ|תעבורה חריגה|הפעילו javascript|אפשרו javascript|הדפדפן שלכם אינו|
ว่าคุณไม่ใช่|ไม่ใช่บอท|ฉันไม่ใช่|การใช้งานที่ผิดปกติ|การเข้าชมที่ผิดปกติ|กำลังตรวจสอบเบราว์เซอร์|เปิดใช้งานจาวาสคริปต์|เปิด javascript|ความปลอดภัยของการเชื่อมต่อ|
javascript appears to be|latest version of chrome|outdated browser|old browser|browser is no longer supported""")

# Where consent to cookies and the like is asked for.
_CONSENT = _split("""
we and our partners|we and our # partners|our # partners|our partners store|and our partners|we use cookies|this site uses cookies|this website uses cookies|uses cookies to|we store cookies|use of cookies|accept all cookies|accept cookies|
we value your privacy|we care about your privacy|your privacy matters|your privacy choices|manage preferences|manage your preferences|cookie settings|cookie preferences|cookie policy|
before you continue|withdraw your consent|your consent|click to consent|to our use of|legitimate interest|store and/or access|access information on a device|personalised ads|personalized ads|
personalised advertising|personalized advertising|similar technologies|set cookies|read out identifiers|your choice matters|allow cookies|allow some types of cookies|these cookies|types of cookies|agree that we|if you accept|privacy notice|privacy menu|list of vendors|reject all|if you accept|by accepting|list of partners|
wir verwenden cookies|wir nutzen cookies|bis zu # partner|alle akzeptieren|akzeptieren und weiter|mit werbung lesen|wir und unsere partner|wir und unsere # partner|mit werbung weiterlesen|werbung und tracking|pur-abo|pur lesen|
ihre einwilligung|ihre zustimmung|ihre privatsphäre|deine zustimmung|deine privatsphäre|cookie-einstellungen|informationen auf ihrem gerät|berechtigten interesses|berechtigtes interesse|ihre personenbezogenen daten|cookies akzeptieren|cookies zustimmen|
nous utilisons des cookies|utilisons des cookies|nos partenaires|et nos partenaires|nos # partenaires|accepter et fermer|continuer sans accepter|tout accepter|votre consentement|votre vie privée|votre accord|vos choix|vos données|votre appareil|votre terminal|
accepter les cookies|utilizamos cookies|usamos cookies|nosotros y nuestros|nuestros socios|nuestros # socios|aceptar todo|aceptar y continuar|aceptar las cookies|aceptar cookies|su consentimiento|tu consentimiento|su privacidad|tu privacidad|sus preferencias|tus preferencias|su dispositivo|tu dispositivo|rechazar todo|
nós e nossos|nossos parceiros|nossos # parceiros|nós e os nossos|os nossos parceiros|os nossos # parceiros|utilizamos cookies|aceitar todos|aceitar cookies|aceitar os cookies|seu consentimento|o seu consentimento|a sua privacidade|seu dispositivo|suas preferências|
utilizziamo cookie|utilizziamo i cookie|usiamo i cookie|noi e terze parti|noi e i nostri|nostri partner|nostri # partner|accetta tutto|accetta tutti|accetta i cookie|accettare i cookie|tuo consenso|suo consenso|tua privacy|tuo dispositivo|tue preferenze|cookie policy|
wij gebruiken cookies|we gebruiken cookies|gebruiken cookies en|wij en onze|onze partners|onze # partners|uw privacy|je privacy|uw toestemming|je toestemming|geeft u toestemming|uw apparaat|je apparaat|cookies accepteren|alles accepteren|uw persoonsgegevens|
vi använder cookies|vi använder kakor|använder cookies och|våra partner|våra # partner|din integritet|ditt samtycke|din enhet|godkänn alla|acceptera alla|vi bruker cookies|vi bruker informasjonskapsler|våre partnere|våre # partnere|ditt personvern|samtykket ditt|enheten din|godta alle|
vi bruger cookies|vores partnere|vores # partnere|dit privatliv|dit samtykke|din enhed|accepter alle|tillad alle|käytämme evästeitä|kumppanimme|kumppaniamme|yksityisyytesi|yksityisyyttäsi|suostumuksesi|suostumuksen|laitteellesi|hyväksy kaikki|
używamy plików cookie|wykorzystujemy pliki cookie|nasi partnerzy|naszych # partnerów|naszych partnerów|# zaufanych partnerów|twoją prywatność|twoja prywatność|twoich danych osobowych|wyrazić zgodę|wyrażenie zgody|przejdź do serwisu|na urządzeniu|zaakceptuj wszystk|akceptuję wszystk|
používáme soubory cookie|používáme cookie|naši partneři|našich partnerů|našich # partnerů|vaše soukromí|vašeho soukromí|váš souhlas|vašem zařízení|přijmout vše|sütiket használunk|cookie-kat használunk|partnereink|az ön hozzájárulás|az ön adatvédelm|összes elfogadása|
folosim cookie|utilizăm cookie|partenerii noștri|# parteneri|consimțământul|confidențialitatea dvs|dispozitivul dvs|χρησιμοποιούμε cookie|συνεργάτες μας|συγκατάθεσή σας|το απόρρητό σας|συσκευή σας|αποδοχή όλων|
мы используем файлы cookie|мы используем cookie|сайт использует cookie|сайт использует файлы cookie|наши партнёры|наши партнеры|наших партнеров|вашем устройстве|вы даёте согласие|вы даете согласие|ваше согласие|ваша конфиденциальность|принять все|ми використовуємо файли cookie|ми використовуємо cookie|наші партнери|ваша приватність|вашу згоду|вашому пристрої|прийняти всі|
çerez kullanıyoruz|çerezleri kullanıyoruz|çerezler kullanı|ortaklarımız|gizliliğiniz|onayınız|rızanız|cihazınız|tümünü kabul|çerezleri kabul|çerezlere izin|
cookieを使用しています|クッキーを使用しています|cookieなどの技術|パートナーは、|パートナーと当社|当社および|お客様のデバイス|お客様のプライバシー|同意したことに|すべて同意|すべて受け入れ|プライバシー設定|使用cookie|使用 cookie|我们和我们的合作伙伴|我們和我們的合作夥伴|合作伙伴会|合作夥伴會|您的同意|您的隐私|您的隱私|您的设备|您的裝置|全部接受|接受所有|쿠키를 사용합니다|쿠키를 사용하|파트너는|당사와|귀하의 개인정보|귀하의 동의|귀하의 기기|모두 동의|모두 수락|
نستخدم ملفات تعريف الارتباط|ملفات تعريف الارتباط لتحسين|سياسة ملفات تعريف الارتباط|شركاؤنا|وشركائنا|خصوصيتك|موافقتك|جهازك|قبول الكل|kami menggunakan cookie|kami dan mitra|mitra kami|privasi anda|persetujuan anda|perangkat anda|terima semua|chúng tôi sử dụng cookie|đối tác của chúng tôi|quyền riêng tư của bạn|thiết bị của bạn|chấp nhận tất cả|เราใช้คุกกี้|ยอมรับทั้งหมด|हम कुकी|कुकीज़ का उपयोग करते|स्वीकार करें|आपकी सहमति|अपनी सहमति|आपके डिवाइस|आपकी गोपनीयता|हमारे भागीदार|हमारे पार्टनर|हमारे # भागीदार|सहमति वापस|ההסכמה שלך|הסכמתך|הסכמתכם|המכשיר שלך|המכשיר שלכם|השותפים שלנו|הפרטיות שלכם|לבטל את ההסכמה|העדפות הפרטיות|ความเป็นส่วนตัวของคุณ|อุปกรณ์ของคุณ|ความยินยอมของคุณ|ถอนความยินยอม|เราและพันธมิตร|พันธมิตรของเรา|การตั้งค่าคุกกี้|同意はいつでも|お客様の端末|個人データを処理|提携先#社|אנו משתמשים בעוגיות|אנחנו משתמשים בעוגיות|הפרטיות שלך""")

# Where the text goes on, but not for this reader.
_PAYWALL = _split("""
to continue reading|to keep reading|to read the full|to read the rest|to read this article|to read this story|to read more, |continue reading with|keep reading with|keep reading for|subscribe to continue|subscribe to read|subscribe to unlock|
subscribe now to|subscribe to keep|register to continue|register to read|sign in to continue|sign in to read|log in to continue|log in to read|login to read|sign up to read|sign up to continue|become a member to|
for subscribers only|subscribers only|only for subscribers|exclusive to subscribers|exclusively for subscribers|exclusive to members|members only|for members only|for paying|is for subscribers|premium article|subscriber-only|
this article is for|this story is for|this content is for|unlock this article|unlock the full|unlock this story|reached your limit|reached your article limit|reached the limit of|your free articles|free articles left|free articles remaining|free articles this month|last free article|
rest of this article|the rest is for|the rest of the text is|rest of this story|remainder of this article|create an account to read|create a free account|read this article for free by|you've read your|you have read your|want to read more?|full access to this|start your free trial to|
jetzt weiterlesen|weiterlesen mit|weiterlesen? |um weiterzulesen|zum weiterlesen|artikel weiterlesen|nur für abonnent|nur für unsere abonnent|exklusiv für abonnent|ist abonnenten vorbehalten|diesen artikel lesen sie|den ganzen artikel lesen|den vollständigen artikel lesen|artikel freischalten|
registrieren sie sich, um|melden sie sich an, um|lesen sie weiter mit|inhalt ist nur für|ihre freien artikel|ihr artikelkontingent|
réservé aux abonnés|réservée aux abonnés|réservé à nos abonnés|réservée à nos abonnés|article réservé|pour lire la suite|lire la suite de cet article|pour continuer la lecture|pour poursuivre votre lecture|poursuivez votre lecture|il vous reste #|il vous reste |de cet article à découvrir|article est réservé|contenu est réservé|
exclusivo para suscriptores|solo para suscriptores|sólo para suscriptores|exclusivo para socios|para seguir leyendo|para continuar leyendo|sigue leyendo|continúa leyendo|para leer el artículo completo|límite de artículos|artículos gratis|artículos gratuitos|reservado a suscriptores|
exclusivo para assinantes|só para assinantes|para continuar lendo|para continuar a ler|continue lendo|continue a ler|para ler a matéria|para ler o artigo|exclusivo dos assinantes|artigo exclusivo|limite de matérias|limite de artigos|reservado a assinantes|
riservato agli abbonati|riservata agli abbonati|solo per gli abbonati|contenuto per gli abbonati|per continuare a leggere|per continuare la lettura|continua a leggere|per leggere l'articolo|per leggere tutto|contenuto riservato|articoli gratuiti|
alleen voor abonnees|dit artikel is voor abonnees|verder lezen|om verder te lezen|lees verder met|lees dit artikel|gratis artikelen|
endast för prenumeranter|artikel för prenumeranter|vill du läsa|läs vidare med|fortsätta läsa|fortsätt läsa|låst artikel|bara för prenumeranter|logga in för att läsa|
kun for abonnenter|saken er for abonnenter|artikel er for abonnenter|forbeholdt abonnenter|er for abonnenter|lese videre|les videre|for å lese|læse videre|læs videre|for at læse|få adgang til hele|få tilgang til hele|fortsett å lese|fortsæt med at læse|
vain tilaajille|jatka lukemista|jatkaaksesi lukemista|lukeaksesi|tylko dla prenumeratorów|tylko dla subskrybentów|dla prenumeratorów|dla subskrybentów|aby czytać dalej|czytaj dalej|by czytać dalej|dalsza część artykułu|pozostało #|
pouze pro předplatitele|jen pro předplatitele|pro předplatitele|číst dál|pokračovat ve čtení|pokračování článku|celý článek si přečtete|odemknout článek|csak előfizetők|előfizetőink|a teljes cikk|az olvasás folytatás|tovább olvas|doar pentru abonați|pentru abonați|pentru a citi mai departe|μόνο για συνδρομητές|για συνδρομητές|συνεχίσετε την ανάγνωση|διαβάστε τη συνέχεια|
только для подписчиков|только подписчикам|доступно только|доступен по подписке|доступна по подписке|доступно по подписке|чтобы читать дальше|чтобы дочитать|читать полностью|чтобы продолжить чтение|лише для передплатників|тільки для передплатників|для передплатників|щоб читати далі|щоб дочитати|
sadece abonelere|abonelere özel|okumaya devam etmek|devamını okumak|haberin tamamını|は有料会員限定|有料会員限定です|有料会員限定記事|有料会員限定の記事です|記事は会員限定|会員限定の記事です|会員限定記事です|この先は会員限定|全文は会員限定|続きを読むには|続きは有料|続きをお読み|残り#文字|残り #文字|この記事は有料|ログインして続き|仅限订阅|仅限会员|仅供会员|会员专享|订阅后阅读|继续阅读请|订阅以继续|登录后阅读|登录以继续|剩余内容|阅读全文请|訂閱後|訂閱以|訂閱會員|會員專屬|限會員|繼續閱讀|閱讀全文|
구독자 전용|구독자만|유료 회원|유료회원|회원 전용|계속 읽으시려면|계속 읽으려면|전문을 보시려면|기사 전문은|구독 후|للمشتركين فقط|حصري للمشتركين|لمتابعة القراءة|لقراءة المزيد اشترك|لمواصلة القراءة|khusus pelanggan|untuk melanjutkan membaca|lanjutkan membaca|untuk membaca selengkapnya|dành cho thuê bao|để đọc tiếp|để tiếp tục đọc|เฉพาะสมาชิก|อ่านต่อ|केवल सदस्यों|केवल सब्सक्राइबर|पूरा पढ़ने के लिए|आगे पढ़ने के लिए|למנויים בלבד|להמשך קריאה|להמשיך לקרוא|
पूरी खबर पढ़ने के लिए|पूरा लेख पढ़ने के लिए|पूरी स्टोरी पढ़ने|पढ़ना जारी रखने|सब्सक्राइबर्स के लिए|सदस्यों के लिए है|प्रीमियम लेख|मुफ़्त लेख पढ़|למנויים דיגיטל|לקריאת הכתבה המלאה|לקריאת המאמר המלא|כתבה זו למנויים|התוכן למנויים|תוכן למנויים|הצטרפו למנוי|כבר מנויים|
สำหรับสมาชิกเท่านั้น|เพื่ออ่านต่อ|เพื่ออ่านบทความ|เพื่ออ่านฉบับเต็ม|อ่านฉบับเต็ม|เนื้อหาพิเศษสำหรับสมาชิก|บทความนี้สำหรับ|สมัครเพื่ออ่าน""")

# Where the page that was asked for is not.
_MISSING = _split("""
page you're looking for|page you are looking for|page you were looking for|article you're looking for|article you are looking for|story you are looking for|page you requested|page you have requested|requested page|the page could not be found|page can't be found|page cannot be found|page was not found|
couldn't find the page|couldn't find that page|couldn't find this page|could not find the page|can't find that page|can't find the page|cannot find the page|can't seem to find|nothing was found at|nothing found at|page doesn't exist|page does not exist|page no longer exists|this page isn't available|this page is not available|
page not found|content not found|error #: |doesn't exist or|does not exist or|may have been moved|might have been moved|may have moved|moved or deleted|moved or removed|url was not found|broken link|check the address|mistyped the address|
gewünschte seite|angeforderte seite|gesuchte seite|diese seite gibt es|seite nicht gefunden|seite wurde nicht gefunden|seite konnte nicht gefunden|seite existiert nicht|seite ist nicht mehr|adresse falsch|
page que vous|page demandée|cette page n'existe|page est introuvable|page introuvable|la página que|esta página no existe|página no existe|página no encontrada|no encontramos la página|no pudimos encontrar|ha cambiado de dirección|
página que você|página que procura|página não existe|página não encontrada|não encontramos a página|página solicitada|pagina che stai|pagina che cerchi|pagina richiesta|pagina non esiste|pagina non è stata|pagina non trovata|abbiamo trovato la pagina|
pagina die u|pagina die je|pagina bestaat niet|pagina niet gevonden|pagina is niet|kunnen de pagina niet|sidan du|sidan finns inte|sidan kunde inte|sidan hittades|hittar inte sidan|siden du|siden finnes ikke|siden findes ikke|fant ikke siden|fandt ikke siden|kan ikke finde siden|finner ikke siden|etsimääsi sivua|sivua ei|
strona, której szukasz|strony, której szukasz|strona nie istnieje|strona nie została|nie znaleziono strony|nie możemy znaleźć|stránka, kterou|stránku, kterou|stránka nebyla|stránka neexistuje|stránka nenalezena|hledaná stránka|a keresett oldal|az oldal nem található|pagina căutată|pagina pe care|η σελίδα που|
запрашиваемая страница|запрашиваемой страницы|страница не найдена|страница не существует|такой страницы|страница, которую вы|страница удалена|сторінку не знайдено|сторінка не існує|сторінки не існує|сторінка, яку ви|запитувана сторінка|aradığınız sayfa|sayfa bulunamadı|
お探しのページ|ページが見つかり|ページは存在しない|ページは見つかり|アクセスしようとした|您访问的页面|您要访问的页面|页面不存在|找不到页面|找不到您|页面未找到|您訪問的頁面|您要找的頁面|找不到頁面|頁面不存在|找不到網頁|요청하신 페이지|페이지를 찾을 수|존재하지 않는 페이지|찾으시는 페이지|
الصفحة التي تبحث|الصفحة المطلوبة|الصفحة غير موجودة|halaman yang anda|halaman tidak ditemukan|trang bạn|không tìm thấy trang|trang không tồn tại|ไม่พบหน้า|หน้าที่คุณ|पेज नहीं मिला|पृष्ठ नहीं मिला|הדף שחיפשת|העמוד שחיפשת|הדף לא נמצא|העמוד לא נמצא|
पेज मौजूद नहीं|पेज उपलब्ध नहीं|पेज खोज रहे हैं|पृष्ठ मौजूद नहीं|पृष्ठ उपलब्ध नहीं|शायद हटा दिया गया|העמוד שביקשת|הדף שביקשת|העמוד אינו קיים|הדף אינו קיים|העמוד המבוקש|ไม่พบเพจ|ไม่พบหน้าเว็บ|หน้าที่คุณกำลัง|ไม่พบบทความ|ลิงก์อาจเสีย|szukana strona|takiej strony nie|nie ma takiej strony|đường dẫn không|trang này không""")

_LOGIN = _split("""
forgot your password|forgot password|forgotten your password|reset your password|remember me|create an account|no account yet|don't have an account|sign in with google|continue with google|log in to your account|sign in to your account|enter your password|by logging in|please log in|please sign in|
passwort vergessen|noch kein konto|angemeldet bleiben|mot de passe oublié|pas encore de compte|olvidaste tu contraseña|olvidado tu contraseña|¿no tienes cuenta|esqueceu sua senha|esqueceu a senha|password dimenticata|non hai un account|wachtwoord vergeten|glömt lösenord|glemt passord|glemt adgangskode|nie pamiętasz hasła|zapomniałeś hasła|zapomněli jste heslo|забыли пароль|забули пароль|şifremi unuttum|パスワードをお忘れ|忘记密码|忘記密碼|비밀번호 찾기|비밀번호를 잊|نسيت كلمة المرور|lupa kata sandi|quên mật khẩu|पासवर्ड भूल गए|खाता नहीं है|שכחת סיסמה|שכחתם סיסמה|שכחת את הסיסמה|אין לך חשבון|אין לכם חשבון|ลืมรหัสผ่าน|ยังไม่มีบัญชี|ยังไม่เป็นสมาชิก""")
_REGION = _split("""
not available in your region|not available in your country|unavailable in your region|unavailable in your country|not available in your location|unavailable in your location|isn't available in your|is not available in your|unavailable due to legal reasons|unavailable for legal reasons|european economic area|access cannot be granted|visitors from your|from a country belonging|most european countries|
in ihrem land nicht verfügbar|in ihrem land nicht verfügbar|in ihrer region nicht|in deinem land nicht|nicht in ihrem land|pas disponible dans votre pays|indisponible dans votre|pas disponible dans votre région|no está disponible en tu país|no está disponible en su país|no disponible en su|no disponible en tu|não está disponível no seu país|não disponível em sua região|indisponível no seu|
non è disponibile nel tuo paese|non disponibile nel tuo|niet beschikbaar in uw|niet beschikbaar in jouw|inte tillgänglig i ditt|ikke tilgængelig i dit|ikke tilgjengelig i ditt|niedostępna w twoim|niedostępne w twoim|недоступен в вашем регионе|недоступен в вашей стране|недоступна в вашей|bölgenizde kullanılamıyor|お住まいの地域|お住まいの国|您所在的地区|您所在的国家|您所在的地區|해당 지역에서는|귀하의 국가|visitors from the european|european visitors are|visitors from the eu|in your part of the world|आपके देश में उपलब्ध नहीं|आपके क्षेत्र में उपलब्ध|אינו זמין במדינה שלך|אינו זמין באזור|אינו זמין במדינתכם|ไม่พร้อมให้บริการในประเทศ|ไม่สามารถรับชมในประเทศ|ในพื้นที่ของคุณ""")
_AGE = _split("""
are you over #|are you # or older|are you at least #|are you of legal|legal drinking age|at least # years old|# years of age or older|# years or older to|must be # or|must be over #|must be #+|date of birth to|verify your age|confirm your age|age verification|age-restricted|
sind sie über #|sind sie # jahre|mindestens # jahre alt|bist du über #|altersprüfung|altersverifikation|bestätigen sie ihr alter|avez-vous plus de #|avez-vous # ans|vous devez avoir # ans|plus de # ans pour|vérification de l'âge|eres mayor de|es usted mayor|debes ser mayor|você tem mais de #|é maior de #|hai più di #|sei maggiorenne|ben je # jaar|bent u # jaar|вам есть #|вам уже исполнилось|masz ukończone #|czy masz #|är du över #|er du over #|#歳以上ですか|क्या आपकी उम्र #|आपकी आयु # वर्ष|האם מלאו לך #|מעל גיל #?|อายุครบ # ปี|คุณอายุ # ปี|您是否年满|您是否已满|#세 이상""")
_GONE = _split("""
has been removed|has been deleted|has been withdrawn|has been unpublished|was removed from|no longer available|is no longer online|has been archived and|article was deleted|article is unavailable|story is unavailable|
artikel wurde entfernt|artikel wurde gelöscht|beitrag wurde entfernt|nicht mehr verfügbar|nicht mehr abrufbar|nicht mehr online|article a été supprimé|article a été retiré|n'est plus disponible|plus en ligne|ha sido eliminado|ha sido retirado|ya no está disponible|foi removido|foi removida|não está mais disponível|já não está disponível|è stato rimosso|non è più disponibile|is verwijderd|niet meer beschikbaar|har tagits bort|är inte längre tillgänglig|er fjernet|er blevet fjernet|ikke lenger tilgjengelig|ikke længere tilgængelig|artykuł został usunięty|nie jest już dostępn|byl odstraněn|již není dostupn|материал удалён|материал удален|статья удалена|больше не доступ|матеріал видалено|kaldırılmıştır|yayından kaldırıl|掲載を終了|公開を終了|公開期間|削除されました|已被删除|已被刪除|已下架|已下线|삭제된 기사|삭제되었습니다|تم حذف|telah dihapus|tidak tersedia lagi|đã bị xóa|đã bị gỡ|हटा दिया गया है|अब उपलब्ध नहीं है|הכתבה הוסרה|הכתבה אינה זמינה|אינה זמינה עוד|ถูกลบออกแล้ว|ถูกนำออกแล้ว|ไม่มีอยู่แล้ว""")
_UNAVAILABLE = _split("""
scheduled maintenance|down for maintenance|undergoing maintenance|performing maintenance|under maintenance|maintenance mode|we'll be back|we will be back|be back shortly|be back online|back soon|check back in|check back later|check back soon|please try again later|try again in a few|please try again|internal server error|unexpected condition|
an error occurred|an error has occurred|error occurred while|something went wrong|technical difficulties|technical problems|temporarily unavailable|service unavailable|bad gateway|gateway timeout|gateway time-out|error establishing a database|database connection|establishing a database|fatal error|stack trace|application error|
wartungsarbeiten|wegen wartung|gleich wieder da|in kürze wieder|versuchen sie es später|später erneut|technischer fehler|ist ein fehler aufgetreten|vorübergehend nicht|en maintenance|de retour bientôt|bientôt de retour|réessayer plus tard|réessayez plus tard|une erreur est survenue|erreur interne|inténtelo más tarde|tareas de mantenimiento|trabajos de mantenimiento|volvemos enseguida|volveremos pronto|disculpe las molestias|disculpa las molestias|vuelva a intentarlo|inténtalo de nuevo|ha ocurrido un error|se ha producido un error|em manutenção|tente novamente|volte em breve|desculpe o transtorno|estamos em manutenção|ocorreu um erro|in manutenzione|riprova più tardi|torneremo presto|ci scusiamo per il disagio|sito in manutenzione|si è verificato un errore|probeer het later|er is een fout|er ging iets mis|försök igen|något gick fel|prøv igjen|prøv igen|noe gikk galt|noget gik galt|prace konserwacyjne|spróbuj ponownie|wystąpił błąd|технические работы|технических работ|попробуйте позже|повторите попытку|произошла ошибка|технічні роботи|сталася помилка|bakım çalışması|tekrar deneyin|bir hata oluştu|メンテナンス中|しばらくしてから|エラーが発生しました|系统维护|系統維護|请稍后再试|請稍後再試|稍后重试|서비스 점검|시스템 점검|잠시 후 다시|오류가 발생|حدث خطأ|sedang dalam pemeliharaan|coba lagi|terjadi kesalahan|đang bảo trì|thử lại sau|बाद में फिर कोशिश|बाद में पुनः प्रयास|कुछ गड़बड़ हो गई|रखरखाव के कारण|אירעה שגיאה|נסו שוב מאוחר|נסה שוב מאוחר|האתר בתחזוקה|עבודות תחזוקה|เกิดข้อผิดพลาด|ลองใหม่อีกครั้ง|ลองอีกครั้งภายหลัง|ปิดปรับปรุง""")
_STUB = _split("""
read the full story|read the full article|read full article|read full story|read the rest|read the whole story|read more at|read more on|continue reading at|continue reading on|read it at|the full story is|full article at|click here to read|click to read|full story:|go to the source|view original|view the original|read the original|source article|
den ganzen artikel|weiterlesen auf|weiterlesen bei|mehr lesen auf|zum vollständigen artikel|vollständigen artikel lesen|lire l'article complet|lire la suite sur|l'article complet|leer más en|leer la noticia completa|noticia completa en|leia a matéria completa|leia mais em|leia na íntegra|leggi l'articolo completo|leggi tutto su|continua su|lees het hele|lees verder op|lees meer op|läs hela artikeln|läs mer på|les hele saken|læs hele artiklen|czytaj całość|więcej na|celý článek na|читать далее на|читайте полностью|полный текст|читати повністю|devamı için|続きは|全文を読む|点击阅读全文|阅读原文|閱讀原文|전문 보기|기사 원문|اقرأ المزيد على|baca selengkapnya|xem chi tiết tại""")
_NONE = _split("""
lorem ipsum|dolor sit amet|consectetur adipiscing|this domain is for sale|domain is for sale|buy this domain|domain may be for sale|domain is parked|parked free|domain owner|parking service|domain has expired|domain name is|inquire about this domain|make an offer|diese domain steht|domain zu verkaufen|domain steht zum verkauf|domain parkt|domaine est à vendre|dominio en venta|домен продаётся|домен продается|此域名|域名出售|
our newsletter|our free newsletter|in your inbox|to your inbox|into your inbox|unsubscribe at any time|unsubscribe any time|enter your e-mail|enter your email|your e-mail address|your email address|by signing up|you can unsubscribe|thank you for subscribing|confirm your subscription|newsletter anmelden|unseren newsletter|jederzeit abbestellen|ihre e-mail-adresse|notre newsletter|notre lettre|votre adresse e-mail|votre adresse mail|nuestro boletín|nuestra newsletter|tu correo electrónico|su correo electrónico|nossa newsletter|seu e-mail|nostra newsletter|tua e-mail|tua email|onze nieuwsbrief|vårt nyhetsbrev|din e-postadress|vårt nyhetsbrev|vores nyhedsbrev|naszego newslettera|нашу рассылку|メールマガジン|电子报|電子報|뉴스레터를|
print this page|printer-friendly|printer friendly|this page was printed|send to printer|seite drucken|druckversion|imprimer cette page|imprimir esta página|welcome to wordpress|your first post|default page|it works!|welcome to nginx|apache# |index of /|directory listing|
listen to this episode|listen now on|listen on apple|listen on spotify|subscribe to the podcast|watch the video|watch live|video player|play video|your browser does not support|flash player""")

# What goes with an offer to subscribe; two of them at the end of a text are one.
OFFERS = _split("""
cancel any time|# a month|read on|support us with|become a supporter|whenever you wish|stop at any time|cancel anytime|cancel whenever|cancel at any time|already a subscriber|already a member|already subscribed|already have an account|already have a subscription|first month|free trial|start your trial|a month after|per month|/month|weeks for|months for|billed|
jederzeit kündbar|monatlich kündbar|bereits abonnent|schon abonnent|bereits ein abo|schon registriert|haben sie bereits|sie haben bereits|erster monat|ersten monat|im ersten monat|wochen kostenlos|wochen lang|kostenlos testen|jetzt testen|probeabo|probe-abo|im monat|pro monat|
sans engagement|déjà abonné|déjà un compte|premier mois|par mois|essai gratuit|résiliable|sin permanencia|cancela cuando|cancele cuando|ya eres suscriptor|ya soy suscriptor|ya tienes cuenta|ya tienes una cuenta|primer mes|euros al mes|prueba gratis|cancele quando|cancela quando|já é assinante|já sou assinante|já tem conta|primeiro mês|por mês|/mês|
disdici quando|puoi disdire|disdire quando|sei già abbonato|già abbonato|hai già un account|primo mese|# al mese|euro al mese|al abonnee|ben je al|bent u al|eerste maand|per maand|maandelijks opzegbaar|elk moment opzeggen|opzeggen wanneer|ingen bindningstid|redan prenumerant|första månaden|per månad|kr/mån|ingen bindingstid|ingen binding|allerede abonnent|har du allerede|første måned|pr. måned|per måned|
oletko jo tilaaja|ensimmäinen kuukausi|kuukaudessa|irtisano|masz już|pierwszy miesiąc|miesięcznie|anuluj w|už máte|máte už|první měsíc|měsíčně|már előfizető|első hónap|havonta|deja abonat|prima lună|pe lună|ήδη συνδρομητής|πρώτο μήνα|τον μήνα|уже есть подписка|оформите подписку|уже подписаны|первый месяц|в месяц|вже маєте|оформіть передплату|перший місяць|на місяць|zaten abone|ilk ay|aylık|
初月無料|初月|月額|会員の方はログイン|すでに会員|首月|每月|已是会员|已经是会员|已是訂閱|已有账号|已有帳號|첫 달|월 #|이미 구독|이미 회원|الشهر الأول|شهريا|مشترك بالفعل|bulan pertama|per bulan|sudah berlangganan|tháng đầu|mỗi tháng|पहले महीने|प्रति माह|हर महीने|पहले से सदस्य|पहले से सब्सक्राइबर|सदस्यता लें|सब्सक्राइब करें|לחודש הראשון|לחודש|כבר מנויים|כבר מנוי|הצטרפו למנויים|התחברו|เดือนแรก|ต่อเดือน|เป็นสมาชิกอยู่แล้ว|สมัครสมาชิก|ทดลองอ่านฟรี""")

SAYINGS: dict[Kind, tuple[str, ...]] = {
    Kind.CHALLENGE: _CHALLENGE,
    Kind.REGION: _REGION,
    Kind.AGE: _AGE,
    Kind.CONSENT: _CONSENT,
    Kind.PAYWALL: _PAYWALL,
    Kind.SOFT_404: _MISSING,
    Kind.LOGIN: _LOGIN,
    Kind.GONE: _GONE,
    Kind.UNAVAILABLE: _UNAVAILABLE,
    Kind.STUB: _STUB,
    Kind.NOT_ARTICLE: _NONE,
}

# Roots of the words of consent texts: where they crowd, a page asks for consent, whatever its phrases.
CONSENT_ROOTS = tuple(
    """
cookie consent partner vendor device identif purpose preference advertis legitim privacy geoloc measur audience personali withdraw permission
accept reject tracking profil storage third-part einwillig zustimm gerät personenbez datenschutz verarbeit anzeig zweck widerruf speicher
werbung akzept ablehn einstellung nutzung dienst interess drittanbieter consentement appareil terminal donnée traite finalité publicit
confidential refus traceur paramétr choix objection consentim dispositivo datos tratamiento procesa finalidad anunci privacidad preferenc
acept rechaz almacen socios dados tratamento finalidade parceir aceit rejeit armazen consenso dati trattamento finalità pubblicit preferenz
accett rifiut terze fornitor toestemming apparaat gegevens verwerk doeleind adverten voorkeur accepter weiger instelling samtyck enhet
uppgift ändamål annons integritet godkänn inställning leverantör samtykke enhed enhet formål annonse personvern opplysning oplysning godta
informasjonskaps evästei suostumu laittee tietoj mainon kumppan hyväks asetu zgod urządzen danych przetwarz cel reklam prywatno ustawie
dostawc plik souhlas zařízení údaj zpracov účel soukrom nastaven odmítn hozzájárul eszköz adat hirdet partnerein beállítás elfogad consimț
dispozitiv prelucr scopur publicit συγκατάθεσ συσκευ δεδομέν διαφήμισ απόρρητ συνεργατ επεξεργασ согласи устройств данны обработк реклам
конфиденц настройк идентифик файл партнёр партнер згод пристр даних обробк приватн налаштув çerez onay rıza cihaz veri reklam gizlilik
tercih işle ortak iş kabul persetujuan perangkat data iklan mitra privasi preferensi setuju đồng thiết quảng tác quyền dữ
""".split()
)
# We, you and their forms, where no other of these languages has the same word for something else.
READER = frozenset(
    """
we our us you your yours wir unser unsere unserer unseren unserem dein deine deiner nous notre vous votre vos nosotros nuestro nuestra
nuestros nuestras usted tu tus nós nosso nossos nossa nossas você noi nostri nostro tuo tua tuoi puoi wij ons onze uw jouw vi våra vår vårt
ditt dina våre vores vore meidän sinun nasi nasz nasze naszych naszym twoje twoich twoja twoją twoim możesz naše naši našich vaše vašich váš
vašem můžete partnereink noi noștri dvs dumneavoastră εμείς μας σας εσείς мы наш наши наших вы ваш ваши вашем вашего вашу вам ви ми наші
ваші вашому biz bizim siz sizin kami anda kita chúng bạn
""".split()
)
