package dev.lateen.proxy.xds;

import static dev.lateen.proxy.xds.decode.Resources.brokenCluster;
import static dev.lateen.proxy.xds.decode.Resources.edsCluster;
import static dev.lateen.proxy.xds.decode.Resources.endpoints;
import static dev.lateen.proxy.xds.decode.Resources.rdsListener;
import static dev.lateen.proxy.xds.decode.Resources.routes;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.model.LoadAssignment.Locality;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import dev.lateen.proxy.xds.decode.FileSource;
import dev.lateen.proxy.xds.decode.ResourceDecoder;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.decode.Resources;
import dev.lateen.proxy.xds.snapshot.SnapshotAssembler;
import dev.lateen.proxy.xds.snapshot.SnapshotSink;
import dev.lateen.proxy.xds.snapshot.SnapshotSource;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdsClientTest {
    private final Vertx vertx = Vertx.vertx();
    private final FakeControlPlane server = new FakeControlPlane(vertx);
    private volatile ProxySnapshot snapshot = ProxySnapshot.EMPTY;
    /** What becomes of a snapshot in the data path. */
    private volatile SnapshotSink dataPath = _ -> Future.succeededFuture(Map.of());

    private @Nullable SnapshotSource startedSource;
    private @Nullable AdsClient startedClient;

    private SnapshotSource source() {
        return requireNonNull(startedSource);
    }

    private AdsClient client() {
        return requireNonNull(startedClient);
    }

    @AfterEach
    void close() throws Exception {
        client().close().await(60, TimeUnit.SECONDS);
        server.close();
        vertx.close().await(60, TimeUnit.SECONDS);
    }

    @Test
    void asksForAllClustersAndListenersAndSaysWhoItIs() {
        connect(true);
        DeltaDiscoveryRequest first = server.nextDelta(_ -> true);
        assertThat(first.getTypeUrl()).isEqualTo(ResourceType.CLUSTER.typeUrl());
        assertThat(first.getResourceNamesSubscribeList()).isEmpty();
        assertThat(first.getNode().getId()).isEqualTo("sidecar~10.0.0.1~a.b~b.svc.cluster.local");
        assertThat(first.getNode().getUserAgentName()).isEqualTo("lateen");
        assertThat(first.getNode()
                        .getMetadata()
                        .getFieldsOrThrow("LABELS")
                        .getStructValue()
                        .getFieldsOrThrow("app")
                        .getStringValue())
                .isEqualTo("x");
        DeltaDiscoveryRequest second = server.nextDelta(_ -> true);
        assertThat(second.getTypeUrl()).isEqualTo(ResourceType.LISTENER.typeUrl());
        assertThat(second.hasNode()).isFalse();
    }

    @Test
    void subscribesToWhatIsReferredToAndAcknowledges() throws Exception {
        Future<Void> started = connect(true);
        serve("1");
        awaitCompleteSnapshot();
        started.await(60, TimeUnit.SECONDS);
        assertThat(snapshot.clusters()).containsOnlyKeys("a");
        assertThat(snapshot.routeTables()).containsOnlyKeys("r");
        assertThat(source().waiting()).isEmpty();
    }

    @Test
    void aBadResourceIsRejectedAloneAndTheLastGoodOneStays() {
        connect(true);
        serve("1");
        awaitCompleteSnapshot();
        String nonce = server.sendDelta(
                ResourceType.CLUSTER,
                "2",
                brokenCluster("a"),
                Resources.cluster("{name: b, type: STATIC, connect_timeout: 1s}"));
        DeltaDiscoveryRequest answer =
                server.nextDelta(request -> request.getResponseNonce().equals(nonce));
        assertThat(answer.getErrorDetail().getMessage())
                .isEqualTo("cluster a: connect_timeout: 0s (accepted: more than 0s)");
        await().atMost(Duration.ofMinutes(1)).until(() -> snapshot.clusters().containsKey("b"));
        assertThat(snapshot.clusters()).containsOnlyKeys("a", "b");
        assertThat(client().rejectedCount()).isOne();
    }

    @Test
    void anAnswerFollowsTheDataPath() {
        Promise<Map<String, String>> swapped = Promise.promise();
        connect(true);
        server.nextDelta(typed(ResourceType.CLUSTER));
        dataPath = _ -> swapped.future();
        String nonce = server.sendDelta(
                ResourceType.CLUSTER,
                "1",
                edsCluster("a"),
                Resources.cluster("{name: b, type: STATIC, connect_timeout: 1s}"));
        DeltaDiscoveryRequest before = server.nextDelta(typed(ResourceType.ENDPOINTS));
        await().until(() -> snapshot.clusters().containsKey("b"));
        assertThat(server.hasHeard(nonce)).isFalse();

        swapped.complete(Map.of());
        DeltaDiscoveryRequest ack = server.nextDelta(r -> r.getResponseNonce().equals(nonce));
        assertThat(before.getResponseNonce()).isEmpty();
        assertThat(ack.hasErrorDetail()).isFalse();
    }

    @Test
    void aListenerThatCannotBeBoundIsRejectedAloneThoughItHadToWaitForItsRoutes() throws Exception {
        Future<Void> started = connect(true);
        server.nextDelta(typed(ResourceType.LISTENER));
        server.sendDelta(ResourceType.CLUSTER, "1");
        dataPath = fresh -> Future.succeededFuture(
                fresh.listeners().containsKey("in")
                        ? Map.of("in", "address: can't bind 127.0.0.1:1000: in use")
                        : Map.of());
        String nonce = server.sendDelta(
                ResourceType.LISTENER, "1", rdsListener("in", 1000, "r"), rdsListener("other", 1001, "r"));
        server.nextDelta(typed(ResourceType.ROUTES));
        server.sendDelta(ResourceType.ROUTES, "1", routes("r", "a"));
        DeltaDiscoveryRequest answer =
                server.nextDelta(r -> r.getResponseNonce().equals(nonce));
        assertThat(answer.getErrorDetail().getMessage())
                .isEqualTo("listener in: address: can't bind 127.0.0.1:1000: in use");
        assertThat(snapshot.listeners()).containsOnlyKeys("in", "other");
        assertThat(started.isComplete()).isFalse();
        assertThat(client().holdUps())
                .containsExactly("rejected: listener in: address: can't bind 127.0.0.1:1000: in use");

        dataPath = _ -> Future.succeededFuture(Map.of());
        String better = server.sendDelta(ResourceType.LISTENER, "2", rdsListener("in", 1002, "r"));
        DeltaDiscoveryRequest ack = server.nextDelta(r -> r.getResponseNonce().equals(better));
        assertThat(ack.hasErrorDetail()).isFalse();
        started.await(60, TimeUnit.SECONDS);
        assertThat(client().holdUps()).isEmpty();
    }

    @Test
    void whatWasNotBoundIsAskedForAnewOnTheNextStream() {
        connect(true);
        server.nextDelta(typed(ResourceType.LISTENER));
        dataPath = _ -> Future.succeededFuture(Map.of("in", "in use"));
        String nonce = server.sendDelta(
                ResourceType.LISTENER,
                "1",
                Resources.listener("in", 1000, "route_config: {name: r, virtual_hosts: []}"),
                Resources.listener("other", 1001, "route_config: {name: r, virtual_hosts: []}"));
        server.nextDelta(r -> r.getResponseNonce().equals(nonce));
        server.breakConnection();
        assertThat(server.nextDelta(typed(ResourceType.LISTENER)).getInitialResourceVersionsMap())
                .isEqualTo(Map.of("other", "1"));
    }

    @Test
    void aClusterThatWaitsForASecretOfAnotherSourceIsNotAnsweredForBeforeItHasIt() {
        connect(true);
        server.nextDelta(typed(ResourceType.LISTENER));
        String nonce = server.sendDelta(ResourceType.CLUSTER, "1", Resources.cluster("""
            {name: a, type: STATIC, connect_timeout: 1s, transport_socket: {name: tls, typed_config: {
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext, common_tls_context: {
                validation_context_sds_secret_config: {name: ROOTCA, sds_config: {api_config_source: {api_type: GRPC,
                  grpc_services: [{envoy_grpc: {cluster_name: sds-grpc}}]}}}}}}}
            """));
        await().until(() -> source().waiting().contains("cluster a waits for secret ROOTCA"));
        String later = server.sendDelta(ResourceType.LISTENER, "1");
        server.nextDelta(r -> r.getResponseNonce().equals(later));
        assertThat(server.hasHeard(nonce)).isFalse();

        source().absentSecret("ROOTCA");
        DeltaDiscoveryRequest ack = server.nextDelta(r -> r.getResponseNonce().equals(nonce));
        assertThat(ack.hasErrorDetail()).isFalse();
    }

    @Test
    void aSnapshotThatCannotBePutInForceIsARejection() {
        connect(true);
        server.nextDelta(typed(ResourceType.CLUSTER));
        dataPath = _ -> Future.failedFuture("out of sockets");
        String nonce = server.sendDelta(
                ResourceType.CLUSTER, "1", Resources.cluster("{name: b, type: STATIC, connect_timeout: 1s}"));
        DeltaDiscoveryRequest nack = server.nextDelta(r -> r.getResponseNonce().equals(nonce));
        assertThat(nack.getErrorDetail().getMessage()).isEqualTo("can't be put in force: out of sockets");
    }

    @Test
    void aClientThatIsClosedWhileItConnectsLeavesNoConnectionBehind() throws Exception {
        CountDownLatch connecting = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        XdsTarget slow = XdsTarget.clearText(server.address(), () -> {
            connecting.countDown();
            try {
                closed.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return Map.of();
        });
        connect(true, slow);
        connecting.await();
        Future<Void> end = client().close();
        end.await(60, TimeUnit.SECONDS);
        closed.countDown();
        connect(true);
        server.nextDelta(typed(ResourceType.LISTENER));
        assertThat(server.connections()).isOne();
    }

    @Test
    void inStateOfTheWorldANewWishIsNoAnswer() {
        Promise<Map<String, String>> swapped = Promise.promise();
        connect(false);
        server.next(r -> r.getTypeUrl().equals(ResourceType.CLUSTER.typeUrl()));
        server.send(ResourceType.CLUSTER, "1", edsCluster("a"));
        server.next(r -> r.getTypeUrl().equals(ResourceType.ENDPOINTS.typeUrl()));
        dataPath = _ -> swapped.future();
        String nonce = server.send(ResourceType.ENDPOINTS, "1", endpoints("a", "10.0.0.1", 80));
        await().until(() -> snapshot.clusters().containsKey("a"));
        assertThat(server.hasHeard(nonce)).isFalse();
        swapped.complete(Map.of());
        DiscoveryRequest ack = server.next(r -> r.getResponseNonce().equals(nonce));
        assertThat(ack.getVersionInfo()).isEqualTo("1");
        assertThat(ack.getResourceNamesList()).containsExactly("a");
    }

    @Test
    void aNewStreamTellsWhatIsHeldAndNothingIsDropped() {
        connect(true);
        serve("7");
        awaitCompleteSnapshot();
        server.breakConnection();
        DeltaDiscoveryRequest clusters = server.nextDelta(typed(ResourceType.CLUSTER));
        assertThat(clusters.getInitialResourceVersionsMap()).isEqualTo(Map.of("a", "7"));
        assertThat(clusters.hasNode()).isTrue();
        DeltaDiscoveryRequest eds = server.nextDelta(typed(ResourceType.ENDPOINTS));
        assertThat(eds.getResourceNamesSubscribeList()).containsExactly("a");
        assertThat(eds.getInitialResourceVersionsMap()).isEqualTo(Map.of("a", "7"));
        assertThat(snapshot.clusters()).containsOnlyKeys("a");
        server.sendDelta(ResourceType.ENDPOINTS, "8", endpoints("a", "10.0.0.9", 80));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> snapshot.assignments().toString().contains("10.0.0.9"));
    }

    @Test
    void aProxyIsReadyThoughTheServerNeverSendsWhatAListenerNeeds() throws Exception {
        Future<Void> started = connect(true);
        server.nextDelta(typed(ResourceType.LISTENER));
        server.sendDelta(ResourceType.CLUSTER, "1");
        server.sendDelta(
                ResourceType.LISTENER,
                "1",
                Resources.listener(
                        "in",
                        1000,
                        "rds: {route_config_name: r, config_source: {ads: {}, initial_fetch_timeout: 0.1s}}"));
        started.await(60, TimeUnit.SECONDS);
        assertThat(snapshot.listeners()).containsOnlyKeys("in");
        assertThat(snapshot.routeTables()).isEmpty();
    }

    @Test
    void removedResourcesAreGoneAndUnsubscribed() {
        connect(true);
        serve("1");
        awaitCompleteSnapshot();
        server.sendDelta(ResourceType.CLUSTER, "2", List.of("a"));
        DeltaDiscoveryRequest request =
                server.nextDelta(typed(ResourceType.ENDPOINTS).and(r -> r.getResourceNamesUnsubscribeCount() > 0));
        assertThat(request.getResourceNamesUnsubscribeList()).containsExactly("a");
        await().atMost(Duration.ofMinutes(1)).until(() -> snapshot.clusters().isEmpty());
        server.sendDelta(ResourceType.LISTENER, "2", List.of("in"));
        await().atMost(Duration.ofMinutes(1)).until(() -> snapshot.listeners().isEmpty());
        assertThat(snapshot.routeTables()).isEmpty();
    }

    @Test
    void stateOfTheWorldDropsWhatAResponseLeavesOut() {
        connect(false);
        server.next(r -> r.getTypeUrl().equals(ResourceType.CLUSTER.typeUrl()));
        server.send(ResourceType.CLUSTER, "1", edsCluster("a"), edsCluster("b"));
        DiscoveryRequest eds = server.next(r -> r.getTypeUrl().equals(ResourceType.ENDPOINTS.typeUrl()));
        assertThat(eds.getResourceNamesList()).containsExactly("a", "b");
        server.send(ResourceType.ENDPOINTS, "1", endpoints("a", "10.0.0.1", 80), endpoints("b", "10.0.0.2", 80));
        await().atMost(Duration.ofMinutes(1)).until(() -> snapshot.clusters().size() == 2);
        String nonce = server.send(ResourceType.CLUSTER, "2", edsCluster("b"));
        DiscoveryRequest ack = server.next(r -> r.getResponseNonce().equals(nonce));
        assertThat(ack.getVersionInfo()).isEqualTo("2");
        await().atMost(Duration.ofMinutes(1))
                .until(() -> snapshot.clusters().keySet().equals(java.util.Set.of("b")));
    }

    @Test
    void stateOfTheWorldNackKeepsTheOldVersionAndTheRejectedResource() {
        connect(false);
        server.next(r -> r.getTypeUrl().equals(ResourceType.CLUSTER.typeUrl()));
        server.send(ResourceType.CLUSTER, "1", Resources.cluster("{name: a, type: STATIC, connect_timeout: 1s}"));
        await().atMost(Duration.ofMinutes(1)).until(() -> snapshot.clusters().containsKey("a"));
        String nonce = server.send(ResourceType.CLUSTER, "2", brokenCluster("a"));
        DiscoveryRequest nack = server.next(r -> r.getResponseNonce().equals(nonce));
        assertThat(nack.getVersionInfo()).isEqualTo("1");
        assertThat(nack.getErrorDetail().getMessage()).startsWith("cluster a: connect_timeout");
        assertThat(snapshot.clusters()).containsOnlyKeys("a");
    }

    private static Predicate<DeltaDiscoveryRequest> typed(ResourceType type) {
        return request -> request.getTypeUrl().equals(type.typeUrl());
    }

    private void serve(String version) {
        server.nextDelta(typed(ResourceType.LISTENER));
        String nonce = server.sendDelta(ResourceType.CLUSTER, version, edsCluster("a"));
        // What follows from a response is asked for before its answer is known.
        server.nextDelta(typed(ResourceType.ENDPOINTS));
        DeltaDiscoveryRequest ack = server.nextDelta(r -> r.getResponseNonce().equals(nonce));
        assertThat(ack.hasErrorDetail()).isFalse();
        server.sendDelta(ResourceType.ENDPOINTS, version, endpoints("a", "10.0.0.1", 80));
        server.sendDelta(ResourceType.LISTENER, version, rdsListener("in", 1000, "r"));
        DeltaDiscoveryRequest rds = server.nextDelta(typed(ResourceType.ROUTES));
        assertThat(rds.getResourceNamesSubscribeList()).containsExactly("r");
        server.sendDelta(ResourceType.ROUTES, version, routes("r", "a"));
    }

    private void awaitCompleteSnapshot() {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> snapshot.listeners().containsKey("in")
                        && snapshot.clusters().containsKey("a"));
    }

    private Future<Void> connect(boolean delta) {
        return connect(delta, XdsTarget.clearText(server.address(), Map::of));
    }

    private Future<Void> connect(boolean delta, XdsTarget target) {
        XdsNode node = new XdsNode(
                "sidecar~10.0.0.1~a.b~b.svc.cluster.local",
                "a.b",
                Map.of("LABELS", Map.of("app", "x")),
                new Locality("r", "z", ""),
                "lateen",
                "0.1.0",
                List.of());
        XdsSettings settings = new XdsSettings(
                node,
                target,
                delta,
                Map.of(),
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                new Random(1),
                InstantSource.system());
        SnapshotSource source = new SnapshotSource(
                vertx,
                new SnapshotAssembler(List.of()),
                fresh -> {
                    snapshot = fresh;
                    return dataPath.apply(fresh);
                },
                settings.clock());
        AdsClient client = new AdsClient(vertx, settings, ResourceDecoder.lenient(FileSource.NONE), source);
        startedSource = source;
        startedClient = client;
        source.start();
        return client.start();
    }
}
