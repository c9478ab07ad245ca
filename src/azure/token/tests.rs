use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// Numbers its tokens; each takes a second to fetch. Fails when told to.
struct Counter {
    lifetime: Duration,
    fetched: AtomicU32,
    failing: Mutex<bool>,
}

impl Counter {
    fn new(lifetime: u64) -> Arc<Self> {
        Arc::new(Self {
            lifetime: Duration::from_secs(lifetime),
            fetched: AtomicU32::new(0),
            failing: Mutex::new(false),
        })
    }

    fn fetched(&self) -> u32 {
        self.fetched.load(Ordering::SeqCst)
    }

    fn fail(&self, failing: bool) {
        *self.failing.lock().unwrap() = failing;
    }
}

impl TokenSource for Counter {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + '_>> {
        Box::pin(async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let number = self.fetched.fetch_add(1, Ordering::SeqCst) + 1;
            if *self.failing.lock().unwrap() {
                return Err(TokenError { method: "test", reason: "told to".to_owned() });
            }
            Ok(AccessToken::expiring(format!("token {number}"), self.lifetime))
        })
    }
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

async fn secret(cache: &CachedToken) -> String {
    cache.token().await.unwrap().secret().expose().to_owned()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_fetched_before_the_first_use() {
    let source = Counter::new(3600);
    let cache = CachedToken::new(Arc::clone(&source) as _);
    pass(100).await;
    assert_eq!(source.fetched(), 0);
    assert_eq!(secret(&cache).await, "token 1");
    assert_eq!(secret(&cache).await, "token 1");
    assert_eq!(source.fetched(), 1);
}

#[tokio::test(start_paused = true)]
async fn many_that_ask_at_once_cause_one_fetch() {
    let source = Counter::new(3600);
    let cache = Arc::new(CachedToken::new(Arc::clone(&source) as _));
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let cache = Arc::clone(&cache);
        asking.spawn(async move { secret(&cache).await });
    }
    assert!(asking.join_all().await.iter().all(|token| token == "token 1"));
    assert_eq!(source.fetched(), 1);
}

#[tokio::test(start_paused = true)]
async fn it_is_renewed_five_minutes_before_its_end() {
    let source = Counter::new(3600);
    let cache = CachedToken::new(Arc::clone(&source) as _);
    secret(&cache).await;
    pass(3600 - 300 - 1).await;
    assert_eq!(secret(&cache).await, "token 1");
    pass(2).await;
    assert_eq!(secret(&cache).await, "token 2");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_lives_shortly_is_renewed_at_half_its_life() {
    let source = Counter::new(60);
    let cache = CachedToken::new(Arc::clone(&source) as _);
    secret(&cache).await;
    pass(29).await;
    assert_eq!(secret(&cache).await, "token 1");
    pass(2).await;
    assert_eq!(secret(&cache).await, "token 2");
}

#[tokio::test(start_paused = true)]
async fn the_old_token_survives_a_failed_renewal_while_it_is_good() {
    let source = Counter::new(3600);
    let cache = CachedToken::new(Arc::clone(&source) as _);
    secret(&cache).await;
    pass(3400).await;
    source.fail(true);
    assert_eq!(secret(&cache).await, "token 1");
    assert_eq!(secret(&cache).await, "token 1");
    assert_eq!(source.fetched(), 2, "the next renewal is not tried at once");
    pass(300).await;
    assert_eq!(cache.token().await.unwrap_err().to_string(), "cannot get an access token by test: told to");
}

#[tokio::test(start_paused = true)]
async fn while_one_renews_the_others_use_the_old_token() {
    let source = Counter::new(3600);
    let cache = Arc::new(CachedToken::new(Arc::clone(&source) as _));
    secret(&cache).await;
    pass(3400).await;
    let renewing = tokio::spawn({
        let cache = Arc::clone(&cache);
        async move { secret(&cache).await }
    });
    tokio::task::yield_now().await;
    assert_eq!(secret(&cache).await, "token 1");
    assert_eq!(renewing.await.unwrap(), "token 2");
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_forgotten_and_a_newer_one_is_kept() {
    let source = Counter::new(3600);
    let cache = CachedToken::new(Arc::clone(&source) as _);
    let first = cache.token().await.unwrap();
    cache.clear(&first);
    assert_eq!(secret(&cache).await, "token 2");
    cache.clear(&first);
    assert_eq!(secret(&cache).await, "token 2");
}

#[tokio::test(start_paused = true)]
async fn no_debug_output_shows_the_token() {
    let cache = CachedToken::new(Counter::new(3600) as _);
    let token = cache.token().await.unwrap();
    assert!(!format!("{token:?} {cache:?}").contains("token 1"));
}

#[tokio::test(start_paused = true)]
async fn a_failure_answers_for_all_who_wait_and_soon_after_and_then_it_is_tried_again() {
    let source = Counter::new(3600);
    let cache = CachedToken::new(Arc::clone(&source) as _);
    source.fail(true);
    let (first, second, third) = tokio::join!(cache.token(), cache.token(), cache.token());
    assert_eq!((&first, &second), (&second, &third));
    assert!(first.is_err() && cache.token().await.is_err());
    assert_eq!(source.fetched(), 1);
    source.fail(false);
    pass(6).await;
    assert_eq!(secret(&cache).await, "token 2");
}
