//! A whole process with terminals: the real clock, the real store in memory, all consumers.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bot::console::{self, ConsoleChat, ConsoleDirectory, Held, Newcomer, Session};
use bot::{Options, Turns};
use consumers::{Consumers, Parts, Role, Sealer, start};
use domain::ports::bell::Bell;
use domain::ports::clock::Clock;
use domain::service::{Operators, Tasks};
use embedded::{EmbeddedBus, FileLeases, MemoryState, RandomIds, SystemClock};
use store_sqlite::SqliteStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf, duplex, split};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// A process that people sit in front of.
pub struct Process {
    pub tasks: Tasks,
    pub chat: ConsoleChat,
    pub turns: Turns,
    running: Consumers,
}

impl Process {
    pub async fn starts() -> Self {
        let options = store_sqlite::Options::default();
        let store = Arc::new(SqliteStore::open("sqlite::memory:", options).await.expect("a store in memory"));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let bell = Bell::default();
        let tasks = Tasks {
            store: store.clone(),
            agenda: store.clone(),
            people: store.clone(),
            audit: store.clone(),
            directory: Arc::new(ConsoleDirectory::new(store.clone())),
            clock: clock.clone(),
            ids: Arc::new(RandomIds::new(clock.clone())),
            bell: bell.clone(),
        };
        let state = Arc::new(MemoryState::new(clock.clone()));
        let chat = ConsoleChat::new(store.clone(), state.clone(), clock.clone());
        let parts = Parts {
            tasks: tasks.clone(),
            bus: Arc::new(EmbeddedBus::new(store.clone(), bell, Arc::new(FileLeases::default()))),
            outbox: store.clone(),
            sealer: Arc::new(Sealer::new(store.clone(), Arc::new(FileLeases::default()), clock, None)),
            leases: Arc::new(embedded::FileLeases::default()),
            inbox: store,
            chats: vec![Arc::new(chat.clone())],
            broker: consumers::Broker::default(),
        };
        let running = start(&parts, Role::ALL);
        Self { turns: Turns::new(tasks.clone(), state, Options::default()), tasks, chat, running }
    }

    pub async fn ends(self) {
        self.running.stop(Duration::from_secs(5)).await;
    }

    pub async fn session(&self, name: &str, channel: Option<&str>) -> Session {
        let zone = "Europe/Madrid".parse().expect("a zone");
        let newcomer = Newcomer { name: name.to_owned(), channel: channel.map(str::to_owned), zone };
        console::introduce(&self.tasks, &Operators::new(), &newcomer).await.expect("introduced")
    }

    /// Pipes bytes in and gives all that comes out.
    pub async fn pipes(&self, session: Session, input: &[u8]) -> String {
        let mut window = self.opens(session, false).await;
        window.types(input).await;
        window.closes().await
    }

    /// Opens a terminal, or a pipe.
    pub async fn opens(&self, session: Session, terminal: bool) -> Window {
        Window::opens(self.turns.clone(), self.chat.clone(), session, terminal)
    }
}

/// What a person sees and types at.
pub struct Window {
    keys: WriteHalf<DuplexStream>,
    screen: ReadHalf<DuplexStream>,
    shown: String,
    running: JoinHandle<io::Result<Held>>,
}

impl Window {
    /// A session of these parts, on a terminal or a pipe.
    pub fn opens(turns: Turns, chat: ConsoleChat, session: Session, terminal: bool) -> Self {
        let (mine, theirs) = duplex(1 << 20);
        let (screen, keys) = split(mine);
        let (input, output) = split(theirs);
        let running =
            tokio::spawn(
                async move { console::run(&turns, &chat, session, BufReader::new(input), output, terminal).await },
            );
        Self { keys, screen, shown: String::new(), running }
    }

    pub async fn types(&mut self, text: impl AsRef<[u8]>) {
        self.keys.write_all(text.as_ref()).await.expect("typed");
    }

    /// Waits until the screen shows this.
    pub async fn shows(&mut self, text: &str) {
        while !self.shown.contains(text) {
            let mut bytes = [0; 4096];
            let read = timeout(Duration::from_secs(60), self.screen.read(&mut bytes)).await;
            let read = read.unwrap_or_else(|_| panic!("never shown: {text}\n{}", self.shown)).expect("read");
            assert!(read > 0, "it ended without {text}\n{}", self.shown);
            self.shown.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    }

    /// Ends the input and gives all that was shown until the session ended.
    pub async fn closes(mut self) -> String {
        self.keys.shutdown().await.expect("the input ends");
        let ended = timeout(Duration::from_secs(60), self.running).await.expect("it ends").expect("it did not panic");
        drop(ended.expect("it ends quietly"));
        let mut rest = Vec::new();
        drop(self.keys);
        self.screen.read_to_end(&mut rest).await.expect("read");
        self.shown + &String::from_utf8_lossy(&rest)
    }

    /// The screen goes away while the session runs.
    pub async fn breaks(self) -> io::Result<()> {
        drop((self.keys, self.screen));
        let ended = timeout(Duration::from_secs(60), self.running).await.expect("it ends");
        ended.expect("it did not panic").map(drop)
    }
}
