// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/port/door.h"

struct lab *door_lab(const char *x, const char *y)
{
	char yaml[2000];
	int n = snprintf(yaml, sizeof(yaml), "nodes:\n  a: {kind: host}\n"
			 "  x: {kind: external, port: \"%s\"}\n", x);

	if (y)
		n += snprintf(yaml + n, sizeof(yaml) - (size_t)n,
			      "  y: {kind: external, port: \"%s\"}\n", y);
	n += snprintf(yaml + n, sizeof(yaml) - (size_t)n, "links:\n  - {endpoints: "
		      "[\"a:eth0\", \"x:eth0\"], ipv4: 10.0.0.0/24, delay: 1ms}\n");
	if (y)
		n += snprintf(yaml + n, sizeof(yaml) - (size_t)n, "  - {endpoints: "
			      "[\"a:eth1\", \"y:eth0\"], ipv4: 10.0.1.0/24, delay: 1ms}\n");
	REQUIRE((size_t)n < sizeof(yaml));
	return rig_lab(yaml);
}

void door_open(struct lab *lab)
{
	struct buf errs = { 0 };
	bool ok = lab_open_ports(lab, &errs);

	if (!ok)
		printf("%s", errs.s);
	buf_free(&errs);
	REQUIRE(ok);
	lab_set_pace(lab, 0);
}

const char *door_error(const char *x)
{
	static char line[400];
	struct lab *lab = door_lab(x, NULL);
	struct buf errs = { 0 };

	CHECK(!lab_open_ports(lab, &errs));
	snprintf(line, sizeof(line), "%s", errs.s ? errs.s : "");
	buf_free(&errs);
	lab_free(lab);
	return line;
}

void door_read(struct lab *lab, ns_t at)
{
	lab_run_until(lab, at - 1);
	ports_read(lab, at);
	lab_run_until(lab, at);
	ports_flush(lab);
}

struct port_info door_info(struct lab *lab, unsigned i)
{
	struct port_info info[8];

	REQUIRE(lab_ports(lab, info, N_ELEM(info)) > i);
	return info[i];
}

struct capture *door_file(const char *path)
{
	char err[256];
	struct capture *c = capture_open(&(struct capture_config){
		.path = path, .dir = CAPTURE_BOTH, .epoch_unix_ns = LAB_EPOCH_UNIX_NS }, err);

	REQUIRE(c != NULL);
	return c;
}

void door_frame(struct capture *c, int ifno, ns_t at, size_t n, uint32_t tag)
{
	uint8_t frame[2000];

	REQUIRE(n <= sizeof(frame));
	rig_frame(frame, n, mac_broadcast, tag);
	CHECK(capture_frame(c, ifno, at, CAPTURE_IN, frame, n, NULL));
}
