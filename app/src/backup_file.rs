//! The file of a backup: lines of JSON, namely what it is, every row, and in the end what must have been there.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use domain::ports::archive::{Contents, Piece, Row, Tally, begin_anew, hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

/// The form of the file. A release reads the forms up to its own.
const FORMAT: u32 = 1;
/// How many rows are handed on at once.
const CHUNK: usize = 500;

/// A line.
#[derive(Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Line {
    Head { taskbot: String, format: u32, version: String, at: String },
    Row { table: String, row: Row },
    End { contents: Contents, sha256: String },
}

/// Writes what comes to a new file, which has its name once it is whole and synced.
///
/// # Errors
/// When the file is there already or cannot be written, or what comes breaks off.
pub(crate) async fn write(file: &Path, mut from: mpsc::Receiver<Piece>) -> Result<Contents> {
    if file.exists() {
        bail!("{} is there already", file.display());
    }
    let half = half(file);
    let named = || format!("writing {}", half.display());
    let mut to = Hashed::create(&half).with_context(named)?;
    to.line(&head()?).with_context(named)?;
    let mut tally = Tally::default();
    loop {
        match from.recv().await {
            Some(Piece::Rows(table, rows)) => {
                for row in rows {
                    tally.count(&table, &row);
                    to.line(&Line::Row { table: table.clone(), row }).with_context(named)?;
                }
            }
            Some(Piece::End) => break,
            None => bail!("the rows broke off; {} is not whole", half.display()),
        }
    }
    let contents = tally.end();
    to.end(&contents).with_context(named)?;
    std::fs::rename(&half, file).with_context(|| format!("naming {}", file.display()))?;
    Ok(contents)
}

fn half(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn head() -> Result<Line> {
    #[expect(clippy::disallowed_methods, reason = "when a file was written is for people, not for the product")]
    let at = jiff::Timestamp::now();
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(Line::Head { taskbot: "backup".to_owned(), format: FORMAT, version, at: format!("{at:.0}") })
}

/// A file and the digest of what was written to it.
struct Hashed {
    file: BufWriter<File>,
    digest: Sha256,
}

impl Hashed {
    /// Readable by its owner alone: it holds what everybody wrote.
    fn create(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        Ok(Self { file: BufWriter::new(file), digest: Sha256::new() })
    }

    fn line(&mut self, line: &Line) -> Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.digest.update(&text);
        Ok(self.file.write_all(&text)?)
    }

    fn end(mut self, contents: &Contents) -> Result<()> {
        let sha256 = hex(&self.digest.clone().finalize());
        self.line(&Line::End { contents: contents.clone(), sha256 })?;
        self.file.flush()?;
        Ok(self.file.get_ref().sync_all()?)
    }
}

/// Reads the whole file and gives what a restore makes of it.
///
/// # Errors
/// When it is no backup, one of a newer release, cut off or changed.
pub(crate) fn verify(file: &Path) -> Result<Contents> {
    let mut reader = open(file)?;
    let (mut digest, mut tally, mut restored) = (Sha256::new(), Tally::default(), Tally::default());
    let mut text = String::new();
    loop {
        text.clear();
        reader.read_line(&mut text).with_context(|| format!("{} was changed: it is no text", file.display()))?;
        if text.is_empty() {
            bail!("{} is cut off: its end is missing", file.display());
        }
        match line(file, &text)? {
            Line::Head { .. } => {}
            Line::Row { table, mut row } => {
                tally.count(&table, &row);
                begin_anew(&table, &mut row);
                restored.count(&table, &row);
            }
            Line::End { contents, sha256 } => {
                let after = reader.read_line(&mut String::new()).unwrap_or(1);
                if after > 0 || sha256 != hex(&digest.finalize()) || contents != tally.end() {
                    bail!("{} was changed: its digest is another", file.display());
                }
                return Ok(restored.end());
            }
        }
        digest.update(&text);
    }
}

fn line(file: &Path, text: &str) -> Result<Line> {
    let whole = text.ends_with('\n').then_some(()).with_context(|| format!("{} is cut off", file.display()));
    whole?;
    serde_json::from_str(text).with_context(|| format!("{} was changed: a line cannot be read", file.display()))
}

/// The file, past nothing yet; its first line says that this release can read it.
fn open(file: &Path) -> Result<BufReader<File>> {
    let opened = || File::open(file).with_context(|| format!("{} cannot be opened", file.display()));
    let mut first = String::new();
    let read = BufReader::new(opened()?).read_line(&mut first);
    match (read, serde_json::from_str(&first)) {
        (Ok(_), Ok(Line::Head { taskbot, format, version, .. })) if taskbot == "backup" => {
            if format > FORMAT {
                bail!("{} was written by a newer Taskbot ({version}): use that release", file.display());
            }
        }
        _ => bail!("{} is no backup of Taskbot", file.display()),
    }
    Ok(BufReader::new(opened()?))
}

/// Hands on what is in a file that was verified.
///
/// # Errors
/// When it cannot be read, or was changed since.
pub(crate) async fn read(file: &Path, to: mpsc::Sender<Piece>) -> Result<()> {
    let (mut of, mut rows): (String, Vec<Row>) = Default::default();
    for text in open(file)?.lines() {
        match serde_json::from_str(&text?)? {
            Line::Head { .. } => {}
            Line::Row { table, row } => {
                if table != of || rows.len() == CHUNK {
                    hand_on(&to, &of, &mut rows).await?;
                    of = table;
                }
                rows.push(row);
            }
            Line::End { .. } => {
                hand_on(&to, &of, &mut rows).await?;
                return Ok(to.send(Piece::End).await?);
            }
        }
    }
    bail!("{} is cut off", file.display());
}

async fn hand_on(to: &mpsc::Sender<Piece>, table: &str, rows: &mut Vec<Row>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let piece = Piece::Rows(table.to_owned(), std::mem::take(rows));
    to.send(piece).await.context("the database takes no more rows")
}
