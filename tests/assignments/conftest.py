from tests.enterprise.conftest import _plain_http, as_user, count_queries

__all__ = ["_plain_http", "as_user", "count_queries"]
