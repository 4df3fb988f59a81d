"""Tell curators and parents of absences and of failing; run every few minutes."""

from django.core.management.base import BaseCommand

from journal.domain.communication import send_notices
from journal.models.words import spoken_here


class Command(BaseCommand):
    help = "Известить кураторов и родителей о пропусках без причины и неуспеваемости"

    @spoken_here()
    def handle(self, **options):
        told = send_notices()
        self.stdout.write(
            f"Извещено: {told.people}, из них письмом: {told.mailed}."
            + (f" Не отправлено: {told.failed}, повторим." if told.failed else "")
        )
