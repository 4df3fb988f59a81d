"""The bench's figures as tables for the eye."""

VERDICTS = {True: "да", False: "НЕТ", None: ""}
SCENARIO_HEAD = (
    f"{'база':<11}{'сценарий':<34}{'мс':>8}{'p95':>8}{'gzip':>8}{'пол':>8}"
    f"{'раз':>7}{'предел':>8} {'':<4}{'ЦП':>7}{'пол':>7}{'запр.':>6}{'КБ':>7}{'своё':>6}"
)
LOAD_HEAD = (
    f"{'база':<11}{'8 клиентов':<34}{'в секунду':>10}{'надо':>6}{'мс':>8}{'p95':>8}"
    f"{'надо':>6} {'':<4}{'отказов':>8}"
)
IMPORT_HEAD = (
    f"{'база':<11}{'загрузка списка':<34}{'с':>8}{'снова':>8}{'ЦП, с':>8}"
    f"{'память, МБ':>12} "
)
KEYS_HEAD = f"{'база':<11}{'в браузере, от первой клавиши':<34}{'с':>8}{'худшее':>8}{'предел':>8}"
ARCHIVES_HEAD = f"{'Все отчёты в PDF, с':<45}{'одна':>8}{'много':>8}{'предел':>8}"
ROLLOVER_HEAD = f"{'база':<11}{'перевод на следующий год':<34}{'туда, с':>8}{'назад':>8}{'предел':>8}"
TIMETABLE_HEAD = (
    f"{'база':<11}{'расписание на семестр':<34}{'разлож.':>8}{'снова':>8}"
    f"{'накладки':>9}{'p95 сетки':>11}"
)
LIST_HEAD = f"{'база':<11}{'список, 50 строк':<34}{'мс':>8}{'p95':>8}{'запр.':>6}"
TENFOLD_HEAD = (
    f"{'вдесятеро больше строк':<34}{'мс':>8}{'x10':>8}{'раз':>7} {'':<4}"
    f"{'ЦП':>8}{'x10':>8}{'запр.':>6}{'x10':>5}{'КБ':>8}{'x10':>8}"
)


def _figure(value, width: int, digits: int = 2) -> str:
    return " " * width if value is None else f"{value:>{width}.{digits}f}"


def scenario_line(row: dict) -> str:
    limit = f"≤ {row['limit']:g}" if row["limit"] else ""
    own = row["own_bytes"] and row["own_bytes"] / 1024
    return (
        f"{row['database']:<11}{row['title']:<34}{_figure(row['ms'], 8)}"
        f"{_figure(row['p95'], 8)}{_figure(row['gzip_ms'], 8)}"
        f"{_figure(row['floor_ms'], 8)}{_figure(row['ratio'], 7, 1)}{limit:>8}"
        f" {VERDICTS[row['passed']]:<4}{_figure(row['cpu_ms'], 7, 1)}"
        f"{_figure(row['floor_cpu_ms'], 7, 1)}{row['queries']:>6}"
        f"{_figure(row['bytes'] / 1024, 7, 1)}{_figure(own, 6, 1)}"
    )


def load_line(row: dict) -> str:
    return (
        f"{row['database']:<11}{row['title']:<34}{_figure(row['a_second'], 10, 1)}"
        f"{row['least'] or '':>6}{_figure(row['ms'], 8, 1)}{_figure(row['p95'], 8, 1)}"
        f"{row['most_p95'] or '':>6} {VERDICTS[row['passed']]:<4}{row['failed']:>8}"
    )


def import_line(row: dict) -> str:
    title = f"{row['students']} студентов, {row['columns']} столбцов"
    return (
        f"{row['database']:<11}{title:<34}{_figure(row['seconds'], 8)}"
        f"{_figure(row['again_seconds'], 8)}{_figure(row['cpu_seconds'], 8)}"
        f"{row['peak_mb']:>12} {VERDICTS[row['passed']]:<4}"
    )


def keys_line(row: dict) -> str:
    return (
        f"{row['database']:<11}{row['title']:<34}{_figure(row['seconds'], 8)}"
        f"{_figure(row['worst'], 8)}{row['limit']:>8} {VERDICTS[row['passed']]}"
    )


def list_line(row: dict) -> str:
    return (
        f"{row['database']:<11}{row['title']:<34}{_figure(row['ms'], 8, 1)}"
        f"{_figure(row['p95'], 8, 1)}{row['queries']:>6} {VERDICTS[row['passed']]}"
    )


def rollover_line(row: dict) -> str:
    title = f"{row['students']} студентов, групп {row['groups']}"
    return (
        f"{row['database']:<11}{title:<34}{_figure(row['there'], 8)}"
        f"{_figure(row['back'], 8)}{row['limit']:>8} {VERDICTS[row['passed']]}"
    )


def archives_line(row: dict) -> str:
    title = f"{row['groups']} групп, отчётов {row['reports']}"
    return (
        f"{row['database']:<11}{title:<34}{_figure(row['one'], 8)}"
        f"{_figure(row['many'], 8)}{row['limit']:>8} {VERDICTS[row['passed']]}"
    )


def timetable_line(row: dict) -> str:
    title = f"{row['groups']} групп, занятий {row['lessons']}"
    return (
        f"{row['database']:<11}{title:<34}{_figure(row['laid'], 8)}"
        f"{_figure(row['again'], 8)}{_figure(row['clashes'], 9)}"
        f"{_figure(row['grid_p95'] * 1000, 11)} {VERDICTS[row['passed']]}"
    )


def tenfold_line(row: dict) -> str:
    return (
        f"{row['title']:<34}{_figure(row['ms'], 8)}{_figure(row['ms_x10'], 8)}"
        f"{_figure(row['times'], 7)} {VERDICTS[row['passed']]:<4}"
        f"{_figure(row['cpu_ms'], 8, 1)}{_figure(row['cpu_ms_x10'], 8, 1)}"
        f"{row['queries']:>6}{row['queries_x10']:>5}"
        f"{_figure(row['bytes'] / 1024, 8, 1)}{_figure(row['bytes_x10'] / 1024, 8, 1)}"
    )


def report(found: dict) -> str:
    parts = [
        (SCENARIO_HEAD, found["scenarios"], scenario_line),
        (KEYS_HEAD, found["keys"], keys_line),
        (LOAD_HEAD, found["load"], load_line),
        (LIST_HEAD, found["lists"], list_line),
        (f"{LIST_HEAD} x10", found.get("lists_x10", []), list_line),
        (ROLLOVER_HEAD, found["rollover"], rollover_line),
        (ARCHIVES_HEAD, found["archives"], archives_line),
        (TIMETABLE_HEAD, found["timetable"], timetable_line),
        (IMPORT_HEAD, found["import"], import_line),
        (TENFOLD_HEAD, found["ten_times"], tenfold_line),
        (f"{LOAD_HEAD} x10", found.get("load_x10", []), load_line),
    ]
    lines = []
    for head, rows, line in parts:
        if rows:
            lines += [head, "─" * len(head), *map(line, rows), ""]
    return "\n".join(
        [
            *lines,
            f"Студентов {found['students']}, семестров {found['terms']};"
            f" {found['seconds']} с. «пол» — те же строки голым SQL; «ЦП» — время"
            " процессора сервера с базой, мс; «своё» — КБ без оболочки.",
        ]
    )
