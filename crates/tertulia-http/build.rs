//! Builds again when the console was built again: the binary carries it.

fn main() {
    for built in ["../../web/console/build", "../../web/widget/dist"] {
        if std::path::Path::new(built).exists() {
            println!("cargo:rerun-if-changed={built}");
        }
    }
    println!("cargo:rerun-if-changed=build.rs");
}
