use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;

/// Serves one connection on loopback: reads a request, hands it to the test, writes these bytes, closes.
fn serve(answer: &'static [u8]) -> (SocketAddr, mpsc::Receiver<String>) {
    let (address, listener) = listen();
    let (heard, request) = mpsc::channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        heard.send(read_request(&mut stream)).unwrap();
        stream.write_all(answer).unwrap();
    });
    (address, request)
}

fn listen() -> (SocketAddr, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    (listener.local_addr().unwrap(), listener)
}

/// Head and body, by its content length.
fn read_request(stream: &mut impl Read) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).unwrap();
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        assert!(count > 0, "the request ended in the middle: {text}");
    }
}

async fn get(url: String) -> Result<Response<Bytes>, TransportError> {
    HttpsTransport::default().send(Request::get(url).body(Bytes::new()).unwrap()).await
}

fn maybe_sent(result: Result<Response<Bytes>, TransportError>) -> String {
    match result {
        Err(TransportError::MaybeSent { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

fn not_sent(result: Result<Response<Bytes>, TransportError>) -> String {
    match result {
        Err(TransportError::NotSent { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_request_arrives_as_it_is_and_its_answer_comes_back_whole() {
    let (address, heard) = serve(b"HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 5\r\n\r\nhello");
    let request = Request::patch(format!("http://{address}/a/b?api-version=v&c=A%2Bb"))
        .header("x-test", "1")
        .body(Bytes::from_static(b"{\"a\":1}"))
        .unwrap();
    let answer = HttpsTransport::default().send(request).await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &"7".parse().unwrap()));
    assert_eq!(answer.body(), "hello");
    let heard = heard.recv().unwrap();
    assert!(heard.starts_with("PATCH /a/b?api-version=v&c=A%2Bb HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains("x-test: 1\r\n") && heard.ends_with("\r\n\r\n{\"a\":1}"), "{heard}");
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let (address, _heard) =
        serve(b"HTTP/1.1 307 Elsewhere\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(get(format!("http://{address}/")).await.unwrap().status().as_u16(), 307);
}

#[tokio::test]
async fn a_redirect_takes_the_token_nowhere() {
    let (elsewhere, listener) = listen();
    listener.set_nonblocking(true).unwrap();
    let answer = format!("HTTP/1.1 302 Found\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n");
    let (address, heard) = serve(answer.leak().as_bytes());
    let request = Request::get(format!("http://{address}/")).header("authorization", "Bearer t0ken");
    let answer = HttpsTransport::default().send(request.body(Bytes::new()).unwrap()).await.unwrap();
    assert_eq!(answer.status().as_u16(), 302);
    assert!(heard.recv().unwrap().contains("Bearer t0ken"));
    let nobody = listener.accept().unwrap_err();
    assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock, "nobody came");
}

#[tokio::test]
async fn a_body_that_ends_early_may_belong_to_a_request_that_was_carried_out() {
    let (address, _heard) = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"name\":");
    maybe_sent(get(format!("http://{address}/")).await);
}

#[tokio::test]
async fn a_connection_that_ends_without_an_answer_may_have_carried_the_request() {
    let (address, _heard) = serve(b"");
    maybe_sent(get(format!("http://{address}/?sig=s3cret")).await);
}

#[tokio::test]
async fn a_refused_connection_carried_nothing_and_the_query_is_not_told() {
    let (address, listener) = listen();
    drop(listener);
    let reason = not_sent(get(format!("http://{address}/?sig=s3cret")).await);
    assert!(reason.starts_with("cannot connect: ") && reason.contains("refused"), "{reason}");
    assert!(!reason.contains("s3cret"), "{reason}");
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_not_read() {
    let (address, listener) = listen();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_request(&mut stream);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", LARGEST_ANSWER + 1024);
        stream.write_all(head.as_bytes()).unwrap();
        // The client hangs up when it has read enough.
        while stream.write_all(&[b' '; 1 << 13]).is_ok() {}
    });
    assert_eq!(maybe_sent(get(format!("http://{address}/")).await), "the answer is larger than 64 MiB");
}

#[tokio::test]
async fn nothing_is_built_before_the_first_request() {
    let transport = HttpsTransport::default();
    assert!(!transport.plain.initialized() && !transport.direct.initialized() && !transport.proxied.initialized());
    let (address, _heard) = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    transport.send(Request::get(format!("http://{address}/")).body(Bytes::new()).unwrap()).await.unwrap();
    assert!(transport.plain.initialized() && !transport.direct.initialized() && !transport.proxied.initialized());
}

/// A TLS server for `localhost` that answers one HTTP/1.1 request; gives its own certificate.
fn serve_tls(protocols: Vec<Vec<u8>>) -> (SocketAddr, CertificateDer<'static>, mpsc::Receiver<Option<Vec<u8>>>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    config.alpn_protocols = protocols;
    let (address, listener) = listen();
    let (chosen, protocol) = mpsc::channel();
    thread::spawn(move || answer_over_tls(listener.accept().unwrap().0, config, &chosen));
    (address, certificate, protocol)
}

fn answer_over_tls(stream: TcpStream, config: ServerConfig, chosen: &mpsc::Sender<Option<Vec<u8>>>) {
    let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
    while stream.conn.is_handshaking() {
        if stream.conn.complete_io(&mut stream.sock).is_err() {
            return;
        }
    }
    let protocol = stream.conn.alpn_protocol().map(<[u8]>::to_vec);
    chosen.send(protocol.clone()).unwrap();
    if protocol.as_deref() != Some(b"h2") {
        read_request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        stream.conn.send_close_notify();
        let _ = stream.flush();
    }
}

async fn get_trusting(address: SocketAddr, root: CertificateDer<'static>) -> Result<Response<Bytes>, TransportError> {
    let options = TransportOptions { roots: Some(vec![root]), ..TransportOptions::default() };
    get_with(options, format!("https://localhost:{}/", address.port())).await
}

async fn get_with(options: TransportOptions, url: String) -> Result<Response<Bytes>, TransportError> {
    HttpsTransport::new(options).send(Request::get(url).body(Bytes::new()).unwrap()).await
}

#[tokio::test]
async fn a_server_with_a_trusted_certificate_is_spoken_to() {
    let (address, certificate, _protocol) = serve_tls(vec![b"http/1.1".to_vec()]);
    assert_eq!(get_trusting(address, certificate).await.unwrap().body(), "ok");
}

#[tokio::test]
async fn a_server_with_another_certificate_is_sent_nothing() {
    let (address, _certificate, _protocol) = serve_tls(vec![b"http/1.1".to_vec()]);
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    match get_trusting(address, other.cert.der().clone()).await {
        Err(TransportError::Unusable { obstacle: Obstacle::Certificate, reason }) => {
            assert!(reason.contains("certificate"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn http2_is_chosen_where_the_server_speaks_it() {
    let (address, certificate, protocol) = serve_tls(vec![b"h2".to_vec(), b"http/1.1".to_vec()]);
    // The server hangs up after the handshake: what was agreed there is what this is about.
    let _ = get_trusting(address, certificate).await;
    assert_eq!(protocol.recv().unwrap().as_deref(), Some(b"h2".as_slice()));
}

#[test]
fn the_service_of_a_machines_identity_is_reached_past_every_proxy() {
    let route = |url: &str| Route::to(&Url::parse(url).unwrap());
    assert_eq!(route("http://169.254.169.254/metadata/identity/oauth2/token"), Route::Plain);
    assert_eq!(route("http://127.0.0.1:8080/"), Route::Plain);
    assert_eq!(route("https://localhost:8443/"), Route::Direct);
    assert_eq!(route("https://management.azure.com/"), Route::Proxied);
}

/// What kept a request from leaving.
fn in_the_way(result: Result<Response<Bytes>, TransportError>) -> Obstacle {
    match result {
        Err(TransportError::NotSent { obstacle, reason } | TransportError::Unusable { obstacle, reason }) => {
            assert!(!reason.contains("s3cret"), "the proxy's password is told: {reason}");
            obstacle
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_certificate_of_another_host_is_told_from_one_without_trust() {
    let (address, certificate, _protocol) = serve_tls(vec![b"http/1.1".to_vec()]);
    let options = TransportOptions { roots: Some(vec![certificate]), ..TransportOptions::default() };
    let result = get_with(options, format!("https://other.localhost:{}/", address.port())).await;
    assert_eq!(in_the_way(result), Obstacle::CertificateName);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_fails_the_handshake() {
    let (address, listener) = listen();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut hello = [0; 512];
        let _ = stream.read(&mut hello);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    assert_eq!(in_the_way(get_trusting(address, other.cert.der().clone()).await), Obstacle::Handshake);
}

#[tokio::test]
async fn a_name_without_an_address_is_told_from_a_closed_port() {
    assert_eq!(in_the_way(get("http://x.invalid/".to_owned()).await), Obstacle::Name);
    let (address, listener) = listen();
    drop(listener);
    assert_eq!(in_the_way(get(format!("http://demo1.localhost:{}/", address.port())).await), Obstacle::Connection);
}

/// A proxy that answers every CONNECT with this, and what is asked through it of a name that does not exist.
async fn through_a_proxy(answer: &'static [u8]) -> (Result<Response<Bytes>, TransportError>, String) {
    let (address, heard) = serve(answer);
    let result = get_with(proxied(address), "https://registry.invalid/v2/".to_owned()).await;
    (result, heard.recv().unwrap())
}

fn proxied(address: SocketAddr) -> TransportOptions {
    let proxy = Some(Url::parse(&format!("http://user:s3cret@{address}")).unwrap());
    TransportOptions { roots: Some(Vec::new()), proxy, ..TransportOptions::default() }
}

#[tokio::test]
async fn a_proxy_that_does_not_lead_there_is_told_from_one_that_asks_who_we_are() {
    let (result, heard) = through_a_proxy(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(in_the_way(result), Obstacle::Proxy);
    assert!(heard.starts_with("CONNECT registry.invalid:443 "), "{heard}");
    let (result, _) = through_a_proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
    assert_eq!(in_the_way(result), Obstacle::ProxyCredentials);
    let (address, listener) = listen();
    drop(listener);
    assert_eq!(in_the_way(get_with(proxied(address), "https://registry.invalid/".to_owned()).await), Obstacle::Proxy);
}

#[test]
fn the_proxy_is_named_without_its_password_and_only_for_what_goes_through_it() {
    let transport = HttpsTransport::new(proxied("127.0.0.1:3128".parse().unwrap()));
    let proxy = |uri: &str| transport.proxy(&uri.parse().unwrap());
    assert_eq!(proxy("https://demo1.azurecr.io/v2/").as_deref(), Some("http://127.0.0.1:3128/"));
    assert_eq!(proxy("https://demo1.localhost:8443/v2/"), None);
    assert_eq!(proxy("http://demo1.localhost:8080/v2/"), None);
}

#[tokio::test]
async fn without_kept_connections_each_request_has_its_own() {
    let (address, listener) = listen();
    thread::spawn(move || {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            read_request(&mut stream);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            // A second request on the same connection would find nobody.
            thread::spawn(move || stream.read(&mut [0; 1]));
        }
    });
    let options = TransportOptions { keeps_connections: false, ..TransportOptions::default() };
    let transport = HttpsTransport::new(options);
    for _ in 0..2 {
        let request = Request::get(format!("http://{address}/")).body(Bytes::new()).unwrap();
        assert_eq!(transport.send(request).await.unwrap().status(), 200);
    }
}

mod bounds;
