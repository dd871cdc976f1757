# The node as an image: built from source, run as an own user, data in /data.

FROM rust:1-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin rydra

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --create-home --home-dir /data rydra
COPY --from=build /src/target/release/rydra /usr/local/bin/rydra
USER rydra
WORKDIR /data
VOLUME /data
# API and metrics.
EXPOSE 4001 6001
STOPSIGNAL SIGTERM
ENTRYPOINT ["rydra"]
CMD ["--help"]
