"""Addresses of the diary."""

from django.urls import path

from journal.pages.diary import views
from journal.pages.diary.homework import homework_list, homework_one
from journal.pages.diary.trust import trust

app_name = "diary"
urlpatterns = [
    path("", views.week, name="week"),
    path("homework/", homework_list, name="homework"),
    path("homework/<int:pk>/", homework_one, name="homework_one"),
    path("marks/", views.marks, name="marks"),
    path("attendance/", views.attendance, name="attendance"),
    path("makeup/", views.makeup, name="makeup"),
    path("attestation/", views.attestation, name="attestation"),
    path("results/", views.results, name="results"),
    path("forecast/", views.forecast, name="forecast"),
    path("activities/", views.activities, name="activities"),
    path("trust/", trust, name="trust"),
    path("choose/", views.choose, name="choose"),
]
