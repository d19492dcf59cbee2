"""Which agency wrote a text, and which sites are an agency's own."""

import pytest

from aggregator.core.credits import credit, is_agency
from aggregator.core.url import key

DATELINES = [
    ("WASHINGTON (AP) — The senate", "AP"),
    ("SKARHOLM, Norvia (AP) — A ferry", "AP"),
    ("LONDON, Nov 3 (Reuters) - Shares", "Reuters"),
    ("(Reuters) - Shares", "Reuters"),
    ("Nov 3 (Reuters) – Shares", "Reuters"),
    ("Paris (AFP) - Le", "AFP"),
    ("VALMORIN, 3 nov (AFP) - La", "AFP"),
    ("Oberweiden (dpa) - Die", "dpa"),
    ("Hamburg (dpa/lno) - Die", "dpa"),
    ("Berlin/Kesselstadt (AFP/dpa) – Die", "AFP"),
    ("Wien (APA) – Der", "APA"),
    ("Bern (SDA) - Der", "Keystone-SDA"),
    ("Torrealba, 3 nov (EFE).- La", "EFE"),
    ("MADRID 3 Nov. (EUROPA PRESS) - La", "Europa Press"),
    ("(ANSA) - ROMA, 03 NOV - Il", "ANSA"),
    ("Roma, 3 nov. (Adnkronos) - Il", "Adnkronos"),
    ("Lisboa, 03 nov 2026 (Lusa) - O", "Lusa"),
    ("БЕЛОЗЁРСК, 3 ноября. /ТАСС/. Новый", "TASS"),
    ("МОСКВА, 3 ноя — РИА Новости. Новый", "RIA Novosti"),
    ("BEIJING, Nov. 3 (Xinhua) -- The", "Xinhua"),
    ("新华社青岩11月3日电 连接", "Xinhua"),
    ("【霧島原共同】霧島原町", "Kyodo"),
    ("(서울=연합뉴스) 홍길동 기자 = 비가", "Yonhap"),
    ("Warszawa (PAP) - Rząd", "PAP"),
    ("Brussel (Belga) - De", "Belga"),
    ("\n\n  Oslo (NTB) – Det", "NTB"),
    ("Updated 3 Nov\nWASHINGTON (AP) — The", "AP"),
    ("SARAJEVO (FENA) - Vlada", "FENA"),
    ("PORT-LENOIR, 3 nov (Xyz) — Le", "Xyz"),
    ("The Associated Press (AP) said on Monday", ""),
    ("Friedrich Kanter (CDU) - der Name", ""),
    ("Maren Holtby (pictured) — the engineer", ""),
    ("A new kind of reef (AP Photo/Jo Doe) was", ""),
    ("SHARES of Norvik (NVK) rose", ""),
    ("He told Reuters - and others - that", ""),
    ("", ""),
]
FOOTERS = [
    ("Schluss. (dpa)", "dpa"),
    ("sagte sie. (afp/dpa)", "AFP"),
    ("Fin. (Belga)", "Belga"),
    ("终。（新华社）", "Xinhua"),
    ("End.\n\nAP", "AP"),
    ("End.\n— Agence France-Presse", "AFP"),
    ("End.\n© 2026 AFP", "AFP"),
    ("End.\nCopyright 2026 The Associated Press. All rights reserved.", "AP"),
    ("Ende.\n© dpa-infocom, dpa:261103-930-1/2", "dpa"),
    ("Ende.\nQuelle: dpa", "dpa"),
    ("Fin.\nSource : AFP", "AFP"),
    ("Fin.\nAvec AFP", "AFP"),
    ("Fin.\nFuente: EFE", "EFE"),
    ("Fine.\nFonte: ANSA", "ANSA"),
    ("Fim.\nCom informações da Lusa", "Lusa"),
    ("Конец.\nИсточник: ТАСС", "TASS"),
    ("完。\n来源：新华社", "Xinhua"),
    ("Ende.\nmit Material der dpa", "dpa"),
    ("End.\n(Reporting by Jo Doe in Vellby; Editing by Al Roe)", "Reuters"),
    ("End.\nThe Associated Press contributed to this report.", "AP"),
    ("End.\nAP writer Jo Doe contributed to this report.", "AP"),
    ("The rise of the Action Party (AP) worries some people.", ""),
    ("He works for Reuters.", ""),
    ("Photo: Jo Doe / Kelmouth Media", ""),
]
BYLINES = [
    ("AP", "AP"),
    ("Associated Press", "AP"),
    ("By The Associated Press", "AP"),
    ("Jo Doe, Associated Press", "AP"),
    ("Jo Doe Associated Press", "AP"),
    ("Jo Doe | AP", "AP"),
    ("AP / Jo Doe", "AP"),
    ("Reuters Staff", "Reuters"),
    ("dpa", "dpa"),
    ("Dpa", "dpa"),
    ("Von dpa", "dpa"),
    ("dpa/Jo Doe", "dpa"),
    ("AFP", "AFP"),
    ("par AFP", "AFP"),
    ("Agencia EFE", "EFE"),
    ("Jo Doe (Lusa)", "Lusa"),
    ("ТАСС", "TASS"),
    ("新华社", "Xinhua"),
    ("Press Association reporters", "PA Media"),
    ("Ani Petrova", ""),
    ("Sid Lowell", ""),
    ("Ani", ""),
    ("Map Tran", ""),
    ("Anna Reuter", ""),
    ("Apa Sherpa", ""),
    ("Jo Doe", ""),
    ("", ""),
]


@pytest.mark.parametrize(("front", "agency"), DATELINES)
def test_a_dateline_names_the_agency(front: str, agency: str) -> None:
    assert credit(f"{front}{' and so it went on' * 40}\nThe end.", ("Jo Doe",)) == agency


@pytest.mark.parametrize(("end", "agency"), FOOTERS)
def test_the_last_lines_name_the_agency(end: str, agency: str) -> None:
    assert credit(f"A report.{' And so it went on.' * 40}\n{end}", ()) == agency


@pytest.mark.parametrize(("author", "agency"), BYLINES)
def test_a_byline_names_the_agency_and_no_person(author: str, agency: str) -> None:
    assert credit("A report of its own.", (author,)) == agency
    assert credit("A report of its own.", ("Al Roe", author)) == agency


def test_the_byline_is_heard_before_the_text() -> None:
    assert credit("WASHINGTON (AP) — The senate", ("Reuters",)) == "Reuters"


@pytest.mark.parametrize(
    ("url", "agency", "own"),
    [
        ("https://apnews.com/article/x", "AP", True),
        ("https://www.reuters.com/world/x", "Reuters", True),
        ("https://notreuters.com/x", "Reuters", False),
        ("https://reuters.com.evil.example/x", "AP", False),
        ("https://www.fena.ba/x", "FENA", True),
        ("https://tass.example/x", "TASS", True),
        ("https://news.example/ap/x", "AP", False),
        ("https://ap.news.example/x", "AP", False),
        ("https://news.example/x", "", False),
    ],
)
def test_an_agencys_site_is_known_by_its_host(url: str, agency: str, own: bool) -> None:
    assert is_agency(key(url), agency) is own
