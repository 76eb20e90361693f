#![no_main]

gradcam_fuzz::fuzz_tree!("onnx", gradcam_fuzz::format::PROTOBUF);
