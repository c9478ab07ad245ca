//! The events of a console on Windows, told apart as unix tells signals. Go's programs, Terraform among them, take Ctrl-Break for an interrupt too.

use std::io;

use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown,
};

/// Ctrl-C and Ctrl-Break, which reach the whole console.
#[derive(Debug)]
pub struct Interrupts {
    ctrl_c: CtrlC,
    ctrl_break: CtrlBreak,
}

impl Interrupts {
    pub fn take_over() -> io::Result<Self> {
        Ok(Self { ctrl_c: ctrl_c()?, ctrl_break: ctrl_break()? })
    }

    pub async fn recv(&mut self) -> Option<()> {
        tokio::select! {
            event = self.ctrl_c.recv() => event,
            event = self.ctrl_break.recv() => event,
        }
    }
}

/// The console is closed, the user logs off, the machine shuts down: Windows ends the process some seconds later, whatever it does.
#[derive(Debug)]
pub struct Terminations {
    close: CtrlClose,
    logoff: CtrlLogoff,
    shutdown: CtrlShutdown,
}

impl Terminations {
    pub fn take_over() -> io::Result<Self> {
        Ok(Self { close: ctrl_close()?, logoff: ctrl_logoff()?, shutdown: ctrl_shutdown()? })
    }

    pub async fn recv(&mut self) -> Option<()> {
        tokio::select! {
            event = self.close.recv() => event,
            event = self.logoff.recv() => event,
            event = self.shutdown.recv() => event,
        }
    }
}
