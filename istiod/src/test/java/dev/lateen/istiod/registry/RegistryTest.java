package dev.lateen.istiod.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.KubernetesReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RegistryTest {
    private static final String HOST = "reviews.default.svc.cluster.local";

    private static Registry registry(String... yaml) {
        return next(null, yaml);
    }

    private static Registry next(@Nullable Registry before, String... yaml) {
        List<ConfigObject> objects = new ArrayList<>();
        for (String text : yaml) {
            Reading reading = new ResourceReader().read("test.yaml", text);
            assertThat(reading.problems()).isEmpty();
            objects.addAll(KubernetesReader.objects(reading));
        }
        MeshConfig mesh = new ResourceReader()
                .readMeshConfig("mesh.yaml", "{}")
                .settings()
                .orElseThrow();
        return (before == null ? Registry.empty() : before)
                .next(ConfigInput.of(1, mesh, objects).objects(), mesh);
    }

    private static String service(String more) {
        return """
            apiVersion: v1
            kind: Service
            metadata: {name: reviews, annotations: {networking.istio.io/exportTo: "."}}
            spec: {selector: {app: reviews}, ports: [{name: http, port: 9080, targetPort: web}]%s}
            """.formatted(more);
    }

    private static String pod(String name, String address, String more) {
        return """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, labels: {app: reviews%s}}
            spec: {serviceAccountName: bookinfo, containers: [{name: c, image: x, ports: [{name: web, containerPort: 8000}]}]}
            status: {podIP: %s, conditions: [{type: Ready, status: "True"}]}
            """.formatted(name, more, address);
    }

    private static String entry(String name, String spec) {
        return """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: %s}
            spec: {%s}
            """.formatted(name, spec);
    }

    private static List<String> endpoints(Registry registry, String host, int port) {
        Service service = registry.services(host).getFirst();
        return registry.endpoints(service, service.port(port).orElseThrow()).stream()
                .map(e -> e.address() + ":" + e.port())
                .toList();
    }

    @Test
    void endpointsAreThePodsThatTheSelectorMeansAtTheNamedPort() {
        Registry registry = registry(
                service(""),
                pod("reviews-b", "10.0.0.2", ""),
                pod("reviews-a", "10.0.0.1", ", version: v1"),
                pod("other", "10.0.0.3", "").replace("app: reviews", "app: other"));
        assertThat(endpoints(registry, HOST, 9080)).containsExactly("10.0.0.1:8000", "10.0.0.2:8000");
        assertThat(registry.serviceAccounts(registry.services(HOST).getFirst(), "cluster.local"))
                .containsExactly("spiffe://cluster.local/ns/default/sa/bookinfo");
        assertThat(registry.targets(List.of("10.0.0.1"), "default", Map.of()))
                .singleElement()
                .extracting(ServiceTarget::targetPort)
                .isEqualTo(8000);
    }

    @Test
    void writtenEndpointsWinOverTheSelector() {
        Registry registry = registry(service(""), pod("reviews-a", "10.0.0.1", ""), """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: reviews-x, labels: {kubernetes.io/service-name: reviews}}
            addressType: IPv4
            ports: [{name: http, port: 8001}]
            endpoints: [{addresses: [10.0.0.7], conditions: {ready: true}}]
            """);
        assertThat(endpoints(registry, HOST, 9080)).containsExactly("10.0.0.7:8001");
    }

    @Test
    void aServiceIsSeenWhereItIsExportedTo() {
        Service service = registry(service("")).services(HOST).getFirst();
        assertThat(service.visibleTo("default")).isTrue();
        assertThat(service.visibleTo("elsewhere")).isFalse();
    }

    @Test
    void aServiceWithoutAddressIsHeadless() {
        assertThat(registry(service(", clusterIP: None"))
                        .services(HOST)
                        .getFirst()
                        .headless())
                .isTrue();
        assertThat(registry(service("")).services(HOST).getFirst().headless()).isFalse();
    }

    @Test
    void entriesOfOneHostAreOneServiceWithThePortsAndEndpointsOfAll() {
        String port = "ports: [{number: %d, name: http, protocol: HTTP, targetPort: %d}], endpoints: [{address: %s}]";
        Registry registry = registry(
                entry("a", "hosts: [h.test], resolution: STATIC, " + port.formatted(80, 8080, "10.1.0.1")),
                entry("b", "hosts: [h.test, other.test], resolution: STATIC, " + port.formatted(81, 8081, "10.1.0.2")),
                entry("c", "hosts: [h.test], resolution: STATIC, " + port.formatted(80, 8082, "10.1.0.3")));
        assertThat(registry.services("h.test")).hasSize(1);
        assertThat(registry.services("h.test").getFirst().ports())
                .extracting(ServicePort::number)
                .containsExactly(80, 81);
        // Each port leads to the endpoints of the entries that have it, at their own target ports.
        assertThat(endpoints(registry, "h.test", 80)).containsExactly("10.1.0.1:8080", "10.1.0.3:8082");
        assertThat(endpoints(registry, "h.test", 81)).containsExactly("10.1.0.2:8081");
        assertThat(endpoints(registry, "other.test", 81)).containsExactly("10.1.0.2:8081");
    }

    @Test
    void entriesThatFindEndpointsInAnotherWayAreNotMerged() {
        Registry registry = registry(
                entry(
                        "a",
                        "hosts: [h.test], resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}],"
                                + " endpoints: [{address: 10.1.0.1}]"),
                entry("b", "hosts: [h.test], resolution: DNS, ports: [{number: 81, name: http, protocol: HTTP}]"));
        assertThat(registry.services("h.test").getFirst().ports())
                .extracting(ServicePort::number)
                .containsExactly(80);
        assertThat(endpoints(registry, "h.test", 80)).containsExactly("10.1.0.1:80");
    }

    @Test
    void aKubernetesServiceWinsOverAnEntryOfItsHost() {
        Registry registry = registry(
                entry("squatter", "hosts: [" + HOST + "], resolution: DNS, ports: [{number: 1, name: http}]"),
                service(""));
        assertThat(registry.services(HOST).getFirst().kubernetes()).isTrue();
    }

    @Test
    void hostsWithoutAnAddressGetOneThatStaysUnlessTheirLabelSaysNo() {
        String spec = "hosts: [h.test], resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}]";
        String address =
                registry(entry("a", spec)).services("h.test").getFirst().autoAddress();
        assertThat(address).startsWith("240.240.");
        Registry more = registry(entry("z", spec.replace("h.test", "z.test")), entry("a", spec));
        assertThat(more.services("h.test").getFirst().autoAddress()).isEqualTo(address);
        String refused = entry("a", spec)
                .replace("{name: a}", "{name: a, labels: {networking.istio.io/enable-autoallocate-ip: \"false\"}}");
        assertThat(registry(refused).services("h.test").getFirst().autoAddress())
                .isEmpty();
        String wild = entry("w", spec.replace("h.test", "\"*.w.test\"") + ", endpoints: [{address: w.test}]");
        assertThat(registry(wild).services("*.w.test").getFirst().autoAddress()).isEmpty();
    }

    @Test
    void aWorkloadsPlaceIsItsLabelsOrItsNodes() {
        String node = """
            apiVersion: v1
            kind: Node
            metadata: {name: n, labels: {topology.kubernetes.io/region: r, topology.kubernetes.io/zone: z}}
            """;
        String onNode = pod("a", "10.0.0.1", "").replace("spec: {", "spec: {nodeName: n, ");
        assertThat(registry(node, onNode)
                        .workloadsAt("10.0.0.1")
                        .getFirst()
                        .place()
                        .locality())
                .isEqualTo("r/z");
        String labelled = pod("a", "10.0.0.1", ", istio-locality: x.y.s").replace("spec: {", "spec: {nodeName: n, ");
        assertThat(registry(node, labelled)
                        .workloadsAt("10.0.0.1")
                        .getFirst()
                        .place()
                        .locality())
                .isEqualTo("x/y/s");
    }

    @Test
    void whatDidNotChangeIsTheSameObject() {
        String other =
                entry("a", "hosts: [h.test], resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}]");
        Registry first = registry(service(""), pod("reviews-a", "10.0.0.1", ""), other);
        Registry second =
                next(first, service(""), pod("reviews-a", "10.0.0.1", ""), pod("reviews-b", "10.0.0.2", ""), other);
        Service reviews = first.services(HOST).getFirst();
        assertThat(second.services(HOST).getFirst()).isSameAs(reviews);
        Service entry = first.services("h.test").getFirst();
        ServicePort port = entry.ports().getFirst();
        assertThat(second.endpoints(entry, port)).isSameAs(first.endpoints(entry, port));
        assertThat(second.endpoints(reviews, reviews.ports().getFirst())).hasSize(2);
    }
}
