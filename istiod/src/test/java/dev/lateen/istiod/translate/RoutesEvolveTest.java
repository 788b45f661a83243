package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.route.HostDraft;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Route configurations that went on from change to change are, to the byte, those that a fresh start makes, and have their versions. */
class RoutesEvolveTest {
    private static final List<ProxyNode> NODES = List.of(
            Mesh.envoy("a", "10.0.0.1", Map.of("app", "a")),
            Mesh.node(ProxyNode.Role.SIDECAR, "o", "other", "10.0.0.9", "envoy", Map.of("app", "o"), Map.of()),
            Mesh.node(
                    ProxyNode.Role.SIDECAR,
                    "n",
                    "default",
                    "10.0.0.2",
                    "lateen",
                    Map.of("app", "n"),
                    Map.of("INTERCEPTION_MODE", "NONE", "LATEEN_HTTP_PROXY_PORT", "15080")),
            Mesh.node(
                    ProxyNode.Role.SIDECAR,
                    "d",
                    "default",
                    "10.0.0.3",
                    "lateen",
                    Map.of("app", "d"),
                    Map.of("LATEEN_HTTP_PROXY_PORT", "15080", "DNS_CAPTURE", "true")),
            Mesh.gateway("istio-system", Map.of("istio", "ingressgateway")));
    private static final List<String> NAMED =
            List.of("80", "8080", "9000", "7", "http_proxy", "a.example.com:80", "s0.default.svc.cluster.local:9000");

    /** By their bytes, and the other way round. */
    private final Map<ByteString, String> versions = new HashMap<>();

    private final Map<String, ByteString> contents = new HashMap<>();

    @Test
    void whatWentOnFromChangeToChangeIsWhatAFreshStartGives() throws InvalidProtocolBufferException {
        int hosts = 0;
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            Map<String, String> objects = new TreeMap<>();
            MeshConfig mesh = Mesh.config("{}");
            MeshSnapshot snapshot = null;
            Translator translator = new Translator();
            for (int step = 0; step < 16; step++) {
                int edits = objects.isEmpty() ? 25 : 1 + random.nextInt(3);
                for (int i = 0; i < edits; i++) {
                    edit(random, objects);
                }
                if (random.nextInt(12) == 0) {
                    mesh = Mesh.config(random.nextBoolean() ? "{}" : "outboundTrafficPolicy: {mode: REGISTRY_ONLY}");
                }
                ConfigInput input = Mesh.input(mesh, objects.values().toArray(String[]::new));
                snapshot = MeshSnapshot.build(input, snapshot);
                MeshSnapshot fresh = MeshSnapshot.build(input, null);
                for (ProxyNode node : NODES) {
                    if (random.nextInt(8) > 0) {
                        // Now and then one asks for nothing.
                        hosts += assertSame(
                                seed + "/" + step + " " + node.id(),
                                translator.translate(snapshot, node),
                                new Translator().translate(fresh, node));
                    }
                }
            }
        }
        assertThat(hosts).isGreaterThan(50_000);
    }

    /** How many virtual hosts were compared. */
    private int assertSame(String at, Translation made, Translation wanted) throws InvalidProtocolBufferException {
        TreeSet<String> names = new TreeSet<>(NAMED);
        wanted.all(TypeUrls.ROUTE).forEach(resource -> names.add(resource.name()));
        int hosts = 0;
        for (String name : names) {
            @Nullable XdsResource expected = wanted.named(TypeUrls.ROUTE, name);
            @Nullable XdsResource actual = made.named(TypeUrls.ROUTE, name);
            if (expected == null || actual == null) {
                assertThat(actual).as(at + " " + name).isEqualTo(expected);
                continue;
            }
            RouteConfiguration configuration =
                    RouteConfiguration.parseFrom(actual.body().getValue());
            assertThat(configuration)
                    .as(at + " " + name)
                    .isEqualTo(RouteConfiguration.parseFrom(expected.body().getValue()));
            assertThat(actual.body()).as(at + " " + name).isEqualTo(expected.body());
            assertThat(actual.version()).as(at + " " + name).isEqualTo(expected.version());
            assertEnvoyTakes(at + " " + name, configuration);
            hosts += configuration.getVirtualHostsCount();
            String version = name + " " + actual.version();
            assertThat(versions.computeIfAbsent(actual.body().getValue(), _ -> version))
                    .as("equal contents have equal versions")
                    .isEqualTo(version);
            assertThat(contents.computeIfAbsent(version, _ -> expected.body().getValue()))
                    .as("equal versions have equal contents")
                    .isEqualTo(actual.body().getValue());
        }
        return hosts;
    }

    private static void assertEnvoyTakes(String at, RouteConfiguration configuration) {
        List<String> names = new ArrayList<>();
        List<String> domains = new ArrayList<>();
        for (VirtualHost host : configuration.getVirtualHostsList()) {
            names.add(host.getName());
            host.getDomainsList().forEach(domain -> domains.add(HostDraft.claimed(domain)));
        }
        assertThat(names).as(at).doesNotHaveDuplicates();
        assertThat(domains).as(at).doesNotHaveDuplicates();
    }

    private static String one(Random random, String... of) {
        return of[random.nextInt(of.length)];
    }

    private static void edit(Random random, Map<String, String> objects) {
        int number = random.nextInt(6);
        String kind = one(
                random,
                "Service",
                "Service",
                "ServiceEntry",
                "ServiceEntry",
                "VirtualService",
                "VirtualService",
                "VirtualService",
                "DestinationRule",
                "Sidecar",
                "Pod",
                "Gateway");
        String namespace = random.nextInt(4) == 0 ? "other" : "default";
        String key = kind + number + namespace;
        if (random.nextInt(4) == 0) {
            objects.remove(key);
            return;
        }
        String spec = switch (kind) {
            case "Service" -> service(random, number);
            case "ServiceEntry" -> serviceEntry(random);
            case "VirtualService" -> virtualService(random);
            case "DestinationRule" ->
                "spec: {host: %s, trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x%d}}}}"
                        .formatted(host(random), random.nextInt(2));
            case "Sidecar" -> sidecar(random);
            case "Gateway" ->
                "spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [%s]%s}]}"
                        .formatted(
                                one(random, "'*'", "'*.example.com'", "'./*'"),
                                random.nextInt(4) == 0 ? ", tls: {httpsRedirect: true}" : "");
            default -> pod(random, number);
        };
        String version = switch (kind) {
            case "Service", "Pod" -> "v1";
            default -> "networking.istio.io/v1";
        };
        String name = kind.equals("Pod") ? "h-" + number : "s" + number;
        String more = kind.equals("Pod")
                ? ", labels: {app: s%d, statefulset.kubernetes.io/pod-name: h-%d}, ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: h, uid: u, controller: true}]"
                        .formatted(random.nextInt(6), number)
                : random.nextInt(8) == 0 ? ", annotations: {networking.istio.io/exportTo: '.'}" : "";
        String created = ", creationTimestamp: '2026-01-0%dT00:00:00Z'".formatted(1 + random.nextInt(3));
        objects.put(
                key,
                "apiVersion: %s\nkind: %s\nmetadata: {name: %s, namespace: %s%s%s}\n%s\n"
                        .formatted(version, kind, name, namespace, more, created, spec));
    }

    private static String service(Random random, int number) {
        return switch (random.nextInt(6)) {
            case 0 ->
                "spec: {type: ExternalName, externalName: %s}"
                        .formatted(one(random, "s1.default.svc.cluster.local", "a.example.com", "nowhere.example.org"));
            case 1 ->
                "spec: {clusterIP: None, selector: {app: s%d}, ports: [{name: http, port: 80}]}".formatted(number);
            case 2 ->
                "spec: {clusterIP: 10.1.0.%d, ports: [{name: http, port: 80}, {name: auto, port: 9000}]}"
                        .formatted(number);
            case 3 ->
                "spec: {clusterIP: 10.1.0.%d, ports: [{name: http, port: 8080}, {name: http-2, port: 9000}]}"
                        .formatted(random.nextInt(6));
            default -> "spec: {clusterIP: 10.1.0.%d, ports: [{name: http, port: 80}]}".formatted(number);
        };
    }

    private static String serviceEntry(Random random) {
        String hosts = String.join(
                ", ",
                new TreeSet<>(List.of(
                        one(random, "a.example.com", "B.example.com", "s0.default", "'*.example.com'"),
                        one(random, "a.example.com", "c.example.com", "d.example.org", "'*.example.org'"))));
        return "spec: {hosts: [%s], %sports: [{number: %s, name: http, protocol: HTTP}], resolution: %s%s}"
                .formatted(
                        hosts,
                        random.nextInt(3) == 0 ? "addresses: [10.1.0.%d], ".formatted(random.nextInt(4)) : "",
                        one(random, "80", "80", "8080"),
                        hosts.contains("*") ? "NONE" : one(random, "DNS", "NONE"),
                        random.nextInt(6) == 0 ? ", exportTo: ['.']" : "");
    }

    private static String host(Random random) {
        return one(
                random,
                "s0",
                "s1",
                "s2.default.svc.cluster.local",
                "s3",
                "s4.other.svc.cluster.local",
                "a.example.com",
                "B.example.com",
                "c.example.com",
                "unknown.example.com",
                "unknown.example.org",
                "h-1.s1.default.svc.cluster.local",
                "'*.example.com'",
                "'*.com'",
                "'*.default.svc.cluster.local'",
                "'*.local'");
    }

    private static String virtualService(Random random) {
        TreeSet<String> hosts = new TreeSet<>();
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            hosts.add(host(random));
        }
        String match = switch (random.nextInt(6)) {
            case 0 -> "match: [{port: 8080}], ";
            case 1 -> "match: [{sourceLabels: {app: a}}], ";
            case 2 -> "match: [{uri: {prefix: /x}}], ";
            default -> "";
        };
        String destination = host(random).replace("'", "").replace("*.", "x.");
        String gateways = one(random, "", "", "gateways: [mesh, default/s1], ", "gateways: [default/s0, other/s1], ");
        String rest = random.nextInt(3) == 0 ? ", {route: [{destination: {host: s1, port: {number: 80}}}]}" : "";
        String http = random.nextInt(10) == 0
                ? "tcp: [{route: [{destination: {host: s1}}]}]"
                : "http: [{%stimeout: %ds, route: [{destination: {host: %s}}]}%s]"
                        .formatted(match, 1 + random.nextInt(3), destination, rest);
        return "spec: {hosts: [%s], %s%s%s}"
                .formatted(String.join(", ", hosts), gateways, http, random.nextInt(8) == 0 ? ", exportTo: ['.']" : "");
    }

    private static String sidecar(Random random) {
        String selector =
                random.nextBoolean() ? "workloadSelector: {labels: {app: %s}}, ".formatted(one(random, "a", "d")) : "";
        return "spec: {%segress: [%s]}"
                .formatted(
                        selector,
                        one(
                                random,
                                "{hosts: ['./*']}",
                                "{hosts: ['*/*']}",
                                "{port: {number: 8080, name: http, protocol: HTTP}, hosts: ['*/*']}, {hosts: ['./*']}",
                                "{hosts: ['*/*.example.com', './s1.default.svc.cluster.local']}"));
    }

    private static String pod(Random random, int number) {
        return """
            spec: {containers: [{name: c, image: x}]}
            status: {podIP: 10.2.0.%d, conditions: [{type: Ready, status: "%s"}]}
            """.formatted(number, random.nextInt(4) == 0 ? "False" : "True");
    }
}
