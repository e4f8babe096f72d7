"""/log-in/"""

from django.contrib.auth import views
from django.urls import path

app_name = "accounts"
urlpatterns = [
    path("", views.LoginView.as_view(template_name="accounts/log_in.html"), name="log_in"),
    path("out/", views.LogoutView.as_view(), name="log_out"),
]
