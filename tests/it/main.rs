mod handshake;
mod host;
