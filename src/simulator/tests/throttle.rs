//! Token buckets.

use std::time::Duration;

use super::*;
use crate::simulator::settings::BucketSize;
use crate::simulator::throttle::{Buckets, Kind};

#[test]
fn a_bucket_gives_its_burst_then_its_rate() {
    let mut buckets = Buckets::default();
    let size = BucketSize { burst: 250.0, per_second: 25.0 };
    let start = datetime!(2026-11-22 10:00 UTC);
    let mut take = |at| buckets.take("p", "s", Kind::Reads, size, at);
    for left in (0..250).rev() {
        assert_eq!(take(start), Ok(f64::from(left)));
    }
    assert_eq!(take(start), Err(Duration::from_millis(40)));
    let second = start + Duration::from_secs(1);
    assert_eq!((0..30).filter(|_| take(second).is_ok()).count(), 25);
}

#[test]
fn principals_subscriptions_and_kinds_have_buckets_of_their_own() {
    let mut buckets = Buckets::default();
    let size = BucketSize { burst: 1.0, per_second: 1.0 };
    let now = datetime!(2026-11-22 10:00 UTC);
    for (principal, subscription, kind) in
        [("p", "s", Kind::Reads), ("q", "s", Kind::Reads), ("p", "t", Kind::Reads), ("p", "s", Kind::Writes)]
    {
        assert!(buckets.take(principal, subscription, kind, size, now).is_ok());
        assert!(buckets.take(principal, subscription, kind, size, now).is_err());
    }
}

#[tokio::test]
async fn an_empty_bucket_answers_429_with_the_seconds_to_wait() {
    let azure = Azure::small();
    azure.turn(|settings| {
        settings.throttle.enabled = true;
        settings.throttle.reads = BucketSize { burst: 2.0, per_second: 0.5 };
    });
    let first = azure.get(REGISTRY, NEW).await;
    assert_eq!(first.header("x-ms-ratelimit-remaining-subscription-reads"), Some("1"));
    azure.get(REGISTRY, NEW).await;
    let third = azure.get(REGISTRY, NEW).await;
    assert_eq!((third.status, third.code()), (429, "SubscriptionRequestsThrottled"));
    assert_eq!(third.header("retry-after"), Some("2"));
    assert_eq!(azure.patch(NEW, &json!({"tags": {}})).await.status, 200, "writes have their own bucket");
    azure.clock.advance(Duration::from_secs(2));
    assert_eq!(azure.get(REGISTRY, NEW).await.status, 200);
}
