# Two commands: `make run` opens the explorer, `make test` runs every test. Each first installs what
# is missing; neither fetches anything twice.

IMAGE ?= assets/cat_and_coffee.png
MODEL ?= models/efficientnet_lite0.pt2

# What a window needs at run time, and what the tests need to drive one.
WINDOW_PACKAGES = libegl1 libgl1 libvulkan1 libxcursor1 libxi6 libxkbcommon-x11-0 libxrandr2 mesa-vulkan-drivers
TEST_PACKAGES = $(WINDOW_PACKAGES) imagemagick openbox xdotool xvfb

GRADCAM = target/release/gradcam
SAMPLE = target/sample
# The exit code of a program that found no display.
NO_DISPLAY = 3

.PHONY: run test lint bench

run:
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then .cargo/system.sh $(WINDOW_PACKAGES); fi
	@.cargo/libtorch.sh
	@cargo build --release
	@code=0; $(GRADCAM) "$(IMAGE)" --model "$(MODEL)" || code=$$?; \
	[ $$code = $(NO_DISPLAY) ] || exit $$code; \
	echo "Exporting the sample composite instead:"; \
	$(GRADCAM) export "$(IMAGE)" --model "$(MODEL)" --out $(SAMPLE)

test:
	@.cargo/system.sh $(TEST_PACKAGES)
	@.cargo/libtorch.sh
	cargo test

lint:
	@.cargo/libtorch.sh
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings

bench:
	@.cargo/libtorch.sh
	cargo bench
