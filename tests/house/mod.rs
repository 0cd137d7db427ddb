//! The rules of the house, as `docs/CONTRIBUTING.md` states them: directions between crates, and what stands in no
//! file.

mod directions;
mod files;
mod links;
mod pages;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
}

/// Every file that git knows or would add, by its path from the root. Where there is no git, every file outside
/// `target` and hidden folders.
fn files() -> Vec<PathBuf> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root())
        .output();
    let mut files = match listed {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout)
            .split('\0')
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
            .collect(),
        _ => walked(&root(), Path::new("")),
    };
    files.retain(|path| root().join(path).is_file());
    files.sort();
    files
}

fn walked(root: &Path, folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root.join(folder)).expect("a folder").map(|entry| entry.expect("an entry"));
    let shown = entries.filter(|entry| {
        let name = entry.file_name();
        name != "target" && !name.to_string_lossy().starts_with('.')
    });
    shown
        .flat_map(|entry| {
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() { walked(root, &path) } else { vec![path] }
        })
        .collect()
}

/// The files with this extension, each with its text.
fn texts(extension: &str) -> Vec<(PathBuf, String)> {
    let wanted = files().into_iter().filter(|path| path.extension().is_some_and(|found| found == extension));
    wanted.map(|path| (path.clone(), std::fs::read_to_string(root().join(path)).expect("text"))).collect()
}
