#![no_main]

gradcam_fuzz::fuzz_tree!("safetensors", gradcam_fuzz::format::JSON);
