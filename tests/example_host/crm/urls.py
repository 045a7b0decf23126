from crm.models import Customer
from django.contrib.auth.views import LoginView
from django.urls import include, path
from django.views.generic import DetailView, ListView

urlpatterns = [
    path("", ListView.as_view(model=Customer, template_name="crm/customers.html"), name="customers"),
    path("customers/<int:pk>/", DetailView.as_view(model=Customer, template_name="crm/customer.html"), name="customer"),
    path("login/", LoginView.as_view(), name="login"),
    path("texting/", include("texting.urls")),
    path("", include("texting.probe_urls")),
    path("", include("texting.frame.urls")),
]
