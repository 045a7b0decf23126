"""The photo of a person: who sees it, what a file must be, and what is kept of it."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from enterprise.administration.models import AuditEntry
from enterprise.people import pictures
from enterprise.people.models import Photo
from tests.enterprise.builders import make_contact, make_employee

pytestmark = pytest.mark.django_db


def picture(kind="JPEG", size=(400, 600), colour="red", **options):
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, kind, **options)
    return written.getvalue()


def upload(content, name="me.jpg"):
    return {"photo": SimpleUploadedFile(name, content)}


def address(person):
    return f"{person.get_absolute_url()}photo/"


@pytest.fixture
def with_photo(as_user, riya):
    person = make_employee()
    as_user(riya).post(address(person), upload(picture()))
    person.refresh_from_db()
    return person


def opened(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_is_changed_by_who_may_change_the_record(client, as_user, riya, dan, method):
    person = make_employee()
    assert getattr(client, method)(address(person)).status_code == 302
    assert getattr(as_user(dan), method)(address(person)).status_code == 404
    role = riya.groups.get()
    role.permissions.remove(role.permissions.get(codename="change_employee"))
    assert getattr(as_user(riya), method)(address(person)).status_code == 403


@pytest.mark.parametrize("size", ["small", "large"])
def test_it_is_seen_by_who_may_see_the_record_and_by_nobody_else(client, as_user, riya, dan, with_photo, size):
    url = getattr(with_photo, f"{size}_photo_url")
    assert client.get(url).status_code == 302
    assert as_user(dan).get(url).status_code == 404
    answer = as_user(riya).get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    riya.groups.clear()
    assert as_user(riya).get(url).status_code == 403


def test_it_may_be_kept_by_the_readers_browser_alone(as_user, riya, with_photo):
    answer = as_user(riya).get(with_photo.large_photo_url)
    assert answer["Cache-Control"] == "private, max-age=3600, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_photo_of_somebody_else_is_not_there_under_this_record(as_user, riya, with_photo):
    other = make_employee("Bo")
    url = with_photo.large_photo_url.replace(f"/{with_photo.pk}/", f"/{other.pk}/", 1)
    assert as_user(riya).get(url).status_code == 404


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_is_made_square_in_two_sizes_whatever_it_was(as_user, riya, kind):
    person = make_contact()
    page = as_user(riya).post(address(person), upload(picture(kind), "called.anything"), follow=True)
    photo = Photo.objects.get()
    assert [opened(made).size for made in (photo.small, photo.large)] == [(64, 64), (256, 256)]
    assert {opened(made).format for made in (photo.small, photo.large)} == {"WEBP"}
    assert f'src="/contacts/{person.pk}/photo/{photo.pk}/large.webp"' in page.text


def test_it_is_turned_upright_and_says_nothing_of_place_and_camera(as_user, riya):
    lying = Image.new("RGB", (600, 400), "red")
    lying.paste("blue", (300, 0, 600, 400))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Secret camera"  # to be turned clockwise
    exif.get_ifd(0x8825)[1] = "N"
    written = io.BytesIO()
    lying.save(written, "JPEG", exif=exif, comment=b"Secret comment")
    made = pictures.prepare(SimpleUploadedFile("me.jpg", written.getvalue())).large
    assert b"Secret" not in made
    assert not opened(made).getexif()
    red, blue = opened(made).convert("RGB").getpixel((128, 20)), opened(made).convert("RGB").getpixel((128, 235))
    assert red[0] > 200 > red[2]
    assert blue[2] > 200 > blue[0]


def test_what_is_transparent_becomes_white():
    written = io.BytesIO()
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(written, "PNG")
    made = pictures.prepare(SimpleUploadedFile("logo.png", written.getvalue())).small
    assert opened(made).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def bomb(side):
    """A PNG of a few bytes that says it is `side` pixels wide and high."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty."),
        (b"MZ\x90 not a picture", "no picture that can be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "no picture that can be read"),
        (picture("GIF"), "no picture that can be read"),
        (picture("TIFF"), "no picture that can be read"),
        (picture()[:500], "no picture that can be read"),
        (bomb(6000), "more than 30 million pixels"),
        (bomb(60000), "no picture that can be read"),
        (picture() + b"\x00" * (10 * 1024 * 1024), "larger than 10 MB"),
    ],
    ids=["empty", "program", "svg", "gif", "tiff", "cut off", "many pixels", "bomb", "large"],
)
def test_what_is_no_photo_is_said_at_the_field_and_the_old_one_stays(as_user, riya, with_photo, content, words):
    page = as_user(riya).post(address(with_photo), upload(content))
    assert page.status_code == 422
    assert words in str(page.context["form"]["photo"].errors)
    before = with_photo.photo_id
    with_photo.refresh_from_db()
    assert with_photo.photo_id == before


def test_no_file_at_all_is_said(as_user, riya):
    page = as_user(riya).post(address(make_employee()))
    assert page.status_code == 422
    assert "Choose a picture first." in page.text


def test_another_one_replaces_it_under_another_address(as_user, riya, with_photo):
    before, client = with_photo.large_photo_url, as_user(riya)
    client.post(address(with_photo), upload(picture(colour="blue")))
    with_photo.refresh_from_db()
    assert with_photo.large_photo_url != before
    assert client.get(before).status_code == 404
    assert Photo.objects.count() == 1


def test_it_is_removed_and_the_initials_are_back(as_user, riya, with_photo):
    page = as_user(riya).post(address(with_photo), {"action": "remove"}, follow=True)
    assert not Photo.objects.exists()
    assert "photo of Ana Rivera was removed" in page.text
    assert ">AR</span>" in page.text


@pytest.mark.parametrize(("make", "kind"), [(make_employee, "employee"), (make_contact, "contact")])
def test_setting_and_removing_are_in_the_audit(as_user, riya, minneapolis, make, kind):
    person = make(branch=minneapolis)
    as_user(riya).post(address(person), upload(picture()))
    as_user(riya).post(address(person), {"action": "remove"})
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", "subject"))
    subject = f"{kind}:{person.pk}"
    assert actions == [(f"{kind}.photo_set", subject), (f"{kind}.photo_removed", subject)]
