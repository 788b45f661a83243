package dev.lateen.install;

import dev.lateen.install.run.ProxyRole;
import dev.lateen.proxy.Proxy;
import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.bootstrap.EnvoyBootstrap;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A sidecar's start and its first requests, with a bootstrap file. */
final class ProxyRehearsal {
    /** On each connection. So many that the JVM keeps what it learned of the hot path and compiles it early in the next starts. */
    private static final int REQUESTS = 2_500;

    private final Path directory;
    private final RehearsalTraffic traffic;

    ProxyRehearsal(Path directory, RehearsalTraffic traffic) {
        this.directory = directory;
        this.traffic = traffic;
    }

    void run() throws IOException, InterruptedException {
        int[] ports = RehearsalTraffic.freePorts(2);
        Path file =
                Files.writeString(directory.resolve("envoy.yaml"), bootstrap(ports[0], ports[1], traffic.backend()));
        ProxyBootstrap bootstrap = EnvoyBootstrap.read(file);
        Vertx vertx = Vertx.vertx(ProxyCommand.options(bootstrap));
        Proxy proxy = ProxyRole.of(bootstrap.node()).verticle(bootstrap, OutputStream.nullOutputStream());
        try {
            vertx.deployVerticle(proxy)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the rehearsal's proxy does not start", e);
        }
        traffic.call(ports[0], "rehearsal", REQUESTS);
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
