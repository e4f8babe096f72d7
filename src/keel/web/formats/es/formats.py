"""Spanish: 21 de noviembre de 2026; decimals after a comma, thousands after a space, which no reader takes for one."""

DATE_FORMAT = r"j \d\e F \d\e Y"
MONTH_DAY_FORMAT = r"j \d\e F"
DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "\u202f"
