package dev.lateen.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.decode.Received;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.decode.Resources;
import dev.lateen.proxy.xds.snapshot.ConfigState;
import dev.lateen.proxy.xds.snapshot.ConfigState.Entry;
import dev.lateen.proxy.xds.snapshot.ConfigState.Failure;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConfigDumpTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATER = Instant.parse("2026-01-01T00:00:01.500Z");
    private static final String CLUSTERS = "type.googleapis.com/envoy.admin.v3.ClustersConfigDump";

    private final Map<String, Object> bootstrap = Map.of(
            "node",
            Map.of("id", "me"),
            "static_resources",
            Map.of(
                    "clusters",
                    List.of(Map.of(
                            "name",
                            "fixed",
                            "load_assignment",
                            Map.of("cluster_name", "fixed", "endpoints", List.of())))));
    private final ConfigState state = new ConfigState(Map.of(
            ResourceType.CLUSTER,
            List.of(
                    new Entry(
                            "a",
                            received(ResourceType.CLUSTER, Resources.edsCluster("a")),
                            null,
                            new Failure("cluster a: connect_timeout: 0s", "2", LATER)),
                    new Entry("b", null, received(ResourceType.CLUSTER, Resources.edsCluster("b")), null)),
            ResourceType.ENDPOINTS,
            List.of(new Entry(
                    "a", received(ResourceType.ENDPOINTS, Resources.endpoints("a", "10.0.0.1", 80)), null, null)),
            ResourceType.LISTENER,
            List.of(
                    new Entry(
                            "in",
                            received(
                                    ResourceType.LISTENER,
                                    Resources.listener(
                                            "in", 80, "route_config: {name: x, " + Resources.virtualHosts("a") + "}")),
                            null,
                            null),
                    new Entry("bad", null, null, new Failure("listener bad: address: missing", "2", LATER))),
            ResourceType.SECRET,
            List.of(new Entry("awaited", null, null, null))));
    private final ConfigDump dump = new ConfigDump(
            bootstrap, START, state, Map.of("default", new Secret.TlsCertificate("default", "CHAIN", "KEY")));

    private static Received received(ResourceType type, Message message) {
        return new Received(type, message.toByteString(), "1", LATER);
    }

    private JsonNode ask(Map<String, String> query) {
        return JsonMapper.builder()
                .build()
                .valueToTree(new ConfigDumpQuery(query).answer(dump))
                .path("configs");
    }

    private JsonNode section(String message) {
        for (JsonNode section : ask(Map.of("include_eds", ""))) {
            if (section.path("@type").asString().endsWith("." + message)) {
                return section;
            }
        }
        throw new AssertionError(message);
    }

    @Test
    void sectionsComeInEnvoysOrder() {
        assertThat(ask(Map.of()).findValuesAsString("@type").stream().filter(type -> type.contains("admin")))
                .extracting(type -> type.substring(type.lastIndexOf('.') + 1))
                .containsExactly(
                        "BootstrapConfigDump",
                        "ClustersConfigDump",
                        "ListenersConfigDump",
                        "ScopedRoutesConfigDump",
                        "RoutesConfigDump",
                        "SecretsConfigDump");
    }

    @Test
    void clustersAreStaticActiveOrWarmingAndTellTheirLastRejection() {
        JsonNode clusters = section("ClustersConfigDump");
        assertThat(clusters.at("/static_clusters/0/cluster/@type").asString())
                .isEqualTo(ResourceType.CLUSTER.typeUrl());
        JsonNode active = clusters.at("/dynamic_active_clusters/0");
        assertThat(active.at("/cluster/eds_cluster_config/eds_config/ads").isObject())
                .isTrue();
        assertThat(active.at("/version_info").asString()).isEqualTo("1");
        assertThat(active.at("/last_updated").asString()).isEqualTo("2026-01-01T00:00:01.500Z");
        assertThat(active.at("/error_state/details").asString()).isEqualTo("cluster a: connect_timeout: 0s");
        assertThat(clusters.at("/dynamic_warming_clusters/0/cluster/name").asString())
                .isEqualTo("b");
    }

    @Test
    void aListenerThatNeverWasGoodIsTold() {
        JsonNode listeners = section("ListenersConfigDump");
        assertThat(listeners
                        .at("/dynamic_listeners/0/active_state/listener/name")
                        .asString())
                .isEqualTo("in");
        assertThat(listeners.at("/dynamic_listeners/1/error_state/details").asString())
                .startsWith("listener bad");
    }

    @Test
    void inlineRoutesAndEndpointsAreTold() {
        assertThat(section("RoutesConfigDump")
                        .at("/static_route_configs/0/route_config/name")
                        .asString())
                .isEqualTo("x");
        JsonNode endpoints = section("EndpointsConfigDump");
        assertThat(endpoints
                        .at("/static_endpoint_configs/0/endpoint_config/cluster_name")
                        .asString())
                .isEqualTo("fixed");
        assertThat(endpoints
                        .at("/dynamic_endpoint_configs/0/endpoint_config/cluster_name")
                        .asString())
                .isEqualTo("a");
    }

    @Test
    void keysAreRedactedAndAwaitedSecretsNamed() {
        JsonNode secrets = section("SecretsConfigDump");
        assertThat(secrets.at("/dynamic_active_secrets/0/secret/tls_certificate/private_key/inline_bytes")
                        .asString())
                .isEqualTo("W3JlZGFjdGVkXQ==");
        assertThat(secrets.at("/dynamic_warming_secrets/0/name").asString()).isEqualTo("awaited");
        assertThat(secrets.at("/dynamic_warming_secrets/0/secret/@type").asString())
                .isEqualTo("type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret");
    }

    @Test
    void aResourceIsOneFieldOfASectionAndAMaskShowsPartsOfIt() {
        JsonNode active = ask(Map.of("resource", "dynamic_active_clusters", "mask", "cluster.name"));
        assertThat(active.toString())
                .isEqualTo("[{\"@type\":\"" + CLUSTERS + ".DynamicCluster\",\"cluster\":{\"@type\":\""
                        + ResourceType.CLUSTER.typeUrl() + "\",\"name\":\"a\"}}]");
        assertThat(ask(Map.of("resource", "dynamic_endpoint_configs"))).hasSize(1);
        assertThat(ask(Map.of("resource", "static_listeners"))).isEmpty();
    }

    @Test
    void aNameIsMatchedWhole() {
        assertThat(ask(Map.of("name_regex", "a|in")).path(1).path("dynamic_active_clusters"))
                .hasSize(1);
        assertThat(ask(Map.of("name_regex", "fix")).path(1).path("static_clusters"))
                .isEmpty();
    }

    @Test
    void nonsenseIsExplained() {
        assertThatThrownBy(() -> ask(Map.of("resource", "nope")))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("nope not found in config dump");
        assertThatThrownBy(() -> ask(Map.of("resource", "bootstrap"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ask(Map.of("name_regex", "("))).hasMessageContaining("name_regex");
    }
}
