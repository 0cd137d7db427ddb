//! A chat platform that notes what is posted and answers as it was told.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use domain::place::Place;
use domain::ports::agenda::Reach;
use domain::ports::chat::{Chat, PostError, Posted, Posting};
use domain::tenant::Platform;

/// Takes everything, unless it was told what to answer next.
#[derive(Default)]
pub(super) struct FakeChat {
    answers: Mutex<VecDeque<PostError>>,
    posted: Mutex<Vec<Posting>>,
    /// The channel that never answers.
    hangs: Mutex<Option<String>>,
}

impl FakeChat {
    /// The next post ends like this.
    pub(super) fn answer(&self, error: PostError) {
        self.answers.lock().expect("answers").push_back(error);
    }

    pub(super) fn hang(&self, channel: &str) {
        *self.hangs.lock().expect("hangs") = Some(channel.to_owned());
    }

    /// Every post so far, answered or not.
    pub(super) fn posts(&self) -> Vec<Posting> {
        self.posted.lock().expect("posts").clone()
    }

    pub(super) fn titles(&self) -> Vec<String> {
        let posts = self.posts();
        posts.iter().flat_map(|posting| &posting.items).map(|item| item.task.title.clone()).collect()
    }

    fn hangs_at(&self, place: &Place) -> bool {
        let hangs = self.hangs.lock().expect("hangs");
        place.channel().is_some_and(|channel| hangs.as_deref() == Some(channel))
    }
}

#[async_trait]
impl Chat for FakeChat {
    fn reach(&self) -> Reach {
        Reach::Platform(Platform::Console)
    }

    async fn post(&self, posting: &Posting) -> Result<Posted, PostError> {
        if self.hangs_at(&posting.place) {
            std::future::pending::<()>().await;
        }
        let number = {
            let mut posted = self.posted.lock().expect("posts");
            posted.push(posting.clone());
            posted.len()
        };
        match self.answers.lock().expect("answers").pop_front() {
            Some(error) => Err(error),
            None => Ok(Posted { message_id: number.to_string() }),
        }
    }
}
