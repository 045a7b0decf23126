"""The demo firm: who is in it. Numbers are from 555-0100 to 555-0199, which are reserved for fiction."""

from __future__ import annotations

from typing import NamedTuple

from enterprise.users.roles import ADMINISTRATOR, FRONT_OFFICE, FRONT_OFFICE_WITHOUT_TEXTING

ADMINISTRATOR_NAME = "ada"
LINE_NUMBER = "+16125550100"
LINE_BRANCH = "Minneapolis"
# Everyone's, and no secret: it is printed, and the demo is refused outside of development.
PASSWORD = "welcome to the demo"  # noqa: S105 - meant to be known


class DemoBranch(NamedTuple):
    name: str
    time_zone: str
    region: str
    area_codes: tuple[str, ...]
    city: str
    state: str
    zip: str


class DemoUser(NamedTuple):
    username: str
    first_name: str
    last_name: str
    branch: str
    role: str
    granted: tuple[str, ...] = ()


class KnownPerson(NamedTuple):
    first_name: str
    last_name: str
    job: str
    methods: dict[str, str]


class DemoCode(NamedTuple):
    name: str
    description: str
    for_employees: bool = True
    for_contacts: bool = True
    is_active: bool = True
    deactivates: bool = False


def _listed(text: str) -> list[str]:
    return [item.strip() for item in text.replace("\n", "|").split("|") if item.strip()]


BRANCHES = [
    DemoBranch("Minneapolis", "America/Chicago", "US", ("612", "763", "952"), "Minneapolis", "MN", "55401"),
    DemoBranch("St. Paul", "America/Chicago", "US", ("651", "507"), "St. Paul", "MN", "55101"),
    DemoBranch("Seattle", "America/Los_Angeles", "US", ("206", "253"), "Seattle", "WA", "98101"),
    DemoBranch("Toronto", "America/Toronto", "CA", ("416", "647"), "Toronto", "ON", "M5H 2N2"),
]
USERS = [
    DemoUser("ada", "Ada", "Bergström", "Minneapolis", ADMINISTRATOR),
    DemoUser("riya", "Riya", "Shah", "Minneapolis", FRONT_OFFICE),
    DemoUser("mei", "Mei", "Chen", "Minneapolis", FRONT_OFFICE, granted=("St. Paul",)),
    DemoUser("dan", "Dan", "Larsen", "St. Paul", FRONT_OFFICE),
    DemoUser("tom", "Tom", "Okafor", "Seattle", FRONT_OFFICE),
    DemoUser("luc", "Luc", "Tremblay", "Toronto", FRONT_OFFICE),
    DemoUser("sofia", "Sofía", "Reyes", "Toronto", FRONT_OFFICE_WITHOUT_TEXTING),
]
ACTION_CODES = [
    DemoCode("TEXT", "Text conversation"),
    DemoCode("CALL", "Phone call"),
    DemoCode("E-MAIL", "E-mail sent or received"),
    DemoCode("NOTE", "Note"),
    DemoCode("JOB OFFER", "Assignment offered", for_contacts=False),
    DemoCode("FAX", "Fax", is_active=False),
    DemoCode("DNA", "Do not assign", deactivates=True),
]
FIRST_NAMES = _listed(
    """
    Aaliyah | Abdul | Ama | Amir | Ana | Anh | Aoife | Björn | Bo | Brandon | Camila | Carl | Carlos | Chidi | Chloé
    Dee | Dmitri | Eduardo | Emily | Fatima | Felix | Gabriela | Guadalupe | Hannah | Hodan | Ibrahim | Isaiah | Ivy
    Jamal | Jasmine | João | Jorge | José | Kai | Kalia | Keisha | Kwame | Lan | Laura | Liam | Linnea | Lucía
    Maja | Malik | Marcus | María | Mohamed | Nadia | Nia | Noah | Noor | Omar | Orla | Øystein | Pa | Patrícia
    Ravi | Renée | Sade | Samira | Siobhán | Sofía | Tariq | Thảo | Thuy | Tomasz | Uma | Valeria | Victor | Wei
    Xavier | Yara | Yusuf | Zainab | Zoë
    """
)
LAST_NAMES = _listed(
    """
    Abdi | Adams | Alvarez | Asante | Åström | Bailey | Beaulieu | Carter | Castillo | Chen | Clark | D’Angelo
    Diaz | Eze | Evans | Fernández | Garcia | Gomez | Hassan | Hernández-Ortega | Ivanov | Jackson | Johansson | Kim
    King | Kowalczyk | Larsson | Lopez | Łukaszewicz | MacDonald | Mbeki | McDonald | Moore | Moua | Müller | Ndiaye
    Nguyễn | Núñez Ibáñez | Ó Briain | Ortiz | Patel | Phillips | Ramirez | Rivera | Robinson | Sato | Scott | Silva
    Smith | Søndergaard | Thao | Torres | Tran | Van der Berg | Vang | Walker | White | Xiong | Young | Zhao
    """
)
JOBS = _listed(
    """
    Forklift Operator | Reach Truck Operator | Warehouse Associate | Order Picker | Yard Driver | Assembler
    CNC Machinist | Welder | Electrician | Janitor | Dishwasher | Line Cook | Receptionist
    Data Entry Clerk | Bilingual CSR | Home Health Aide
    """
)
CUSTOMERS = _listed(
    """
    Aspen Foods | Bellwether Hotels | Cedar Medical | Driftwood Furniture | Eagle Printing | Fairview Schools
    Granite Supply | Hawthorn Clinic | Iron Range Steel | Juniper Events | Kestrel Air Cargo | Lakeside Dairy
    Maple Leaf Logistics | North Shore Logistics | Oak & Ash Millwork | Prairie Robotics | Queen Street Media
    Riverbend Brewing | Sunbeam Solar | Twin Cities Linen
    """
)
TITLES = ("HR Generalist", "Plant Manager", "Shift Supervisor", "Controller", "Office Manager", "Operations Director")
DEPARTMENTS = ("Front Office", "Kitchen", "Nights", "Warehouse", "")
STREETS = ("Main St", "Lake Rd", "Cedar Blvd", "2nd Ave", "Industrial Blvd", "Nicollet Ave", "Portage Way")
# Values that are no numbers to text: with digits, so somebody meant one, and without, so nobody did.
BAD_NUMBERS = ("555-01", "612-555-013", "000-000-0000", "911", "651-555-01O7", "763 555 0123 ext 4")
NO_NUMBERS = ("n/a", "see notes", "none", "-")
# Numbers are written as people write them.
SHAPES = ("({0}) 555-{1}", "{0}-555-{1}", "{0}.555.{1}", "+1 {0} 555 {1}", "{0}555{1}", "1-{0}-555-{1}")
# Those of the people below, and of the firm's own lines.
KEPT_NUMBERS = frozenset(
    {"612 0100", "651 0100", "206 0100", "416 0100", "612 0101", "612 0102"}
    | {"612 0134", "612 0178", "651 0108", "763 0126"}
)
IDENTS_APART = 100_000
EMPLOYEE_COUNT = 300
CONTACT_COUNT = 80
KNOWN_EMPLOYEES = [
    KnownPerson(
        "Ana",
        "Rivera",
        "Forklift Operator",
        {
            "sms": "(612) 555-0134",
            "cell_phone": "612-555-01",
            "office_phone": "n/a",
            "email": "ana.rivera@example.com",
        },
    ),
    KnownPerson("Luis", "Rivera", "Forklift Operator", {"cell_phone": "612.555.0134"}),
    KnownPerson("Carl", "Diaz", "Yard Driver", {"email": "carl.diaz@example.com"}),
    KnownPerson("Dee", "Evans", "Forklift Operator", {"sms": "555-01", "cell_phone": "(612) 555-0178"}),
    KnownPerson("Kwame", "Asante", "Reach Truck Operator", {"sms": "651 555 0108"}),
    KnownPerson("Maximiliana", "Konstantinopoulos-Wojciechowska", "Assembler", {"cell_phone": "+1 763 555 0126"}),
]
# Kwame Asante works part of the week as the shift supervisor of a customer: two records, linked.
NUMBER_OF_BOTH = "+16515550108"
KNOWN_CONTACTS = [KnownPerson("Kwame", "Asante", "Shift Supervisor", {"office_phone": "(651) 555-0108"})]
