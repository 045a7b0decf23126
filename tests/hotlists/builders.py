"""Hotlists for tests: `make_hotlist("Nights", ana, bo, owner=riya)`."""

from enterprise.hotlists.models import Hotlist, HotlistMember


def make_hotlist(name="Nights", *people, owner, branch=None, record_type="employee"):
    hotlist = Hotlist.objects.create(name=name, owner=owner, branch=branch, record_type=record_type)
    put_on(hotlist, *people)
    return hotlist


def put_on(hotlist, *people):
    HotlistMember.objects.bulk_create(
        HotlistMember(hotlist=hotlist, record_id=person.pk, added_by=hotlist.owner) for person in people
    )


def ids_on(hotlist):
    return set(hotlist.members.values_list("record_id", flat=True))
