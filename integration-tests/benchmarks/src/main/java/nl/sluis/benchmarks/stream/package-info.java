/**
 * What it costs to send one message to many: the gateway's stream beside an ordinary grpc-java server, nats-server and
 * bare TLS writes, by turns in one run.
 *
 * <p>Each server is a process of its own, so that its processor time is its own; the clients are in the process that
 * measures. Start reading at {@link nl.sluis.benchmarks.stream.FanOutBenchmark}.
 */
@NullMarked
package nl.sluis.benchmarks.stream;

import org.jspecify.annotations.NullMarked;
