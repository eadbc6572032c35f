# netctl: BPF objects -> skeletons -> netctl -> tests.   "make help" lists the targets.

VERSION   := 0.1.0
PREFIX    ?= /usr/local
SBINDIR   := $(PREFIX)/sbin
MANDIR    := $(PREFIX)/share/man
COMPDIR   := $(PREFIX)/share/bash-completion/completions
UNITDIR   := $(PREFIX)/lib/systemd/system
SYSCONFDIR ?= /etc

CC      := gcc
CLANG   ?= clang
BPFTOOL ?= $(shell command -v bpftool || echo /usr/sbin/bpftool)
B       ?= build

# --- flags ------------------------------------------------------------------------------------------
WARN     := -Wall -Wextra -Werror
PKGS     := libbpf libxdp libnl-3.0 libnl-route-3.0 json-c libpcap
CPPFLAGS += -D_GNU_SOURCE -DNETCTL_VERSION='"$(VERSION)"' -Iinclude -Ictl -I$(B)/skel $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
CFLAGS   ?= -O2 -g
CFLAGS   += -std=gnu17 $(WARN) -fno-strict-aliasing $(SANITIZE)
LDFLAGS  += $(SANITIZE)
LDLIBS   += $(shell pkg-config --libs $(PKGS) 2>/dev/null)

TRIPLET    := $(shell $(CC) -dumpmachine)
BPF_CFLAGS := -target bpf -mcpu=v3 -O2 -g $(WARN) -std=gnu17 -Iinclude -idirafter /usr/include/$(TRIPLET)

# --- what is built ------------------------------------------------------------------------------------
BPF_SRCS   := $(wildcard xdp/*.bpf.c tc/*.bpf.c selftests/*.bpf.c)
SKELS      := $(patsubst %.bpf.c,$(B)/skel/%.skel.h,$(notdir $(BPF_SRCS)))
BPF_OBJS   := $(patsubst %.bpf.c,$(B)/bpf/%.bpf.o,$(notdir $(BPF_SRCS)))
CTL_SRCS   := $(wildcard ctl/*/*.c)
CTL_OBJS   := $(CTL_SRCS:%.c=$(B)/%.o)
MAIN_OBJ   := $(B)/ctl/main.o
LIB        := $(B)/libnetctl.a
UNIT_TESTS := $(patsubst selftests/%.c,$(B)/selftests/%,$(wildcard selftests/test_*.c))
SELF_OBJS  := $(patsubst selftests/%.c,$(B)/selftests/%.o,$(filter-out selftests/test_% selftests/fuzz_% selftests/perf_% selftests/tool_%,$(filter-out %.bpf.c,$(wildcard selftests/*.c))))
PERF       := $(patsubst selftests/%.c,$(B)/selftests/%,$(wildcard selftests/perf_*.c))
TOOLS      := $(patsubst selftests/%.c,$(B)/selftests/%,$(wildcard selftests/tool_*.c))
FUZZERS    := $(patsubst selftests/%.c,$(B)/fuzz/%,$(wildcard selftests/fuzz_*.c))
OUR_C      := $(wildcard ctl/*.c ctl/*.h ctl/*/*.c ctl/*/*.h include/*/*.h xdp/*.c tc/*.c tc/*.h sock/*.c selftests/*.c selftests/*.h netns-tests/oracle/*.c netns-tests/oracle/*.h)

.PHONY: all build deps demo test perf bench asan lint fmt fuzz install uninstall clean help
.PRECIOUS: $(B)/%.o
.DELETE_ON_ERROR:

all: deps
	@$(MAKE) --no-print-directory build

build: $(B)/netctl ## netctl alone, nothing installed

deps: ## install what building and testing needs (Debian; elsewhere: name it)
	@./deps.sh

$(B)/netctl: $(MAIN_OBJ) $(LIB)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIB): $(CTL_OBJS)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/%.o: %.c | $(SKELS)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

vpath %.bpf.c xdp tc selftests
$(BPF_OBJS): $(B)/bpf/%.bpf.o: %.bpf.c
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -MMD -MP -MT $@ -MF $(@:.o=.d) -c -o $@.tmp $<
	llvm-strip -g $@.tmp
	@mv $@.tmp $@

$(SKELS): $(B)/skel/%.skel.h: $(B)/bpf/%.bpf.o
	@mkdir -p $(@D)
	$(BPFTOOL) gen skeleton $< name $* >$@.tmp
	@mv $@.tmp $@

-include $(shell find $(B) -name '*.d' 2>/dev/null)

# --- tests --------------------------------------------------------------------------------------------
$(B)/selftests/test_% $(B)/selftests/perf_%: LDLIBS += -lcmocka
$(B)/selftests/test_%: $(B)/selftests/test_%.o $(SELF_OBJS) $(LIB)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/selftests/perf_%: $(B)/selftests/perf_%.o $(SELF_OBJS) $(LIB)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/selftests/tool_%: $(B)/selftests/tool_%.o $(LIB)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

test: deps ## everything: lint, unit, golden, packet tables, namespaces; ends with "N passed, N failed"
	@$(MAKE) --no-print-directory check

.PHONY: check tests-built
tests-built: build $(UNIT_TESTS) $(TOOLS) $(B)/netns-tests/oracle
check: tests-built
	@B=$(B) ./selftests/run

# --- the oracle: random rulesets and frames through nft and netctl ------------------------------------
ORACLE      := $(B)/netns-tests/oracle
ORACLE_OBJS := $(patsubst netns-tests/oracle/%.c,$(B)/oracle/%.o,$(wildcard netns-tests/oracle/*.c)) $(B)/selftests/chance.o
$(B)/oracle/%.o: netns-tests/oracle/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(ORACLE): $(ORACLE_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

SECONDS ?= 60
.PHONY: oracle
oracle: build $(ORACLE) ## random rulesets and frames through nft and netctl for SECONDS (60), compared
	@$(ORACLE) --seconds $(SECONDS) --netctl $(B)/netctl $(ORACLE_FLAGS)

demo: deps ## a firewall at work between network namespaces, in a minute
	@$(MAKE) --no-print-directory -s build
	@B=$(B) ./netns-tests/demo

perf: build $(PERF) ## ns per packet by BPF_PROG_TEST_RUN, and time to apply
	@for p in $(PERF); do $$p; done

# Rules, sets, rates and changes, beside all peers that are installed; the figures and plots of docs/ and README.md.
BENCH_SECONDS ?= 0.2
BENCH_FLAGS   ?=
bench: build ## measure everything, and renew the figures and plots in docs/ and README.md (ten minutes)
	$(B)/netctl -j bench --seconds $(BENCH_SECONDS) --plot docs/cost.svg $(BENCH_FLAGS) >$(B)/bench.json
	docs/figures $(B)/bench.json docs/performance.md README.md

asan: ## build and test the user side with ASan and UBSan
	$(MAKE) B=build-asan SANITIZE="-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined" check

# libFuzzer: the parser alone, everything that needs no kernel.
FUZZ_SECONDS ?= 60
FUZZ_SRCS := $(filter-out ctl/kern/% ctl/cmd/%,$(CTL_SRCS))
$(B)/fuzz/%: selftests/%.c $(FUZZ_SRCS)
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) -std=gnu17 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -o $@ $^ -ljson-c

fuzz: $(FUZZERS) ## fuzz the parser for FUZZ_SECONDS (60): no crash, print-then-parse is a fixed point
	@for f in $(FUZZERS); do \
		mkdir -p $(B)/fuzz/corpus/$$(basename $$f); \
		$$f -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 -print_final_stats=1 $(B)/fuzz/corpus/$$(basename $$f) selftests/golden/ok selftests/golden/bad selftests/golden/json_in || exit 1; \
	done

lint: ## formatting, layering law, shellcheck, cppcheck
	@./selftests/lint $(OUR_C)

fmt: ## clang-format in place
	clang-format -i $(OUR_C)

# --- installing ---------------------------------------------------------------------------------------
install: build ## into $(DESTDIR)$(PREFIX)
	install -D -m 0755 $(B)/netctl $(DESTDIR)$(SBINDIR)/netctl
	install -D -m 0644 ctl/man/netctl.8 $(DESTDIR)$(MANDIR)/man8/netctl.8
	install -D -m 0644 ctl/man/netctl.nft.5 $(DESTDIR)$(MANDIR)/man5/netctl.nft.5
	install -D -m 0644 ctl/completion/netctl.bash $(DESTDIR)$(COMPDIR)/netctl
	install -d $(DESTDIR)$(UNITDIR)
	sed 's|@SBINDIR@|$(SBINDIR)|' ctl/systemd/netctl.service.in >$(DESTDIR)$(UNITDIR)/netctl.service
	chmod 0644 $(DESTDIR)$(UNITDIR)/netctl.service

uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/netctl $(DESTDIR)$(MANDIR)/man8/netctl.8 $(DESTDIR)$(MANDIR)/man5/netctl.nft.5 \
		$(DESTDIR)$(COMPDIR)/netctl $(DESTDIR)$(UNITDIR)/netctl.service

clean:
	rm -rf build build-asan

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
