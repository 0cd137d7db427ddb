//! The real binary in a scratch folder: run once, chatted with, or serving on a free port.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The binary beside the tests: `<target>/debug/deps/all-xxxx` -> `<target>/debug/taskbot`.
pub fn binary() -> PathBuf {
    let tests = std::env::current_exe().expect("the path of the tests");
    let folder = tests.parent().and_then(Path::parent).expect("a target folder");
    let binary = folder.join("taskbot");
    assert!(
        binary.exists(),
        "{} is missing; build it first: cargo build -p taskbot --features faults",
        binary.display()
    );
    binary
}

/// A folder with a database of its own, in which the binary is started; gone at the end.
pub struct Scratch {
    folder: TempDir,
    env: Vec<(String, String)>,
}

/// What a program that has ended left.
pub struct Ended {
    pub status: ExitStatus,
    pub out: String,
    pub err: String,
}

impl Scratch {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a scratch folder"), env: Vec::new() }
    }

    /// Every program that is started here from now on has this in its environment.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.env.push((key.to_owned(), value.to_owned()));
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The binary with these arguments, and nothing of the machine's `TASKBOT_…` but what was set here.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        for (key, _) in std::env::vars_os() {
            if key.to_string_lossy().starts_with("TASKBOT_") {
                command.env_remove(key);
            }
        }
        command.env_remove("FAILPOINTS").env("TASKBOT_HTTP__ADDR", "127.0.0.1:0").env("TZ", "UTC");
        command.envs(self.env.iter().map(|(key, value)| (key, value)));
        command.current_dir(self.folder.path()).args(args).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the binary to its end with this on its standard input.
    pub async fn run(&self, args: &[&str], input: impl AsRef<[u8]>) -> Ended {
        let mut child = self.command(args).spawn().expect("started");
        let mut stdin = child.stdin.take().expect("a standard input");
        let feed = async move {
            // One that ends without reading is one that complains on its standard error.
            let _ = stdin.write_all(input.as_ref()).await;
        };
        let both = async { tokio::join!(feed, child.wait_with_output()).1 };
        let output = tokio::time::timeout(PATIENCE, both).await.expect("it ends in time").expect("it ran");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ended { status: output.status, out: text(output.stdout), err: text(output.stderr) }
    }

    /// Starts the binary and leaves it running.
    pub fn start(&self, args: &[&str]) -> Running {
        Running::over(self.command(args).spawn().expect("started"))
    }

    /// Starts a chat as this person.
    pub fn console(&self, user: &str) -> Running {
        self.start(&["console", "--user", user])
    }

    /// Starts `serve` on a free port and waits until it is ready.
    pub async fn serve(&self) -> Server {
        self.serve_as("").await
    }

    /// The same with these roles; none means all.
    pub async fn serve_as(&self, roles: &str) -> Server {
        let args = if roles.is_empty() { vec!["serve"] } else { vec!["serve", "--roles", roles] };
        let mut program = self.start(&args);
        drop(program.stdin.take());
        let addr = program.address().await;
        Server { program, addr, client: reqwest::Client::new() }
    }

    /// A fresh token of a person; asked for again if a busy machine's database has no time for it.
    pub async fn token(&self, user: &str) -> String {
        let ended = self.done(&["token", "create", "--user", user]).await;
        ended.out.trim().to_owned()
    }

    /// Runs to its end what may be done twice, again if a busy machine's database has no time for it.
    pub async fn done(&self, args: &[&str]) -> Ended {
        let mut ended = self.run(args, "").await;
        for _ in 0..4 {
            if ended.status.success() {
                break;
            }
            ended = self.run(args, "").await;
        }
        assert!(ended.status.success(), "{}", ended.err);
        ended
    }
}

/// The lines that a running program has written so far.
pub struct Heard {
    lines: watch::Receiver<Vec<String>>,
    seen: usize,
    reader: JoinHandle<()>,
}

impl Heard {
    fn to(from: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let (heard, lines) = watch::channel(Vec::new());
        let reader = tokio::spawn(async move {
            let mut from = BufReader::new(from).split(b'\n');
            while let Ok(Some(line)) = from.next_segment().await {
                heard.send_modify(|lines| lines.push(String::from_utf8_lossy(&line).into_owned()));
            }
        });
        Self { lines, seen: 0, reader }
    }

    /// Waits for the next line, after the ones that were waited for before, that has this in it.
    pub async fn line(&mut self, part: &str) -> String {
        let after = self.seen;
        let found = |lines: &[String]| lines.iter().skip(after).position(|line| line.contains(part));
        let waiting = self.lines.wait_for(|lines| found(lines).is_some());
        let came = tokio::time::timeout(PATIENCE, waiting).await.is_ok_and(|waited| waited.is_ok());
        let mut all = self.all();
        let nth = found(&all).filter(|_| came).map(|nth| after + nth);
        let nth = nth.unwrap_or_else(|| panic!("“{part}” never came; it wrote:\n{}", all.join("\n")));
        self.seen = nth + 1;
        all.swap_remove(nth)
    }

    /// Waits until this is so of the lines; false if the program has ended without it, or time is up.
    pub async fn until(&mut self, so: impl Fn(&[String]) -> bool) -> bool {
        let waiting = self.lines.wait_for(|lines| so(lines));
        tokio::time::timeout(PATIENCE, waiting).await.is_ok_and(|waited| waited.is_ok())
    }

    /// Waits until everything was read that a program that has ended wrote.
    async fn read_all(&mut self) {
        if !self.reader.is_finished() {
            // A reader that panicked has read all that it will.
            let _ = (&mut self.reader).await;
        }
    }

    /// How many so far.
    pub fn count(&self) -> usize {
        self.lines.borrow().len()
    }

    /// Everything so far.
    pub fn all(&self) -> Vec<String> {
        self.lines.borrow().clone()
    }
}

/// A program that is running; killed when it is dropped.
pub struct Running {
    child: Child,
    pub stdin: Option<ChildStdin>,
    pub out: Heard,
    pub err: Heard,
}

impl Running {
    pub fn over(mut child: Child) -> Self {
        let out = Heard::to(child.stdout.take().expect("a standard output"));
        let err = Heard::to(child.stderr.take().expect("a standard error"));
        Self { stdin: child.stdin.take(), child, out, err }
    }

    /// Where a `serve` listens, once it is ready.
    pub async fn address(&mut self) -> String {
        let ready = self.err.line("ready").await;
        let addr = ready.split("127.0.0.1:").nth(1).expect("an address");
        let port: String = addr.chars().take_while(char::is_ascii_digit).collect();
        format!("127.0.0.1:{port}")
    }

    /// Types a line.
    pub async fn say(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("its input is open");
        stdin.write_all(format!("{line}\n").as_bytes()).await.expect("it reads");
    }

    /// Types a line and waits for a line of answer with this in it.
    pub async fn ask(&mut self, line: &str, part: &str) -> String {
        self.say(line).await;
        self.out.line(part).await
    }

    /// Ends the input and waits for the end.
    pub async fn end(&mut self) -> ExitStatus {
        drop(self.stdin.take());
        self.ended().await
    }

    /// Waits for the end, however long it takes.
    pub async fn wait(&mut self) {
        self.child.wait().await.expect("it ran");
    }

    /// Waits for the end.
    pub async fn ended(&mut self) -> ExitStatus {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = ended.expect("it ends in time").expect("it ran");
        self.out.read_all().await;
        self.err.read_all().await;
        status
    }

    /// Asks it to end, as an operator or Kubernetes does.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.signal("TERM").await;
        self.ended().await
    }

    /// Sends it a signal: `STOP` and `CONT` let it stand still and go on.
    pub async fn signal(&self, name: &str) {
        let id = self.child.id().expect("it is running").to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().await.expect("kill is there");
        assert!(sent.success(), "it had ended already:\n{}", self.err.all().join("\n"));
    }

    /// Ends it like a power cut (`kill -9`).
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it was running");
    }
}

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A running `serve`.
pub struct Server {
    pub program: Running,
    pub addr: String,
    pub client: reqwest::Client,
}

impl Server {
    pub fn request(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.addr)).bearer_auth(token)
    }

    /// The answer that must have this status. A machine may stand still: what can be asked again is, while the program
    /// says that it cannot answer now.
    pub async fn answer(&self, request: RequestBuilder, status: u16) -> Value {
        let (request, until) = (request.timeout(PATIENCE).build().expect("a request"), Instant::now() + PATIENCE);
        let repeatable = request.method() == Method::GET || request.headers().contains_key(IDEMPOTENCY_KEY);
        loop {
            let asked = request.try_clone().expect("a body that is no stream");
            let answer = self.client.execute(asked).await.expect("an answer");
            let got = answer.status().as_u16();
            let text = answer.text().await.expect("a body");
            if got == status || got != 503 || !repeatable || Instant::now() > until {
                assert_eq!(got, status, "{text}");
                return serde_json::from_str(&text).unwrap_or(Value::Null);
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    pub async fn get(&self, token: &str, path: &str) -> Value {
        self.answer(self.request(Method::GET, path, token), 200).await
    }

    pub async fn post(&self, token: &str, path: &str, body: Value, status: u16) -> Value {
        static ASKED: AtomicU64 = AtomicU64::new(0);
        let key = format!("asked-{}", ASKED.fetch_add(1, Ordering::Relaxed));
        let request = self.request(Method::POST, path, token).header(IDEMPOTENCY_KEY, key);
        self.answer(request.json(&body), status).await
    }

    /// Says a line in the chat.
    pub async fn chat(&self, token: &str, text: &str) -> Value {
        self.post(token, "/api/v1/chat", json!({"text": text}), 200).await
    }
}
