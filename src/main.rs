//! Parse arguments, call, exit code; nothing else.

/// An import makes and drops tens of millions of small values on two threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    heirloom::cli::run(std::env::args_os()).into()
}
