package dev.lateen.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.ProxyBootstrap.Connections;
import dev.lateen.proxy.bootstrap.EnvoyBootstrap;
import dev.lateen.proxy.xds.decode.FileSource;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EgressGatewayTest {
    private static final int PORT = 8080;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient user = HttpClient.newHttpClient();

    @AfterEach
    void close() throws Exception {
        user.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static ProxyBootstrap bootstrap(String address) {
        return EnvoyBootstrap.parse("""
            node: {id: "router~%1$s~gateway.istio-system~istio-system.svc.cluster.local", cluster: gateway}
            static_resources:
              listeners:
              - name: web
                address: {socket_address: {address: %1$s, port_value: %2$d}}
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: web
                      route_config:
                        name: all
                        virtual_hosts:
                        - {name: all, domains: ["*"], routes: [{match: {prefix: /}, direct_response: {status: 418}}]}
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
            """.formatted(address, PORT), FileSource.NONE)
                .withDrain(new ProxyBootstrap.Drain(Duration.ofMillis(200), Duration.ofMillis(200)));
    }

    private EgressGateway deployed(String address) throws Exception {
        EgressGateway gateway = new EgressGateway(bootstrap(address), OutputStream.nullOutputStream());
        vertx.deployVerticle(gateway).toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        return gateway;
    }

    private int status(String address) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + ":" + PORT + "/"))
                .timeout(Duration.ofSeconds(30))
                .build();
        return user.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    @Test
    void twoInOneProcessBeginAndEndAlone() throws Exception {
        EgressGateway one = deployed("127.92.0.1");
        deployed("127.92.0.2");
        assertThat(one.ready().succeeded()).isTrue();
        assertThat(status("127.92.0.1")).isEqualTo(418);

        vertx.undeploy(one.deploymentID())
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);

        assertThatThrownBy(() -> status("127.92.0.1")).isInstanceOf(IOException.class);
        // The JDK gives a socket back when its selector looks the next time.
        Awaitility.await().until(() -> isFree("127.92.0.1"));
        assertThat(status("127.92.0.2")).isEqualTo(418);
    }

    private static boolean isFree(String address) {
        try (ServerSocket free = new ServerSocket()) {
            free.setReuseAddress(true);
            free.bind(new InetSocketAddress(InetAddress.getByName(address), PORT));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void itsDefaultsAreThoseOfIstiosGatewaysAndGiveWayToWhatIsSaid() {
        ProxyBootstrap silent = bootstrap("127.92.0.1");
        assertThat(EgressDefaults.on(silent).connections())
                .isEqualTo(new Connections(Integer.MAX_VALUE, Duration.ofSeconds(15)));
        assertThat(EgressDefaults.on(silent).drain()).isEqualTo(silent.drain());
        Connections said = new Connections(100, Duration.ofSeconds(3));
        assertThat(EgressDefaults.on(silent.withConnections(said)).connections())
                .isEqualTo(said);
    }

    @Test
    void itsManifestHasTheNamesThatGatewaysSelectItBy() {
        assertThat(EgressGateway.manifest())
                .contains("name: " + EgressGateway.NAME + "\n", "istio: " + EgressGateway.SELECTOR + "\n");
    }
}
