//! `taskbot parse` without the rest of Taskbot: JSON lines in, JSON lines out.

use std::io::{self, BufWriter};

fn main() -> io::Result<()> {
    taskbot_language::wire::run(io::stdin().lock(), BufWriter::new(io::stdout().lock()))
}
