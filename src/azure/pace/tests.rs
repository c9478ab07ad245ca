use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

use super::*;
use crate::azure::call::Call;
use crate::azure::client::{ArmClient, Config};
use crate::azure::cloud::{Cloud, CloudName};
use crate::azure::credentials::StaticToken;
use crate::azure::retry::Repeat;
use crate::azure::scripted::ambient;
use crate::azure::transport::{Transport, TransportError};

/// Resource Manager's bucket, before answers that take 40 to 70 ms.
struct Azure {
    bucket: Mutex<Filling>,
    rng: Mutex<fastrand::Rng>,
    tells: bool,
}

struct Filling {
    left: f64,
    burst: f64,
    per_second: f64,
    at: Instant,
    refused: u32,
    answered: u32,
}

impl Azure {
    fn new(left: f64, burst: f64, per_second: f64) -> Self {
        let bucket = Filling { left, burst, per_second, at: Instant::now(), refused: 0, answered: 0 };
        Self { bucket: Mutex::new(bucket), rng: Mutex::new(fastrand::Rng::with_seed(3)), tells: true }
    }

    /// What is left, or how long until there is something.
    fn take(&self) -> Result<f64, f64> {
        let mut bucket = self.bucket.lock().unwrap();
        let passed = bucket.at.elapsed().as_secs_f64();
        bucket.left = (bucket.left + passed * bucket.per_second).min(bucket.burst);
        bucket.at = Instant::now();
        if bucket.left < 1.0 {
            bucket.refused += 1;
            return Err((1.0 - bucket.left) / bucket.per_second);
        }
        bucket.left -= 1.0;
        bucket.answered += 1;
        Ok(bucket.left)
    }

    fn latency(&self) -> Duration {
        Duration::from_millis(self.rng.lock().unwrap().u64(20..=35))
    }

    /// Answered, refused.
    fn count(&self) -> (u32, u32) {
        let bucket = self.bucket.lock().unwrap();
        (bucket.answered, bucket.refused)
    }
}

impl Transport for Azure {
    fn send(
        &self,
        _request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + '_>> {
        Box::pin(async {
            tokio::time::sleep(self.latency()).await;
            let taken = self.take();
            tokio::time::sleep(self.latency()).await;
            let answer = match taken {
                Ok(left) if self.tells => Response::builder()
                    .header("x-ms-ratelimit-remaining-subscription-reads", left.floor().to_string())
                    .header("x-ms-ratelimit-remaining-subscription-global-reads", "3749")
                    .body(Bytes::from_static(b"{}")),
                Ok(_) => Response::builder().body(Bytes::from_static(b"{}")),
                Err(wait) => Response::builder().status(429).header("retry-after", wait.ceil().to_string()).body(
                    Bytes::from_static(
                        b"{\"error\": {\"code\": \"SubscriptionRequestsThrottled\", \"message\": \"m\"}}",
                    ),
                ),
            };
            Ok(answer.unwrap())
        })
    }
}

/// Asks so many reads at once, all of which must succeed; gives the seconds that they took.
async fn read(azure: &Arc<Azure>, count: u32) -> f64 {
    let config = Config::new(Cloud::named(CloudName::Public));
    let client = ArmClient::new(config, Arc::new(StaticToken::new("t".to_owned())), Arc::clone(azure) as _, ambient());
    let began = Instant::now();
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..count {
        let client = client.clone();
        all.spawn(async move {
            let request = Request::get("https://management.azure.com/subscriptions/S/x").body(Bytes::new()).unwrap();
            client.send(&Call::within(Duration::from_secs(600)), request, Repeat::Always).await.unwrap();
        });
    }
    while let Some(done) = all.join_next().await {
        done.unwrap();
    }
    began.elapsed().as_secs_f64()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_reads_are_hardly_refused_and_hardly_later_than_the_bucket_allows() {
    let azure = Arc::new(Azure::new(250.0, 250.0, 25.0));
    let seconds = read(&azure, 1000).await;
    let (answered, refused) = azure.count();
    assert_eq!(answered, 1000);
    assert!(refused <= 3, "{refused} were refused");
    assert!(seconds <= 31.5, "(1000 - 250) / 25 are 30 s, it took {seconds:.1}");
}

#[tokio::test(start_paused = true)]
async fn what_fits_into_the_bucket_is_not_slowed_down() {
    let azure = Arc::new(Azure::new(250.0, 250.0, 25.0));
    let seconds = read(&azure, 240).await;
    assert!(seconds <= 1.1, "240 reads, 16 at a time, of 70 ms at most: {seconds:.2}");
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_others_have_emptied_is_found_out_by_the_first_answers() {
    let azure = Arc::new(Azure::new(20.0, 250.0, 25.0));
    let seconds = read(&azure, 300).await;
    let (_, refused) = azure.count();
    assert!(refused <= 3, "{refused} were refused");
    assert!(seconds <= 13.0, "{seconds:.1}");
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_fills_more_slowly_than_documented_is_learnt() {
    let azure = Arc::new(Azure::new(100.0, 100.0, 5.0));
    read(&azure, 400).await;
    let (_, refused) = azure.count();
    assert!(refused <= 45, "{refused} were refused, of 300 beyond the bucket");
}

#[tokio::test(start_paused = true)]
async fn one_refusal_stops_all_others_of_the_bucket() {
    let azure = Azure { tells: false, ..Azure::new(100.0, 100.0, 25.0) };
    let azure = Arc::new(azure);
    read(&azure, 300).await;
    let (_, refused) = azure.count();
    assert!(refused <= 16 * 9, "{refused} were refused: more than were under way when the first was");
}

fn now() -> Instant {
    Instant::now()
}

fn reads() -> Bucket {
    bucket("GET", "https://a/subscriptions/s/x")
}

fn bucket(method: &str, uri: &str) -> Bucket {
    Bucket::of(&method.parse().unwrap(), &uri.parse().unwrap())
}

fn told(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

#[test]
fn subscriptions_in_any_letters_and_kinds_have_buckets_of_their_own() {
    assert_eq!(bucket("GET", "https://a/subscriptions/S/x"), bucket("GET", "https://a/p/Subscriptions/s/y?z=1"));
    for other in [
        bucket("GET", "https://a/subscriptions/t/x"),
        bucket("PATCH", "https://a/subscriptions/s/x"),
        bucket("DELETE", "https://a/subscriptions/s/x"),
        bucket("GET", "https://a/tenants"),
    ] {
        assert_ne!(other, reads());
        assert_ne!(other.name(), reads().name());
    }
}

#[test]
fn the_scarcest_count_of_the_kind_is_the_one_that_matters() {
    let headers = told(&[
        ("x-ms-ratelimit-remaining-subscription-reads", "249"),
        ("x-ms-ratelimit-remaining-subscription-global-reads", "12"),
        ("x-ms-ratelimit-remaining-tenant-reads", "many"),
        ("x-ms-ratelimit-remaining-subscription-writes", "1"),
        ("x-ms-ratelimit-remaining-resource", "Microsoft.Compute/HighCostGet;3"),
    ]);
    assert_eq!(reads().left(&headers), Some(12.0));
    assert_eq!(bucket("PUT", "https://a/subscriptions/s/x").left(&headers), Some(1.0));
    assert_eq!(bucket("DELETE", "https://a/subscriptions/s/x").left(&headers), None);
}

#[tokio::test(start_paused = true)]
async fn without_a_word_about_what_is_left_nothing_waits() {
    let pace = Pace::default();
    for _ in 0..1000 {
        assert_eq!(pace.wait(&reads(), now()), Duration::ZERO);
        let sent = pace.sent(&reads(), now());
        pace.answered(&reads(), sent, Some(&HeaderMap::new()), now());
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_bucket_is_waited_for_as_long_as_it_takes_to_fill() {
    let pace = Pace::default();
    let sent = pace.sent(&reads(), now());
    pace.answered(&reads(), sent, Some(&told(&[("x-ms-ratelimit-remaining-subscription-reads", "0")])), now());
    assert_eq!(pace.wait(&reads(), now()), Duration::from_millis(120), "three at 25 a second");
    tokio::time::advance(Duration::from_millis(120)).await;
    assert_eq!(pace.wait(&reads(), now()), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_old_answer_does_not_make_a_bucket_look_fuller() {
    let pace = Pace::default();
    let left = |count| told(&[("x-ms-ratelimit-remaining-subscription-reads", count)]);
    let late = pace.sent(&reads(), now());
    for count in ["9", "8", "7", "6", "5", "4", "3", "2", "1", "0"] {
        let sent = pace.sent(&reads(), now());
        pace.answered(&reads(), sent, Some(&left(count)), now());
    }
    pace.answered(&reads(), late, Some(&left("10")), now());
    assert!(pace.wait(&reads(), now()) > Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_smaller_than_what_is_kept_back_is_still_drawn_from() {
    let pace = Pace::default();
    let sent = pace.sent(&reads(), now());
    pace.answered(&reads(), sent, Some(&told(&[("x-ms-ratelimit-remaining-subscription-reads", "0")])), now());
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(pace.wait(&reads(), now()), Duration::ZERO);
}
