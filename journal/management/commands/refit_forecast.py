"""manage.py refit_forecast"""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from journal.domain.results.fitting import refit


class Command(BaseCommand):
    help = (
        "Настроить прогноз по своим закончившимся периодам и проверить, как сбылись бы "
        "прогнозы последнего из них."
    )

    def handle(self, *args, **options):
        try:
            made = refit(timezone.localdate())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Периоды: {'; '.join(made.periods)}.")
        for one in made.figures["shares"]:
            self.stdout.write(
                f"{one['share']:.0%} занятий: прогнозов {one['n']}, "
                f"точно {one['exact']:.1%}, Brier «3 и ниже» "
                f"{one['brier_3_or_lower']:.3f}, в интервале {one['coverage_80']:.1%}."
            )
