// SPDX-License-Identifier: MIT
/* Bodies of contracts that nobody has implemented yet; empty, this file goes. */
#include "stack/ospf/ospf.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

