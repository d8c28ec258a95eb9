# The commands of the README. `make run` and `make test` install what is missing.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/livehouse
# In CI the clone is new each time; what was compiled stays beside it.
ifdef CI
export CARGO_TARGET_DIR ?= $(CACHE)/target
endif
TARGET := $(or $(CARGO_TARGET_DIR),target)
# Encoders and players for the end-to-end tests.
VENV := $(CACHE)/venv

export E2E_VENV := $(VENV)

.PHONY: run build test demo bench install install-test page e2e-packages tidy

run: build
	"$(TARGET)/release/livehouse" serve

build: install page
	cargo build --release --locked --package livehouse

# The demo's show needs an ffmpeg that speaks WHIP (8 or newer); where the system's does not, the tests' own is taken.
demo: build
	@ffmpeg=ffmpeg; \
	if ! ffmpeg -hide_banner -muxers 2>/dev/null | grep -q ' whip'; then \
	  scripts/install build test "$(VENV)"; \
	  ffmpeg=$$("$(VENV)/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())'); \
	fi; \
	"$(TARGET)/release/livehouse" demo --ffmpeg "$$ffmpeg"

test: install-test page e2e-packages
	cargo xtask ci

# Every published figure, each by its own command. A browser and encoders take part, so the tests' packages are needed.
bench: build install-test e2e-packages
	scripts/figures

tidy:
	cargo xtask tidy

# ── what is missing ──────────────────────────────────────────────────────────────────────────────────────────────────

install:
	@scripts/install build

install-test:
	@scripts/install build test "$(VENV)"

# npm installs anew only when a lock file changed; the stamp carries the lock's own sum.
define npm_ci
	@sum=$$(sha256sum $(1)/package-lock.json | cut -c1-64); \
	if [ "$$(cat $(1)/node_modules/.livehouse-lock 2>/dev/null)" != "$$sum" ]; then \
	  (cd $(1) && npm ci --no-audit --no-fund) && echo "$$sum" > $(1)/node_modules/.livehouse-lock; \
	fi
endef

page:
	$(call npm_ci,web)
	@if [ ! -f web/app/dist/index.html ] || [ -n "$$(find web -name node_modules -prune -o -name dist -prune -o -type f -newer web/app/dist/index.html -print -quit)" ]; then \
	  cd web && npm run --silent build; \
	fi

e2e-packages:
	$(call npm_ci,tests/e2e)
