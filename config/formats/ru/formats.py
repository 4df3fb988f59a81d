"""A day of a month is «1 сентября», not «1 Сентябрь» as Django has it."""

MONTH_DAY_FORMAT = "j E"
