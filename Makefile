# Two commands: `make run` opens the explorer, `make test` runs every test. Each first installs what
# is missing; neither fetches anything twice.

IMAGE ?= assets/cat_and_coffee.png
MODEL ?= models/efficientnet_lite0.pt2

# What a window needs at run time, and what the tests need to drive one.
WINDOW_PACKAGES = libegl1 libgl1 libvulkan1 libxcursor1 libxi6 libxkbcommon-x11-0 libxrandr2 mesa-vulkan-drivers
TEST_PACKAGES = $(WINDOW_PACKAGES) imagemagick openbox xdotool xvfb

SAMPLE = target/sample

.PHONY: run test lint bench

run:
	@.cargo/libtorch.sh
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then .cargo/system.sh $(WINDOW_PACKAGES); fi
	@cargo build --release
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	  exec target/release/gradcam "$(IMAGE)" --model "$(MODEL)"; \
	else \
	  echo "There is no display here, so the sample composite is exported instead:"; \
	  exec target/release/gradcam export "$(IMAGE)" --model "$(MODEL)" --out $(SAMPLE); \
	fi

test:
	@.cargo/libtorch.sh
	@.cargo/system.sh $(TEST_PACKAGES)
	cargo test

lint:
	@.cargo/libtorch.sh
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings

bench:
	@.cargo/libtorch.sh
	cargo bench
