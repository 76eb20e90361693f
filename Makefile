# `make run` opens the explorer, `make test` runs every test, `make lint` checks the style, and
# `make bench` measures. Each first installs what is missing; none downloads anything twice.

IMAGE ?= assets/cat_and_coffee.png
MODEL ?= models/efficientnet_lite0.pt2

# What a window needs at run time, and what the tests need to drive one.
WINDOW_PACKAGES = libegl1 libgl1 libvulkan1 libxcursor1 libxi6 libxkbcommon-x11-0 libxrandr2 mesa-vulkan-drivers
TEST_PACKAGES = $(WINDOW_PACKAGES) imagemagick openbox xdotool xvfb

# The library alone. It shares the compiled bindings of libtorch (torch-sys) with the whole program.
WITHOUT_WINDOW = --package gradcam --no-default-features

# Runs a tool that not everyone has. `cargo deny check advisories` needs the network, so it is not part of this.
if_installed = @if $(1) --version >/dev/null 2>&1; then echo $(1) $(2); $(1) $(2); else echo "$(1) is not installed, left out"; fi

GRADCAM = target/release/gradcam
SAMPLE = target/sample
# The exit code of a program that found no display.
NO_DISPLAY = 3

.PHONY: run test lint bench licences

run:
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then .cargo/system.sh $(WINDOW_PACKAGES); fi
	@.cargo/libtorch.sh
	@cargo build --release --package gradcam
	@code=0; $(GRADCAM) "$(IMAGE)" --model "$(MODEL)" || code=$$?; \
	[ $$code = $(NO_DISPLAY) ] || exit $$code; \
	echo "Exporting the sample composite instead:"; \
	$(GRADCAM) export "$(IMAGE)" --model "$(MODEL)" --out $(SAMPLE)

test:
	@.cargo/system.sh $(TEST_PACKAGES)
	@.cargo/libtorch.sh
	cargo test
	cargo test $(WITHOUT_WINDOW) --lib --test explainer

lint:
	@.cargo/libtorch.sh
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo clippy $(WITHOUT_WINDOW) --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --package gradcam --lib
	$(call if_installed,cargo deny,check bans licenses sources)
	$(call if_installed,typos,)

bench:
	@.cargo/libtorch.sh
	cargo bench --package gradcam

licences:
	python3 tests/licences.py
