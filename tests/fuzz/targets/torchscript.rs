#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| gradcam_fuzz::open("torchscript", input));
