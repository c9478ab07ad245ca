//! The listener: a thread with a runtime of its own, so that it serves tests with any runtime and programs with none.
//!
//! Turns HTTP into calls and outcomes into HTTP; knows nothing of ARM.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_stream::StreamExt;
use tokio_util::sync::CancellationToken;

use super::answer::Answer;
use super::call::Call;
use super::pipeline::{self, Outcome, Shared};

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A running listener; dropping it stops it.
#[derive(Debug)]
pub(super) struct Running {
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

/// Starts to serve.
pub(super) fn start(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) -> io::Result<Running> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let serve = move || {
        runtime.block_on(async {
            tokio::select! {
                () = accept(listener, tls, shared) => {}
                () = stopped.cancelled() => {}
            }
        });
    };
    let thread = std::thread::Builder::new().name("arm-simulator".to_owned()).spawn(serve)?;
    Ok(Running { stop, thread: Some(thread) })
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic in there was reported by the thread itself.
            drop(thread.join());
        }
    }
}

async fn accept(listener: tokio::net::TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(connection(stream, tls.clone(), shared.clone()))),
            // Out of descriptors: wait for some to come back.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    drop(stream.set_nodelay(true));
    let cut = CancellationToken::new();
    let line = Line { stream, cut: cut.clone() };
    match tls {
        None => serve(line, shared, cut).await,
        Some(acceptor) => {
            if let Ok(line) = acceptor.accept(line).await {
                serve(line, shared, cut).await;
            }
        }
    }
}

async fn serve<L>(line: L, shared: Arc<Shared>, cut: CancellationToken)
where
    L: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| exchange(request, shared.clone(), cut.clone()));
    let builder = auto::Builder::new(TokioExecutor::new());
    tokio::select! {
        // How a connection ends is the client's business.
        _ = builder.serve_connection(TokioIo::new(line), service) => {}
        () = cut.cancelled() => {}
    }
}

async fn exchange(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    cut: CancellationToken,
) -> Result<Response<Body>, Infallible> {
    let (mut head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    if let Some(authority) = head.uri.authority()
        && !head.headers.contains_key(header::HOST)
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        head.headers.insert(header::HOST, host);
    }
    let call = Call::new(head.method, head.uri.path(), head.uri.query(), head.headers, body);
    // On a task of its own: what ARM has taken in takes effect, though its client is gone.
    let carried = tokio::spawn(async move { pipeline::carry_out(&shared, call).await });
    match carried.await.unwrap_or(Outcome::Reset) {
        Outcome::Answer(answer) => {
            let bytes = Bytes::from(answer.bytes());
            Ok(response(&answer, Full::new(bytes).map_err(|never| match never {}).boxed_unsync()))
        }
        Outcome::Truncated(answer) => {
            let bytes = Bytes::from(answer.bytes());
            let mut response = response(&answer, truncated(&bytes, cut));
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
            Ok(response)
        }
        Outcome::Reset => {
            cut.cancel();
            std::future::pending().await
        }
    }
}

fn response(answer: &Answer, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() =
        http::StatusCode::from_u16(answer.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let kind = answer.content_type().map(|kind| ("content-type", kind));
    let named = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in kind.into_iter().chain(named) {
        // Scripted headers may be nonsense; they are left out then.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Half of the bytes, a moment for them to leave, then the line is cut.
fn truncated(bytes: &Bytes, cut: CancellationToken) -> Body {
    let half = bytes.slice(..bytes.len() / 2);
    let first = tokio_stream::once(Ok(Frame::data(half)));
    let end = tokio_stream::once(()).then(move |()| {
        let cut = cut.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            cut.cancel();
            Err(io::Error::from(io::ErrorKind::ConnectionReset))
        }
    });
    StreamBody::new(first.chain(end)).boxed_unsync()
}

/// A connection that ends with a reset instead of a farewell once it is cut.
struct Line {
    stream: TcpStream,
    cut: CancellationToken,
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.cut.is_cancelled() {
            // Lingering for no time makes the kernel send RST.
            drop(self.stream.set_zero_linger());
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
