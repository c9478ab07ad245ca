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
    terminations: Terminations,
}

impl Signals {
    /// Takes the signals over. To be called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    pub fn take_over() -> io::Result<Self> {
        #[cfg(unix)]
        let (interrupts, terminations) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        #[cfg(windows)]
        let (interrupts, terminations) = (Interrupts::take_over()?, Terminations::take_over()?);
        Ok(Self { interrupts, terminations })
    }

    /// Waits for a signal that ends the process: SIGTERM (a console that closes, a user who logs off, a machine that shuts down), and
    /// an interrupt only where `interrupts_count`.
    pub async fn end(&mut self, interrupts_count: bool) {
        loop {
            tokio::select! {
                _ = self.terminations.recv() => return,
                _ = self.interrupts.recv() => if interrupts_count { return },
            }
        }
    }
}
