package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lateen.api.names.NameTable;
import dev.lateen.api.names.NameTable.NameInfo;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.resource.XdsResource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which names a proxy is told, and with which addresses. */
class NameTableTest {
    private static final ProxyNode CAPTURING = node("default", "10.0.0.1", Map.of("DNS_CAPTURE", "true"));

    private static final String REVIEWS = """
        apiVersion: v1
        kind: Service
        metadata: {name: reviews, namespace: default}
        spec: {clusterIP: 10.1.0.7, selector: {app: reviews}, ports: [{name: http, port: 9080}]}
        """;
    private static final String DATABASE = """
        apiVersion: v1
        kind: Service
        metadata: {name: db, namespace: default}
        spec: {clusterIP: None, selector: {app: db}, ports: [{name: tcp, port: 5432}]}
        """;

    private static ProxyNode node(String namespace, String addresses, Map<String, Object> metadata) {
        Map<String, Object> more = new HashMap<>(metadata);
        more.put("CLUSTER_ID", "Kubernetes");
        return Mesh.node(
                ProxyNode.Role.SIDECAR, "a", namespace, addresses, "lateen", Map.of("app", "a"), Map.copyOf(more));
    }

    private static String pod(String name, String address, boolean ready, String spec) {
        return """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, namespace: default, labels: {app: db}}
            spec: {%scontainers: [{name: c, image: x}]}
            status: {podIP: %s, conditions: [{type: Ready, status: "%s"}]}
            """.formatted(name, spec, address, ready ? "True" : "False");
    }

    private static String entry(String name, String spec) {
        return """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: %s, namespace: default}
            spec: {%s}
            """.formatted(name, spec);
    }

    private static Map<String, NameInfo> names(Mesh mesh, ProxyNode node) {
        List<XdsResource> all = mesh.translation(node).all(TypeUrls.NAME_TABLE);
        assertThat(all).hasSize(1);
        assertThat(all.getFirst().body().getTypeUrl())
                .isEqualTo("type.googleapis.com/istio.networking.nds.v1.NameTable");
        try {
            return NameTable.parseFrom(all.getFirst().body().getValue()).getTableMap();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> addresses(Mesh mesh, ProxyNode node, String host) {
        return Objects.requireNonNull(names(mesh, node).get(host), host).getIpsList();
    }

    @Test
    void aServiceIsNamedInFullWithWhatItsShortFormsAreMadeOf() {
        assertThat(names(Mesh.of(REVIEWS), CAPTURING))
                .containsOnly(Map.entry(
                        "reviews.default.svc.cluster.local",
                        NameInfo.newBuilder()
                                .addIps("10.1.0.7")
                                .setRegistry("Kubernetes")
                                .setShortname("reviews")
                                .setNamespace("default")
                                .build()));
    }

    @Test
    void aMeshWithoutNamesIsAnEmptyTable() {
        assertThat(names(Mesh.of(), CAPTURING)).isEmpty();
    }

    @Test
    void ofAddressesOfTwoFamiliesAProxyIsToldThoseThatItReaches() {
        Mesh mesh = Mesh.of(REVIEWS.replace("clusterIP: 10.1.0.7", "clusterIPs: [10.1.0.7, 'fd00::7']"));
        String host = "reviews.default.svc.cluster.local";
        assertThat(addresses(mesh, CAPTURING, host)).containsExactly("10.1.0.7");
        assertThat(addresses(mesh, node("default", "10.0.0.1,fd00::1", Map.of()), host))
                .containsExactly("10.1.0.7", "fd00::7");
        assertThat(addresses(mesh, node("default", "fd00::1", Map.of()), host)).containsExactly("fd00::7");
    }

    @Test
    void aHeadlessServiceIsItsReadyPodsAndEachPodWithASubdomainHasAName() {
        Mesh mesh = Mesh.of(
                DATABASE,
                pod("db-0", "10.0.1.1", true, "hostname: db-0, subdomain: db, "),
                pod("db-1", "10.0.1.0", true, "subdomain: db, "),
                pod("db-2", "10.0.1.2", false, "hostname: db-2, subdomain: db, "),
                pod("db-3", "10.0.1.3", true, ""));
        Map<String, NameInfo> names = names(mesh, CAPTURING);
        assertThat(names.keySet())
                .containsExactlyInAnyOrder(
                        "db.default.svc.cluster.local",
                        "db-0.db.default.svc.cluster.local",
                        "db-1.db.default.svc.cluster.local");
        assertThat(addresses(mesh, CAPTURING, "db.default.svc.cluster.local"))
                .containsExactly("10.0.1.0", "10.0.1.1", "10.0.1.3");
        assertThat(names.get("db-0.db.default.svc.cluster.local"))
                .isEqualTo(NameInfo.newBuilder()
                        .addIps("10.0.1.1")
                        .setRegistry("Kubernetes")
                        .setShortname("db-0.db")
                        .setNamespace("default")
                        .build());
    }

    @Test
    void podsThatAreNotReadyAreNamedIfTheServiceSaysSo() {
        Mesh mesh = Mesh.of(
                DATABASE.replace("clusterIP: None", "clusterIP: None, publishNotReadyAddresses: true"),
                pod("db-0", "10.0.1.1", false, "hostname: db-0, subdomain: db, "));
        assertThat(names(mesh, CAPTURING)).containsKey("db-0.db.default.svc.cluster.local");
    }

    @Test
    void aPodOfTwoFamiliesIsNamedWithBothAsItsSlicesSay() {
        String slice = """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: db-%1$s, namespace: default, labels: {kubernetes.io/service-name: db}}
            addressType: %1$s
            ports: [{name: tcp, port: 5432}]
            endpoints: [{addresses: ['%2$s'], hostname: db-0, conditions: {ready: true}}]
            """;
        Mesh mesh = Mesh.of(
                DATABASE,
                pod("db-0", "10.0.1.1", true, "hostname: db-0, subdomain: db, "),
                slice.formatted("IPv4", "10.0.1.1"),
                slice.formatted("IPv6", "fd00::1"));
        assertThat(addresses(mesh, CAPTURING, "db-0.db.default.svc.cluster.local"))
                .containsExactly("10.0.1.1", "fd00::1");
    }

    @Test
    void anEntryIsNamedByItsAddressesWithoutRanges() {
        Mesh mesh = Mesh.of(entry(
                "a",
                "hosts: [a.example.com, '*.b.example.com'], addresses: [240.1.1.1, 10.0.0.0/8, 'fd00::9'],"
                        + " ports: [{number: 443, name: tls, protocol: TLS}], resolution: STATIC,"
                        + " endpoints: [{address: 1.1.1.1}]"));
        NameInfo expected = NameInfo.newBuilder()
                .addIps("240.1.1.1")
                .addIps("fd00::9")
                .setRegistry("External")
                .build();
        assertThat(names(mesh, CAPTURING))
                .containsOnly(Map.entry("a.example.com", expected), Map.entry("*.b.example.com", expected));
    }

    @Test
    void anEntryWithoutAddressHasOneForThoseWhoCaptureDns() {
        Mesh mesh = Mesh.of(
                entry("a", "hosts: [a.example.com], ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS"),
                entry(
                        "b",
                        "hosts: [b.example.com], ports: [{number: 443, name: tls, protocol: TLS}], resolution: NONE"));
        Map<String, NameInfo> names = names(mesh, CAPTURING);
        assertThat(names).containsOnlyKeys("a.example.com");
        assertThat(addresses(mesh, CAPTURING, "a.example.com"))
                .singleElement()
                .asString()
                .startsWith("240.240.");
        assertThat(names(mesh, node("default", "10.0.0.1", Map.of()))).isEmpty();
    }

    @Test
    void anotherNameOfAHostIsLeftToDns() {
        Mesh mesh = Mesh.of("""
            apiVersion: v1
            kind: Service
            metadata: {name: other, namespace: default}
            spec: {type: ExternalName, externalName: example.com}
            """);
        assertThat(names(mesh, CAPTURING)).isEmpty();
    }

    @Test
    void onlyWhatAProxyMaySeeIsNamed() {
        String kept = REVIEWS.replace(
                "namespace: default}", "namespace: default, annotations: {networking.istio.io/exportTo: '.'}}");
        ProxyNode other = node("other", "10.0.0.2", Map.of());
        assertThat(names(Mesh.of(REVIEWS), other)).isNotEmpty();
        assertThat(names(Mesh.of(kept), other)).isEmpty();
        String sidecar = """
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: default, namespace: other}
            spec: {egress: [{hosts: ['./*']}]}
            """;
        assertThat(names(Mesh.of(REVIEWS, sidecar), other)).isEmpty();
        assertThat(names(Mesh.of(REVIEWS, sidecar), CAPTURING)).isNotEmpty();
    }

    @Test
    void aTableStaysTheSameObjectUntilAnAddressChanges() {
        Mesh mesh = Mesh.of(REVIEWS, DATABASE, pod("db-0", "10.0.1.1", true, ""));
        List<XdsResource> before = mesh.translation(CAPTURING).all(TypeUrls.NAME_TABLE);
        Mesh labelled = mesh.then(
                REVIEWS.replace("namespace: default}", "namespace: default, labels: {a: b}}"),
                DATABASE,
                pod("db-0", "10.0.1.1", true, ""));
        assertThat(labelled.translation(CAPTURING).all(TypeUrls.NAME_TABLE)).isSameAs(before);
        Mesh moved = labelled.then(REVIEWS, DATABASE, pod("db-0", "10.0.1.2", true, ""));
        List<XdsResource> after = moved.translation(CAPTURING).all(TypeUrls.NAME_TABLE);
        assertThat(after).isNotSameAs(before);
        assertThat(after.getFirst().version())
                .isNotEqualTo(before.getFirst().version())
                .isEqualTo(Mesh.of(REVIEWS, DATABASE, pod("db-0", "10.0.1.2", true, ""))
                        .translation(CAPTURING)
                        .all(TypeUrls.NAME_TABLE)
                        .getFirst()
                        .version());
    }

    @Test
    void proxiesThatSeeTheSameShareOneTable() {
        Mesh mesh = Mesh.of(REVIEWS);
        ProxyNode twin = node("default", "10.0.0.9", Map.of("DNS_CAPTURE", "true"));
        assertThat(mesh.translation(twin).all(TypeUrls.NAME_TABLE))
                .isSameAs(mesh.translation(CAPTURING).all(TypeUrls.NAME_TABLE));
    }
}
