package dev.lateen.proxy.identity;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.model.LoadAssignment.Locality;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.AdsClient;
import dev.lateen.proxy.xds.XdsSettings;
import dev.lateen.proxy.xds.XdsTarget;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.FileSource;
import dev.lateen.proxy.xds.decode.ResourceDecoder;
import dev.lateen.proxy.xds.decode.Resources;
import dev.lateen.proxy.xds.snapshot.SnapshotAssembler;
import dev.lateen.proxy.xds.snapshot.SnapshotSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our own client against our own server; a real Envoy asks it in the integration tests. */
class SdsServerTest {
    private final Vertx vertx = Vertx.vertx();
    private final SdsServer server = new SdsServer(vertx);
    private @Nullable SnapshotSource source;
    private volatile ProxySnapshot snapshot = ProxySnapshot.EMPTY;

    @AfterEach
    void close() {
        done(server.close());
        done(vertx.close());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aNeighbourGetsTheSecretsItNamesAndEachNewOne(boolean delta) throws Exception {
        String root = new FakeAuthority(InstantSource.system()).root;
        int port = done(server.start(SocketAddress.inetSocketAddress(0, "127.0.0.1")));
        server.secret(new Secret.ValidationContext("ROOTCA", root, ""));
        server.secret(new Secret.ValidationContext("other", root, ""));
        AdsClient client = client(port, delta);
        await().atMost(Duration.ofMinutes(1)).until(() -> snapshot.secrets().containsKey("ROOTCA"));
        assertThat(snapshot.clusters()).containsOnlyKeys("a");
        assertThat(snapshot.secrets()).containsOnlyKeys("ROOTCA");

        String next = new FakeAuthority(InstantSource.system()).root;
        server.secret(new Secret.ValidationContext("ROOTCA", next, ""));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> new Secret.ValidationContext("ROOTCA", next, "")
                        .equals(snapshot.secrets().get("ROOTCA")));
        done(client.close());
    }

    @Test
    void aSecretThatComesLateIsSentToWhoAskedBefore() throws Exception {
        int port = done(server.start(SocketAddress.inetSocketAddress(0, "127.0.0.1")));
        AdsClient client = client(port, false);
        SnapshotSource waiting = requireNonNull(source);
        await().atMost(Duration.ofMinutes(1)).until(() -> !waiting.waiting().isEmpty());
        assertThat(waiting.waiting()).containsExactly("cluster a waits for secret ROOTCA");
        server.secret(new Secret.ValidationContext("ROOTCA", new FakeAuthority(InstantSource.system()).root, ""));
        await().atMost(Duration.ofMinutes(1)).until(() -> snapshot.clusters().containsKey("a"));
        done(client.close());
    }

    private AdsClient client(int port, boolean delta) {
        Decoded.Accepted cluster = Resources.accepted(Resources.cluster("""
            {name: a, type: STATIC, connect_timeout: 1s, transport_socket: {name: tls, typed_config: {
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext, common_tls_context: {
                validation_context_sds_secret_config: {name: ROOTCA, sds_config: {api_config_source: {api_type: GRPC,
                  grpc_services: [{envoy_grpc: {cluster_name: sds-grpc}}]}}}}}}}\
            """));
        XdsTarget target = XdsTarget.clearText(SocketAddress.inetSocketAddress(port, "127.0.0.1"), Map::of);
        XdsSettings settings = new XdsSettings(
                new XdsNode("n", "c", Map.of(), new Locality("", "", ""), "envoy", "", List.of()),
                null,
                true,
                Map.of("sds-grpc", new XdsSettings.SdsTarget(target, delta)),
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                new Random(1),
                InstantSource.system());
        SnapshotSource joined = new SnapshotSource(
                vertx,
                new SnapshotAssembler(List.of(cluster)),
                fresh -> {
                    snapshot = fresh;
                    return Future.succeededFuture(Map.of());
                },
                settings.clock());
        source = joined;
        AdsClient client = new AdsClient(vertx, settings, ResourceDecoder.lenient(FileSource.NONE), joined);
        joined.start();
        done(client.start());
        return client;
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(1, TimeUnit.MINUTES)
                .join();
    }
}
