"""One report of a news agency in eight languages, each a translation of the others, and what outlets add to it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wire:
    """A report as an agency sends it, and the words of two outlets around it; paragraphs without the dateline."""

    language: str
    agency: str
    title: str
    other_title: str
    dateline: str
    paragraphs: tuple[str, ...]
    lede: str
    closing: str
    footer: str
    other_footer: str

    @property
    def dated(self) -> tuple[str, ...]:
        """Return the paragraphs with the agency's dateline before them."""
        return (self.dateline + self.paragraphs[0], *self.paragraphs[1:])


EN = Wire(
    "en",
    "AP",
    "Ferry with 312 aboard runs aground off Skerrow",
    "Dozens hurt as night ferry strikes reef",
    "PORT SELWYN (AP) — ",
    (
        "A ferry with 312 people aboard ran aground on a reef off the island of Skerrow before dawn on Tuesday, and 47 of them were hurt, the coast guard said.",
        "The Aurelia, a ship of 6,400 tonnes that crosses between Port Selwyn and Tarnholm every night, struck the reef at 4:20 a.m. at a speed of 17 knots, some three miles outside her usual lane.",
        "Passengers were thrown from their bunks, and part of the car deck filled with water within minutes. “We heard a noise like a train, and then all the lights went out,” said Ines Halloran, a nurse who was travelling with her two children.",
        "Eleven lifeboats from four harbours took everybody off the ship in under three hours, in waves that stood higher than two metres. Three of the injured were flown to the hospital in Tarnholm with broken bones.",
        "Coast guard commander Piet Lorne told reporters that the ship's steering had not answered for several minutes before she struck. Whether the fault lay in the rudder or in the electronics of the bridge was not yet known, he said.",
        "The owner, Selwyn Line, put the Aurelia into service in 1998 and had her overhauled two winters ago. The firm said in a statement that she had passed an inspection in September without any remark.",
        "Divers are to look at the hull as soon as the swell drops. About 90 tonnes of fuel are in her tanks, and a boom was laid around the wreck to keep it from the bird cliffs on the western side of Skerrow.",
        "It was the worst accident on the crossing since 1974, when the steamer Corran sank in a snow storm and 29 people drowned.",
    ),
    "Eighteen people from our valley were on the ship that struck a reef this morning, and all of them are safe, the mayor told this newspaper after a night at the telephone.",
    "The town hall of Elderby has opened a line for relatives, which is answered around the clock until Friday evening.",
    "Harbour Gazette readers can write to the editors at any time.",
    "More news from the coast every morning in the Moor Gazette.",
)
DE = Wire(
    "de",
    "dpa",
    "Fähre mit 312 Menschen vor Skerrow auf Grund gelaufen",
    "Dutzende Verletzte auf Nachtfähre",
    "Port Selwyn (dpa) – ",
    (
        "Eine Fähre mit 312 Menschen an Bord ist am frühen Dienstagmorgen vor der Insel Skerrow auf ein Riff gelaufen, 47 von ihnen wurden nach Angaben der Küstenwache verletzt.",
        "Die Aurelia, ein Schiff von 6400 Tonnen, das jede Nacht zwischen Port Selwyn und Tarnholm verkehrt, traf das Riff um 4.20 Uhr mit einer Geschwindigkeit von 17 Knoten, etwa drei Meilen außerhalb ihrer üblichen Route.",
        "Reisende wurden aus ihren Kojen geschleudert, und ein Teil des Autodecks lief binnen weniger Minuten voll Wasser. „Wir hörten ein Geräusch wie von einem Zug, dann gingen alle Lichter aus“, sagte Ines Halloran, eine Krankenschwester, die mit ihren zwei Kindern reiste.",
        "Elf Rettungsboote aus vier Häfen holten alle in weniger als drei Stunden von Bord, bei Wellen von mehr als zwei Metern Höhe. Drei der Verletzten wurden mit Knochenbrüchen in das Krankenhaus von Tarnholm geflogen.",
        "Der Kommandeur der Küstenwache, Piet Lorne, sagte vor Journalisten, das Ruder habe mehrere Minuten lang nicht gehorcht, ehe das Schiff auflief. Ob der Fehler an der Ruderanlage oder an der Elektronik der Brücke lag, sei noch nicht bekannt.",
        "Die Reederei Selwyn Line hatte die Aurelia 1998 in Dienst gestellt und vor zwei Wintern überholen lassen. Das Unternehmen teilte mit, sie habe im September eine Prüfung ohne Beanstandung bestanden.",
        "Taucher sollen den Rumpf untersuchen, sobald der Seegang nachlässt. Rund 90 Tonnen Treibstoff sind in den Tanks, und um das Wrack wurde eine Sperre gelegt, damit nichts an die Vogelfelsen im Westen von Skerrow gelangt.",
        "Es war das schwerste Unglück auf der Strecke seit 1974, als der Dampfer Corran in einem Schneesturm sank und 29 Menschen ertranken.",
    ),
    "Achtzehn Menschen aus unserem Tal waren auf dem Schiff, das am Morgen auf ein Riff lief, und alle sind wohlauf, sagte der Bürgermeister unserer Zeitung nach einer Nacht am Telefon.",
    "Das Rathaus von Elderbach hat eine Leitung für Angehörige eingerichtet, die bis Freitagabend rund um die Uhr besetzt ist.",
    "Leserinnen und Leser der Hafenzeitung erreichen die Redaktion jederzeit.",
    "Mehr Nachrichten von der Küste jeden Morgen in der Moorpost.",
)
FR = Wire(
    "fr",
    "AFP",
    "Un ferry avec 312 personnes à bord s'échoue au large de Skerrow",
    "Des dizaines de blessés sur un ferry de nuit",
    "Port Selwyn (AFP) - ",
    (
        "Un ferry transportant 312 personnes s'est échoué mardi avant l'aube sur un récif au large de l'île de Skerrow, et 47 d'entre elles ont été blessées, ont annoncé les gardes-côtes.",
        "L'Aurelia, un navire de 6.400 tonnes qui relie chaque nuit Port Selwyn à Tarnholm, a heurté le récif à 4h20 à une vitesse de 17 noeuds, à quelque trois milles de sa route habituelle.",
        "Des passagers ont été projetés hors de leurs couchettes et une partie du pont des voitures s'est remplie d'eau en quelques minutes. «Nous avons entendu un bruit de train, puis toutes les lumières se sont éteintes», a raconté Ines Halloran, une infirmière qui voyageait avec ses deux enfants.",
        "Onze canots de sauvetage venus de quatre ports ont évacué tout le monde en moins de trois heures, dans des vagues de plus de deux mètres. Trois des blessés ont été transportés par hélicoptère à l'hôpital de Tarnholm avec des fractures.",
        "Le commandant des gardes-côtes, Piet Lorne, a déclaré aux journalistes que la barre n'avait pas répondu pendant plusieurs minutes avant le choc. On ignore encore si la panne venait du gouvernail ou de l'électronique de la passerelle, a-t-il dit.",
        "L'armateur, la Selwyn Line, avait mis l'Aurelia en service en 1998 et l'avait fait réviser il y a deux hivers. La compagnie a indiqué dans un communiqué qu'elle avait passé une inspection en septembre sans aucune remarque.",
        "Des plongeurs doivent examiner la coque dès que la houle retombera. Environ 90 tonnes de carburant se trouvent dans ses réservoirs, et un barrage a été posé autour de l'épave pour protéger les falaises aux oiseaux de l'ouest de Skerrow.",
        "C'est l'accident le plus grave sur cette liaison depuis 1974, lorsque le vapeur Corran avait sombré dans une tempête de neige et que 29 personnes s'étaient noyées.",
    ),
    "Dix-huit habitants de notre vallée se trouvaient sur le navire qui a heurté un récif ce matin, et tous sont sains et saufs, a dit le maire à notre journal après une nuit au téléphone.",
    "La mairie d'Elderbourg a ouvert une ligne pour les familles, qui répond jour et nuit jusqu'à vendredi soir.",
    "Les lecteurs de la Gazette du Port peuvent écrire à la rédaction à toute heure.",
    "D'autres nouvelles de la côte chaque matin dans la Gazette de la Lande.",
)
ES = Wire(
    "es",
    "EFE",
    "Un ferri con 312 personas encalla frente a Skerrow",
    "Decenas de heridos en un ferri nocturno",
    "Port Selwyn (EFE).- ",
    (
        "Un ferri con 312 personas a bordo encalló el martes antes del amanecer en un arrecife frente a la isla de Skerrow, y 47 de ellas resultaron heridas, informó la guardia costera.",
        "El Aurelia, un barco de 6.400 toneladas que cruza cada noche entre Port Selwyn y Tarnholm, chocó contra el arrecife a las 4.20 a una velocidad de 17 nudos, a unas tres millas de su ruta habitual.",
        "Los pasajeros salieron despedidos de sus literas y parte de la cubierta de coches se llenó de agua en pocos minutos. «Oímos un ruido como el de un tren y luego se apagaron todas las luces», contó Ines Halloran, una enfermera que viajaba con sus dos hijos.",
        "Once botes salvavidas de cuatro puertos sacaron a todos del barco en menos de tres horas, con olas de más de dos metros. Tres de los heridos fueron trasladados en helicóptero al hospital de Tarnholm con fracturas.",
        "El comandante de la guardia costera, Piet Lorne, dijo a los periodistas que el timón no había respondido durante varios minutos antes del choque. Aún no se sabe si el fallo estuvo en la pala o en la electrónica del puente, añadió.",
        "La naviera, Selwyn Line, puso el Aurelia en servicio en 1998 y lo mandó revisar hace dos inviernos. La empresa señaló en un comunicado que había pasado una inspección en septiembre sin ninguna observación.",
        "Los buzos examinarán el casco en cuanto baje el oleaje. Unas 90 toneladas de combustible están en sus tanques, y se colocó una barrera alrededor del pecio para que no llegue a los acantilados de aves del oeste de Skerrow.",
        "Fue el accidente más grave de la travesía desde 1974, cuando el vapor Corran se hundió en una tormenta de nieve y 29 personas se ahogaron.",
    ),
    "Dieciocho vecinos de nuestro valle iban en el barco que chocó esta mañana contra un arrecife, y todos están a salvo, dijo el alcalde a este diario tras una noche al teléfono.",
    "El ayuntamiento de Elderbia ha abierto una línea para los familiares, que atiende día y noche hasta el viernes por la tarde.",
    "Los lectores de la Gaceta del Puerto pueden escribir a la redacción a cualquier hora.",
    "Más noticias de la costa cada mañana en la Gaceta del Páramo.",
)
RU = Wire(
    "ru",
    "TASS",
    "Паром с 312 людьми на борту сел на мель у Скерроу",
    "Десятки пострадавших на ночном пароме",
    "ПОРТ-СЕЛВИН, 24 ноября. /ТАСС/. ",
    (
        "Паром, на борту которого находились 312 человек, во вторник перед рассветом налетел на риф у острова Скерроу, 47 из них пострадали, сообщила береговая охрана.",
        "«Аурелия», судно водоизмещением 6400 тонн, которое каждую ночь ходит между Порт-Селвином и Тарнхольмом, ударилась о риф в 4:20 на скорости 17 узлов, примерно в трех милях от обычного пути.",
        "Пассажиров выбросило из коек, а часть автомобильной палубы за несколько минут заполнилась водой. «Мы услышали шум, как от поезда, а потом погас весь свет», — рассказала медсестра Инес Халлоран, которая ехала с двумя детьми.",
        "Одиннадцать спасательных лодок из четырех гаваней сняли всех с судна менее чем за три часа при волнах выше двух метров. Троих пострадавших с переломами доставили вертолетом в больницу Тарнхольма.",
        "Командир береговой охраны Пит Лорн заявил журналистам, что руль не слушался несколько минут до удара. Была ли неисправность в самом руле или в электронике мостика, пока неизвестно, добавил он.",
        "Владелец, компания «Селвин Лайн», ввел «Аурелию» в строй в 1998 году и отремонтировал ее две зимы назад. В заявлении компании говорится, что в сентябре судно прошло осмотр без замечаний.",
        "Водолазы осмотрят корпус, как только спадет волнение. В баках находится около 90 тонн топлива, и вокруг судна поставили заграждение, чтобы оно не попало к птичьим скалам на западе Скерроу.",
        "Это самая тяжелая авария на этой линии с 1974 года, когда в снежную бурю затонул пароход «Корран» и погибли 29 человек.",
    ),
    "Восемнадцать жителей нашей долины были на судне, которое утром налетело на риф, и все они целы, сказал нашей газете мэр после ночи, проведенной у телефона.",
    "Мэрия Элдербурга открыла линию для родственников, на которой отвечают круглосуточно до вечера пятницы.",
    "Читатели «Портовой газеты» могут написать в редакцию в любое время.",
    "Другие новости побережья каждое утро в газете «Вести пустоши».",
)
ZH = Wire(
    "zh",
    "Xinhua",
    "载有312人的渡轮在斯克罗岛附近触礁",
    "夜班渡轮触礁数十人受伤",
    "新华社塞尔温港11月24日电 ",
    (
        "一艘载有312人的渡轮星期二黎明前在斯克罗岛附近触礁，海岸警卫队说，船上有47人受伤，其中三人伤势较重。",
        "这艘名为“奥雷利亚”号的渡轮排水量为6400吨，每天夜间往返于塞尔温港和塔恩霍尔姆之间。渡轮凌晨4时20分以17节的速度撞上暗礁，当时偏离惯常航线约三海里。",
        "不少乘客被从铺位上甩了出去，汽车甲板的一部分在几分钟内就灌满了水。带着两个孩子旅行的护士伊内丝·哈洛伦说：“我们听到像火车一样的声音，然后所有的灯都灭了。”",
        "来自四个港口的十一艘救生艇在两米多高的海浪中用不到三个小时把所有人接下船。三名伤者因骨折被直升机送往塔恩霍尔姆的医院。",
        "海岸警卫队指挥官皮特·洛恩对记者说，触礁之前船舵有好几分钟没有反应。他说，目前还不清楚故障出在舵机还是驾驶台的电子设备上。",
        "船东塞尔温航运公司1998年将“奥雷利亚”号投入运营，两年前的冬天对它进行了大修。公司在声明中说，该船9月通过了检查，没有发现任何问题。",
        "等涌浪平息之后，潜水员将检查船体。油舱里约有90吨燃油，救援人员已在沉船周围布设围油栏，防止燃油漂到斯克罗岛西侧的海鸟悬崖。",
        "这是该航线自1974年以来最严重的一次事故，当年“科伦”号汽船在暴风雪中沉没，29人溺水身亡。",
    ),
    "今天早晨触礁的渡轮上有十八名本镇居民，镇长守了一夜电话之后告诉本报，他们全都平安无事，家属已经得到通知。",
    "埃尔德比镇政府为家属开通了热线电话，星期五晚上之前昼夜都有人接听。",
    "海港报欢迎读者随时给编辑部来信。",
    "更多沿海消息请看每天早晨的荒原报。",
)
JA = Wire(
    "ja",
    "Kyodo",
    "乗客ら312人のフェリー、スケロー島沖で座礁",
    "夜行フェリーが座礁、けが人多数",
    "【ポートセルウィン共同】",
    (
        "乗客ら312人を乗せたフェリーが火曜日の夜明け前、スケロー島沖の岩礁に乗り上げ、沿岸警備隊によると47人がけがをした。",
        "毎晩ポートセルウィンとターンホルムを結ぶ6400トンの「アウレリア」は午前4時20分、時速17ノットで岩礁に衝突した。いつもの航路からおよそ3海里外れていた。",
        "乗客は寝台から投げ出され、車両甲板の一部は数分で水浸しになった。子ども2人と旅行中だった看護師のイネス・ハロランさんは「列車のような音がして、それから明かりが全部消えた」と話した。",
        "四つの港から駆けつけた救命艇11隻が、2メートルを超える波の中、3時間足らずで全員を船から降ろした。けが人のうち3人は骨折しており、ヘリコプターでターンホルムの病院に運ばれた。",
        "沿岸警備隊のピート・ローン司令官は記者団に、衝突の前に数分間かじが利かなかったと述べた。原因がかじそのものにあったのか、ブリッジの電子機器にあったのかはまだ分かっていないという。",
        "運航するセルウィン・ラインは1998年にアウレリアを就航させ、2年前の冬に改修した。同社は声明で、9月の検査では何の指摘も受けなかったと説明している。",
        "うねりが収まり次第、潜水士が船体を調べる。燃料タンクには約90トンの燃料が残っており、スケロー島西側の海鳥の崖に流れ着かないよう、船の周りにオイルフェンスが張られた。",
        "この航路では、吹雪の中で汽船コランが沈没し29人が亡くなった1974年以来、最悪の事故となった。",
    ),
    "けさ座礁したフェリーには町民18人が乗っていたが、全員の無事が確認されたと、夜通し電話のそばにいた町長が本紙に語った。",
    "エルダービー町役場は家族のための電話窓口を開き、金曜日の夜まで24時間対応する。",
    "港湾新聞では読者からのお便りをいつでも受け付けています。",
    "沿岸のニュースは毎朝の荒野新報でもお読みいただけます。",
)
AR = Wire(
    "ar",
    "",
    "جنوح عبّارة تقل 312 شخصا قبالة جزيرة سكيرو",
    "عشرات الجرحى في حادث عبّارة ليلية",
    "",
    (
        "جنحت عبّارة تقل 312 شخصا فجر الثلاثاء على شعاب قبالة جزيرة سكيرو، وأصيب 47 منهم بجروح، وفق ما أعلن خفر السواحل.",
        "واصطدمت السفينة أوريليا، التي تبلغ حمولتها 6400 طن وتعبر كل ليلة بين ميناء سيلوين وتارنهولم، بالشعاب عند الساعة 4:20 بسرعة 17 عقدة، على بعد نحو ثلاثة أميال من مسارها المعتاد.",
        "وسقط ركاب من أسرّتهم، وامتلأ جزء من سطح السيارات بالماء في غضون دقائق. وقالت إينيس هالوران، وهي ممرضة كانت تسافر مع طفليها: سمعنا صوتا كصوت القطار ثم انطفأت كل الأضواء.",
        "وأنزل أحد عشر قارب نجاة من أربعة موانئ جميع من كانوا على متن السفينة في أقل من ثلاث ساعات، وسط أمواج تجاوز ارتفاعها مترين. ونقل ثلاثة من الجرحى بالمروحية إلى مستشفى تارنهولم وهم مصابون بكسور.",
        "وقال قائد خفر السواحل بيت لورن للصحافيين إن الدفة لم تستجب لدقائق عدة قبل الاصطدام. وأضاف أنه لم يعرف بعد هل كان العطل في الدفة نفسها أم في الأجهزة الإلكترونية في غرفة القيادة.",
        "وكانت شركة سيلوين لاين المالكة للسفينة قد وضعت أوريليا في الخدمة عام 1998 وأجرت لها صيانة شاملة قبل شتاءين. وقالت الشركة في بيان إنها اجتازت فحصا في أيلول من دون أي ملاحظة.",
        "ومن المقرر أن يفحص غواصون بدن السفينة حالما يهدأ الموج. وفي خزاناتها نحو 90 طنا من الوقود، وقد وضع حاجز حول الحطام لمنع وصوله إلى منحدرات الطيور غربي سكيرو.",
        "وهذا أسوأ حادث على هذا الخط منذ عام 1974، حين غرقت الباخرة كوران في عاصفة ثلجية وغرق 29 شخصا.",
    ),
    "كان ثمانية عشر شخصا من أبناء وادينا على متن السفينة التي جنحت هذا الصباح، وجميعهم بخير، كما قال رئيس البلدية لصحيفتنا بعد ليلة أمضاها قرب الهاتف.",
    "وفتحت بلدية إلدربي خطا هاتفيا لأقارب الركاب يعمل ليلا ونهارا حتى مساء الجمعة.",
    "يمكن لقراء جريدة الميناء الكتابة إلى هيئة التحرير في أي وقت.",
    "مزيد من أخبار الساحل كل صباح في جريدة البراري.",
)

WIRES = {each.language: each for each in (EN, DE, FR, ES, RU, ZH, JA, AR)}
LANGUAGES = tuple(WIRES)
