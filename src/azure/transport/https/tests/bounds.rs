//! What a server can make us read, unpack and wait for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;

use super::*;

/// Serves one connection on loopback: begins an answer so, and goes on with these bytes for ever. Counts what it could send.
fn serve_without_end(
    beginning: &'static str,
    on: &'static [u8],
) -> (SocketAddr, Arc<AtomicUsize>, thread::JoinHandle<()>) {
    let (address, listener) = listen();
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_request(&mut stream);
        stream.write_all(beginning.as_bytes()).unwrap();
        while stream.write_all(on).is_ok() {
            counter.fetch_add(on.len(), Ordering::SeqCst);
        }
    });
    (address, sent, server)
}

#[tokio::test]
async fn headers_without_an_end_are_not_read() {
    for header in [&b"x-more: and more\r\n"[..], &[b'x'; 4096]] {
        let (address, sent, server) = serve_without_end("HTTP/1.1 200 OK\r\n", header);
        maybe_sent(get(format!("http://{address}/")).await);
        // Off the runtime, which has to close the connection meanwhile.
        tokio::task::spawn_blocking(|| server.join()).await.unwrap().unwrap();
        // What lies in the buffers of the sockets is counted along.
        assert!(sent.load(Ordering::SeqCst) < 16 * 1024 * 1024, "{sent:?}");
    }
}

#[tokio::test]
async fn a_body_of_unknown_length_is_not_read_for_ever() {
    let (address, sent, server) = serve_without_end("HTTP/1.1 200 OK\r\n\r\n", &[b' '; 1 << 14]);
    assert_eq!(maybe_sent(get(format!("http://{address}/")).await), "the answer is larger than 64 MiB");
    // Off the runtime, which has to close the connection meanwhile.
    tokio::task::spawn_blocking(|| server.join()).await.unwrap().unwrap();
    assert!(sent.load(Ordering::SeqCst) < LARGEST_ANSWER + 32 * 1024 * 1024, "{sent:?}");
}

#[tokio::test]
async fn nothing_packed_is_asked_for_or_unpacked() {
    let (address, heard) =
        serve(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00");
    let answer = get(format!("http://{address}/")).await.unwrap();
    assert_eq!(answer.body().as_ref(), b"\x1f\x8b\x08\x00", "as it came");
    assert!(!heard.recv().unwrap().to_ascii_lowercase().contains("accept-encoding"));
}

#[tokio::test]
async fn a_server_that_is_silent_in_the_handshake_is_given_up() {
    let (address, listener) = listen();
    let (done, ended) = channel::<()>();
    thread::spawn(move || {
        let held = listener.accept().unwrap();
        let _ = ended.recv();
        drop(held);
    });
    let options = TransportOptions {
        connect_timeout: Duration::from_millis(100),
        roots: Some(Vec::new()),
        ..TransportOptions::default()
    };
    let result = get_with(options, format!("https://localhost:{}/", address.port())).await;
    assert_eq!(in_the_way(result), Obstacle::Timeout);
    drop(done);
}
