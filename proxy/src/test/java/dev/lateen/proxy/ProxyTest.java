package dev.lateen.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.bootstrap.EnvoyBootstrap;
import dev.lateen.proxy.listener.ListenerStatus;
import dev.lateen.proxy.model.ConfigGap;
import dev.lateen.proxy.xds.FakeControlPlane;
import dev.lateen.proxy.xds.decode.FileSource;
import dev.lateen.proxy.xds.decode.IstioDumps;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.decode.Resources;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.RequestOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProxyTest {
    private static final String HEAD = """
        node: {id: "sidecar~127.0.0.1~a.b~b.svc.cluster.local", cluster: a.b}
        """;

    private static final String INLINE = "route_config: {name: r, virtual_hosts: []}";

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = vertx.createHttpClient();
    private final HttpServer blue = backend("blue");
    private final HttpServer green = backend("green");

    @AfterEach
    void close() {
        done(vertx.close());
    }

    @Test
    void aStaticBootstrapCarriesRequestsByVirtualHost() {
        Proxy proxy = deploy(HEAD
                + """
                static_resources:
                  listeners:
                  - name: web
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: envoy.filters.network.http_connection_manager
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: web
                          route_config:
                            name: local
                            virtual_hosts:
                            - {name: blue, domains: ["blue.test", "127.0.0.1:*"], routes: [{match: {prefix: /}, route: {cluster: blue}}]}
                            - name: green
                              domains: ["green.test"]
                              routes:
                              - match: {path: /teapot}
                                direct_response: {status: 418, body: {inline_string: "short and stout"}}
                              - match: {prefix: /}
                                route: {cluster: green}
                                response_headers_to_add: [{header: {key: x-colour, value: green}}]
                          http_filters:
                          - name: envoy.filters.http.router
                            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                  clusters:
                  - {name: blue, type: STATIC, connect_timeout: 1s, load_assignment: {cluster_name: blue, endpoints: [{lb_endpoints: [
                      {endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: BLUE}}}}]}]}}
                  - {name: green, type: STATIC, connect_timeout: 1s, load_assignment: {cluster_name: green, endpoints: [{lb_endpoints: [
                      {endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: GREEN}}}}]}]}}
                """.replace("BLUE", String.valueOf(blue.actualPort()))
                        .replace("GREEN", String.valueOf(green.actualPort())));

        assertThat(proxy.ready().succeeded()).isTrue();
        assertThat(get(proxy, "blue.test", "/").body()).isEqualTo("blue");
        Answer answer = get(proxy, "green.test", "/x");
        assertThat(answer.body()).isEqualTo("green");
        assertThat(answer.headers().get("x-colour")).isEqualTo("green");
        Answer teapot = get(proxy, "green.test", "/teapot");
        assertThat(teapot.status()).isEqualTo(418);
        assertThat(teapot.body()).isEqualTo("short and stout");
        assertThat(get(proxy, "nobody.test", "/").status()).isEqualTo(404);
    }

    @Test
    void policiesOfTcpDecideInAStaticBootstrap() throws IOException {
        String yaml = Files.readString(IstioDumps.shared("cases/bootstrap-rbac.yaml"))
                .replace("18085", "0")
                .replace("18086", String.valueOf(blue.actualPort()));
        assertThat(get(deploy(HEAD + yaml), "any.test", "/").body()).isEqualTo("blue");

        Proxy closed = deploy(HEAD + yaml.replace("rules: {", "rules: {action: DENY, "));
        assertThatThrownBy(() -> get(closed, "any.test", "/")).isNotNull();

        // A policy that nobody can understand denies, and the proxy starts.
        Proxy odd = deploy(HEAD + yaml.replace("principals: [{any: true}]", "principals: [{custom: {name: x}}]"));
        assertThat(odd.snapshot().gaps()).extracting(ConfigGap::effect).containsExactly(ConfigGap.Effect.DENIES);
        assertThatThrownBy(() -> get(odd, "any.test", "/")).isNotNull();
    }

    @Test
    void aConnectionThatNoChainMatchesIsLoggedByItsListener() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Proxy proxy = new Proxy(EnvoyBootstrap.parse(HEAD + """
            static_resources:
              listeners:
              - name: web
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                access_log:
                - name: envoy.access_loggers.file
                  filter: {and_filter: {filters: [{response_flag_filter: {flags: [NR]}}, {not_health_check_filter: {}}]}}
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                    path: /dev/stdout
                    log_format: {text_format_source: {inline_string: "%RESPONSE_FLAGS% %CONNECTION_TERMINATION_DETAILS%\\n"}}
                filter_chains:
                - filter_chain_match: {transport_protocol: tls}
                  filters:
                  - name: envoy.filters.network.tcp_proxy
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: t
                      cluster: c
            """, FileSource.NONE), out);
        done(vertx.deployVerticle(proxy));
        assertThatThrownBy(() -> get(proxy, "any.test", "/")).isNotNull();
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() ->
                        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("NR filter_chain_not_found\n"));
    }

    @Test
    void aControlPlaneTellsWhatToServeAndChangesIt() {
        try (FakeControlPlane plane = new FakeControlPlane(vertx)) {
            Proxy proxy = following(plane);
            assertThat(proxy.ready().isComplete()).isFalse();

            plane.nextDelta(typed(ResourceType.LISTENER));
            plane.sendDelta(ResourceType.CLUSTER, "1", Resources.edsCluster("app"));
            plane.nextDelta(typed(ResourceType.ENDPOINTS));
            plane.sendDelta(ResourceType.ENDPOINTS, "1", Resources.endpoints("app", "127.0.0.1", blue.actualPort()));
            plane.sendDelta(ResourceType.LISTENER, "1", Resources.rdsListener("web", 0, "r"));
            plane.nextDelta(typed(ResourceType.ROUTES));
            plane.sendDelta(ResourceType.ROUTES, "1", Resources.routes("r", "app"));
            await().atMost(Duration.ofMinutes(1)).until(() -> !proxy.listeners().isEmpty());
            done(proxy.ready());
            assertThat(get(proxy, "any.test", "/").body()).isEqualTo("blue");

            plane.sendDelta(ResourceType.ENDPOINTS, "2", Resources.endpoints("app", "127.0.0.1", green.actualPort()));
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> get(proxy, "any.test", "/").body().equals("green"));

            plane.breakConnection();
            assertThat(get(proxy, "any.test", "/").body()).isEqualTo("green");
        }
    }

    @Test
    void aCertificateThatNobodyBringsHoldsNothingBack() {
        try (FakeControlPlane plane = new FakeControlPlane(vertx)) {
            Proxy proxy = following(plane);
            plane.nextDelta(typed(ResourceType.LISTENER));
            plane.sendDelta(ResourceType.CLUSTER, "1", Resources.cluster("""
                {name: app, type: STATIC, connect_timeout: 1s, transport_socket: {name: envoy.transport_sockets.tls, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext,
                  common_tls_context: {tls_certificate_sds_secret_configs: [{name: default, sds_config: {
                    resource_api_version: V3, initial_fetch_timeout: 0s,
                    api_config_source: {api_type: GRPC, transport_api_version: V3, grpc_services: [{envoy_grpc: {cluster_name: sds-grpc}}]}}}]}}}}
                """));
            plane.sendDelta(ResourceType.LISTENER, "1");

            done(proxy.ready());
            assertThat(proxy.snapshot().clusters()).containsKey("app");
        }
    }

    @Test
    void aPortThatIsTakenIsARejectionOfItsListenerAlone() {
        try (FakeControlPlane plane = new FakeControlPlane(vertx)) {
            Proxy proxy = following(plane);
            plane.nextDelta(typed(ResourceType.LISTENER));
            plane.sendDelta(ResourceType.CLUSTER, "1");
            String nonce = plane.sendDelta(
                    ResourceType.LISTENER,
                    "1",
                    Resources.listener("taken", blue.actualPort(), INLINE),
                    Resources.listener("web", 0, INLINE));
            DeltaDiscoveryRequest nack =
                    plane.nextDelta(request -> request.getResponseNonce().equals(nonce));
            assertThat(nack.getErrorDetail().getMessage())
                    .startsWith("listener taken: address: can't bind 127.0.0.1:" + blue.actualPort() + ": ");
            assertThat(proxy.listeners())
                    .anyMatch(l -> l.name().equals("web") && l.state() == ListenerStatus.State.BOUND);
            assertThat(proxy.ready().isComplete()).isFalse();
            assertThat(proxy.holdUps()).singleElement().asString().startsWith("rejected: listener taken: address");

            plane.sendDelta(ResourceType.LISTENER, "2", List.of("taken"));
            done(proxy.ready());
            assertThat(proxy.holdUps()).isEmpty();
        }
    }

    @Test
    void aPortThatIsTakenFailsTheStartAndSaysSo() {
        String listener =
                "{address: {socket_address: {address: 127.0.0.1, port_value: %d}}, filter_chains: [{filters: [{name: tcp, typed_config: {\"@type\": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: t, cluster: c}}]}]}"
                        .formatted(blue.actualPort());
        assertThatThrownBy(() -> deploy(HEAD + "static_resources: {listeners: [" + listener + "]}"))
                .hasStackTraceContaining("127.0.0.1_" + blue.actualPort());
    }

    private static Predicate<DeltaDiscoveryRequest> typed(ResourceType type) {
        return request -> request.getTypeUrl().equals(type.typeUrl());
    }

    /** A proxy whose control plane is {@code plane} and whose bootstrap has nothing else. */
    private Proxy following(FakeControlPlane plane) {
        return deploy(HEAD + """
            dynamic_resources:
              ads_config: {api_type: DELTA_GRPC, transport_api_version: V3, grpc_services: [{envoy_grpc: {cluster_name: xds-grpc}}]}
              lds_config: {ads: {}, resource_api_version: V3}
              cds_config: {ads: {}, resource_api_version: V3}
            static_resources:
              clusters:
              - name: xds-grpc
                type: STATIC
                connect_timeout: 1s
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    explicit_http_config: {http2_protocol_options: {}}
                load_assignment: {cluster_name: xds-grpc, endpoints: [{lb_endpoints: [
                  {endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: PORT}}}}]}]}
            """.replace("PORT", String.valueOf(plane.address().port())));
    }

    private Proxy deploy(String bootstrap) {
        Proxy proxy = new Proxy(EnvoyBootstrap.parse(bootstrap, FileSource.NONE), OutputStream.nullOutputStream());
        done(vertx.deployVerticle(proxy));
        return proxy;
    }

    private record Answer(int status, String body, MultiMap headers) {}

    private Answer get(Proxy proxy, String host, String path) {
        int port = proxy.listeners().getFirst().address().getPort();
        // On its context: elsewhere the body may have come before anybody asks for it.
        return done(Future.future(told -> vertx.runOnContext(_ -> http.request(
                        new RequestOptions().setHost("127.0.0.1").setPort(port).setURI(path))
                .compose(request -> request.putHeader("host", host).send())
                .compose(response -> response.body()
                        .map(body -> new Answer(response.statusCode(), body.toString(), response.headers())))
                .onComplete(told))));
    }

    private HttpServer backend(String name) {
        return done(vertx.createHttpServer()
                .requestHandler(request -> request.response().end(name))
                .listen(0, "127.0.0.1"));
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(1, TimeUnit.MINUTES)
                .join();
    }
}
