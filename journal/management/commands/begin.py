"""The first day of an institution: its rules, its name, its first administrator."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from journal.domain.organisation import PRESETS, AlreadyBegunError, apply_preset, begin
from journal.domain.people import CODE_DAYS
from journal.models import Institution, Role, User

# option, question, what stands when the answer is empty (None: it must be answered)
QUESTIONS = (
    ("name", "Полное наименование учреждения", None),
    ("short_name", "Краткое наименование", None),
    ("admin", "Логин первого администратора", "admin"),
    ("admin_name", "Фамилия, имя и отчество администратора", ""),
    ("email", "Электронная почта администратора", ""),
)


class Command(BaseCommand):
    help = "Первый день: набор правил, учреждение и первый администратор"

    def add_arguments(self, parser):
        kinds = [value for value, _label in Institution.Kind.choices]
        parser.add_argument("--preset", choices=list(PRESETS), help="набор правил")
        parser.add_argument("--kind", choices=kinds, help="вид, если не как в наборе")
        parser.add_argument("--name", help="полное наименование")
        parser.add_argument("--short-name", help="краткое наименование")
        parser.add_argument("--admin", metavar="LOGIN", help="логин администратора")
        parser.add_argument("--admin-name", help="фамилия, имя, отчество")
        parser.add_argument("--email", help="почта администратора")
        parser.add_argument(
            "--no-input", action="store_true", help="ничего не спрашивать"
        )

    def handle(self, **options):
        self._refuse_twice()
        self._ask(options)
        institution = Institution(
            name=options["name"], short_name=options["short_name"]
        )
        apply_preset(institution, options["preset"])
        institution.kind = options["kind"] or institution.kind
        admin = User(username=options["admin"], email=options["email"])
        try:
            code = begin(institution, admin, options["admin_name"])
        except AlreadyBegunError as error:
            raise CommandError(f"Учреждение уже заведено: {error}.") from error
        except ValidationError as error:
            raise CommandError(_plainly(error)) from error
        self.stdout.write(
            f"Заведено: {institution.short_name}.\n"
            f"Логин администратора: {admin.username}\n"
            f"Одноразовый код: {code}\n"
            "Код показан один раз. Откройте страницу /account/code/ и выберите пароль "
            f"(действует {CODE_DAYS} дней)."
        )

    def _refuse_twice(self):
        try:
            if not Role.objects.exists():
                raise CommandError("Ролей нет. Сначала выполните: manage.py migrate")
            if Institution.objects.exists():
                name = Institution.current().short_name
                raise CommandError(f"Учреждение уже заведено: {name}.")
        except DatabaseError as error:
            raise CommandError(
                "База данных не готова. Сначала выполните: manage.py migrate"
            ) from error

    def _ask(self, options):
        """Fill what was not given: from answers, or from what stands for no answer."""
        silent = options["no_input"]
        if not options["preset"]:
            if silent:
                raise CommandError("Без вопросов нужен --preset")
            options["preset"] = self._ask_preset()
        for option, question, default in QUESTIONS:
            if options[option] is not None:
                continue
            if silent and default is None:
                raise CommandError(f"Без вопросов нужен --{option.replace('_', '-')}")
            options[option] = default if silent else self._answer(question, default)

    def _ask_preset(self) -> str:
        slugs = list(PRESETS)
        self.stdout.write(
            "По каким правилам ведёте журнал? Любое можно изменить потом."
        )
        for number, slug in enumerate(slugs, start=1):
            self.stdout.write(f"  {number}. {PRESETS[slug].title}")
        while True:
            answer = self._answer(f"Номер от 1 до {len(slugs)}", "1")
            if answer.isdecimal() and 1 <= int(answer) <= len(slugs):
                return slugs[int(answer) - 1]

    def _answer(self, question: str, default: str | None) -> str:
        hint = f" [{default}]" if default else ""
        while True:
            try:
                answer = input(f"{question}{hint}: ").strip()
            except EOFError as error:
                raise CommandError(
                    "Ответа нет: укажите параметры и --no-input"
                ) from error
            if answer or default is not None:
                return answer or default


def _plainly(error: ValidationError) -> str:
    labels = {
        "name": "наименование",
        "short_name": "краткое наименование",
        "username": "логин",
        "email": "почта",
    }
    return "\n".join(
        f"{labels.get(field, field)}: {' '.join(messages)}"
        for field, messages in error.message_dict.items()
    )
