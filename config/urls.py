"""Addresses: the admin, sign-in, the diary, health."""

from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
