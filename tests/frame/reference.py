"""Pages that show every component, for the tests only: a list, a record, a form, the dialog, errors."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import include, path
from django.utils import timezone
from django.utils.html import format_html
from django.views import defaults

from enterprise.frame import views
from enterprise.frame.tables import CardTable, KeyColumn, RowMenuColumn, Selection
from texting.frame import words
from texting.frame.templatetags.frame import avatar, status, when

PAGES = Path(__file__).parent / "pages"
NAMES = [
    "Mohamed Abdi Warsame",
    "Kwame Asante",
    "Zoë Åström",
    "Bo Chen",
    "Carl Diaz",
    "Fatima El-Sayed",
    "Dee Evans",
    "Guadalupe Hernández-Ortega",
    "Maximiliana Konstantinopoulos-Wojciechowska",
    "Thảo Nguyễn",
    "José Núñez Ibáñez",
    "Siobhán Ó Briain",
    "Ana Rivera",
    "Pa Houa Vang",
    "Tyrell Brooks",
    "D’Andre Washington",
    "Olga Wójcik",
    "Mai Yang",
    "Li Chen",
    "王小明",
    "محمد علي",
]
STATES = ("active", "assigned", "available", "active", "active", "inactive", "do_not_text")


def page(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    source = (PAGES / f"{name}.html").read_text(encoding="utf-8")
    return HttpResponse(engines["django"].from_string(source).render(context, request), status=status)


class Person(SimpleNamespace):
    def __str__(self) -> str:
        return str(self.name)


def people() -> list[Person]:
    return [
        Person(pk=n, name=NAMES[n % len(NAMES)], number=f"(612) 555-{100 + n:04d}", state=STATES[n % len(STATES)])
        for n in range(47)
    ]


class PeopleTable(CardTable):
    caption = "Employees that match"
    selection = Selection("employee", "employee", "employees")
    per_page_choices = (14, 25)

    key = KeyColumn()
    name = tables.Column()
    pk = tables.Column(
        verbose_name="Id",
        attrs={"th": {"class": "d-none d-md-table-cell"}, "td": {"class": "d-none d-md-table-cell text-secondary"}},
    )
    state = tables.Column(
        verbose_name="Status",
        attrs={"th": {"class": "d-none d-md-table-cell"}, "td": {"class": "d-none d-md-table-cell"}},
    )
    number = tables.Column(
        verbose_name="Number for texts",
        orderable=False,
        attrs={"th": {"class": "d-none d-md-table-cell"}, "td": {"class": "d-none d-md-table-cell num"}},
    )
    last = tables.Column(
        verbose_name="Last text",
        empty_values=(),
        orderable=False,
        attrs={"th": {"class": "d-none d-lg-table-cell"}, "td": {"class": "d-none d-lg-table-cell text-secondary num"}},
    )
    menu = RowMenuColumn()

    class Meta:
        order_by = "name"
        attrs: ClassVar = {"class": "table card-table table-vcenter"}
        sequence = ("key", "name", "pk", "state", "number", "last", "menu")

    def render_name(self, record: Person) -> str:
        return format_html(
            '<div class="d-flex align-items-center gap-2">{}<span class="cut cut-l">'
            '<a class="name" href="/record/" title="{}">{}</a>'
            '<span class="d-block d-md-none text-secondary small num cut cut-l">'
            '<span class="tel">{}</span> · SMS</span></span></div>',
            avatar(record.name),
            record.name,
            record.name,
            record.number,
        )

    def render_pk(self, value: int) -> str:
        return f"#1{value:05d}"

    def render_state(self, value: str) -> str:
        return status(value)

    def render_number(self, record: Person, value: str) -> str:
        if record.pk % 7 == 4:
            return status("missing")
        return format_html('<span class="tel">{}</span> <span class="text-secondary ms-1">SMS</span>', value)

    def render_last(self, record: Person) -> str:
        return format_html("Delivered {}", when(timezone.now() - timedelta(hours=7 * record.pk)))


class LineForm(forms.Form):
    branch = forms.ChoiceField(choices=[("1", "Rochester"), ("2", "Duluth")])
    owner = forms.ChoiceField(
        choices=[("branch", "Branch"), ("rep", "Service rep")], widget=forms.RadioSelect, initial="branch"
    )
    username = forms.RegexField(
        r"^\d{10}$",
        help_text="The line’s own number, as you sign in to ZipWhip.",
        error_messages={"invalid": "This is not a whole number: 10 digits are needed."},
    )
    password = forms.CharField(widget=forms.PasswordInput, help_text="Kept encrypted. Nobody can read it back here.")
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    codes = forms.MultipleChoiceField(
        choices=[("t", "TEXT"), ("c", "CALL")], widget=forms.CheckboxSelectMultiple, required=False
    )
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    file = forms.FileField(required=False)
    active = forms.BooleanField(required=False, label="Texts may be sent from it")


@login_not_required
def listing(request: HttpRequest) -> HttpResponse:
    rows = [person for person in people() if request.GET.get("q", "").lower() in person.name.lower()]
    table = PeopleTable(rows, request=request)
    tables.RequestConfig(request, paginate={"per_page": 14}).configure(table)
    return page(request, "list", table=table, count=len(rows))


@login_not_required
def record(request: HttpRequest) -> HttpResponse:
    if request.GET.get("say"):
        messages.success(request, "Ana Rivera was saved.")
        messages.error(request, "The cell phone could not be saved: two digits are missing.")
    now = timezone.now()
    segments = [("delivered", 10), ("sent", 2), ("queued", 1), ("unconfirmed", 1), ("failed", 1), ("not_texted", 3)]
    return page(
        request, "record", now=now, earlier=now - timedelta(days=3), later=now + timedelta(days=1), segments=segments
    )


@login_not_required
def form(request: HttpRequest) -> HttpResponse:
    line = LineForm(request.POST or None)
    return page(request, "form", status=422 if line.is_bound and not line.is_valid() else 200, form=line)


@login_not_required
def compose(request: HttpRequest) -> HttpResponse:
    """Say back what was posted, as the dialog or as a page."""
    name = "compose_fragment" if request.headers.get("HX-Request") else "compose"
    posted = {
        key: request.POST.getlist(key)
        for key in ("keys", "except", "all", "record_type", "query")
        if key in request.POST
    }
    return page(request, name, posted=posted)


@login_not_required
def fails(request: HttpRequest, code: int) -> HttpResponse:
    if code == 302:
        return redirect("users:sign-in")
    handlers = {
        400: lambda: defaults.bad_request(request, Exception()),
        403: lambda: defaults.permission_denied(request, PermissionDenied()),
        404: lambda: defaults.page_not_found(request, Exception()),
        500: lambda: defaults.server_error(request),
    }
    return handlers[code]()


def named(*views: Any, app: str) -> Any:
    return include((list(views), app))


urlpatterns = [
    path("employees/", named(path("", listing, name="list"), app="employees")),
    path("contacts/", named(path("", record, name="list"), app="contacts")),
    path("record/", record),
    path("navigation/", views.navigation, name="navigation"),
    path("words/<str:language>.<str:version>.js", words.script, name="words"),
    path("form/", form),
    path("fails/<int:code>/", fails),
    path("find/", named(path("", listing, name="search"), app="people")),
    path("administration/", named(path("", form, name="index"), app="administration")),
    path(
        "texts/",
        named(
            path("", listing, name="texts"),
            path("inbox/", record, name="inbox"),
            path("batches/", record, name="batches"),
            path("compose/", compose, name="compose"),
            app="texting",
        ),
    ),
    path(
        "sign-in/",
        named(
            path("", LoginView.as_view(), name="sign-in"),
            path("out/", LogoutView.as_view(), name="sign-out"),
            app="users",
        ),
    ),
]
