package dev.lateen.proxy.agent;

import java.time.Duration;

/** A probe or lifecycle hook of the application that the injector has led to the agent: where it really goes. */
public sealed interface AppProbe {
    /** The application's port, 1 to 65535. */
    int port();

    /** How long an answer may take; zero for as long as the asker waits. */
    Duration timeout();

    /**
     * A GET; headers are those of who asks.
     *
     * @param tls whether over TLS, whose certificate nobody checks, as the kubelet doesn't
     * @param path with its query; begins with a slash
     */
    record HttpGet(int port, Duration timeout, boolean tls, String path) implements AppProbe {}

    /** Whether somebody accepts connections. */
    record TcpSocket(int port, Duration timeout) implements AppProbe {}

    /** {@code grpc.health.v1.Health/Check} in clear text. @param service asked for; empty for the server as a whole */
    record Grpc(int port, Duration timeout, String service) implements AppProbe {}
}
