//! From a knock to a connection that gRPC may speak on: TLS, each on its own, and counting who is there.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tonic::transport::server::Connected;
use tracing::{debug, warn};

use super::listener::Listener;

/// How long a TLS handshake may take. The host is on the same machine.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// The pause after an accept that failed, so that a machine out of file descriptors is not asked in a tight loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Anything that carries bytes both ways.
pub trait Transport: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for T {}

/// Lets connections in, for ever: each one that passes TLS (or each one at all, where `tls` is `None`) goes to
/// `admitted` and is counted in `presence` until it ends.
///
/// Handshakes run side by side, each with a limit of time, so that one silent peer holds up nobody.
pub async fn admit(
    listener: &Listener,
    tls: Option<Arc<ServerConfig>>,
    presence: Presence,
    admitted: mpsc::Sender<io::Result<Connection>>,
) {
    let acceptor = tls.map(TlsAcceptor::from);
    loop {
        let raw = match listener.accept().await {
            Ok(raw) => raw,
            Err(error) => {
                warn!(%error, "a connection could not be accepted");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let (acceptor, presence, admitted) = (acceptor.clone(), presence.clone(), admitted.clone());
        tokio::spawn(async move {
            if let Some(stream) = secure(raw, acceptor).await {
                // An error means that the server is closing: nobody is left to serve the connection.
                let _ = admitted.send(Ok(Connection { stream, _guest: presence.enter() })).await;
            }
        });
    }
}

/// The stream inside TLS, or nothing when the peer is not the host.
async fn secure(raw: Box<dyn Transport>, acceptor: Option<TlsAcceptor>) -> Option<Box<dyn Transport>> {
    let Some(acceptor) = acceptor else { return Some(raw) };
    match timeout(HANDSHAKE_LIMIT, acceptor.accept(raw)).await {
        Ok(Ok(stream)) => Some(Box::new(stream)),
        Ok(Err(error)) => {
            warn!(%error, "a connection was refused: it is not the host that started this process");
            None
        }
        Err(_) => {
            debug!("a connection was dropped: no TLS handshake in time");
            None
        }
    }
}

/// A connection of the host.
pub struct Connection {
    stream: Box<dyn Transport>,
    _guest: Guest,
}

impl Connected for Connection {
    /// Nothing: all connections are the same host's.
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }
}

/// Who is connected: how many now, and whether anybody ever was.
#[derive(Clone, Debug, Default)]
pub struct Presence(watch::Sender<Attendance>);

#[derive(Clone, Copy, Debug, Default)]
struct Attendance {
    now: usize,
    ever: bool,
}

impl Presence {
    /// Counts one connection for as long as the answer lives.
    #[must_use]
    pub fn enter(&self) -> Guest {
        self.0.send_modify(|attendance| {
            attendance.now += 1;
            attendance.ever = true;
        });
        Guest(self.clone())
    }

    /// Returns once the last connection has been gone for `patience`, which is how a plugin notices that its host was
    /// killed; or when none has come within `arrival`: it was killed before.
    ///
    /// A living host is always connected: its stdio stream stays open, which also keeps grpc-go from closing an idle
    /// connection.
    pub async fn host_gone(&self, patience: Duration, arrival: Duration) {
        let mut attendance = self.0.subscribe();
        if timeout(arrival, attendance.wait_for(|seen| seen.ever)).await.is_err() {
            return;
        }
        loop {
            // Neither wait can fail: `self` holds a sender.
            let _ = attendance.wait_for(|seen| seen.now == 0).await;
            if timeout(patience, attendance.wait_for(|seen| seen.now > 0)).await.is_err() {
                return;
            }
        }
    }
}

/// One connection in the count.
#[derive(Debug)]
pub struct Guest(Presence);

impl Drop for Guest {
    fn drop(&mut self) {
        self.0.0.send_modify(|attendance| attendance.now -= 1);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Waker},
        time::Duration,
    };

    use super::Presence;

    const LONG: Duration = Duration::from_secs(3600);

    /// One look at the future, without waiting.
    fn is_over(future: impl Future<Output = ()>) -> bool {
        pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[tokio::test]
    async fn before_the_first_connection_nobody_is_missed_for_a_while() {
        assert!(!is_over(Presence::default().host_gone(Duration::ZERO, LONG)));
    }

    #[tokio::test]
    async fn a_host_that_never_comes_is_gone() {
        Presence::default().host_gone(LONG, Duration::ZERO).await;
    }

    #[tokio::test]
    async fn while_one_connection_is_open_the_host_is_there() {
        let presence = Presence::default();
        let (first, second) = (presence.enter(), presence.enter());
        drop(first);
        assert!(!is_over(presence.host_gone(Duration::ZERO, LONG)));
        drop(second);
        presence.host_gone(Duration::ZERO, LONG).await;
    }

    #[tokio::test]
    async fn a_host_that_comes_back_in_time_was_never_gone() {
        let presence = Presence::default();
        drop(presence.enter());
        let mut gone = pin!(presence.host_gone(LONG, LONG));
        let mut look = Context::from_waker(Waker::noop());
        assert!(gone.as_mut().poll(&mut look).is_pending());
        let _back = presence.enter();
        assert!(gone.as_mut().poll(&mut look).is_pending());
    }
}
