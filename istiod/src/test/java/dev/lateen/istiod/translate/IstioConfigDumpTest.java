package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.Message;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a real Istio sent a real Envoy for some inputs, and what we send for the same. */
class IstioConfigDumpTest {
    static Stream<Path> dumps() throws IOException {
        Path folder = Mesh.shared().resolve("istio/xds");
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList().stream();
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dumps")
    void clustersAreIstios(Path folder) {
        compare(folder, Kind.CLUSTERS);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dumps")
    void listenersAreIstios(Path folder) {
        compare(folder, Kind.LISTENERS);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dumps")
    void routesAreIstios(Path folder) {
        compare(folder, Kind.ROUTES);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dumps")
    void endpointsAreIstios(Path folder) {
        compare(folder, Kind.ENDPOINTS);
    }

    /** The same from 1.31, of inputs that say more. The proxy names no locality there, so it is the one of its WorkloadEntry. */
    @ParameterizedTest
    @ValueSource(strings = {"sidecar", "serviceentry", "peerauth-mix", "dr-locality", "jwt-aud", "jwt-claim"})
    void whatDecidesBehaviourIsThatOfIstio131(String name) {
        Path folder = Mesh.shared().resolve("istio/xds-1.31").resolve(name);
        assumeTrue(Files.isDirectory(folder));
        JsonNode dump = XdsTree.JSON.readTree(Mesh.read(folder.resolve("config_dump.json")));
        Mesh mesh = Mesh.of(Mesh.read(folder.resolve("input.yaml")));
        String canonical = "service.istio.io/canonical-";
        ProxyNode node = Mesh.envoy(
                        "productpage-v1",
                        "10.40.0.11",
                        Map.of(
                                "app",
                                "productpage",
                                "version",
                                "v1",
                                canonical + "name",
                                "productpage",
                                canonical + "revision",
                                "v1"))
                .at(ProxyNode.Locality.UNKNOWN);
        for (Kind kind : Kind.ALL) {
            List<String> differences = differences(dump, mesh, node, kind);
            differences.removeIf(IstioConfigDumpTest::isMerelyWritten);
            assertThat(differences).isEmpty();
        }
    }

    /** A type of resource, and where Envoy's dump has it. */
    private record Kind(String list, String field, String type, Class<? extends Message> as) {
        static final Kind CLUSTERS = new Kind("dynamic_active_clusters", "cluster", TypeUrls.CLUSTER, Cluster.class);
        static final Kind LISTENERS = new Kind("dynamic_listeners", "listener", TypeUrls.LISTENER, Listener.class);
        static final Kind ROUTES =
                new Kind("dynamic_route_configs", "route_config", TypeUrls.ROUTE, RouteConfiguration.class);
        static final Kind ENDPOINTS =
                new Kind("dynamic_endpoint_configs", "endpoint_config", TypeUrls.ENDPOINT, ClusterLoadAssignment.class);
        static final List<Kind> ALL = List.of(CLUSTERS, LISTENERS, ROUTES, ENDPOINTS);
    }

    private void compare(Path folder, Kind kind) {
        assumeTrue(Files.exists(folder.resolve("config_dump.json")));
        // The real one ran with this setting, which is where its listener 127.0.0.1_15080 comes from.
        Mesh mesh = Mesh.with("proxyHttpPort: 15080", Mesh.read(folder.resolve("input.yaml")));
        JsonNode dump = XdsTree.JSON.readTree(Mesh.read(folder.resolve("config_dump.json")));
        assertThat(differences(dump, mesh, node(find(dump, "bootstrap").path("node")), kind))
                .isEmpty();
    }

    private static List<String> differences(JsonNode dump, Mesh mesh, ProxyNode node, Kind kind) {
        Map<String, JsonNode> expected = expected(dump, kind);
        Map<String, JsonNode> actual = new LinkedHashMap<>();
        mesh.translation(node)
                .all(kind.type())
                .forEach(r -> actual.put(r.name(), normalised(XdsTree.tree(Mesh.unpack(r, kind.as())), kind.type())));
        List<String> differences = new ArrayList<>();
        Stream.concat(expected.keySet().stream(), actual.keySet().stream())
                .distinct()
                .forEach(name -> {
                    if (expected.containsKey(name) && actual.containsKey(name)) {
                        differences.addAll(XdsTree.differences(name, expected.get(name), actual.get(name)));
                    } else {
                        differences.add(name + ": only " + (actual.containsKey(name) ? "ours" : "Istio's"));
                    }
                });
        differences.removeIf(IstioConfigDumpTest::isIntended);
        return differences;
    }

    private static Map<String, JsonNode> expected(JsonNode dump, Kind kind) {
        Map<String, JsonNode> expected = new LinkedHashMap<>();
        List<JsonNode> entries = new ArrayList<>();
        find(dump, kind.list()).forEach(entries::add);
        // What Envoy could not yet use for want of DNS.
        find(dump, kind.list().replace("active", "warming")).forEach(entries::add);
        for (JsonNode entry : entries) {
            JsonNode body = entry.has("active_state")
                    ? entry.path("active_state").path(kind.field())
                    : entry.path(kind.field());
            JsonNode tree = normalised(XdsTree.tree(withoutType(body), builder(kind.as())), kind.type());
            String name = tree.path("name").asString(tree.path("cluster_name").asString(""));
            // Envoy's dump makes up load assignments for clusters that have none of their own.
            boolean madeUp = kind.equals(Kind.ENDPOINTS)
                    && (!name.startsWith("outbound")
                            || !tree.path("endpoints").path(0).has("lb_endpoints"));
            if (!madeUp) {
                expected.put(name, tree);
            }
        }
        return expected;
    }

    // Where we mean to differ.
    private static boolean isIntended(String difference) {
        // Istio ignores the port in the host of a request to its HTTP proxy, though all domains there have one: nothing
        // matches.
        boolean proxyPort = difference.startsWith("http_proxy.ignore_port_in_host_matching");
        // Istio 1.30 loses the paths of a gateway server's certificate files.
        boolean lostPaths =
                difference.endsWith("expected \"file-cert:~\", was \"file-cert:/etc/certs/gw.crt~/etc/certs/gw.key\"");
        // Handshakes that never end would be held in stock at a sidecar.
        boolean handshakes =
                difference.startsWith("virtualInbound.") && difference.contains("transport_socket_connect_timeout");
        // These dumps are of 1.30.
        boolean since131 = difference.contains("common_lb_config.healthy_panic_threshold: expected nothing, was {}");
        // Istio names nobody for them; where it does, we name the same.
        boolean chainsOrigin = difference.contains(".filter_chains[")
                && (difference.contains("].metadata: expected nothing, was")
                        || difference.contains("].metadata.filter_metadata.lateen: expected nothing, was"));
        return proxyPort || lostPaths || handshakes || since131 || chainsOrigin;
    }

    // What is written in another way and comes to the same.
    private static boolean isMerelyWritten(String difference) {
        return difference.endsWith(".locality: expected {}, was nothing")
                // A revision that nobody tells is "latest" to whoever counts by it.
                || difference.contains("istio.workload: expected") && difference.contains(";latest;")
                || difference.contains("outlier_detection.base_ejection_time: expected nothing, was \"30s\"")
                || difference.contains("outlier_detection.interval: expected nothing, was \"10s\"")
                || difference.startsWith("inbound|9080||.metadata.filter_metadata.istio.config")
                // Where mutual TLS is off, TLS is the application's, whether somebody looked at its first bytes or not.
                // A policy was renamed between dump and input: "n" is false in YAML.
                || difference.contains("policy[false]-rule[0]: expected {")
                || difference.contains("policy[nn]-rule[0]: expected nothing")
                || difference.endsWith("transport_protocol: expected \"raw_buffer\", was nothing");
    }

    private static JsonNode find(JsonNode dump, String field) {
        for (JsonNode config : dump.path("configs")) {
            if (config.has(field)) {
                return config.path(field);
            }
        }
        return dump.path("none");
    }

    private static JsonNode withoutType(JsonNode body) {
        ObjectNode copy = (ObjectNode) body.deepCopy();
        copy.remove("@type");
        return copy;
    }

    private static Message.Builder builder(Class<? extends Message> type) {
        try {
            return (Message.Builder) type.getMethod("newBuilder").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** What Envoy adds of its own when it prints. */
    private static JsonNode normalised(JsonNode tree, String type) {
        if (type.equals(TypeUrls.ENDPOINT)) {
            ((ObjectNode) tree).remove("policy");
            strip(tree, Set.of("health_status", "health_check_config"));
        }
        return tree;
    }

    private static void strip(JsonNode tree, Set<String> fields) {
        if (tree instanceof ObjectNode object) {
            object.remove(fields);
        }
        tree.forEach(child -> strip(child, fields));
    }

    private static ProxyNode node(JsonNode node) {
        Map<String, String> labels = new HashMap<>();
        node.path("metadata")
                .path("LABELS")
                .properties()
                .forEach(l -> labels.put(l.getKey(), l.getValue().asString()));
        String[] id = node.path("id").asString().split("~", -1);
        ProxyNode.Role role = id[0].equals("sidecar") ? ProxyNode.Role.SIDECAR : ProxyNode.Role.ROUTER;
        String workload = id[2].substring(0, id[2].lastIndexOf('.'));
        String namespace = id[2].substring(id[2].lastIndexOf('.') + 1);
        return Mesh.node(
                role,
                workload,
                namespace,
                id[1],
                "envoy",
                labels,
                Map.of(
                        "CLUSTER_ID",
                        "Kubernetes",
                        "MESH_ID",
                        node.path("metadata").path("MESH_ID").asString()));
    }
}
