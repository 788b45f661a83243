package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTPS at the ingress gateway: several hosts with certificates of their own on one port, and what is changed while users are there. */
class IngressTlsTest {
    private static final String GATEWAY = """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: shop}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - port: {number: 80, name: http, protocol: HTTP}
            hosts: ["*.example.com"]
            tls: {httpsRedirect: true}
          - port: {number: 443, name: https-first, protocol: HTTPS}
            hosts: [first.example.com]
            tls: {mode: SIMPLE, credentialName: first-credential}
          - port: {number: 443, name: https-second, protocol: HTTPS}
            hosts: [second.example.com]
            tls: {mode: SIMPLE, credentialName: second-credential}
          - port: {number: 443, name: https-third, protocol: HTTPS}
            hosts: [third.example.com]
            tls: {mode: MUTUAL, credentialName: third-credential}
        """;

    private static final String ROUTES = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: shop}
        spec:
          hosts: ["*.example.com"]
          gateways: [shop]
          http:
          - match: [{uri: {prefix: /status}}]
            route: [{destination: {host: httpbin, port: {number: 8000}}}]
          - match: [{authority: {exact: second.example.com}}]
            directResponse: {status: 418}
        """;

    @TempDir
    static Path directory;

    private static Pem first;
    private static Pem third;
    private static Pem client;
    private static LocalMesh mesh;

    @BeforeAll
    static void start() throws Exception {
        first = Pem.make(directory, "first", "first.example.com");
        third = Pem.make(directory, "third", "third.example.com");
        client = Pem.make(directory, "client", "client.example.com");
        Path edits = Files.createDirectory(directory.resolve("edits"));
        Files.writeString(edits.resolve("gateway.yaml"), GATEWAY);
        Files.writeString(edits.resolve("routes.yaml"), ROUTES);
        Files.writeString(edits.resolve("first.yaml"), first.secret("first-credential"));
        Files.writeString(edits.resolve("third.yaml"), third.secret("third-credential", client));
        mesh = LocalMesh.start(edits, Project.shared("istio/samples/httpbin/httpbin.yaml"));
    }

    @AfterAll
    static void stop() {
        if (mesh != null) {
            mesh.close();
        }
    }

    private static void await(Curl curl, String host, String path, String outcome) {
        Awaitility.await(host)
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> curl.get(host, 8443, path).equals(outcome));
    }

    private static void awaitAnswers(Running load, long count) {
        load.awaitOutput(Patience.OF_A_CHANGE, output -> output.lines().count() >= count);
    }

    @Shows({"Gateway.servers.hosts", "Gateway.servers.tls.credentialName", "Gateway.servers.port.protocol"})
    @Test
    void everyHostHasItsOwnCertificateAndRoutes() throws Exception {
        Curl curl = Curl.trusting(first);
        assertThat(curl.get("first.example.com", 8443, "/status/200")).isEqualTo("200 2");
        assertThat(curl.get("first.example.com", 8443, "/elsewhere")).isEqualTo("404 2");
        // No server is for this name: the handshake has no chain to go to.
        assertThat(curl.get("other.example.com", 8443, "/status/200")).startsWith("000");
    }

    @Shows("Gateway.servers.tls.httpsRedirect")
    @Test
    void plainHttpIsSentToHttps() throws Exception {
        try (Web web = Web.direct()) {
            var answer = web.get("http://127.0.0.1:8080/status/200?a=b", "Host", "first.example.com");
            assertThat(answer.statusCode()).isEqualTo(301);
            assertThat(answer.headers().firstValue("location")).hasValue("https://first.example.com/status/200?a=b");
        }
    }

    @Shows("Gateway.servers.tls.mode")
    @Test
    void mutualTlsLetsOnlyKnownClientsIn() throws Exception {
        Curl stranger = Curl.trusting(third);
        assertThat(stranger.get("third.example.com", 8443, "/status/200")).startsWith("000");
        assertThat(stranger.with(first).get("third.example.com", 8443, "/status/200"))
                .startsWith("000");
        assertThat(stranger.with(client).get("third.example.com", 8443, "/status/200"))
                .isEqualTo("200 2");
    }

    @Test
    void aMissingSecretConcernsItsOwnServerOnlyAndMayComeLater() throws Exception {
        assertThat(mesh.process().output())
                .contains("Gateway default/shop: spec.servers[2].tls.credentialName:"
                        + " no Secret 'second-credential' in namespace istio-system");
        Pem second = Pem.make(directory, "second", "second.example.com");
        Curl curl = Curl.trusting(second);
        assertThat(curl.get("second.example.com", 8443, "/")).startsWith("000");
        mesh.apply("second.yaml", second.secret("second-credential"));
        await(curl, "second.example.com", "/", "418 2");
    }

    @Test
    void aNewCertificateIsShownToNewConnectionsAndEndsNone() throws Exception {
        Pem before = first;
        assertThat(Curl.trusting(before).get("first.example.com", 8443, "/status/200"))
                .isEqualTo("200 2");
        try (Running load = Curl.trusting(before).load("first.example.com", 8443, "/status/200")) {
            awaitAnswers(load, 50);
            first = Pem.make(directory, "first-again", "first.example.com");
            mesh.apply("first.yaml", first.secret("first-credential"));
            await(Curl.trusting(first), "first.example.com", "/status/200", "200 2");
            mesh.apply("gateway.yaml", GATEWAY.replace("hosts: [third.example.com]", "hosts: [fourth.example.com]"));
            await(Curl.trusting(third).with(client), "third.example.com", "/status/200", "000 0");
            awaitAnswers(load, load.output().lines().count() + 50);
            assertThat(load.output().lines().skip(1)).containsOnly("200 0");
            assertThat(load.output()).startsWith("200 1");
        } finally {
            mesh.apply("gateway.yaml", GATEWAY);
        }
        await(Curl.trusting(third).with(client), "third.example.com", "/status/200", "200 2");
    }
}
