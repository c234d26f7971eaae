# Puas: one Makefile for everything. `make help` lists the targets.
# Variants: make VARIANT=debug|asan|tsan|fuzz|release (default). Each has its own folder under build/.

VARIANT ?= release
OUT     := build/$(VARIANT)
CC      := gcc
NODE    ?= node
NPM     ?= npm

# V=1 shows whole commands.
Q := $(if $(V),,@)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# ---------------------------------------------------------------- flags
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings \
           -Wvla -Wundef -Wformat=2 -Wno-format-nonliteral -Werror
COMMON  := -std=c11 -D_GNU_SOURCE -I. -fno-common -pthread $(WARN)
CFLAGS_release := -O2 -g -DNDEBUG -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE -fcf-protection
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
CFLAGS_debug   := -O0 -g3
CFLAGS_asan    := -O1 -g1 -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
LDFLAGS_asan   := -fsanitize=address,undefined
CFLAGS_tsan    := -O1 -g -fsanitize=thread
LDFLAGS_tsan   := -fsanitize=thread
CFLAGS_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=all
LDFLAGS_fuzz   := -fsanitize=fuzzer,address,undefined
ifeq ($(VARIANT),fuzz)
CC      := clang # libFuzzer is its own
endif

PKG_SHARED     := jansson yaml-0.1 libmosquitto libsodium
PKG_KIOSK      := sdl2 SDL2_ttf SDL2_image fribidi libthai libqrencode fontconfig sqlite3
PKG_AGGREGATOR := sqlite3 libmicrohttpd libcurl xlsxwriter libcrypto libical zlib
# Expanded once, and only by targets that compile: `make deps` must work where pkg-config is still missing.
pkg_cflags = $(shell pkg-config --cflags $(PKG_SHARED) $(PKG_KIOSK) $(PKG_AGGREGATOR) 2>/dev/null)
pkg_libs   = $(shell pkg-config --libs $(1))
COMPILING  := $(filter-out deps run demo test soak bench fuzz install clean help,$(or $(MAKECMDGOALS),all))
ifneq ($(COMPILING),)
PKG_CFLAGS := $(pkg_cflags)
endif
CFLAGS  = $(COMMON) $(CFLAGS_$(VARIANT)) $(PKG_CFLAGS) -DPUAS_ASSETS='"$(CURDIR)/assets"'
LDFLAGS = -pthread -Wl,--as-needed $(LDFLAGS_$(VARIANT))

# ---------------------------------------------------------------- sources
MAINS          := kiosk/main.c aggregator/main.c aggregator/puasctl.c
SRC_SHARED     := $(wildcard shared/*.c)
SRC_KIOSK      := $(filter-out $(MAINS),$(wildcard kiosk/*.c))
SRC_AGGREGATOR := $(filter-out $(MAINS),$(wildcard aggregator/*.c))
SRC_UNIT       := $(wildcard tests/unit/test_*.c)
SRC_TOOLS      := $(wildcard tests/tools/*.c)
obj = $(patsubst %.c,$(OUT)/%.o,$(1))
LIB_SHARED     := $(OUT)/libshared.a
LIB_KIOSK      := $(OUT)/libkiosk.a
LIB_AGGREGATOR := $(OUT)/libaggregator.a
BIN            := $(OUT)/puas-kiosk $(OUT)/puas-aggregator $(OUT)/puasctl
UNIT           := $(patsubst tests/unit/%.c,$(OUT)/tests/%,$(SRC_UNIT))
FLEET_CORE     := $(filter-out tests/fleet/main.c,$(wildcard tests/fleet/*.c))
LIB_FLEET      := $(OUT)/libfleet.a
TOOLS          := $(patsubst tests/tools/%.c,$(OUT)/tools/%,$(SRC_TOOLS))

# Shows the packs of the store as the table `event` to the sqlite3 shell.
EXTENSION := $(OUT)/puas_event.so

.PHONY: all
all: $(BIN) $(OUT)/puas-fleet $(EXTENSION) build/compile_commands.json ## build the programs

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  compile $<"
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIB_SHARED): $(call obj,$(SRC_SHARED))
$(LIB_KIOSK): $(call obj,$(SRC_KIOSK))
$(LIB_AGGREGATOR): $(call obj,$(SRC_AGGREGATOR)) $(OUT)/aggregator/blobs.o
$(LIB_FLEET): $(call obj,$(FLEET_CORE))
$(LIB_SHARED) $(LIB_KIOSK) $(LIB_AGGREGATOR) $(LIB_FLEET):
	@rm -f $@
	$(Q)ar rcs $@ $^

$(OUT)/puas-kiosk: $(OUT)/kiosk/main.o $(LIB_KIOSK) $(LIB_SHARED)
	@echo "  link $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(PKG_KIOSK) $(PKG_SHARED)) -lm
$(OUT)/puas-aggregator: $(OUT)/aggregator/main.o $(LIB_AGGREGATOR) $(LIB_SHARED)
	@echo "  link $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(PKG_AGGREGATOR) $(PKG_SHARED)) -lm
$(OUT)/puasctl: $(OUT)/aggregator/puasctl.o $(LIB_AGGREGATOR) $(LIB_SHARED)
	@echo "  link $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(PKG_AGGREGATOR) $(PKG_SHARED)) -lm

$(EXTENSION): aggregator/event_table_sqlite.c aggregator/pack.c aggregator/pack_body.c aggregator/event_table.h aggregator/pack.h aggregator/pack_body.h
	@mkdir -p $(@D)
	@echo "  link $@"
	$(Q)$(CC) $(CFLAGS) -DPUAS_EXTENSION -fPIC -shared -o $@ aggregator/event_table_sqlite.c aggregator/pack.c aggregator/pack_body.c

# Of the kiosk it takes the uplink's core alone.
$(OUT)/puas-fleet: $(OUT)/tests/fleet/main.o $(LIB_FLEET) $(LIB_KIOSK) $(LIB_AGGREGATOR) $(LIB_SHARED)
	@echo "  link $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(PKG_AGGREGATOR) $(PKG_SHARED)) -lm

# SQL migrations and the bundled web pages are embedded with .incbin.
WEB_SRC    := $(wildcard assets/surveys/*.yaml) $(shell find assets/web -type f -not -path "*/node_modules/*")
WEB_OUT    := build/web
WEB_STAMP  := $(WEB_OUT)/.stamp
MIGRATIONS := $(wildcard aggregator/migrations/*.sql)
NODE_MODULES := assets/web/node_modules/.package-lock.json
$(NODE_MODULES): assets/web/package.json assets/web/package-lock.json
	@echo "Fetching from npm: esbuild and typescript bundle and check the pages, preact draws them, Observable Plot their charts, yaml reads the document of the API"
	@cd assets/web && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
$(WEB_STAMP): $(WEB_SRC) $(NODE_MODULES)
	@mkdir -p $(WEB_OUT)
	cd assets/web && $(NODE) build.mjs ../../$(WEB_OUT)
	@touch $@
# The document of the API; the build ends here when a route is missing in it.
OPENAPI := $(WEB_OUT)/openapi.json
$(OPENAPI): assets/api/openapi.yaml assets/web/openapi.mjs aggregator/http_api.c $(NODE_MODULES)
	$(Q)$(NODE) assets/web/openapi.mjs $@
$(OUT)/aggregator/blobs.o: aggregator/blobs.S $(MIGRATIONS) $(WEB_STAMP) $(OPENAPI)
	@mkdir -p $(@D)
	$(Q)$(CC) -I. -c -o $@ $<

# ---------------------------------------------------------------- tests
$(OUT)/tests/%: $(OUT)/tests/unit/%.o $(LIB_FLEET) $(LIB_KIOSK) $(LIB_AGGREGATOR) $(LIB_SHARED)
	@mkdir -p $(@D)
	@echo "  link $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(call pkg_libs,$(PKG_KIOSK) $(PKG_AGGREGATOR) $(PKG_SHARED)) -lm
$(OUT)/tools/%: $(OUT)/tests/tools/%.o $(LIB_FLEET) $(LIB_AGGREGATOR) $(LIB_SHARED)
	@mkdir -p $(@D)
	@echo "  link $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) \
	  $(call pkg_libs,$(PKG_AGGREGATOR) $(PKG_SHARED)) $(TOOL_LIBS) -lm
$(OUT)/tools/puas-touch: TOOL_LIBS := -lX11 -lXtst -lXi
$(OUT)/tools/puas-eye: TOOL_LIBS := -lX11 -lXdamage
# Looks into the kiosk from inside (LD_PRELOAD), for benches.
PROBE := $(OUT)/tools/puas-probe.so
$(PROBE): tests/bench/probe.c
	@mkdir -p $(@D)
	@echo "  link $@"
	$(Q)$(CC) $(CFLAGS) -fPIC -shared -o $@ $< -ldl

# Fuzzing (VARIANT=fuzz): each target with the few files that it reads by.
FUZZERS := $(patsubst tests/fuzz/%.c,$(OUT)/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZED  := kiosk/settings.c kiosk/document_json.c aggregator/document_yaml.c
$(FUZZERS): $(OUT)/%: $(OUT)/tests/fuzz/%.o $(call obj,$(FUZZED)) $(LIB_SHARED)
	@echo "  link $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(PKG_SHARED)) -lm

.PHONY: unit-binaries tool-binaries fuzz-binaries fuzz
fuzz-binaries: $(FUZZERS)
fuzz: ## feed one reader with bent documents (FUZZ=content|wire|settings SECONDS=60)
	@$(MAKE) --no-print-directory -j2 VARIANT=fuzz fuzz-binaries
	@tests/fuzz/run $(or $(FUZZ),wire) $(or $(SECONDS),60) keep
unit-binaries: $(UNIT)
tool-binaries: $(TOOLS)

.PHONY: test test-deps layers soak
tests/e2e/node_modules/.package-lock.json: tests/e2e/package.json tests/e2e/package-lock.json
	@echo "Fetching from npm: mqtt, playwright-core, axe-core and smtp-server for the end-to-end tests"
	@cd tests/e2e && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
test-deps: ## install what the tests need besides (apt and npm)
	@assets/run/deps test
	@$(MAKE) --no-print-directory tests/e2e/node_modules/.package-lock.json

# Each step is a make of its own: it sees the libraries that the step before has brought.
test: ## install, build and run every test; ends with the counts
	@$(MAKE) --no-print-directory test-deps
	@$(MAKE) --no-print-directory -j2 VARIANT=release all tool-binaries
	@tests/run # builds the unit tests and the fuzz targets beside the end-to-end tests
layers: ## check who includes what
	@$(NODE) tests/layers.mjs
soak: ## the long runs of the end-to-end tests (SOAK_TAPS=400)
	@$(MAKE) --no-print-directory test-deps
	@$(MAKE) --no-print-directory -j2 VARIANT=release all tool-binaries
	@PUAS_TAPS=$(or $(SOAK_TAPS),400) PUAS_SOAK=1 PUAS_SEED=$$(date +%s) E2E_SECONDS=7200 ONLY=e2e tests/run

# ---------------------------------------------------------------- run
.PHONY: deps run demo
deps: ## install what building and running need (apt as root or with sudo; npm into assets/web)
	@assets/run/deps run
	@$(MAKE) -s --no-print-directory $(NODE_MODULES)

# Building comes after installing: a second make sees the libraries that the first one has brought.
run: ## install, build and start the real system (FULLSCREEN=1, KIOSK=none|vnc)
	@assets/run/deps run
	@$(MAKE) --no-print-directory all
	@exec env BIN=$(CURDIR)/$(OUT) assets/run/run
demo: ## as run, with a simulated chain of branches and three months of history
	@assets/run/deps run
	@$(MAKE) --no-print-directory all
	@exec env DEMO=1 BIN=$(CURDIR)/$(OUT) assets/run/run

.PHONY: bench
tests/bench/peers/node_modules/.package-lock.json: tests/bench/peers/package.json tests/bench/peers/package-lock.json
	@echo "Fetching from npm: mqtt and better-sqlite3, a peer of the benches"
	@cd tests/bench/peers && $(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@
bench: ## measure against references of the same run (BENCH=name); writes build/bench.json
	@assets/run/deps bench
	@$(MAKE) --no-print-directory tests/bench/peers/node_modules/.package-lock.json tests/e2e/node_modules/.package-lock.json
	@$(MAKE) --no-print-directory all $(OUT)/tools/puas-load $(OUT)/tools/puas-delay $(OUT)/tools/puas-touch $(OUT)/tools/puas-eye $(PROBE)
	@PUAS_BIN=$(CURDIR)/$(OUT) $(NODE) tests/bench/run.mjs $(BENCH)

.PHONY: install
install: ## copy what is built: programs, data, systemd units (PREFIX, DESTDIR, ROLE=all|kiosk|server)
	@BIN=$(CURDIR)/$(OUT) assets/run/install

.PHONY: clean
clean: ## remove build/ (never var/)
	rm -rf build

build/compile_commands.json: Makefile $(SRC_SHARED) $(SRC_KIOSK) $(SRC_AGGREGATOR) $(SRC_UNIT)
	@mkdir -p build
	@{ echo '['; sep=; for f in $(MAINS) $(SRC_SHARED) $(SRC_KIOSK) $(SRC_AGGREGATOR) $(SRC_UNIT) $(SRC_TOOLS); do \
	  printf '%s{"directory":"%s","file":"%s","command":"%s"}' "$$sep" '$(CURDIR)' "$$f" \
	    "$$(printf '%s' '$(CC) $(subst ',,$(CFLAGS)) -c '"$$f" | sed 's/\\/\\\\/g; s/"/\\"/g')"; sep=','; done; echo ']'; } > $@

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
