from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy

from enterprise.assignments.models import Assignment
from enterprise.people.tables import SearchTable, TemplateCell, cut_column, from_width

if TYPE_CHECKING:
    from enterprise.people.models import PersonQuerySet
    from enterprise.users.models import User


class EmployeeTable(SearchTable):
    job_title = cut_column("job_title", verbose_name=gettext_lazy("Job"))
    assigned = TemplateCell(
        "people/_cell_assigned.html",
        verbose_name=gettext_lazy("Assigned"),
        attrs=from_width("xl"),
    )

    class Meta(SearchTable.Meta):
        pass

    def __init__(self, people: PersonQuerySet, *, user: User, **options: Any) -> None:
        super().__init__(people, user=user, **options)
        if not user.has_perm("assignments.view_assignment"):
            self.columns.hide("assigned")

    def order_assigned(self, people: PersonQuerySet, is_descending: bool) -> tuple[PersonQuerySet, bool]:
        """By the customer of the assignment that is shown; who has none comes last, or first."""
        shown = Assignment.objects.current(OuterRef("branch__time_zone")).filter(employee=OuterRef("pk"))
        customer = Subquery(shown.values("customer__name")[:1])
        order = customer.desc(nulls_first=True) if is_descending else customer.asc(nulls_last=True)
        return people.order_by(order, "sort_name", "pk"), True
