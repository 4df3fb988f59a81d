"""manage.py forecast_check FILE [--fit TRAINING]"""

import json
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from journal.domain.results.experience import Experience, check, learn_groups
from journal.exchange.results import SeriesError, read_series

SHARES = (0.25, 0.5, 0.75)


class Command(BaseCommand):
    help = (
        "Как сбываются прогнозы журнала на чужих рядах отметок: доли 0,25, 0,5, 0,75 "
        "плана, JSON. Ряды обучения задают привычки курсов."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--fit", type=Path, metavar="TRAINING")

    def handle(self, *args, file, fit, **options):
        try:
            past = learn_groups(read_series(fit)) if fit else Experience()
            groups = read_series(file)
        except SeriesError as error:
            raise CommandError(str(error)) from error
        outcome = {str(share): asdict(check(groups, share, past)) for share in SHARES}
        self.stdout.write(json.dumps(outcome, indent=2))
