//! The services that go-plugin expects beside the provider: the request to end, two streams that stay open and silent,
//! and the health check. They know nothing of Terraform.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio_stream::{Stream, StreamExt as _, once};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::{Request, Response, Status, Streaming, codegen::BoxStream, service::Routes};

use crate::terraform::proto::{
    go_plugin::{
        ConnInfo, Empty, StdioData, grpc_broker_server::GrpcBroker, grpc_broker_server::GrpcBrokerServer,
        grpc_controller_server::GrpcController, grpc_controller_server::GrpcControllerServer,
        grpc_stdio_server::GrpcStdio, grpc_stdio_server::GrpcStdioServer,
    },
    health::{
        HealthCheckRequest, HealthCheckResponse, health_check_response::ServingStatus, health_server::Health,
        health_server::HealthServer,
    },
};

/// The name under which go-plugin asks for a plugin's health.
const HEALTH_NAME: &str = "plugin";

/// The services of one process.
#[derive(Clone, Debug)]
pub struct Control {
    /// Cancelled when the host asks for the end. `None` keeps the process alive whatever a host says: under a debugger,
    /// one process serves many of them.
    pub shutdown: Option<CancellationToken>,
    /// Cancelled when the process ends. The open streams end with it, or no connection would ever close.
    pub stop: CancellationToken,
    /// Cancelled when what had to be done before the end is done.
    pub settled: CancellationToken,
}

impl Control {
    /// `routes`, and these services beside it.
    #[must_use]
    pub fn beside(&self, routes: Routes) -> Routes {
        routes
            .add_service(GrpcControllerServer::new(self.clone()))
            .add_service(GrpcStdioServer::new(self.clone()))
            .add_service(GrpcBrokerServer::new(self.clone()))
            .add_service(HealthServer::new(self.clone()))
    }

    fn silence<T>(&self) -> Silence<T> {
        Silence { stop: Box::pin(self.stop.clone().cancelled_owned()), item: PhantomData }
    }
}

#[tonic::async_trait]
impl GrpcController for Control {
    /// Answers, and lets the process end once the answer is out: closing waits for calls under way, this one among them. The answer waits for
    /// what is to be done before the end: go-plugin's host gives this call as long as it takes, and kills two seconds after its answer.
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        if let Some(shutdown) = &self.shutdown {
            shutdown.cancel();
            self.settled.cancelled().await;
        }
        Ok(Response::new(Empty {}))
    }
}

#[tonic::async_trait]
impl GrpcStdio for Control {
    /// Says nothing: what this process has to say goes to stderr, which the host reads as a log.
    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<BoxStream<StdioData>>, Status> {
        Ok(Response::new(Box::pin(self.silence())))
    }
}

#[tonic::async_trait]
impl GrpcBroker for Control {
    /// Says nothing: no provider needs a second connection.
    async fn start_stream(&self, _: Request<Streaming<ConnInfo>>) -> Result<Response<BoxStream<ConnInfo>>, Status> {
        Ok(Response::new(Box::pin(self.silence())))
    }
}

#[tonic::async_trait]
impl Health for Control {
    async fn check(&self, request: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        match status_of(&request.into_inner().service) {
            ServingStatus::Serving => Ok(Response::new(response(ServingStatus::Serving))),
            _ => Err(Status::not_found("no service of that name")),
        }
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<BoxStream<HealthCheckResponse>>, Status> {
        let now = response(status_of(&request.into_inner().service));
        Ok(Response::new(Box::pin(once(Ok(now)).chain(self.silence()))))
    }
}

/// A process that answers is well; the empty name means the server as a whole.
fn status_of(service: &str) -> ServingStatus {
    if service.is_empty() || service == HEALTH_NAME { ServingStatus::Serving } else { ServingStatus::ServiceUnknown }
}

fn response(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}

/// A stream without items that ends when the process does.
struct Silence<T> {
    stop: Pin<Box<WaitForCancellationFutureOwned>>,
    item: PhantomData<fn() -> T>,
}

impl<T> Stream for Silence<T> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        ready!(self.stop.as_mut().poll(cx));
        Poll::Ready(None)
    }
}

#[cfg(test)]
mod tests {
    use tokio_stream::StreamExt as _;
    use tokio_util::sync::CancellationToken;
    use tonic::{Code, Request};

    use super::Control;
    use crate::terraform::proto::{
        go_plugin::{Empty, grpc_controller_server::GrpcController as _, grpc_stdio_server::GrpcStdio as _},
        health::{HealthCheckRequest, health_check_response::ServingStatus, health_server::Health as _},
    };

    fn control() -> Control {
        let [shutdown, stop, settled] = std::array::from_fn(|_| CancellationToken::new());
        Control { shutdown: Some(shutdown), stop, settled }
    }

    fn ask(service: &str) -> Request<HealthCheckRequest> {
        Request::new(HealthCheckRequest { service: service.to_owned() })
    }

    #[tokio::test]
    async fn shutdown_asks_for_the_end_and_answers_once_all_is_in_order() {
        let control = control();
        let (shutdown, settled) = (control.shutdown.clone().unwrap(), control.settled.clone());
        let answer = tokio::spawn(async move { control.shutdown(Request::new(Empty {})).await });
        shutdown.cancelled().await;
        tokio::task::yield_now().await;
        assert!(!answer.is_finished(), "it does not answer before");
        settled.cancel();
        answer.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_process_under_a_debugger_survives_shutdown() {
        let control = Control { shutdown: None, ..control() };
        control.shutdown(Request::new(Empty {})).await.unwrap();
        assert!(!control.stop.is_cancelled());
    }

    #[tokio::test]
    async fn the_stdio_stream_is_silent_and_ends_with_the_process() {
        let control = control();
        let mut stream = control.stream_stdio(Request::new(())).await.unwrap().into_inner();
        control.stop.cancel();
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn the_plugin_is_well_and_others_are_unknown() {
        let control = control();
        let well = control.check(ask("plugin")).await.unwrap().into_inner();
        assert_eq!(well.status(), ServingStatus::Serving);
        assert_eq!(control.check(ask("mail")).await.unwrap_err().code(), Code::NotFound);
        let mut watched = control.watch(ask("mail")).await.unwrap().into_inner();
        assert_eq!(watched.next().await.unwrap().unwrap().status(), ServingStatus::ServiceUnknown);
    }
}
