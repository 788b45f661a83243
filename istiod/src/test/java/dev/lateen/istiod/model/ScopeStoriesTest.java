package dev.lateen.istiod.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.networking.VirtualService;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServicePort;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a proxy may see, and which rules are its own. */
class ScopeStoriesTest {
    private static String service(String name, String namespace, String ports) {
        return """
            apiVersion: v1
            kind: Service
            metadata: {name: %s, namespace: %s}
            spec: {ports: [%s]}
            """.formatted(name, namespace, ports);
    }

    private static final String TWO_PORTS = "{name: http, port: 80}, {name: tcp, port: 9000}";
    private static final String U = service("u", "apps", TWO_PORTS);

    private static String rule(String name, String namespace, String host, String more) {
        return """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: %s, namespace: %s}
            spec: {host: "%s"%s}
            """.formatted(name, namespace, host, more);
    }

    private static @Nullable String ruleFor(MeshSnapshot mesh, String client, Map<String, String> labels) {
        WorkloadScope scope = mesh.scope(TestMesh.sidecar(client, "10.0.0.1", labels));
        MergedRule rule =
                scope.destinationRule(scope.service("u.apps.svc.cluster.local").orElseThrow());
        return rule == null ? null : rule.key().name();
    }

    @Test
    void theClientsNamespaceIsAskedFirstThenTheServicesThenTheRoot() {
        String own = rule("own", "client", "u.apps.svc.cluster.local", "");
        String ofService = rule("service", "apps", "u", "");
        String root = rule("root", "istio-system", "*", "");
        assertThat(ruleFor(TestMesh.of(U, own, ofService, root), "client", Map.of()))
                .isEqualTo("own");
        assertThat(ruleFor(TestMesh.of(U, ofService, root), "client", Map.of())).isEqualTo("service");
        assertThat(ruleFor(TestMesh.of(U, root), "client", Map.of())).isEqualTo("root");
    }

    @Test
    void ofOneNamespaceTheMostSpecificHostCounts() {
        String star = rule("star", "apps", "*.apps.svc.cluster.local", "");
        assertThat(ruleFor(TestMesh.of(U, star, rule("exact", "apps", "u", "")), "client", Map.of()))
                .isEqualTo("exact");
        assertThat(ruleFor(TestMesh.of(U, star), "client", Map.of())).isEqualTo("star");
    }

    @Test
    void rulesThatOthersMayNotUseHideNoneThatTheyMay() {
        String star = rule("star", "apps", "*.apps.svc.cluster.local", "");
        String secret = rule("private", "apps", "u", ", exportTo: [\".\"]");
        String selected = rule("selected", "apps", "u", ", workloadSelector: {matchLabels: {app: x}}");
        assertThat(ruleFor(TestMesh.of(U, star, secret), "client", Map.of())).isEqualTo("star");
        assertThat(ruleFor(TestMesh.of(U, star, selected), "client", Map.of("app", "x")))
                .isEqualTo("star");
        // At home they come first, as in Istio.
        assertThat(ruleFor(TestMesh.of(U, star, secret), "apps", Map.of())).isEqualTo("private");
        assertThat(ruleFor(TestMesh.of(U, star, selected), "apps", Map.of("app", "x")))
                .isEqualTo("selected");
        assertThat(ruleFor(TestMesh.of(U, star, selected), "apps", Map.of("app", "y")))
                .isNull();
    }

    @Test
    void rulesOfOneHostAreOne() {
        MeshSnapshot mesh = TestMesh.of(
                U,
                rule("a", "apps", "u", ", subsets: [{name: v1}]"),
                rule("b", "apps", "u", ", subsets: [{name: v1, labels: {x: z}}, {name: v2}]"));
        WorkloadScope scope = TestMesh.scope(mesh, "client");
        MergedRule rule =
                scope.destinationRule(scope.service("u.apps.svc.cluster.local").orElseThrow());
        assertThat(rule).isNotNull();
        assertThat(rule.subsets()).extracting(s -> s.name()).containsExactly("v1", "v2");
        assertThat(rule.subset("v1").orElseThrow().labels()).isEmpty();
    }

    private static String sidecar(String egress) {
        return """
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: default, namespace: client}
            spec: {egress: [%s]}
            """.formatted(egress);
    }

    private static List<String> seen(List<Service> services) {
        return services.stream()
                .map(s -> s.name() + s.ports().stream().map(ServicePort::number).toList())
                .toList();
    }

    @Test
    void anEgressEntrySeesWhatItNamesAtItsPort() {
        MeshSnapshot mesh = TestMesh.of(
                U,
                service("v", "apps", TWO_PORTS),
                service("w", "client", "{name: http, port: 80}"),
                sidecar("{port: {number: 80, protocol: HTTP, name: h}, hosts: [apps/u.apps.svc.cluster.local]},"
                        + " {hosts: [./*]}"));
        WorkloadScope scope = TestMesh.scope(mesh, "client");
        assertThat(scope.egress())
                .extracting(e -> seen(e.services()))
                .containsExactly(List.of("u[80]"), List.of("w[80]"));
        assertThat(seen(scope.services())).containsExactlyInAnyOrder("u[80]", "w[80]");
        assertThat(TestMesh.scope(mesh, "apps").egress())
                .singleElement()
                .satisfies(all -> assertThat(seen(all.services())).contains("u[80, 9000]", "v[80, 9000]"));
    }

    @Test
    void whatARuleLeadsToIsReachedByTheRuleAlone() {
        MeshSnapshot mesh =
                TestMesh.of(U, service("w", "client", "{name: http, port: 80}"), sidecar("{hosts: [./*]}"), """
                    apiVersion: networking.istio.io/v1
                    kind: VirtualService
                    metadata: {name: w, namespace: client}
                    spec:
                      hosts: [w]
                      http: [{route: [{destination: {host: u.apps.svc.cluster.local, port: {number: 9000}}}]}]
                    """);
        WorkloadScope scope = TestMesh.scope(mesh, "client");
        assertThat(seen(scope.egress().getFirst().services())).containsExactly("w[80]");
        assertThat(seen(scope.services())).containsExactly("w[80]", "u[9000]");
    }

    private static String routes(String name, String spec) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: %s, namespace: apps}
            spec: {%s}
            """.formatted(name, spec);
    }

    private static List<RoutingRule> rules(MeshSnapshot mesh, String namespace) {
        return TestMesh.scope(mesh, namespace).allRoutingRules();
    }

    @Test
    void aDelegatesRoutesStandInForTheRootsWithItsMatches() {
        MeshSnapshot mesh = TestMesh.of(
                U,
                routes(
                        "root",
                        "hosts: [u], http: [{name: r, match: [{uri: {prefix: /a}}], delegate: {name: leaf}, timeout:"
                                + " 3s}]"),
                routes(
                        "leaf",
                        "http: [{name: l, match: [{uri: {prefix: /a/b}}], route: [{destination: {host: u}}]},"
                                + " {match: [{uri: {prefix: /c}}], route: [{destination: {host: u}}]}]"));
        assertThat(rules(mesh, "client")).singleElement().satisfies(rule -> {
            assertThat(rule.hosts()).containsExactly("u.apps.svc.cluster.local");
            assertThat(rule.http()).singleElement().satisfies(route -> {
                assertThat(route.timeout()).hasSeconds(3);
                assertThat(route.match().getFirst().request().uri()).hasToString("Prefix[prefix=/a/b]");
            });
        });
        assertThat(mesh.problems())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.toString()).contains("VirtualService apps/leaf", "not a narrowing"));
    }

    @Test
    void aDelegateThatIsNotThereLeavesItsRouteOut() {
        MeshSnapshot mesh = TestMesh.of(U, routes("root", "hosts: [u], http: [{delegate: {name: none}}]"));
        assertThat(rules(mesh, "client").getFirst().http()).isEmpty();
        assertThat(mesh.problems())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.toString()).contains("VirtualService apps/root", "apps/none", "left out"));
    }

    @Test
    void aRuleIsSeenWhereItIsExportedTo() {
        MeshSnapshot mesh = TestMesh.of(
                U, routes("own", "hosts: [u], exportTo: [\".\"], http: [{route: [{destination: {host: u}}]}]"));
        assertThat(rules(mesh, "apps")).hasSize(1);
        assertThat(rules(mesh, "client")).isEmpty();
    }

    @Test
    void resourcesAreOrderedByAgeAndKeepTheirIdentity() {
        String old = routes("z", "hosts: [u], http: [{route: [{destination: {host: u}}]}]")
                .replace("namespace: apps}", "namespace: apps, creationTimestamp: \"2020-01-01T00:00:00Z\"}");
        String young = routes("a", "hosts: [v], http: [{route: [{destination: {host: u}}]}]")
                .replace("namespace: apps}", "namespace: apps, creationTimestamp: \"2024-01-01T00:00:00Z\"}");
        MeshSnapshot first = TestMesh.of(U, young, old);
        assertThat(first.all(VirtualService.class)).extracting(r -> r.name()).containsExactly("z", "a");
        MeshSnapshot second = TestMesh.then(first, U, old, young.replace("hosts: [v]", "hosts: [w]"));
        assertThat(second.all(VirtualService.class).getFirst())
                .isSameAs(first.all(VirtualService.class).getFirst());
        assertThat(rules(second, "client").getFirst())
                .isSameAs(rules(first, "client").getFirst());
        assertThat(second.all(VirtualService.class).getLast())
                .isNotEqualTo(first.all(VirtualService.class).getLast());
    }
}
