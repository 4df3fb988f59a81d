"""Addresses of the timetable and of calendars."""

from django.urls import path

from journal.pages.timetable import calendars, views
from journal.pages.timetable.feed import feed

app_name = "timetable"
urlpatterns = [
    path("", views.choose, name="choose"),
    path("calendar/", calendars.calendar, name="calendar"),
    path("calendar/<str:token>.ics", feed, name="feed"),
    path("<str:kind>/<int:pk>/", views.week, name="week"),
]
