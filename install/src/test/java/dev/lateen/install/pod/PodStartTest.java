package dev.lateen.install.pod;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.admin.StatsConfig;
import dev.lateen.proxy.agent.AgentSettings;
import dev.lateen.proxy.agent.AppProbe;
import dev.lateen.proxy.agent.ScrapeTarget;
import dev.lateen.proxy.identity.IdentitySettings;
import dev.lateen.proxy.model.LoadAssignment.Locality;
import dev.lateen.proxy.xds.bootstrap.ControlPlane;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A pod's proxy starts with what Istio's injection template gives, and with nothing else. */
class PodStartTest {
    private static final String ROOT = "-----BEGIN CERTIFICATE-----\nroot\n-----END CERTIFICATE-----\n";

    /** The variables that Istio 1.31 gives a sidecar, in the values of one pod. */
    private final Map<String, String> environment = new HashMap<>(Map.ofEntries(
            Map.entry("PILOT_CERT_PROVIDER", "istiod"),
            Map.entry("CA_ADDR", "istiod.istio-system.svc:15012"),
            Map.entry("POD_NAME", "hello-1"),
            Map.entry("POD_NAMESPACE", "shop"),
            Map.entry("INSTANCE_IP", "10.1.2.3"),
            Map.entry("SERVICE_ACCOUNT", "greeter"),
            Map.entry("HOST_IP", "10.0.0.1"),
            Map.entry("ISTIO_CPU_LIMIT", "2"),
            Map.entry("PROXY_CONFIG", "{}\n"),
            Map.entry("ISTIO_META_POD_PORTS", "[\n    {\"name\":\"http\",\"containerPort\":80}\n]"),
            Map.entry("ISTIO_META_APP_CONTAINERS", "hello,world"),
            Map.entry("GOMEMLIMIT", "1073741824"),
            Map.entry("GOMAXPROCS", "2"),
            Map.entry("ISTIO_META_CLUSTER_ID", "Kubernetes"),
            Map.entry("ISTIO_META_NODE_NAME", "node-7"),
            Map.entry("ISTIO_META_INTERCEPTION_MODE", "REDIRECT"),
            Map.entry("ISTIO_META_WORKLOAD_NAME", "hello"),
            Map.entry("ISTIO_META_OWNER", "kubernetes://apis/apps/v1/namespaces/shop/deployments/hello"),
            Map.entry("ISTIO_META_MESH_ID", "cluster.local"),
            Map.entry("TRUST_DOMAIN", "cluster.local")));

    private final Map<String, String> files = new HashMap<>(Map.of(
            PodFiles.LABELS,
            "app=\"hello\"\npod-template-hash=\"5d\"\nsecurity.istio.io/tlsMode=\"istio\"\n",
            PodFiles.ANNOTATIONS,
            "istio.io/rev=\"default\"\n",
            PodFiles.TOKEN,
            "a.b.c\n",
            PodFiles.ROOTS,
            ROOT));

    private final Map<String, List<String>> interfaces =
            new LinkedHashMap<>(Map.of("eth0", List.of("10.1.2.3", "fd00::3")));

    private PodStart start(PodFlags flags) throws IOException {
        PodFiles mounted = new PodFiles() {
            @Override
            public @Nullable String read(String path) {
                return files.get(path);
            }

            @Override
            public boolean exists(String path) {
                return files.containsKey(path);
            }
        };
        return PodStart.of(new AgentBootstrap(environment, mounted, interfaces), flags);
    }

    private PodStart start() throws IOException {
        return start(new PodFlags("sidecar", "shop.svc.cluster.local", "", null));
    }

    private ProxyBootstrap bootstrap() throws IOException {
        return start().bootstrap();
    }

    private void refused(String says) {
        assertThatThrownBy(this::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(says);
    }

    @Test
    void theNodeIsWhatIstiosAgentWouldSay() throws IOException {
        var node = bootstrap().node();
        assertThat(node.id()).isEqualTo("sidecar~10.1.2.3~hello-1.shop~shop.svc.cluster.local");
        assertThat(node.cluster()).isEqualTo("hello.shop");
        assertThat(node.userAgentName()).isEqualTo("lateen");
        Map<String, Object> expected = new HashMap<>(Map.of(
                "NAME", "hello-1",
                "NAMESPACE", "shop",
                "INSTANCE_IPS", "10.1.2.3,fd00::3",
                "ISTIO_VERSION", "1.31.0",
                "LATEEN_VERSION", "0.1.0",
                "SERVICE_ACCOUNT", "greeter",
                "LABELS", Map.of("app", "hello", "security.istio.io/tlsMode", "istio"),
                "ANNOTATIONS", Map.of("istio.io/rev", "default"),
                "PROXY_CONFIG", Map.of(),
                "ENVOY_STATUS_PORT", 15021));
        expected.putAll(Map.of(
                "ENVOY_PROMETHEUS_PORT", 15090,
                "POD_PORTS", requireNonNull(environment.get("ISTIO_META_POD_PORTS")),
                "APP_CONTAINERS", "hello,world",
                "CLUSTER_ID", "Kubernetes",
                "NODE_NAME", "node-7",
                "INTERCEPTION_MODE", "REDIRECT",
                "WORKLOAD_NAME", "hello",
                "OWNER", "kubernetes://apis/apps/v1/namespaces/shop/deployments/hello",
                "MESH_ID", "cluster.local"));
        assertThat(node.metadata()).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @Test
    void istiodAndTheCaAreWhereTheVariablesSayOrAtTheirUsualPlaces() throws IOException {
        ControlPlane plane = requireNonNull(bootstrap().discovery().ads());
        assertThat(plane.host()).isEqualTo("istiod.istio-system.svc");
        assertThat(plane.port()).isEqualTo(15012);
        assertThat(plane.delta()).isTrue();
        assertThat(plane.tls()).isEqualTo(ControlPlane.Tls.ofMesh("istiod.istio-system.svc"));
        environment.put("PROXY_CONFIG", "discoveryAddress: istiod-canary.mesh.svc:15012");
        environment.put("CA_ADDR", "ca.example.com:8443");
        environment.put("SECRET_TTL", "2h");
        environment.put("TRUST_DOMAIN", "example.org");
        ProxyBootstrap other = bootstrap();
        assertThat(requireNonNull(other.discovery().ads()).host()).isEqualTo("istiod-canary.mesh.svc");
        IdentitySettings identity = requireNonNull(other.discovery().identity());
        assertThat(identity.ca().host()).isEqualTo("ca.example.com");
        assertThat(identity.ca().port()).isEqualTo(8443);
        assertThat(identity.timeToLive()).isEqualTo(Duration.ofHours(2));
        assertThat(identity.spiffeId()).isEqualTo("spiffe://example.org/ns/shop/sa/greeter");
        environment.remove("CA_ADDR");
        environment.put("ISTIOD_SAN", "istiod.mesh.svc");
        IdentitySettings istiods = requireNonNull(bootstrap().discovery().identity());
        assertThat(istiods.ca().host()).isEqualTo("istiod-canary.mesh.svc");
        assertThat(istiods.ca().serverName()).isEqualTo("istiod.mesh.svc");
    }

    @Test
    void rootsThatAreGivenForIstiodAndTheCaAreFollowed() throws Exception {
        String pem = requireNonNull(files.get(PodFiles.ROOTS));
        assertThat(requireNonNull(bootstrap().discovery().identity()).ca().roots())
                .isNull();
        environment.put("XDS_ROOT_CA", "/xds.pem");
        environment.put("CA_ROOT_CA", "/ca.pem");
        refused("/xds.pem: no such file");
        files.put("/xds.pem", pem);
        refused("/ca.pem: no such file");
        files.put("/ca.pem", pem);
        ProxyBootstrap bootstrap = bootstrap();
        var istiods = requireNonNull(
                requireNonNull(requireNonNull(bootstrap.discovery().ads()).tls())
                        .rootsPem());
        var cas = requireNonNull(
                requireNonNull(bootstrap.discovery().identity()).ca().roots());
        assertThat(istiods.get()).isEqualTo(pem);
        assertThat(cas.first()).isEqualTo(pem);
        files.put("/xds.pem", pem + "\n" + pem);
        files.put("/ca.pem", pem + "\n" + pem);
        assertThat(istiods.get()).isEqualTo(pem + "\n" + pem);
        assertThat(cas.now().call()).isEqualTo(pem + "\n" + pem);
        files.put("/xds.pem", "half");
        assertThat(istiods.get()).isEqualTo(pem + "\n" + pem);
        files.remove("/ca.pem");
        assertThatThrownBy(() -> cas.now().call()).hasMessageContaining("/ca.pem: no such file");
        files.put("/xds.pem", pem);
        environment.put("CA_ROOT_CA", "SYSTEM");
        refused("CA_ROOT_CA: SYSTEM (expected: a file of roots)");
    }

    @Test
    void theTokenIsReadAnewForEachCertificate() throws Exception {
        IdentitySettings identity = requireNonNull(bootstrap().discovery().identity());
        assertThat(identity.token().call()).isEqualTo("a.b.c");
        files.put(PodFiles.TOKEN, "d.e.f");
        assertThat(identity.token().call()).isEqualTo("d.e.f");
        files.remove(PodFiles.TOKEN);
        assertThatThrownBy(() -> identity.token().call()).hasMessageContaining(PodFiles.TOKEN);
    }

    @Test
    void itAnswersForItselfOnIstiosPorts() throws IOException {
        assertThat(bootstrap().own())
                .isEqualTo(new ProxyBootstrap.OwnAddresses(
                        new InetSocketAddress("127.0.0.1", 15000),
                        new InetSocketAddress("0.0.0.0", 15090),
                        new InetSocketAddress("0.0.0.0", 15021)));
        assertThat(agent().address()).isEqualTo(new InetSocketAddress("0.0.0.0", 15020));
        assertThat(agent().way()).isEqualTo(new AgentSettings.Way("10.1.2.3", "127.0.0.6", true));
        environment.putAll(Map.of("ENVOY_STATUS_PORT", "16021", "ENVOY_PROMETHEUS_PORT", "16090"));
        environment.put("PROXY_CONFIG", "{statusPort: 16020, proxyAdminPort: 16000}");
        environment.put("METRICS_LOCALHOST_ACCESS_ONLY", "true");
        assertThat(bootstrap().own())
                .isEqualTo(new ProxyBootstrap.OwnAddresses(
                        new InetSocketAddress("127.0.0.1", 16000),
                        new InetSocketAddress("127.0.0.1", 16090),
                        new InetSocketAddress("0.0.0.0", 16021)));
        assertThat(agent().address().getPort()).isEqualTo(16020);
        assertThat(agent().metricsForThisPodOnly()).isTrue();
    }

    @Test
    void thePodsAnnotationsMoveTheAgentsPortOrTakeItAwayAndNameAnotherIstiod() throws IOException {
        files.put(
                PodFiles.ANNOTATIONS,
                "status.sidecar.istio.io/port=\"17020\"\n"
                        + "sidecar.istio.io/discoveryAddress=\"istiod.other.svc:15012\"\n");
        assertThat(agent().address().getPort()).isEqualTo(17020);
        assertThat(requireNonNull(bootstrap().discovery().ads()).host()).isEqualTo("istiod.other.svc");
        files.put(PodFiles.ANNOTATIONS, "status.sidecar.istio.io/port=\"0\"\n");
        assertThat(bootstrap().agent()).isNull();
        files.put(PodFiles.ANNOTATIONS, "status.sidecar.istio.io/port=\"none\"\n");
        refused("status.sidecar.istio.io/port: none (expected: a port, or 0 for none)");
    }

    private AgentSettings agent() throws IOException {
        return requireNonNull(bootstrap().agent());
    }

    @Test
    void aPodOfIpv6AloneIsKnownByIt() throws IOException {
        environment.put("INSTANCE_IP", "fd00::3");
        interfaces.put("eth0", List.of("fd00::3"));
        assertThat(bootstrap().node().id()).startsWith("sidecar~fd00::3~");
        assertThat(bootstrap().own().admin()).isEqualTo(new InetSocketAddress("::1", 15000));
        assertThat(agent().way()).isEqualTo(new AgentSettings.Way("fd00::3", "::6", true));
    }

    @Test
    void probesAndMetricsOfTheApplicationArePassedOnButNoMetricsOfAGateways() throws IOException {
        environment.put("ISTIO_KUBE_APP_PROBERS", "{\"/app-health/hello/readyz\":{\"tcpSocket\":{\"port\":80}}}");
        environment.put("ISTIO_PROMETHEUS_ANNOTATIONS", "{\"scrape\":\"true\",\"port\":\"80\"}");
        environment.put("REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION", "true");
        assertThat(agent().probes())
                .containsExactly(Map.entry("/app-health/hello/readyz", new AppProbe.TcpSocket(80, Duration.ZERO)));
        assertThat(agent().targets()).containsExactly(new ScrapeTarget(80, "/metrics"));
        assertThat(agent().way().host()).isEqualTo("127.0.0.1");
        PodStart gateway = start(new PodFlags("router", "", "", null));
        assertThat(requireNonNull(gateway.bootstrap().agent()).targets()).isEmpty();
        assertThat(gateway.bootstrap().node().id()).isEqualTo("router~10.1.2.3~hello-1.shop~shop.svc.cluster.local");
    }

    @Test
    void theAnnotationGoesBeforeTheVariable() throws IOException {
        environment.put("PROXY_CONFIG", """
            {"terminationDrainDuration":"7s","drainDuration":"9s","meshId":"m","proxyMetadata":{"ISTIO_META_A":"x","EXIT_ON_ZERO_ACTIVE_CONNECTIONS":"true"}}
            """);
        files.put(PodFiles.ANNOTATIONS, "proxy.istio.io/config=\"drainDuration: 11s\\nconcurrency: 3\\n\"");
        PodStart start = start();
        assertThat(start.bootstrap().drain())
                .isEqualTo(new ProxyBootstrap.Drain(Duration.ofSeconds(7), Duration.ofSeconds(11)));
        assertThat(start.bootstrap().concurrency()).isEqualTo(3);
        assertThat(start.bootstrap().node().metadata()).containsEntry("A", "x");
        assertThat(start.end()).isEqualTo(new PodEnd(Duration.ofSeconds(7), true, Duration.ofSeconds(5)));
        environment.put("MINIMUM_DRAIN_DURATION", "1m");
        environment.put("EXIT_ON_ZERO_ACTIVE_CONNECTIONS", "0");
        assertThat(start().end()).isEqualTo(new PodEnd(Duration.ofSeconds(7), false, Duration.ofMinutes(1)));
    }

    @Test
    void eventLoopsAreAsManyAsIsSaidMostCloselyElseAsTheContainerMayUse() throws IOException {
        assertThat(bootstrap().concurrency()).isEqualTo(2);
        environment.put("PROXY_CONFIG", "concurrency: 0");
        assertThat(bootstrap().concurrency()).isZero();
        assertThat(start(new PodFlags("sidecar", "", "", 4)).bootstrap().concurrency())
                .isEqualTo(4);
    }

    @Test
    void localityAndClusterFollowLabelsVariablesAndFlags() throws IOException {
        files.put(PodFiles.LABELS, "istio-locality=\"eu.west.a\"\n");
        environment.put("ISTIO_METAJSON_LABELS", "{\"app\":\"given\"}");
        environment.put("ISTIO_METAJSON_OTHER", "{\"X\":{\"y\":1}}");
        var node = bootstrap().node();
        assertThat(node.locality()).isEqualTo(new Locality("eu", "west", "a"));
        assertThat(node.metadata())
                .containsEntry("LABELS", Map.of("app", "given", "istio-locality", "eu/west/a"))
                .containsEntry("X", Map.of("y", 1));
        assertThat(node.cluster()).isEqualTo("given.shop");
        files.remove(PodFiles.LABELS);
        environment.remove("ISTIO_METAJSON_LABELS");
        assertThat(bootstrap().node().cluster()).isEqualTo("hello.shop");
        assertThat(start(new PodFlags("sidecar", "", "mine", null))
                        .bootstrap()
                        .node()
                        .cluster())
                .isEqualTo("mine");
    }

    @Test
    void interfacesThatInterceptionLeavesOutHaveNoPart() throws IOException {
        interfaces.put("net1", List.of("192.168.0.9"));
        files.put(PodFiles.ANNOTATIONS, "traffic.sidecar.istio.io/excludeInterfaces=\"net0,net1\"\n");
        assertThat(bootstrap().node().metadata()).containsEntry("INSTANCE_IPS", "10.1.2.3,fd00::3");
    }

    @Test
    void statisticsAreIstiosUnlessThePodAsksForMore() throws IOException {
        StatsConfig usual = StatsConfig.of(bootstrap().document().get());
        assertThat(usual.istioLabels()).isTrue();
        assertThat(usual.keeps("server.uptime")).isTrue();
        assertThat(usual.keeps("http.10.1.2.3_80;.rbac.allowed")).isTrue();
        assertThat(usual.keeps("vhost.a.route.b.upstream_rq")).isTrue();
        assertThat(usual.keeps("cluster.outbound|80||a;.upstream_rq_total")).isFalse();
        assertThat(usual.keeps("listener.0.0.0.0_80.downstream_cx_active")).isFalse();
        environment.put("EXIT_ON_ZERO_ACTIVE_CONNECTIONS", "true");
        environment.put("PROXY_CONFIG", "proxyStatsMatcher: {inclusionPrefixes: [cluster.outbound]}");
        files.put(PodFiles.ANNOTATIONS, "sidecar.istio.io/statsInclusionRegexps=\"http\\\\.{pod_ip}_.*\"\n");
        StatsConfig more = StatsConfig.of(bootstrap().document().get());
        assertThat(more.keeps("cluster.outbound|80||a;.upstream_rq_total")).isTrue();
        assertThat(more.keeps("listener.0.0.0.0_80.downstream_cx_active")).isTrue();
        assertThat(more.keeps("http.10.1.2.3_80;.downstream_rq_total")).isTrue();
    }

    @Test
    void whatIsMissingOrWrongIsRefusedByName() {
        environment.remove("POD_NAMESPACE");
        refused("POD_NAMESPACE: missing (expected: the pod's namespace)");
        environment.put("POD_NAMESPACE", "shop");
        environment.put("EXIT_ON_ZERO_ACTIVE_CONNECTIONS", "yes");
        refused("EXIT_ON_ZERO_ACTIVE_CONNECTIONS: yes (expected: true or false)");
        environment.remove("EXIT_ON_ZERO_ACTIVE_CONNECTIONS");
        environment.put("MINIMUM_DRAIN_DURATION", "5");
        refused("MINIMUM_DRAIN_DURATION: 5 (expected: a time such as 5s)");
        environment.remove("MINIMUM_DRAIN_DURATION");
        environment.put("ENVOY_STATUS_PORT", "x");
        refused("ENVOY_STATUS_PORT: x (expected: 1 to 65535)");
        environment.remove("ENVOY_STATUS_PORT");
        environment.put("CA_ADDR", "a:99999");
        refused("CA_ADDR: a:99999 (expected: HOST:PORT)");
        environment.remove("CA_ADDR");
        environment.put("PROXY_CONFIG", "{drainDuration: soon}");
        refused("PROXY_CONFIG.drainDuration: ");
        environment.put("PROXY_CONFIG", "");
        environment.put("ISTIO_METAJSON_X", "[1]");
        refused("ISTIO_METAJSON_X: [1] (expected: a JSON object)");
        environment.remove("ISTIO_METAJSON_X");
        files.put(PodFiles.LABELS, "app=hello");
        refused(PodFiles.LABELS + ": app: hello (expected: ");
        files.remove(PodFiles.LABELS);
        files.put(PodFiles.ROOTS, "nothing");
        refused(PodFiles.ROOTS + ": no certificate in it (expected: root certificates, PEM)");
        files.remove(PodFiles.ROOTS);
        refused(PodFiles.ROOTS + ": no such file");
    }

    @Test
    void anotherIdentityOrTrustThanThereIsIsRefused() {
        Map.of("FILE_MOUNTED_CERTS", "true", "CA_PROVIDER", "GoogleCA", "PROV_CERT", "/x", "CA_ROOT_CA", "SYSTEM")
                .forEach((name, value) -> {
                    environment.put(name, value);
                    refused(name + ": " + value + " (expected: ");
                    environment.remove(name);
                });
        environment.put("PILOT_CERT_PROVIDER", "none");
        refused("PILOT_CERT_PROVIDER: none");
        environment.put("PILOT_CERT_PROVIDER", "istiod");
        files.put("/var/run/secrets/workload-spiffe-uds/socket", "");
        refused("/var/run/secrets/workload-spiffe-uds/socket: another server of identities is here");
    }

    @Test
    void whatHasNoEffectIsNamed() throws IOException {
        assertThat(start().remarks()).isEmpty();
        environment.putAll(Map.of(
                "OUTPUT_CERTS",
                "/etc/out",
                "WORKLOAD_RSA_KEY_SIZE",
                "2048",
                "CA_PROVIDER",
                "Citadel",
                "CA_HEADER_A",
                "b"));
        environment.put("PROXY_CONFIG", "{statNameLength: 100}");
        assertThat(start().remarks())
                .anySatisfy(named -> assertThat(named).startsWith("PROXY_CONFIG.statNameLength: "))
                .contains(
                        "WORKLOAD_RSA_KEY_SIZE has no effect here: keys are ECDSA P-256",
                        "CA_HEADER_A has no effect here")
                .hasSize(3);
        assertThat(start().certificates()).isEqualTo("/etc/out");
    }
}
