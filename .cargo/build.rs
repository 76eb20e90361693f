//! Lets the programs built here find libtorch without an environment variable: torch-sys tells
//! where it linked libtorch from, and that folder becomes their run-time search path.

fn main() {
    println!("cargo::rerun-if-env-changed=DEP_TCH_LIBTORCH_LIB");
    let Ok(folder) = std::env::var("DEP_TCH_LIBTORCH_LIB") else {
        return;
    };
    if std::env::var("CARGO_CFG_UNIX").is_ok() {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{folder}");
    }
}
