// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * To be preloaded (LD_PRELOAD): from CLOCK_SINCE on, an instant of CLOCK_MONOTONIC
 * in seconds, a program's clocks run CLOCK_PACE times as fast and what it waits for
 * in poll(2) and its like is as much nearer.  Programs with the same two keep the
 * same time, one that starts again too.  Waits on locks and signals of timers
 * remain as they are; so do clocks of processor time.  (libfaketime 0.9.10 leaves a
 * ppoll() of less than a second as long as it is, so FRR's timers would be late.)
 */
#undef _FORTIFY_SOURCE            /* its poll() is inline, and another */
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NS 1000000000LL

static int64_t since, pace = 1;

__attribute__((constructor)) static void begin(void)
{
	const char *s = getenv("CLOCK_SINCE"), *p = getenv("CLOCK_PACE");

	since = s ? (int64_t)(strtod(s, NULL) * (double)NS) : 0;
	pace = p ? strtoll(p, NULL, 10) : 1;
}

static int64_t real_now(clockid_t clock)
{
	struct timespec ts = { 0 };

	syscall(SYS_clock_gettime, clock, &ts);
	return ts.tv_sec * NS + ts.tv_nsec;
}

static struct timespec to_timespec(int64_t ns)
{
	return (struct timespec){ .tv_sec = ns / NS, .tv_nsec = ns % NS };
}

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID || clock < 0)
		return (int)syscall(SYS_clock_gettime, clock, ts);
	*ts = to_timespec(real_now(clock) + (real_now(CLOCK_MONOTONIC) - since) * (pace - 1));
	return 0;
}

int gettimeofday(struct timeval *tv, void *zone)
{
	struct timespec ts;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &ts);
	*tv = (struct timeval){ .tv_sec = ts.tv_sec, .tv_usec = ts.tv_nsec / 1000 };
	return 0;
}

time_t time(time_t *t)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (t)
		*t = ts.tv_sec;
	return ts.tv_sec;
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	struct timespec left;

	if (timeout)
		left = to_timespec((timeout->tv_sec * NS + timeout->tv_nsec + pace - 1) / pace);
	return (int)syscall(SYS_ppoll, fds, n, timeout ? &left : NULL, mask, _NSIG / 8);
}

int poll(struct pollfd *fds, nfds_t n, int ms)
{
	struct timespec timeout = to_timespec(ms * (NS / 1000));

	return ppoll(fds, n, ms < 0 ? NULL : &timeout, NULL);
}

int select(int n, fd_set *in, fd_set *out, fd_set *more, struct timeval *timeout)
{
	struct timespec left;

	if (timeout)
		left = to_timespec((timeout->tv_sec * NS + timeout->tv_usec * 1000 + pace - 1) / pace);
	return (int)syscall(SYS_pselect6, n, in, out, more, timeout ? &left : NULL, NULL);
}
