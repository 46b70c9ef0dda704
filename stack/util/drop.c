// SPDX-License-Identifier: MIT
#include "stack/util/drop.h"

const char *drop_name(enum drop why)
{
	static const char *const names[DROP_N] = {
#define X(name, str, text) [name] = str,
		DROP_MAP(X)
#undef X
	};

	return (unsigned)why < DROP_N ? names[why] : "unknown";
}

const char *drop_text(enum drop why)
{
	static const char *const texts[DROP_N] = {
#define X(name, str, text) [name] = text,
		DROP_MAP(X)
#undef X
	};

	return (unsigned)why < DROP_N ? texts[why] : "unknown reason";
}
