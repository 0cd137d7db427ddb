//! Checkpoints: seals' hashes, signed, in a file that should lie where nobody who owns the database can write.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use domain::seal::{Checkpoint, Seal};
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};
use serde::{Deserialize, Serialize};

/// Where checkpoints go, and what signs them.
#[derive(Clone)]
pub struct Checkpoints {
    file: PathBuf,
    key: SigningKey,
}

/// A line of the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Line {
    tenant: String,
    n: u64,
    hash: String,
    at: i64,
    signature: String,
}

/// Why checkpoints cannot be trusted or read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The key is no 64 hex digits.
    #[error("the key must be 64 hex digits (32 bytes), e.g. from `openssl rand -hex 32`")]
    Key,
    /// The file cannot be read.
    #[error("{file}: {error}")]
    File {
        /// Which.
        file: String,
        /// Why.
        error: io::Error,
    },
    /// A line is no checkpoint.
    #[error("line {line} is no checkpoint: {reason}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// Why.
        reason: String,
    },
}

impl Checkpoints {
    /// Appends to this file, signed with this ed25519 key (32 bytes in hex).
    ///
    /// # Errors
    /// When the key is none.
    pub fn new(file: &Path, key: &str) -> Result<Self, CheckpointError> {
        Ok(Self { file: file.to_path_buf(), key: SigningKey::from_bytes(&bytes(key)?) })
    }

    /// The key by which anybody can check the signatures, hex.
    #[must_use]
    pub fn public_key(&self) -> String {
        hex(self.key.verifying_key().as_bytes())
    }

    /// Appends a checkpoint of each seal, durably.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) async fn write(&self, seals: Vec<Seal>) -> io::Result<()> {
        let this = self.clone();
        tokio::task::spawn_blocking(move || this.append(&seals)).await.map_err(io::Error::other)?
    }

    fn append(&self, seals: &[Seal]) -> io::Result<()> {
        let mut lines = Vec::new();
        for seal in seals {
            serde_json::to_writer(&mut lines, &self.line(seal)).map_err(io::Error::other)?;
            lines.push(b'\n');
        }
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(&self.file)?;
        let whole = end_of_lines(&mut file)?;
        // What a full disk or a loss of power left of a line is no checkpoint, and must not spoil the next one.
        file.set_len(whole)?;
        file.write_all(&lines)?;
        file.sync_data()
    }

    fn line(&self, seal: &Seal) -> Line {
        let Seal { tenant, n, at, hash, .. } = seal.clone();
        let mut line = Line { tenant, n, hash, at, signature: String::new() };
        line.signature = hex(&self.key.sign(line.message().as_bytes()).to_bytes());
        line
    }

    /// Reads a file of checkpoints and checks each signature. A last line that was cut off by a crash is left out.
    ///
    /// # Errors
    /// When the file cannot be read, the key is none, or a line is not signed with it.
    pub fn read(file: &Path, public_key: &str) -> Result<Vec<Checkpoint>, CheckpointError> {
        let key = VerifyingKey::from_bytes(&bytes(public_key)?).map_err(|_| CheckpointError::Key)?;
        let text = std::fs::read_to_string(file)
            .map_err(|error| CheckpointError::File { file: file.display().to_string(), error })?;
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let lines = whole.lines().enumerate().filter(|(_, line)| !line.is_empty());
        lines
            .map(|(at, line)| checked(line, &key).map_err(|reason| CheckpointError::Line { line: at + 1, reason }))
            .collect()
    }
}

impl Line {
    fn message(&self) -> String {
        format!("taskbot checkpoint 1\n{}\n{}\n{}\n{}", self.tenant, self.n, self.hash, self.at)
    }
}

/// How many bytes of a file are whole lines.
fn end_of_lines(file: &mut File) -> io::Result<u64> {
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut byte = [b'\n'];
    while end > 0 {
        file.seek(SeekFrom::Start(end - 1))?;
        file.read_exact(&mut byte)?;
        if byte == [b'\n'] {
            break;
        }
        end -= 1;
    }
    Ok(end)
}

fn checked(line: &str, key: &VerifyingKey) -> Result<Checkpoint, String> {
    let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let signature: [u8; 64] = unhex(&line.signature).ok_or("its signature is no hex")?;
    let good = key.verify(line.message().as_bytes(), &Signature::from_bytes(&signature));
    good.map_err(|_| "its signature is not by this key".to_owned())?;
    Ok(Checkpoint { tenant: line.tenant, n: line.n, hash: line.hash })
}

fn bytes(key: &str) -> Result<[u8; 32], CheckpointError> {
    unhex(key.trim()).ok_or(CheckpointError::Key)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f";

    fn seal(n: u64) -> Seal {
        let [tenant, previous, hash] = ["console", "00", "01"].map(str::to_owned);
        Seal { tenant, n, at: 7, rows: vec![1], previous, hash }
    }

    #[test]
    fn what_a_full_disk_left_of_a_line_does_not_spoil_the_next_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("checkpoints");
        let checkpoints = Checkpoints::new(&file, KEY).expect("a key");
        checkpoints.append(&[seal(1), seal(2)]).expect("written");
        for torn in ["{\"tenant\":\"con", "{"] {
            let mut half = OpenOptions::new().append(true).open(&file).expect("the file");
            half.write_all(torn.as_bytes()).expect("half a line");
            checkpoints.append(&[seal(3)]).expect("written");
        }
        let read = Checkpoints::read(&file, &checkpoints.public_key()).expect("whole lines");
        assert_eq!(read.iter().map(|one| one.n).collect::<Vec<_>>(), [1, 2, 3, 3]);
    }
}
