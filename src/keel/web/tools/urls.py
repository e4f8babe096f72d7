"""/tools/"""

from django.urls import path

from keel.web.tools import views

app_name = "tools"
urlpatterns = [
    path("", views.all_tools, name="list"),
    path("<slug:name>/", views.tool, name="tool"),
]
