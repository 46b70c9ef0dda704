# SPDX-License-Identifier: GPL-3.0-or-later
#
# make            build ./netloom
# make run        install what is missing, build, open the demo lab
# make check      install what is missing, build, run every test
# make help       the other targets
#
# Each variant (fast release asan ubsan tsan cov fuzz) builds into build/VARIANT/,
# whose objects mirror the paths of their sources.  V=1 shows the commands;
# CFLAGS, CPPFLAGS and LDFLAGS are the user's and come last.

VARIANT ?= fast
FUZZ_SECONDS ?= 60
BENCH_RUNS ?= 5
O = build/$(VARIANT)
Q = $(if $(V),,@)
say = $(if $(V),:,@printf '  %-4s %s\n' $(1) $(2))

# All processors, unless the user gave a -j of their own.
ifeq ($(MAKELEVEL),0)
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
endif
MAKEFLAGS += --no-print-directory --no-builtin-rules

CC = gcc
AR = gcc-ar
CLANG ?= clang

SANITIZE = -fno-sanitize-recover=all -fno-omit-frame-pointer
# Fields set one beside the other are not gathered in a vector register first: they come
# from others, and getting them there costs more than the one store that is left.
OPT_fast    = -O3 -flto=auto -fno-tree-slp-vectorize
OPT_release = -O2
OPT_asan    = -O1 -fsanitize=address,undefined $(SANITIZE) -Werror
OPT_ubsan   = -O1 -fsanitize=undefined $(SANITIZE)
OPT_tsan    = -O1 -fsanitize=thread $(SANITIZE)
OPT_cov     = -O0 --coverage
OPT_fuzz    = -O1 -fsanitize=fuzzer-no-link,address,undefined $(SANITIZE)
OPT = $(OPT_$(VARIANT))
ifeq ($(VARIANT),fuzz)
CC = $(CLANG)
endif

WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla \
	-Wimplicit-fallthrough -Wundef
PKGS = yaml-0.1 jansson libpcap smartcols nettle gsl

# Asked at the first use, once: a fresh machine has no pkg-config until
# scripts/setup has run, and `make run` reads this file before that.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)

ALL_CFLAGS = -std=gnu17 -g $(OPT) $(WARN) -fno-common -fvisibility=hidden -D_GNU_SOURCE -I. \
	$(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK = $(CC) $(OPT) $(CFLAGS) $(LDFLAGS)
# For tests/bench/lwip.c alone, which does without where it is not installed.
LWIP_CFLAGS = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags lwip 2>/dev/null))
LWIP_LIBS = $(shell pkg-config --libs lwip 2>/dev/null)
# A program is linked with those that it uses: GSL is for the shell alone.
LIBS = -Wl,--as-needed $(PKG_LIBS) -ljq -lreadline -lm

# A unit or lab test file that has a TEST( is a program; the other files
# there are helpers that every program may call.
STACK_SRC = $(wildcard stack/*.c stack/*/*.c)
LIB_SRC   = $(STACK_SRC) $(wildcard sim/*.c sim/*/*.c) \
	$(filter-out shell/main.c,$(wildcard shell/*.c))
TEST_SRC  = $(wildcard tests/unit/*.c tests/unit/*/*.c tests/lab/*.c)
UNIT_SRC := $(if $(TEST_SRC),$(shell grep -l '^TEST\>' $(TEST_SRC)))
AID_SRC   = $(filter-out $(UNIT_SRC),$(TEST_SRC))
# Tests with two lengths (tests/lab/soak.h).
SOAK_SRC := $(if $(UNIT_SRC),$(shell grep -l 'tests/lab/soak.h' $(UNIT_SRC)))
FUZZ_SRC  = $(wildcard tests/fuzz/fuzz_*.c)
BENCH_SRC = $(wildcard tests/bench/*.c)
ALL_SRC   = $(LIB_SRC) shell/main.c $(TEST_SRC) $(FUZZ_SRC) tests/fuzz/smoke.c $(BENCH_SRC)

obj = $(patsubst %.c,$(O)/%.o,$(1))
prog = $(patsubst %.c,$(O)/%,$(1))
UNIT_BIN = $(call prog,$(UNIT_SRC))
FUZZ_BIN = $(call prog,$(FUZZ_SRC))

all: $(if $(wildcard shell/main.c),netloom,$(O)/libnetloom.a)

help:
	@echo 'make               build ./netloom'
	@echo 'make run           install what is missing, build, open the demo lab'
	@echo 'make check         install what is missing, build, run every test'
	@echo '                   ONLY=WORD: only the tests with WORD in their name'
	@echo 'make interop       OSPF beside BIRD and FRR, TCP beside the kernel, where these are'
	@echo 'make soak-interop  the same for hours of lab time, in eight minutes'
	@echo 'make soak          the long runs of tests that have two lengths'
	@echo 'make setup         install what is missing (build and test packages)'
	@echo 'make bench         measure; results in build/bench.json (BENCH_RUNS=5)'
	@echo 'make fuzz          fuzz every target for FUZZ_SECONDS=60'
	@echo 'make mutants       do the segment scripts see faults in stack/tcp?'
	@echo 'make cov           coverage of the tests; report in build/cov/index.html'
	@echo 'make lint          what tools and our own rules say about the source'
	@echo 'make stack         build/release/libnetloom-stack.a: the stack alone'
	@echo 'make asan|ubsan|tsan    build build/VARIANT/netloom'
	@echo 'make clean         remove build/ and ./netloom'

# --- use --------------------------------------------------------------------

setup:
	@scripts/setup build test tool

# A shell in which a command failed ends with status 1: not make's concern.
run:
	@scripts/setup build
	@$(MAKE) netloom
	@if [ -t 0 ] && [ -t 1 ]; then ./netloom topologies/demo.yaml || [ $$? -eq 1 ]; \
	else ./netloom check topologies/demo.yaml; fi

check:
	@scripts/setup build test tool
	@+MAKE='$(MAKE)' tests/run

# In real time: a few minutes, most of them spent waiting.
interop:
	@scripts/setup build test tool
	@+MAKE='$(MAKE)' INTEROP=1 ONLY=interop/ tests/run

# Hours of lab time, in eight minutes of the wall's.
soak-interop:
	@scripts/setup build test tool
	@+MAKE='$(MAKE)' INTEROP=soak ONLY=interop/ tests/run

bench:
	@scripts/setup build test tool bench
	@$(MAKE) bench-programs
	@scripts/bench $(BENCH_RUNS) $(patsubst tests/bench/%.c,build/bench/%,$(BENCH_SRC))

# Not for a sanitizer: it is figures that a soak is for, and it is long.
soak:
	@scripts/setup build test tool
	@$(MAKE) VARIANT=release soak-programs
	@status=0; for p in $(patsubst %.c,build/release/%,$(SOAK_SRC)); do \
		NETLOOM_SOAK=1 $$p || status=1; done; exit $$status

fuzz:
	@scripts/setup build fuzz
	@$(MAKE) VARIANT=fuzz fuzz-programs
	@scripts/fuzz $(FUZZ_SECONDS) $(patsubst %.c,build/fuzz/%,$(FUZZ_SRC))

cov:
	@scripts/setup build test tool lint
	@if [ -d build/cov ]; then find build/cov -name '*.gcda' -delete; fi
	@+MAKE='$(MAKE)' VARIANT=cov tests/run; status=$$?; \
	gcovr --root . --object-directory build/cov --filter stack/ --filter sim/ \
		--filter shell/ --html-details build/cov/index.html --print-summary && exit $$status

mutants:
	@scripts/mutants

lint:
	@scripts/lint

asan ubsan tsan:
	@$(MAKE) VARIANT=$@ build

clean:
	rm -rf build netloom

# --- programs and libraries -------------------------------------------------

netloom: $(O)/netloom
	$(Q)cp --remove-destination $< $@
build: $(O)/netloom
# Plain objects: link-time optimisation would hide what is in them.
stack:
	@$(MAKE) VARIANT=release build/release/libnetloom-stack.a

# What tests/run runs.
check-programs: $(if $(wildcard shell/main.c),$(O)/netloom) $(UNIT_BIN) $(FUZZ_BIN)
fuzz-programs: $(FUZZ_BIN)
soak-programs: $(call prog,$(SOAK_SRC))
bench-programs: netloom $(patsubst tests/bench/%.c,build/bench/%,$(BENCH_SRC))

$(O)/netloom: $(O)/shell/main.o $(O)/libnetloom.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(LIBS)

# q, not r: two folders may each have a udp.o.
$(O)/libnetloom.a: $(call obj,$(LIB_SRC)) $(O)/sources
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) qcs $@ $(filter %.o,$^)

$(O)/libnetloom-stack.a: $(call obj,$(STACK_SRC)) $(O)/sources
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) qcs $@ $(filter %.o,$^)

$(O)/libtest.a: $(call obj,$(AID_SRC)) $(O)/sources
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) qcs $@ $(filter %.o,$^)

$(UNIT_BIN): %: %.o $(O)/libtest.a $(O)/libnetloom.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ -lcunit $(LIBS)

# libFuzzer brings a main() of its own; smoke.c is one without libFuzzer.
ifeq ($(VARIANT),fuzz)
$(FUZZ_BIN): %: %.o $(O)/libnetloom.a
	$(call say,LD,$@)
	$(Q)$(LINK) -fsanitize=fuzzer -o $@ $^ $(LIBS)
else
$(FUZZ_BIN): %: %.o $(O)/tests/fuzz/smoke.o $(O)/libnetloom.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(LIBS)
endif

build/bench/%: $(O)/tests/bench/%.o $(O)/libnetloom.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^ $(LIBS)

# Not with libnetloom.a: both have a tcp_bind().
build/bench/lwip: $(O)/tests/bench/lwip.o
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $< $(LWIP_LIBS)

$(O)/tests/bench/lwip.o: private ALL_CFLAGS += $(LWIP_CFLAGS)
$(O)/tests/bench/lwip.o: $(O)/lwip

$(O)/%.o: %.c $(O)/flags
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# They change only with their content: other flags rebuild the objects, an
# added or removed source file rebuilds the archives.
$(O)/flags: FORCE
	@mkdir -p $(@D)
	@pkg-config --exists $(PKGS) || \
		{ echo 'netloom: packages for the build are missing: make setup' >&2; exit 1; }
	@echo '$(CC) $(ALL_CFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS)' >$@

$(O)/sources: FORCE
	@mkdir -p $(@D)
	@echo '$(LIB_SRC) $(AID_SRC)' | cmp -s - $@ || echo '$(LIB_SRC) $(AID_SRC)' >$@

$(O)/lwip: FORCE
	@mkdir -p $(@D)
	@echo '$(LWIP_CFLAGS) $(LWIP_LIBS)' | cmp -s - $@ || \
		echo '$(LWIP_CFLAGS) $(LWIP_LIBS)' >$@

-include $(patsubst %.c,$(O)/%.d,$(ALL_SRC))

FORCE:
.SECONDARY:
.PHONY: all help setup run check interop soak-interop bench soak fuzz mutants cov lint asan ubsan \
	tsan clean build stack check-programs fuzz-programs soak-programs bench-programs FORCE
