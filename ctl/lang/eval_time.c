/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dates and hours. nft writes and reads them in local time, and the kernel compares what it was given with UTC; so does
 * this, by the C library's idea of the local time zone.
 */
#include <string.h>
#include <time.h>

#include "lang/eval.h"
#include "lang/print.h"

#define DAY_SECONDS 86400

static bool read_format(const char *text, const char *format, struct tm *ret)
{
	struct tm tm = {.tm_isdst = -1, .tm_mday = 1};
	const char *end = strptime(text, format, &tm);

	if (!end || *end)
		return false;
	*ret = tm;
	return true;
}

bool nc_read_date(const char *text, nc_num *ret_ns)
{
	struct tm tm;
	time_t seconds;

	if (!read_format(text, "%Y-%m-%d %H:%M:%S", &tm) &&
	    !read_format(text, "%Y-%m-%d %H:%M", &tm) && !read_format(text, "%Y-%m-%d", &tm))
		return false;
	seconds = mktime(&tm);
	if (seconds < 0)
		return false;
	*ret_ns = (nc_num)seconds * 1000000000;
	return true;
}

/* Seconds that local time is ahead of UTC, now: as nft has it. */
static long ahead(void)
{
	time_t now = time(NULL);
	struct tm tm;

	return localtime_r(&now, &tm) ? tm.tm_gmtoff : 0;
}

bool nc_read_hour(const char *text, nc_num *ret_seconds)
{
	struct tm tm;
	long seconds;

	if (!read_format(text, "%H:%M:%S", &tm) && !read_format(text, "%H:%M", &tm))
		return false;
	seconds = tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec - ahead();
	*ret_seconds = (seconds + 2 * DAY_SECONDS) % DAY_SECONDS;
	return true;
}

void nc_format_date(nc_num ns, char text[NC_VALUE_SIZE])
{
	time_t seconds = ns / 1000000000;
	struct tm tm;

	if (!localtime_r(&seconds, &tm) ||
	    !strftime(text, NC_VALUE_SIZE, "\"%Y-%m-%d %H:%M:%S\"", &tm))
		snprintf(text, NC_VALUE_SIZE, "%lld", (long long)seconds);
}

void nc_format_hour(nc_num seconds, char text[NC_VALUE_SIZE])
{
	unsigned local = ((long)seconds + ahead() + 2 * DAY_SECONDS) % DAY_SECONDS;

	char seconds_text[8] = "";

	if (local % 60)
		snprintf(seconds_text, sizeof(seconds_text), ":%02u", local % 60);
	snprintf(text, NC_VALUE_SIZE, "\"%02u:%02u%s\"", local / 3600, local / 60 % 60,
		 seconds_text);
}
