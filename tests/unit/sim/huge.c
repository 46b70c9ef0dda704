// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/mem.h"
#include "tests/unit/test.h"

/* What the kernel says of our memory: how much may be on huge pages, and is resident. */
struct maps { size_t advised_kib, resident_kib; };

static struct maps maps_now(void)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	struct maps m = { 0 };
	size_t size = 0, kib;
	char line[256];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Size: %zu kB", &kib) == 1)
			size = kib;
		else if (sscanf(line, "Rss: %zu kB", &kib) == 1)
			m.resident_kib += kib;
		else if (strncmp(line, "VmFlags:", 8) == 0 && strstr(line, " hg"))
			m.advised_kib += size;
	}
	if (f)
		fclose(f);
	return m;
}

static bool has_huge_pages(void)
{
	FILE *f = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r");

	if (f)
		fclose(f);
	return f != NULL;
}

TEST(huge, a_small_lab_is_as_it_was)
{
	size_t before = maps_now().advised_kib;

	mem_expect(1 << 20);
	CHECK_EQ(maps_now().advised_kib, before);
}

/* Shadow memory of a sanitizer is an eighth of what is asked for. */
TEST(huge, what_a_large_lab_will_need_is_advised_and_not_resident)
{
	size_t kib = 64 << 10;
	struct maps before = maps_now(), after;

	mem_expect(kib << 10);
	after = maps_now();
	CHECK(after.resident_kib - before.resident_kib < kib / 4);
	if (has_huge_pages())
		CHECK(after.advised_kib - before.advised_kib >= kib - 8);
}
