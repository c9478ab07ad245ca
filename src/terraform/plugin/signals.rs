//! The signals of the operating system. An interrupt reaches the whole process group of a terminal, the host and all its
//! plugins; a provider that died of it would leave an apply half done. The host says what to do instead, by
//! `StopProvider`.

use std::io;

#[cfg(windows)]
use self::windows::{Interrupts, Terminations};
#[cfg(unix)]
use tokio::signal::unix::{Signal as Interrupts, Signal as Terminations, SignalKind, signal};

#[cfg(windows)]
mod windows;

/// The signals, taken from their default effect for the rest of the process's life.
#[derive(Debug)]
pub struct Signals {
    interrupts: Interrupts,
    /// Of the terminal that is gone: they reach the host too, and a host that dies of it is noticed.
    #[cfg(unix)]
    hangups: Interrupts,
    terminations: Terminations,
}

impl Signals {
    /// Takes the signals over. To be called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    pub fn take_over() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            interrupts: signal(SignalKind::interrupt())?,
            #[cfg(unix)]
            hangups: signal(SignalKind::hangup())?,
            #[cfg(unix)]
            terminations: signal(SignalKind::terminate())?,
            #[cfg(windows)]
            interrupts: Interrupts::take_over()?,
            #[cfg(windows)]
            terminations: Terminations::take_over()?,
        })
    }

    /// Waits for a signal that ends the process: SIGTERM (on Windows a console that closes, a user who logs off, a machine that shuts down), and
    /// an interrupt or SIGHUP only where `interrupts_count`.
    pub async fn end(&mut self, interrupts_count: bool) {
        loop {
            #[cfg(unix)]
            let interrupt = async {
                tokio::select! {
                    _ = self.interrupts.recv() => {}
                    _ = self.hangups.recv() => {}
                }
            };
            #[cfg(windows)]
            let interrupt = async {
                let _ = self.interrupts.recv().await;
            };
            tokio::select! {
                _ = self.terminations.recv() => return,
                () = interrupt => if interrupts_count { return },
            }
        }
    }
}
