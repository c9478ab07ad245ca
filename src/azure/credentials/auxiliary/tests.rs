use std::time::Duration;

use super::*;
use crate::azure::credentials::StaticToken;
use crate::azure::secret::Secret;

struct Expiring(&'static str, u64);

impl TokenSource for Expiring {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + '_>> {
        let token = AccessToken::expiring(self.0.to_owned(), Duration::from_secs(self.1));
        Box::pin(std::future::ready(Ok(token)))
    }
}

struct Refused;

impl TokenSource for Refused {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + '_>> {
        Box::pin(std::future::ready(Err(TokenError { method: "test", reason: "no".to_owned() })))
    }
}

#[tokio::test(start_paused = true)]
async fn the_tokens_come_in_order_and_all_are_renewed_with_the_first_to_end() {
    let own = Arc::new(StaticToken::new("own".to_owned()));
    let all = WithAuxiliary::new(own, vec![Arc::new(Expiring("b", 3600)), Arc::new(Expiring("c", 1800))]);
    let token = all.token().await.unwrap();
    let expected = AccessToken::expiring("own".to_owned(), Duration::from_secs(1800));
    let expected = expected.accompanied_by(&AccessToken::lasting("b".to_owned()));
    assert_eq!(token, expected.accompanied_by(&AccessToken::lasting("c".to_owned())));
    assert_eq!((token.secret().expose(), token.auxiliary()), ("own", &["b", "c"].map(Secret::new)[..]));
}

#[tokio::test]
async fn without_one_of_them_there_is_none() {
    let own = Arc::new(StaticToken::new("own".to_owned()));
    assert_eq!(WithAuxiliary::new(own, vec![Arc::new(Refused)]).token().await.unwrap_err().reason, "no");
}

#[tokio::test]
async fn the_debug_form_shows_none_of_them() {
    let all = WithAuxiliary::new(Arc::new(Expiring("pl4nted", 60)), vec![Arc::new(Expiring("pl4nted", 60))]);
    let shown = format!("{:?}", all.token().await.unwrap());
    assert!(!shown.contains("pl4nted"), "{shown}");
}
