#![no_main]

gradcam_fuzz::fuzz_tree!("pt2", gradcam_fuzz::format::JSON);
