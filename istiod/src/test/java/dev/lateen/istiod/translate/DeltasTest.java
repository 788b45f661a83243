package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServicePort;
import dev.lateen.istiod.translate.resource.XdsResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A sequence of changes gives the snapshot, and what proxies are sent, that a fresh start with the last config gives. */
class DeltasTest {
    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final List<ProxyNode> NODES = List.of(
            Mesh.envoy("a", "10.0.0.1", Map.of("app", "a", "version", "v1")),
            Mesh.envoy("z", "10.9.0.1", Map.of("app", "b")),
            Mesh.node(
                    ProxyNode.Role.SIDECAR,
                    "b",
                    "default",
                    "10.0.0.2",
                    "lateen",
                    Map.of("app", "b"),
                    Map.of("INTERCEPTION_MODE", "NONE", "LATEEN_HTTP_PROXY_PORT", "15080")),
            Mesh.node(
                    ProxyNode.Role.SIDECAR,
                    "d",
                    "default",
                    "10.0.0.3",
                    "lateen",
                    Map.of("app", "a"),
                    Map.of("DNS_CAPTURE", "true", "CLUSTER_ID", "Kubernetes")),
            Mesh.gateway("istio-system", Map.of("istio", "ingressgateway")));

    @Test
    void aSequenceOfChangesGivesWhatAFreshStartGives() {
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            Map<String, String> objects = new TreeMap<>();
            MeshConfig mesh = Mesh.config("{}");
            MeshSnapshot snapshot = null;
            Translator translator = new Translator();
            for (int step = 0; step < 14; step++) {
                edit(random, objects);
                if (random.nextInt(10) == 0) {
                    mesh = Mesh.config(mesh(random));
                }
                ConfigInput input = Mesh.input(mesh, objects.values().toArray(String[]::new));
                snapshot = MeshSnapshot.build(input, snapshot);
                if (random.nextInt(4) > 0) {
                    // Some snapshots nobody sees.
                    assertSame(
                            seed + "/" + step, snapshot, translator, MeshSnapshot.build(input, null), new Translator());
                }
            }
        }
    }

    @Test
    void whichOfTwoEquallyOldEntriesCountsIsNotToldByWhoCameLast() {
        String one = entry("one", "same.example.com", 80);
        String other = entry("other", "same.example.com", 8080);
        String another = entry("another", "another.example.com", 80);
        for (List<String> first : List.of(List.of(one, another), List.of(another, other))) {
            MeshConfig mesh = Mesh.config("{}");
            MeshSnapshot before = MeshSnapshot.build(Mesh.input(mesh, first.toArray(String[]::new)), null);
            MeshSnapshot after = MeshSnapshot.build(Mesh.input(mesh, one, other), before);
            MeshSnapshot fresh = MeshSnapshot.build(Mesh.input(mesh, one, other), null);
            assertThat(after.registry().services()).isEqualTo(fresh.registry().services());
            assertThat(after.registry().services("same.example.com"))
                    .isEqualTo(fresh.registry().services("same.example.com"));
        }
    }

    private static String entry(String name, String host, int port) {
        return meta("networking.istio.io/v1", "ServiceEntry", name, "default", "")
                + "spec: {hosts: [%s], ports: [{number: %d, name: http, protocol: HTTP}], resolution: %s}\n"
                        .formatted(host, port, port == 80 ? "DNS" : "NONE");
    }

    private static void edit(Random random, Map<String, String> objects) {
        int edits = 1 + random.nextInt(objects.isEmpty() ? 12 : 3);
        for (int i = 0; i < edits; i++) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            int kind = random.nextInt(14);
            String key = kind + name + (kind == 1 ? random.nextInt(3) : "");
            if (random.nextInt(4) == 0) {
                objects.remove(key);
            } else {
                objects.put(key, object(random, kind, name, key));
            }
        }
    }

    private static String mesh(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> "defaultServiceExportTo: ['.']";
            case 1 -> "defaultDestinationRuleExportTo: ['.']";
            case 2 -> "defaultVirtualServiceExportTo: ['.']";
            default -> "{}";
        };
    }

    private static String namespace(Random random) {
        return random.nextInt(4) == 0 ? "other" : "default";
    }

    private static String object(Random random, int kind, String name, String key) {
        return switch (kind) {
            case 0 -> service(random, name);
            case 1 -> pod(random, name, key.charAt(key.length() - 1) - '0');
            case 2 -> serviceEntry(random, name);
            case 3 -> workloadEntry(random, name);
            case 4 -> destinationRule(random, name);
            case 5 -> virtualService(random, name);
            case 6 -> peers(random, name);
            case 7 -> policy(random, name);
            case 8 -> sidecar(random, name);
            case 9 -> gateway(random, name);
            case 10 -> slice(random, name);
            case 11 -> node(random, name);
            case 12 -> telemetry(random, name);
            default -> delegate(random, name);
        };
    }

    private static String meta(String version, String kind, String name, String namespace, String more) {
        return "apiVersion: %s\nkind: %s\nmetadata: {name: %s, namespace: %s%s}\n"
                .formatted(version, kind, name, namespace, more);
    }

    private static String service(Random random, String name) {
        String spec = switch (random.nextInt(5)) {
            case 0 -> "clusterIP: None, selector: {app: %s}, ports: [{name: tcp, port: 9000}]".formatted(name);
            case 1 -> "type: ExternalName, externalName: b.default.svc.cluster.local";
            case 2 ->
                "clusterIP: 10.1.0.%d, selector: {app: %s}, trafficDistribution: PreferClose, ports: [{name: http, port: 80}]"
                        .formatted(name.charAt(0) - 'a', name);
            default ->
                "clusterIP: 10.1.0.%d, selector: {app: %s}, ports: [{name: http, port: 80, targetPort: %d}, {name: tcp, port: 9000}]"
                        .formatted(name.charAt(0) - 'a', name, 8000 + random.nextInt(2));
        };
        String more = random.nextInt(5) == 0 ? ", annotations: {networking.istio.io/exportTo: '.'}" : "";
        return meta("v1", "Service", name, "default", more) + "spec: {" + spec + "}\n";
    }

    private static String pod(Random random, String name, int number) {
        return meta(
                        "v1",
                        "Pod",
                        name + "-" + number,
                        "default",
                        ", labels: {app: %s, version: v%d%s}"
                                .formatted(
                                        name,
                                        random.nextInt(2),
                                        random.nextBoolean() ? ", security.istio.io/tlsMode: istio" : ""))
                + """
                spec: {serviceAccountName: sa%d, nodeName: %s, subdomain: '%s', containers: [{name: c, image: x}]}
                status: {podIP: 10.0.0.%d, conditions: [{type: Ready, status: "%s"}]}
                """.formatted(
                                random.nextInt(2),
                                NAMES.get(random.nextInt(3)),
                                random.nextBoolean() ? name : "",
                                random.nextInt(6),
                                random.nextInt(4) == 0 ? "False" : "True");
    }

    private static String serviceEntry(Random random, String name) {
        String how = switch (random.nextInt(5)) {
            case 0 -> "resolution: STATIC, workloadSelector: {labels: {app: %s}}".formatted(name);
            case 1 ->
                "resolution: STATIC, endpoints: [{address: 10.0.0.%d, labels: {app: x}}]".formatted(random.nextInt(6));
            case 2 -> "resolution: DNS";
            case 3 ->
                "resolution: DNS, location: MESH_INTERNAL, endpoints: [{address: one.example.com, serviceAccount: sa%d}]"
                        .formatted(random.nextInt(2));
            default -> "resolution: NONE";
        };
        String host = random.nextInt(3) == 0 ? "same.example.com" : name + ".example.com";
        String second = random.nextInt(3) == 0 ? ", two." + host : "";
        return meta("networking.istio.io/v1", "ServiceEntry", "se-" + name, namespace(random), "")
                + "spec: {hosts: [%s%s], ports: [{number: %d, name: http, protocol: HTTP}], %s}\n"
                        .formatted(host, second, random.nextInt(3) == 0 ? 8080 : 80, how);
    }

    private static String workloadEntry(Random random, String name) {
        return meta("networking.istio.io/v1", "WorkloadEntry", "we-" + name, "default", "")
                + "spec: {address: 10.0.1.%d, labels: {app: %s}, serviceAccount: sa%d, locality: r%d}\n"
                        .formatted(random.nextInt(3), name, random.nextInt(2), random.nextInt(2));
    }

    private static String destinationRule(Random random, String name) {
        String host = switch (random.nextInt(4)) {
            case 0 -> "'*.default.svc.cluster.local'";
            case 1 -> name + ".example.com";
            default -> name;
        };
        String more = switch (random.nextInt(4)) {
            case 0 -> ", workloadSelector: {matchLabels: {app: a}}";
            case 1 -> ", exportTo: ['.']";
            default -> "";
        };
        return meta("networking.istio.io/v1", "DestinationRule", "dr-" + name, namespace(random), "")
                + "spec: {host: %s, subsets: [{name: v1, labels: {version: v1}}], trafficPolicy: {connectionPool: {tcp: {maxConnections: %d}}}%s}\n"
                        .formatted(host, 1 + random.nextInt(3), more);
    }

    private static String virtualService(Random random, String name) {
        String route = switch (random.nextInt(4)) {
            case 0 -> "tcp: [{match: [{port: 9000}], route: [{destination: {host: b}}]}]";
            case 1 ->
                "http: [{match: [{uri: {prefix: /d}}], delegate: {name: vd-%s, namespace: default}}, {timeout: 1s, route: [{destination: {host: a}}]}]"
                        .formatted(NAMES.get(random.nextInt(3)));
            case 2 ->
                "http: [{match: [{sourceLabels: {app: a}}], route: [{destination: {host: b}}]}, {route: [{destination:"
                        + " {host: c}}]}]";
            default ->
                "http: [{timeout: %ds, route: [{destination: {host: %s}}]}]"
                        .formatted(1 + random.nextInt(3), NAMES.get(random.nextInt(3)));
        };
        String gateways = random.nextInt(3) == 0 ? "gateways: [mesh, default/gw-a], " : "";
        String hosts = random.nextInt(3) == 0 ? "'*.example.com'" : name;
        return meta("networking.istio.io/v1", "VirtualService", "vs-" + name, "default", "")
                + "spec: {hosts: [%s], %s%s}\n".formatted(hosts, gateways, route);
    }

    private static String delegate(Random random, String name) {
        return meta("networking.istio.io/v1", "VirtualService", "vd-" + name, "default", "")
                + "spec: {http: [{match: [{uri: {prefix: /d/%d}}], route: [{destination: {host: %s}}]}]}\n"
                        .formatted(random.nextInt(3), NAMES.get(random.nextInt(3)));
    }

    private static String peers(Random random, String name) {
        return meta(
                        "security.istio.io/v1",
                        "PeerAuthentication",
                        "pa-" + name,
                        random.nextInt(3) == 0 ? "istio-system" : "default",
                        "")
                + "spec: {mtls: {mode: %s}}\n"
                        .formatted(List.of("STRICT", "DISABLE", "PERMISSIVE").get(random.nextInt(3)));
    }

    private static String policy(Random random, String name) {
        return meta("security.istio.io/v1", "AuthorizationPolicy", "ap-" + name, namespace(random), "")
                + "spec: {selector: {matchLabels: {app: %s}}, rules: [{to: [{operation: {paths: [/%d]}}]}]}\n"
                        .formatted(name, random.nextInt(3));
    }

    private static String sidecar(Random random, String name) {
        String selector = random.nextBoolean() ? "workloadSelector: {labels: {app: %s}}, ".formatted(name) : "";
        return meta("networking.istio.io/v1", "Sidecar", "sc-" + name, namespace(random), "")
                + "spec: {%segress: [{hosts: ['%s']}]}\n"
                        .formatted(selector, random.nextBoolean() ? "./*" : "*/" + name + ".default.svc.cluster.local");
    }

    private static String gateway(Random random, String name) {
        return meta("networking.istio.io/v1", "Gateway", "gw-" + name, "default", "")
                + "spec: {selector: {istio: ingressgateway}, servers: [{port: {number: %d, name: http, protocol: HTTP}, hosts: ['*']}]}\n"
                        .formatted(80 + random.nextInt(2));
    }

    private static String slice(Random random, String name) {
        return meta(
                        "discovery.k8s.io/v1",
                        "EndpointSlice",
                        "es-" + name,
                        "default",
                        ", labels: {kubernetes.io/service-name: %s}".formatted(NAMES.get(random.nextInt(3))))
                + "addressType: IPv4\nports: [{name: http, port: %d}]\nendpoints: [{addresses: [10.0.0.%d, 10.0.5.%d], conditions: {ready: %s}}]\n"
                        .formatted(
                                8000 + random.nextInt(2), random.nextInt(6), random.nextInt(2), random.nextBoolean());
    }

    private static String node(Random random, String name) {
        return "apiVersion: v1\nkind: Node\nmetadata: {name: %s, labels: {topology.kubernetes.io/region: r%d, topology.kubernetes.io/zone: z%d}}\n"
                .formatted(name, random.nextInt(2), random.nextInt(2));
    }

    private static String telemetry(Random random, String name) {
        return meta("telemetry.istio.io/v1", "Telemetry", "te-" + name, namespace(random), "")
                + "spec: {selector: {matchLabels: {app: %s}}, accessLogging: [{providers: [{name: envoy}], filter: {expression: 'response.code >= %d'}}]}\n"
                        .formatted(name, 400 + random.nextInt(3));
    }

    private static void assertSame(
            String at, MeshSnapshot after, Translator translator, MeshSnapshot fresh, Translator freshTranslator) {
        assertThat(told(after)).as(at).isEqualTo(told(fresh));
        assertThat(after.registry().services())
                .as(at)
                .isEqualTo(fresh.registry().services());
        for (Service service : fresh.registry().services()) {
            for (ServicePort port : service.ports()) {
                assertThat(after.registry().endpoints(service, port))
                        .as(at + " " + service.hostname())
                        .isEqualTo(fresh.registry().endpoints(service, port));
            }
            assertThat(after.registry().aliasesOf(service.hostname()))
                    .isEqualTo(fresh.registry().aliasesOf(service.hostname()));
            assertThat(after.registry().services(service.hostname()))
                    .isEqualTo(fresh.registry().services(service.hostname()));
        }
        for (int i = 0; i < 6; i++) {
            String address = "10.0.0." + i;
            assertThat(after.registry().workloadsAt(address))
                    .as(at)
                    .isEqualTo(fresh.registry().workloadsAt(address));
        }
        for (ProxyNode node : NODES) {
            Translation made = translator.translate(after, node);
            Translation wanted = freshTranslator.translate(fresh, node);
            for (String type : List.of(
                    TypeUrls.CLUSTER, TypeUrls.LISTENER, TypeUrls.ROUTE, TypeUrls.ENDPOINT, TypeUrls.NAME_TABLE)) {
                assertThat(resources(made, type))
                        .as(at + " " + node.id() + " " + type)
                        .isEqualTo(resources(wanted, type));
            }
        }
    }

    /** Without the places: a resource that only moved stays the object that it was. */
    private static List<String> told(MeshSnapshot snapshot) {
        return snapshot.problems().stream()
                .map(problem -> problem.subject() + ": " + problem.path() + ": " + problem.found())
                .sorted()
                .toList();
    }

    private static List<String> resources(Translation translation, String type) {
        List<String> all = new ArrayList<>();
        for (XdsResource resource : translation.all(type)) {
            all.add(resource.name() + " " + resource.version());
            @Nullable XdsResource named = translation.named(type, resource.name());
            assertThat(named).as(type + " " + resource.name()).isNotNull();
            assertThat(named.version()).isEqualTo(resource.version());
        }
        return all;
    }
}
