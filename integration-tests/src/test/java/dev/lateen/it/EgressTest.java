package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A workload calls hosts outside the mesh: by itself, and through the egress gateway, which secures the connection. */
class EgressTest {
    private static final String URL = "http://ext.example.com/";

    private static final String EXTERNAL = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: external}
        spec:
          hosts: [ext.example.com]
          location: MESH_EXTERNAL
          resolution: DNS
          ports:
          - {number: 80, name: http-port, protocol: HTTP}
          - {number: 443, name: https, protocol: HTTPS}
          endpoints: [{address: localhost, ports: {http-port: PLAIN, https: SECURE}}]
        """;

    /** As Istio's task "Egress Gateways with TLS Origination" has it. */
    private static final String THROUGH_GATEWAY = """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: istio-egressgateway}
        spec:
          selector: {istio: egressgateway}
          servers:
          - port: {number: 80, name: https-port-for-tls-origination, protocol: HTTPS}
            hosts: [ext.example.com]
            tls: {mode: ISTIO_MUTUAL}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: egressgateway-for-ext}
        spec:
          host: istio-egressgateway.istio-system.svc.cluster.local
          subsets:
          - name: ext
            trafficPolicy:
              portLevelSettings:
              - port: {number: 80}
                tls: {mode: ISTIO_MUTUAL, sni: ext.example.com}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: through-gateway}
        spec:
          hosts: [ext.example.com]
          gateways: [istio-egressgateway, mesh]
          http:
          - match: [{gateways: [mesh], port: 80}]
            route: [{destination: {host: istio-egressgateway.istio-system.svc.cluster.local, subset: ext, port: {number: 80}}}]
          - match: [{gateways: [istio-egressgateway], port: 80}]
            route: [{destination: {host: ext.example.com, port: {number: 443}}}]
        """;

    /** As Istio's task "Egress Gateways" has it for HTTP. */
    private static final String PLAIN_GATEWAY = """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: istio-egressgateway}
        spec:
          selector: {istio: egressgateway}
          servers:
          - port: {number: 80, name: http, protocol: HTTP}
            hosts: [ext.example.com]
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: egressgateway-for-ext}
        spec:
          host: istio-egressgateway.istio-system.svc.cluster.local
          subsets: [{name: ext}]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: direct-ext-through-egress-gateway}
        spec:
          hosts: [ext.example.com]
          gateways: [istio-egressgateway, mesh]
          http:
          - match: [{gateways: [mesh], port: 80}]
            route: [{destination: {host: istio-egressgateway.istio-system.svc.cluster.local, subset: ext, port: {number: 80}}, weight: 100}]
          - match: [{gateways: [istio-egressgateway], port: 80}]
            route: [{destination: {host: ext.example.com, port: {number: 80}}, weight: 100}]
        """;

    private static final String ORIGINATE = """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: originate-tls, namespace: NAMESPACE}
        spec:
          host: ext.example.com
          trafficPolicy:
            portLevelSettings:
            - port: {number: 443}
              tls: TLS
        """;

    /** What a failed assertion shows: each request with the reason that the response's body hides. */
    private static final String ACCESS_LOG = "accessLogFile: /dev/stdout\n";

    private static final String REGISTRY_ONLY = ACCESS_LOG + "outboundTrafficPolicy: {mode: REGISTRY_ONLY}\n";

    @TempDir
    static Path directory;

    private static int secure;
    private static EchoBackend plain;
    private static Pem server;
    private static Pem client;
    private static Path meshConfig;
    private static LocalMesh mesh;
    private static Web web;

    @BeforeAll
    static void start() throws Exception {
        secure = Ports.free();
        server = Pem.make(directory, "ext", "ext.example.com");
        client = Pem.make(directory, "client", "client.example.com");
        plain = new EchoBackend("outside");
        Path edits = Files.createDirectory(directory.resolve("edits"));
        Files.writeString(edits.resolve("external.yaml"), external());
        meshConfig = Files.writeString(directory.resolve("mesh.yaml"), ACCESS_LOG);
        mesh = LocalMesh.start(
                edits, Project.shared("istio/samples/curl/curl.yaml"), "--meshConfig", meshConfig.toString());
        web = Web.through(mesh.pod("curl-"), 15001);
    }

    @AfterAll
    static void stop() {
        if (web != null) {
            web.close();
        }
        if (mesh != null) {
            mesh.close();
        }
        plain.close();
    }

    @AfterEach
    void nothingAppliedAnyMore() throws Exception {
        mesh.remove("gateway.yaml");
        mesh.remove("originate.yaml");
        mesh.remove("secret.yaml");
        Files.writeString(meshConfig, ACCESS_LOG);
        mesh.apply("external.yaml", external());
        LocalMesh.awaitStatus(web, URL, 200);
        LocalMesh.awaitStatus(web, "http://localhost:" + plain.port() + "/", 200);
    }

    private static String external() {
        return EXTERNAL.replace("PLAIN", "" + plain.port()).replace("SECURE", "" + secure);
    }

    /** The secured outside: a page that tells of the TLS connection. */
    private static Running outside(String... more) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("openssl", "s_server", "-accept", "127.0.0.1:" + secure, "-www"));
        command.addAll(List.of(
                "-cert", server.certificate().toString(), "-key", server.key().toString()));
        command.addAll(List.of(more));
        Running started = Running.start("openssl s_server", command, Map.of());
        started.awaitOutput(Patience.OF_A_CHANGE, output -> output.contains("ACCEPT"));
        return started;
    }

    private static String originate(String namespace, String tls) {
        return ORIGINATE.replace("NAMESPACE", namespace).replace("TLS", tls);
    }

    private static void awaitPage(String content) {
        Awaitility.await(content)
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() ->
                        assertThat(web.get(URL).body()).as(() -> mesh.told()).contains(content));
    }

    @Shows({"ServiceEntry.hosts", "ServiceEntry.ports", "ServiceEntry.location", "ServiceEntry.resolution"})
    @Test
    void anExternalHostIsReachedByItsEntry() throws Exception {
        assertThat(web.get("http://ext.example.com/b").body())
                .startsWith("outside GET /b")
                .doesNotContain("x-forwarded-client-cert");
    }

    @Shows({"MeshConfig.outboundTrafficPolicy.mode", "Sidecar.outboundTrafficPolicy.mode"})
    @Test
    void whatNoRegistryKnowsIsPassedOnUnlessForbidden() throws Exception {
        String unknown = "http://localhost:" + plain.port() + "/a";
        assertThat(web.get(unknown).body()).startsWith("outside GET /a");
        Files.writeString(meshConfig, REGISTRY_ONLY);
        LocalMesh.awaitStatus(web, unknown, 502);
        awaitCounted("curl-", "PassthroughCluster");
        awaitCounted("curl-", "BlackHoleCluster");
        LocalMesh.awaitStatus(web, URL, 200);
    }

    @Shows({
        "DestinationRule.trafficPolicy.tls.mode",
        "DestinationRule.trafficPolicy.tls.caCertificates",
        "DestinationRule.trafficPolicy.tls.sni"
    })
    @Test
    void theSidecarCanSecureTheConnection() throws Exception {
        try (Running outside = outside()) {
            String ports = "{number: 80, name: http-port, protocol: HTTP, targetPort: 443}";
            mesh.apply(
                    "external.yaml",
                    external()
                            .replace("{number: 80, name: http-port, protocol: HTTP}", ports)
                            .replace("http-port: " + plain.port(), "http-port: " + secure));
            mesh.apply(
                    "originate.yaml",
                    originate("default", "{mode: SIMPLE, caCertificates: %s}".formatted(server.certificate()))
                            .replace("number: 443", "number: 80"));
            awaitPage("TLSv1.3");

            // Another authority did not sign it.
            mesh.apply(
                    "originate.yaml",
                    originate("default", "{mode: SIMPLE, caCertificates: %s}".formatted(client.certificate()))
                            .replace("number: 443", "number: 80"));
            awaitPage("remote connection failure");
            assertThat(web.status(URL)).isEqualTo(503);
            assertThat(outside.alive()).isTrue();
        }
    }

    @Test
    void theEgressGatewayPassesPlainHttpAsIstiosTaskHasIt() throws Exception {
        mesh.apply("gateway.yaml", PLAIN_GATEWAY);
        Awaitility.await().atMost(Patience.OF_A_CHANGE).untilAsserted(() -> {
            assertThat(web.get(URL).body()).startsWith("outside GET /");
            assertThat(requests(mesh.pod("istio-egressgateway-"), "source", "ext.example.com"))
                    .isPositive();
        });
    }

    @Test
    void theEgressGatewaySecuresTheConnection() throws Exception {
        try (Running outside = outside()) {
            mesh.apply("gateway.yaml", THROUGH_GATEWAY);
            mesh.apply(
                    "originate.yaml",
                    originate("default", "{mode: SIMPLE, caCertificates: %s}".formatted(server.certificate())));
            awaitPage("TLSv1.3");
            awaitCounted("curl-", "istio-egressgateway");
            awaitCounted("istio-egressgateway-", "ext.example.com");
            assertThat(outside.alive()).isTrue();
        }
    }

    @Shows("DestinationRule.trafficPolicy.tls.credentialName")
    @Test
    void theEgressGatewayShowsACertificateFromASecret() throws Exception {
        try (Running outside = outside(
                "-Verify",
                "1",
                "-verify_return_error",
                "-CAfile",
                client.certificate().toString())) {
            mesh.apply("gateway.yaml", THROUGH_GATEWAY);
            mesh.apply("secret.yaml", client.secret("client-credential", server));
            mesh.apply(
                    "originate.yaml",
                    originate(
                            "istio-system", "{mode: MUTUAL, credentialName: client-credential, sni: ext.example.com}"));
            awaitPage("CN=client");
            assertThat(web.get(URL).body()).contains("TLSv1.3");
            assertThat(outside.alive()).isTrue();
        }
    }

    /** A request is counted when it is over, which its caller may know before. */
    private static void awaitCounted(String pod, String destination) {
        Awaitility.await(destination)
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(requests(mesh.pod(pod), "source", destination))
                        .isPositive());
    }

    /** How many requests a proxy has counted to a destination service. */
    private static long requests(String pod, String reporter, String destination) throws Exception {
        try (Web direct = Web.direct()) {
            return direct.get("http://" + pod + ":15090/stats/prometheus")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("istio_requests_total{"))
                    .filter(line -> line.contains("reporter=\"" + reporter + "\""))
                    .filter(line -> line.contains("destination_service_name=\"" + destination + "\""))
                    .count();
        }
    }
}
