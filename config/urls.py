"""Addresses: the admin, sign-in, the diary, health."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("journal.pages.urls")),
    path("diary/", include("journal.pages.diary.urls")),
    path("timetable/", include("journal.pages.timetable.urls")),
    path("admin/", admin.site.urls),
]
