package dev.lateen.install;

import dev.lateen.install.run.ProxyRole;
import dev.lateen.proxy.Proxy;
import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.bootstrap.EnvoyBootstrap;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/** A sidecar's start and its first requests, with a bootstrap file, a backend and a client of its own. */
final class ProxyRehearsal {
    private static final int CLIENTS = 8;

    /** On each connection. So many that the JVM keeps what it learned of the hot path and compiles it early in the next starts. */
    private static final int REQUESTS = 2_500;

    private static final String HOST = "127.0.0.1";
    private static final byte[] QUESTION =
            "GET /rehearsal HTTP/1.1\r\nhost: rehearsal\r\nuser-agent: meshctl\r\naccept: */*\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANSWER = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 3\r\n\r\nok\n"
            .getBytes(StandardCharsets.UTF_8);

    private final Path directory;

    ProxyRehearsal(Path directory) {
        this.directory = directory;
    }

    boolean run() throws IOException, InterruptedException {
        try (ServerSocket backend = new ServerSocket(0, 16, InetAddress.getByName(HOST))) {
            Thread.ofVirtual().start(() -> answerAll(backend));
            int port = freePort();
            Path file = Files.writeString(
                    directory.resolve("envoy.yaml"), bootstrap(port, freePort(), backend.getLocalPort()));
            ProxyBootstrap bootstrap = EnvoyBootstrap.read(file);
            Vertx vertx = Vertx.vertx(ProxyCommand.options(bootstrap));
            Proxy proxy = ProxyRole.of(bootstrap.node()).verticle(bootstrap, OutputStream.nullOutputStream());
            vertx.deployVerticle(proxy)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            call(port);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the rehearsal's proxy does not start", e);
        }
    }

    /** Plain sockets: whatever class is loaded here is in the cache too. */
    private static void call(int port) throws IOException, InterruptedException {
        List<Thread> clients = new ArrayList<>();
        var failure = new AtomicReference<IOException>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(Thread.ofPlatform().start(() -> {
                try {
                    callOnOneConnection(port);
                } catch (IOException e) {
                    failure.set(e);
                }
            }));
        }
        for (Thread client : clients) {
            client.join();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    private static void callOnOneConnection(int port) throws IOException {
        try (Socket socket = new Socket(HOST, port)) {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8192];
            for (int i = 0; i < REQUESTS; i++) {
                socket.getOutputStream().write(QUESTION);
                int length = 0;
                // The answer is short and ends with the backend's last byte.
                while (length == 0 || buffer[length - 1] != '\n' || buffer[length - 2] == '\r') {
                    int read = in.read(buffer, length, buffer.length - length);
                    if (read < 0) {
                        throw new IOException("the rehearsal's proxy closed a connection");
                    }
                    length += read;
                }
                if (!new String(buffer, 0, length, StandardCharsets.US_ASCII).startsWith("HTTP/1.1 200 ")) {
                    throw new IOException("the rehearsal's proxy does not answer with 200");
                }
            }
        }
    }

    /** Answers every line that is empty: the end of a request head without a body. */
    private static void answerAll(ServerSocket backend) {
        while (!backend.isClosed()) {
            try {
                var socket = backend.accept();
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        var lines = new BufferedReader(
                                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            if (line.isEmpty()) {
                                socket.getOutputStream().write(ANSWER);
                            }
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        }
    }

    private static String bootstrap(int port, int adminPort, int backendPort) {
        return """
            node: {id: rehearsal, cluster: rehearsal}
            admin: {address: {socket_address: {address: 127.0.0.1, port_value: %2$d}}}
            static_resources:
              listeners:
              - name: in
                address: {socket_address: {address: 127.0.0.1, port_value: %1$d}}
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: in
                      route_config:
                        name: all
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes: [{match: {prefix: /}, route: {cluster: out}}]
                      http_filters:
                      - name: envoy.filters.http.rbac
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC
                          rules:
                            action: DENY
                            policies:
                              nobody:
                                permissions: [{and_rules: {rules: [{url_path: {path: {exact: /nothing}}}]}}]
                                principals: [{and_ids: {ids: [{authenticated: {principal_name: {exact: nobody}}}]}}]
                      - name: envoy.filters.http.fault
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault}
                      - name: envoy.filters.http.cors
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors}
                      - name: envoy.filters.http.router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
              clusters:
              - name: out
                type: STATIC
                connect_timeout: 5s
                load_assignment:
                  cluster_name: out
                  endpoints:
                  - lb_endpoints:
                    - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %3$d}}}
            """.formatted(port, adminPort, backendPort);
    }
}
