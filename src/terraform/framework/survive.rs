//! A panic of a call becomes a message to the user, and the process lives on.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::terraform::diagnostic::Diagnostic;

/// Runs a call on a task of its own: it goes on when the host hangs up in the middle of a write, and
/// its panic is a message to the user instead of a broken connection.
pub(super) async fn survive<T: Send + 'static>(
    call: impl Future<Output = T> + Send + 'static,
) -> Result<T, Diagnostic> {
    tokio::spawn(call).await.map_err(|error| match error.try_into_panic() {
        Ok(panic) => panicked(&*panic),
        Err(error) => Diagnostic::error("The call was abandoned", error.to_string()),
    })
}

/// The same for a call that only calculates, on the spot. What it may have half changed is not looked
/// at again: these calls read declarations and make new values.
pub(super) fn survive_now<T>(call: impl FnOnce() -> T) -> Result<T, Diagnostic> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| panicked(&*panic))
}

fn panicked(panic: &(dyn Any + Send)) -> Diagnostic {
    let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned());
    Diagnostic::error(
        "The provider panicked",
        format!(
            "{text}. This is a bug in the provider, please report it with the stack trace in the log (TF_LOG=ERROR)."
        ),
    )
}
