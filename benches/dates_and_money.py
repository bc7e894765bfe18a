"""A telephone company's evening: calls are priced in decimals, dates are computed, parsed and printed."""

from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, getcontext, localcontext

RATES = Decimal("0.0013"), Decimal("0.00894")
TAX, EXTRA = Decimal("0.0675"), Decimal("0.0341")
CENT = Decimal("0.01")


def bill(seconds):
    total = taxes = extras = Decimal("0.00")
    for duration in seconds:
        distant = duration & 1
        price = (Decimal(duration) * RATES[distant]).quantize(CENT, ROUND_HALF_EVEN)
        tax = (price * TAX).quantize(CENT, ROUND_DOWN)
        taxes += tax
        amount = price + tax
        if distant:
            extra = (price * EXTRA).quantize(CENT, ROUND_DOWN)
            extras += extra
            amount += extra
        total += amount
    return total, taxes, extras


def calendar(days):
    zone = timezone(timedelta(hours=2))
    start = datetime(2020, 1, 31, 12, 30, tzinfo=zone)
    weekdays = [0] * 7
    length = 0
    last = start
    for day in range(days):
        moment = start + timedelta(days=day, minutes=7 * day)
        weekdays[moment.weekday()] += 1
        text = moment.isoformat()
        length += len(text) + len(moment.strftime("%A, %d %B %Y %H:%M"))
        assert datetime.fromisoformat(text) == moment
        if moment.astimezone(timezone.utc) > last:
            last = moment.replace(hour=0, minute=0)
    return weekdays, length, last


def months(years):
    days = 0
    for year in range(2000, 2000 + years):
        for month in range(1, 13):
            first = date(year, month, 1)
            following = date(year + month // 12, month % 12 + 1, 1)
            days += (following - first).days
    return days, date.fromordinal(730000) + timedelta(weeks=3)


def interest(periods):
    with localcontext() as context:
        context.prec = 40
        growth = (1 + Decimal("0.031") / 12) ** periods
        root = (growth * 2).sqrt()
        return f"{growth:.12f} {root:,.20f} {growth.ln():.15e}"


def main():
    seconds = [(number * 7919 + 13) % 5000 for number in range(200_000)]
    print(*bill(seconds))
    print(*calendar(40_000))
    print(*months(4000))
    print(*[interest(periods) for periods in range(300, 340, 10)])
    print(getcontext().prec)


main()
