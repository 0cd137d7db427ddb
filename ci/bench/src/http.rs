//! Clients of `POST /api/v1/tasks`. They speak just enough HTTP/1.1 for that, because on a small machine a real client
//! would take from the program what is to be measured.

use std::fs::read_to_string;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::runtime;
use crate::tally::Tally;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The pause after an error, so that a server that refuses is not drowned.
const PAUSE: Duration = Duration::from_millis(20);

/// Who asks, how many at once, and for how long.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Where the server listens.
    #[arg(long)]
    addr: SocketAddr,
    /// A file with access tokens, one a line; client n takes the nth, and again from the first.
    #[arg(long)]
    tokens: PathBuf,
    /// How many clients.
    #[arg(long, default_value_t = 1)]
    clients: usize,
    /// How long, unless the count is reached before.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// How many tasks at most.
    #[arg(long, default_value_t = u64::MAX)]
    count: u64,
    /// How many requests a second in all; without it, each client asks again when it has its answer.
    #[arg(long)]
    rate: Option<f64>,
    /// Asks whether the server lives instead: what an exchange takes by itself.
    #[arg(long)]
    idle: bool,
    /// The first word of each title.
    #[arg(long, default_value = "Ship")]
    word: String,
}

/// What the clients share.
struct Run {
    options: Options,
    began: Instant,
    next: AtomicU64,
}

/// Runs the clients.
pub(crate) fn run(options: Options) -> Result<Value> {
    runtime()?.block_on(async {
        let began = Instant::now();
        let (made, mut tally) = made(options).await?;
        let lasted = began.elapsed();
        made.into_iter().for_each(|one| tally.done(one.took));
        Ok(tally.told(lasted))
    })
}

/// A task that was made.
pub(crate) struct Made {
    pub(crate) task: String,
    pub(crate) began: Instant,
    pub(crate) took: Duration,
}

/// Runs the clients; what they made, and how often they failed.
pub(crate) async fn made(options: Options) -> Result<(Vec<Made>, Tally)> {
    let tokens = read_to_string(&options.tokens).context("the file of tokens")?;
    let tokens: Vec<String> = tokens.lines().map(ToOwned::to_owned).collect();
    ensure!(!tokens.is_empty(), "there is no token");
    let mut connections = Vec::new();
    for _ in 0..options.clients {
        connections.push(Connection::open(options.addr).await.context("the server accepts no connection")?);
    }
    let run = Arc::new(Run { options, began: Instant::now(), next: AtomicU64::new(0) });
    let clients: Vec<_> = connections
        .into_iter()
        .zip(tokens.iter().cycle().cloned())
        .map(|(connection, token)| tokio::spawn(client(Arc::clone(&run), connection, token)))
        .collect();
    let (mut all, mut tally) = (Vec::new(), Tally::default());
    for client in clients {
        let (made, failed) = client.await?;
        all.extend(made);
        tally.add(failed);
    }
    Ok((all, tally))
}

async fn client(run: Arc<Run>, mut connection: Connection, token: String) -> (Vec<Made>, Tally) {
    let (mut made, mut tally) = (Vec::new(), Tally::default());
    while let Some(nth) = run.turn().await {
        let began = Instant::now();
        let asked = timeout(PATIENCE, connection.ask(&run.options, &token, nth)).await;
        match asked.unwrap_or_else(|_| Err(anyhow::anyhow!("no answer within {} s", PATIENCE.as_secs()))) {
            Ok(task) => made.push(Made { task, began, took: began.elapsed() }),
            Err(error) => {
                tally.failed(error.to_string());
                sleep(PAUSE).await;
                match Connection::open(run.options.addr).await {
                    Ok(fresh) => connection = fresh,
                    Err(_) => tally.failed("the server accepts no connection"),
                }
            }
        }
    }
    (made, tally)
}

impl Run {
    /// The number of the next request, when its time has come; `None` at the end.
    async fn turn(&self) -> Option<u64> {
        let end = self.began + Duration::from_secs_f64(self.options.seconds);
        let nth = self.next.fetch_add(1, Ordering::Relaxed);
        if let Some(rate) = self.options.rate {
            sleep_until(end.min(self.began + Duration::from_secs_f64(nth as f64 / rate))).await;
        }
        (nth < self.options.count && Instant::now() < end).then_some(nth)
    }
}

/// A connection that is kept.
pub(crate) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(addr: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(4_096) })
    }

    /// What the options say.
    async fn ask(&mut self, options: &Options, token: &str, nth: u64) -> Result<String> {
        if options.idle { self.knock(options.addr).await } else { self.create(options, token, nth).await }
    }

    /// A question for which the server has nothing to do.
    async fn knock(&mut self, addr: SocketAddr) -> Result<String> {
        let request = format!("GET /health/live HTTP/1.1\r\nHost: {addr}\r\n\r\n");
        self.stream.write_all(request.as_bytes()).await?;
        let (status, _) = self.answer().await?;
        ensure!(status == 200, "status {status}");
        Ok(String::new())
    }

    /// One task, by its id; anything but 201 is an error with the status.
    async fn create(&mut self, options: &Options, token: &str, nth: u64) -> Result<String> {
        let body = format!("{{\"title\":\"{} release {nth:07}\"}}", options.word);
        let request = format!(
            "POST /api/v1/tasks HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            options.addr,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let (status, head) = self.answer().await?;
        ensure!(status == 201, "status {status}");
        let head = std::str::from_utf8(&self.read[..head])?.to_ascii_lowercase();
        let location = head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default();
        Ok(location.rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// Posts JSON: the status and body of the answer.
    pub(crate) async fn post(&mut self, addr: SocketAddr, path: &str, body: &str) -> Result<(u16, String)> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {addr}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let (status, head) = self.answer().await?;
        Ok((status, String::from_utf8_lossy(&self.read[head..]).into_owned()))
    }

    /// Reads one answer to its end: its status, and the length of its head.
    async fn answer(&mut self) -> Result<(u16, usize)> {
        self.read.clear();
        let head = loop {
            if let Some(at) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let text = std::str::from_utf8(&self.read[..head])?.to_ascii_lowercase();
        let status = text.split(' ').nth(1).context("no status")?.parse()?;
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
        let whole = head + length.context("no content-length")?.parse::<usize>()?;
        while self.read.len() < whole {
            self.more().await?;
        }
        Ok((status, head))
    }

    async fn more(&mut self) -> Result<()> {
        ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the server closed the connection");
        Ok(())
    }
}
