package dev.lateen.proxy.xds.snapshot;

import static dev.lateen.proxy.xds.decode.Resources.accepted;
import static dev.lateen.proxy.xds.decode.Resources.edsCluster;
import static dev.lateen.proxy.xds.decode.Resources.endpoints;
import static dev.lateen.proxy.xds.decode.Resources.rdsListener;
import static dev.lateen.proxy.xds.decode.Resources.routes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.decode.Resources;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SnapshotAssemblerTest {
    private final SnapshotAssembler assembler = new SnapshotAssembler(List.of());

    @Test
    void aClusterWaitsForItsEndpoints() {
        update(ResourceType.CLUSTER, edsCluster("a"));
        assertThat(snapshot().clusters()).isEmpty();
        assertThat(assembler.names(ResourceType.ENDPOINTS)).containsExactly("a");
        assertThat(assembler.waiting()).containsExactly("cluster a waits for endpoints a");

        update(ResourceType.ENDPOINTS, endpoints("a", "10.0.0.1", 80));
        ProxySnapshot complete = snapshot();
        assertThat(complete.clusters()).containsOnlyKeys("a");
        assertThat(complete.assignments()).containsOnlyKeys("a");
        assertThat(assembler.waiting()).isEmpty();
    }

    @Test
    void aClusterWhoseEndpointsTheServerDoesNotHaveIsThereWithoutAny() {
        update(ResourceType.CLUSTER, edsCluster("a"));
        assembler.update(ResourceType.ENDPOINTS, List.of(), Set.of("a"));
        assertThat(snapshot().clusters()).containsOnlyKeys("a");
    }

    @Test
    void aClusterThatComesAgainWaitsAgain() {
        update(ResourceType.CLUSTER, edsCluster("a"));
        assembler.update(ResourceType.ENDPOINTS, List.of(), Set.of("a"));
        snapshot();
        assembler.update(ResourceType.CLUSTER, List.of(), Set.of("a"));
        snapshot();
        update(ResourceType.CLUSTER, edsCluster("a"));
        assertThat(assembler.assemble()).isNull();
        assertThat(assembler.waiting()).containsExactly("cluster a waits for endpoints a");
    }

    /** Envoy's {@code initial_fetch_timeout}: 15 s unless said otherwise, and zero for ever, as Istio says. */
    @Test
    void whoWaitsTooLongComesIntoForceWithoutWhatItWaitedFor() {
        Instant[] now = {Instant.EPOCH};
        SnapshotAssembler impatient = new SnapshotAssembler(List.of(), () -> now[0]);
        impatient.update(
                ResourceType.CLUSTER, List.of(accepted(edsCluster("a")), accepted(Resources.cluster("""
                    {name: b, type: EDS, connect_timeout: 1s,
                     eds_cluster_config: {eds_config: {ads: {}, initial_fetch_timeout: 0s}}}\
                    """))), Set.of());
        impatient.update(ResourceType.LISTENER, List.of(accepted(rdsListener("in", 1000, "r"))), Set.of());
        now[0] = Instant.EPOCH.plusSeconds(14);
        assertThat(Objects.requireNonNull(impatient.assemble()).clusters()).isEmpty();
        assertThat(impatient.nextDeadline()).isEqualTo(Instant.EPOCH.plusSeconds(15));

        now[0] = Instant.EPOCH.plusSeconds(15);
        ProxySnapshot snapshot = Objects.requireNonNull(impatient.assemble());
        assertThat(snapshot.clusters()).containsOnlyKeys("a");
        assertThat(snapshot.listeners()).containsOnlyKeys("in");
        assertThat(impatient.takeLate())
                .containsExactly(
                        "cluster a is in force without endpoints a, which did not come in time",
                        "listener in is in force without routes r, which did not come in time");
        assertThat(impatient.waiting()).containsExactly("cluster b waits for endpoints b");
        assertThat(impatient.nextDeadline()).isNull();
    }

    /** A control plane may name what it likes as gone: nothing of that is kept. */
    @Test
    void namesThatNobodyAskedForAreForgotten() {
        assembler.update(ResourceType.ENDPOINTS, List.of(), Set.of("x"));
        snapshot();
        update(ResourceType.CLUSTER, edsCluster("x"));
        assertThat(assembler.assemble()).isNull();
    }

    @Test
    void aListenerWaitsForItsRoutesAndTheOldOneServesMeanwhile() {
        update(ResourceType.LISTENER, rdsListener("in", 1000, "first"));
        update(ResourceType.ROUTES, routes("first", "a"));
        ProxySnapshot before = snapshot();
        update(ResourceType.LISTENER, rdsListener("in", 1000, "second"));
        assertThat(assembler.assemble()).isNull();
        assertThat(assembler.names(ResourceType.ROUTES)).containsExactlyInAnyOrder("first", "second");

        update(ResourceType.ROUTES, routes("second", "b"));
        ProxySnapshot after = snapshot();
        assertThat(after.listeners().get("in")).isNotSameAs(before.listeners().get("in"));
        assertThat(assembler.names(ResourceType.ROUTES)).containsExactly("second");
        assertThat(Objects.requireNonNull(nextOrLatest()).routeTables()).containsOnlyKeys("second");
    }

    @Test
    void aClusterWithMutualTlsWaitsForItsSecrets() {
        update(ResourceType.CLUSTER, Resources.cluster("""
            {name: a, type: STATIC, connect_timeout: 1s, transport_socket: {name: tls, typed_config: {
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext, common_tls_context: {
                tls_certificate_sds_secret_configs: [{name: default, sds_config: {api_config_source: {api_type: GRPC,
                  grpc_services: [{envoy_grpc: {cluster_name: sds-grpc}}]}}}]}}}}\
            """));
        assertThat(snapshot().clusters()).isEmpty();
        assertThat(assembler.secretsOf("sds-grpc")).containsExactly("default");
        assertThat(assembler.names(ResourceType.SECRET)).isEmpty();

        assembler.secret(new Secret.TlsCertificate("default", "chain", "key"));
        assertThat(snapshot().clusters()).containsOnlyKeys("a");
    }

    @Test
    void aSecretThatTheServerDoesNotHaveKeepsNobodyWaiting() {
        update(ResourceType.CLUSTER, Resources.cluster("""
            {name: a, type: STATIC, connect_timeout: 1s, transport_socket: {name: tls, typed_config: {
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext, common_tls_context: {
                tls_certificate_sds_secret_configs: [{name: "kubernetes://absent", sds_config: {ads: {}}}]}}}}\
            """));
        assertThat(assembler.names(ResourceType.SECRET)).containsExactly("kubernetes://absent");
        assembler.update(ResourceType.SECRET, List.of(), Set.of("kubernetes://absent"));
        ProxySnapshot snapshot = snapshot();
        assertThat(snapshot.clusters()).containsOnlyKeys("a");
        assertThat(snapshot.secrets()).isEmpty();
        assertThat(assembler.waiting()).isEmpty();
    }

    @Test
    void whatDidNotChangeIsTheSameObject() {
        update(ResourceType.CLUSTER, edsCluster("a"), edsCluster("b"));
        update(ResourceType.ENDPOINTS, endpoints("a", "10.0.0.1", 80), endpoints("b", "10.0.0.2", 80));
        ProxySnapshot before = snapshot();
        update(ResourceType.ENDPOINTS, endpoints("a", "10.0.0.9", 80), endpoints("b", "10.0.0.2", 80));
        ProxySnapshot after = snapshot();
        assertThat(after.version()).isEqualTo(before.version() + 1);
        assertThat(after.clusters()).isSameAs(before.clusters());
        assertThat(after.assignments().get("b")).isSameAs(before.assignments().get("b"));
        assertThat(after.assignments().get("a"))
                .isNotEqualTo(before.assignments().get("a"));
    }

    @Test
    void aRepeatedUpdateMakesNoSnapshot() {
        update(ResourceType.LISTENER, rdsListener("in", 1000, "r"));
        update(ResourceType.ROUTES, routes("r", "a"));
        snapshot();
        update(ResourceType.LISTENER, rdsListener("in", 1000, "r"));
        update(ResourceType.ROUTES, routes("r", "a"));
        assertThat(assembler.assemble()).isNull();
    }

    @Test
    void aRemovedClusterTakesItsEndpointsAlong() {
        update(ResourceType.CLUSTER, edsCluster("a"));
        update(ResourceType.ENDPOINTS, endpoints("a", "10.0.0.1", 80));
        snapshot();
        assembler.update(ResourceType.CLUSTER, List.of(), Set.of("a"));
        ProxySnapshot after = snapshot();
        assertThat(after.clusters()).isEmpty();
        assertThat(after.assignments()).isEmpty();
        assertThat(assembler.names(ResourceType.ENDPOINTS)).isEmpty();
    }

    @Test
    void routesThatTheServerDropsStayWhileAListenerUsesThem() {
        update(ResourceType.LISTENER, rdsListener("in", 1000, "r"));
        update(ResourceType.ROUTES, routes("r", "a"));
        snapshot();
        assembler.update(ResourceType.ROUTES, List.of(), Set.of("r"));
        assertThat(assembler.assemble()).isNull();
        assertThat(assembler.latest().routeTables()).containsOnlyKeys("r");
    }

    @Test
    void theBootstrapsOwnClustersAreNeitherReplacedNorRemoved() {
        SnapshotAssembler fixed = new SnapshotAssembler(
                List.of(accepted(Resources.cluster("{name: own, type: STATIC, connect_timeout: 1s}"))));
        fixed.update(
                ResourceType.CLUSTER,
                List.of(accepted(Resources.cluster("{name: own, type: STATIC, connect_timeout: 9s}"))),
                Set.of());
        fixed.update(ResourceType.CLUSTER, List.of(), Set.of("own"));
        ProxySnapshot snapshot = Objects.requireNonNull(fixed.assemble());
        assertThat(Objects.requireNonNull(snapshot.clusters().get("own"))
                        .connections()
                        .connectTimeout())
                .hasSeconds(1);
    }

    private void update(ResourceType type, Message... messages) {
        assembler.update(type, Arrays.stream(messages).map(Resources::accepted).toList(), Set.of());
    }

    private ProxySnapshot snapshot() {
        return Objects.requireNonNull(assembler.assemble(), "a new snapshot");
    }

    private ProxySnapshot nextOrLatest() {
        ProxySnapshot next = assembler.assemble();
        return next == null ? assembler.latest() : next;
    }
}
