// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Any bytes as a segment script: it is read, and run as far as it goes.  What
 * fails and what is skipped says why and where.
 */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/pktdrill.h"
#include "stack/util/cc.h"
#include "stack/util/rng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pd_says says = { 0 };
	char *text = malloc(size + 1);

	assert(text);
	memcpy(text, data, size);
	text[size] = '\0';
	pd_run_text(text, &says);
	assert(says.verdict <= PD_SKIPPED && !says.text.bad);
	assert((says.verdict == PD_PASSED) == !says.text.len);
	buf_free(&says.text);
	free(text);
	return 0;
}

/* Words of the language, and events that lead somewhere else. */
static const char *const words[] = {
	"...", "{", "}", "[", "]", "(", ")", "=", "-1", "0", "1", "3", "4", "5", "65535",
	"4294967295", "NULL", "`", "%{ ", " }%", "<", ">", "*", "+.1", "~+.2", "udp (100)", "udp 9 > 8080 (0)",
	"icmp unreachable port_unreachable [udp (20)]", "icmp echo_request id 7", "mtu 1200",
	"[tos 0x28, ttl 7] ", "[ect0] ", "S. 0:0(0) ack 1 <...>", "P. 1:101(100) ack 1 win 257",
	"R. 1:1(0) ack 1", "F. 1:1(0) ack 1", "<sack 1:2 3:4,nop>", "urg 5", "MSG_PEEK", "MSG_OOB",
	"MSG_WAITALL", "MSG_ERRQUEUE", "SOL_SOCKET", "SOL_TCP", "SO_RCVTIMEO", "TCP_CORK",
	"\n+0 close(4) = 0\n", "\n+0 shutdown(4, SHUT_WR) = 0\n", "\n+0 read(4, ..., 9000) = 5\n",
	"\n+0 write(4, ..., 9000) = 9000\n", "\n+0 listen(3, 1) = 0\n", "\n+0 pipe([5, 6]) = 0\n",
	"\n+0 splice(4, NULL, 6, NULL, 9, 0) = 9\n", "\n+0 epoll_create(1) = 7\n",
	"\n`dd bs=9 count=9 if=/dev/zero of=x`\n", "\n+0 open(\"x\", O_RDONLY) = 8\n",
	"\n+0 sendfile(4, 8, NULL, 9) = 9\n", "\n--define=A=3\n", "assert tcpi_unacked == 0",
};

/* len bytes of s in place of n bytes at `at`, if there is room; the new size. */
static size_t replace(uint8_t *data, size_t size, size_t max, size_t at, size_t n, const void *s,
		      size_t len)
{
	if (size - n + len > max)
		return size;
	memmove(data + at + len, data + at + n, size - at - n);
	memcpy(data + at, s, len);
	return size - n + len;
}

/* A word goes in, over a few bytes; or a line goes, or comes twice. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	char line[256];
	struct rng rng;
	size_t at, end;

	rng_init(&rng, seed, "script");
	if (rng_below(&rng, 4) == 0 && LLVMFuzzerMutate)
		return LLVMFuzzerMutate(data, size, max);
	at = rng_below(&rng, (uint32_t)size + 1);
	if (rng_below(&rng, 2)) {
		const char *w = words[rng_below(&rng, N_ELEM(words))];
		size_t n = rng_below(&rng, 8);

		return replace(data, size, max, at, n < size - at ? n : size - at, w, strlen(w));
	}
	while (at && data[at - 1] != '\n')
		at--;
	for (end = at; end < size && data[end] != '\n' && end - at + 1 < sizeof(line); end++)
		line[end - at] = (char)data[end];
	line[end - at] = '\n';
	if (rng_below(&rng, 2))
		return replace(data, size, max, at, end - at, "", 0);
	return replace(data, size, max, at, 0, line, end - at + 1);
}
