// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/prog/date.h"

#include <stdbool.h>
#include <stdio.h>

#include "sim/sim.h"

#define DAY_S 86400

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since 1970-01-01, a Thursday, become a year, a month from 0 and a day from 1. */
static void day_split(int64_t days, int *year, int *month, int *day)
{
	static const int lens[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	for (*year = 1970; days >= 365 + is_leap(*year); (*year)++)
		days -= 365 + is_leap(*year);
	for (*month = 0; days >= lens[*month] + (*month == 1 && is_leap(*year)); (*month)++)
		days -= lens[*month] + (*month == 1 && is_leap(*year));
	*day = (int)days + 1;
}

const char *date_fmt(ns_t at, char text[DATE_LEN])
{
	static const char names[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t s = (LAB_EPOCH_UNIX_NS + at) / SEC(1), days = s / DAY_S, rest = s % DAY_S;
	int year, month, day;

	day_split(days, &year, &month, &day);
	snprintf(text, DATE_LEN, "%.3s, %02d %.3s %d %02d:%02d:%02d GMT", names + 3 * (days % 7),
		 day, months + 3 * month, year, (int)(rest / 3600), (int)(rest / 60 % 60),
		 (int)(rest % 60));
	return text;
}
