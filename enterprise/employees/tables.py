from __future__ import annotations

from enterprise.people.tables import PersonTable, cut_column


class EmployeeTable(PersonTable):
    job_title = cut_column("job_title", verbose_name="Job")

    class Meta(PersonTable.Meta):
        pass
