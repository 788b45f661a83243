package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests through Bookinfo as a real Zipkin shows them. */
class TracingTest {
    private static final String MESH = """
        extensionProviders:
        - name: zipkin
          zipkin: {service: zipkin.istio-system.svc.cluster.local, port: PORT}
        """;

    private static final String ZIPKIN = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: zipkin, namespace: istio-system}
        spec:
          hosts: [zipkin.istio-system.svc.cluster.local]
          resolution: STATIC
          ports: [{number: PORT, name: http-zipkin, protocol: HTTP}]
          endpoints: [{address: 127.0.0.1}]
        """;

    private static final String TELEMETRY = """
        apiVersion: telemetry.istio.io/v1
        kind: Telemetry
        metadata: {name: mesh, namespace: istio-system}
        spec:
          tracing: [{providers: [{name: zipkin}], randomSamplingPercentage: 0, disableSpanReporting: DISABLED}]
        """;

    /** The collector is a pod like any other, and as all others it takes mutual TLS only. */
    private static final String STRICT = """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: istio-system}
        spec: {mtls: {mode: STRICT}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: zipkin, namespace: default}
        spec:
          selector: {app: zipkin}
          ports: [{name: http, port: 9411}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: zipkin, namespace: default}
        spec:
          selector: {matchLabels: {app: zipkin}}
          template:
            metadata: {labels: {app: zipkin, version: v1}}
            spec:
              containers:
              - name: zipkin
                image: zipkin
                command: [sh, -c, "exec JAVA -Xmx256m -jar ZIPKIN --zipkin.ui.enabled=false --armeria.ports[0].ip=$HOST --armeria.ports[0].port=$PORT --armeria.ports[0].protocols[0]=http"]
                ports: [{containerPort: 9411}]
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: zipkin, namespace: default}
        spec:
          selector: {istio: ingressgateway}
          servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: zipkin, namespace: default}
        spec:
          hosts: ["*"]
          gateways: [zipkin]
          http:
          - route: [{destination: {host: zipkin, port: {number: 9411}}}]
        """;

    private static final String CHANGED = "Telemetry istio-system/mesh changed";
    private static final String WANTED = "463ac35c9f6413ad48485a3953bb6124";
    private static final String REFUSED = "563ac35c9f6413ad48485a3953bb6125";
    private static final String UNREPORTED = "663ac35c9f6413ad48485a3953bb6126";
    private static final String LAST = "763ac35c9f6413ad48485a3953bb6127";
    private static final Pattern SERVICE = Pattern.compile("\"serviceName\":\"([^\"]+)\"");

    @TempDir
    Path directory;

    private int port;

    private static void ask(Web web, String traceId, String sampled) throws Exception {
        assertThat(web.get(
                                Bookinfo.REVIEWS,
                                "x-b3-traceid",
                                traceId,
                                "x-b3-spanid",
                                "a2fb4a1d1a96d312",
                                "x-b3-sampled",
                                sampled)
                        .statusCode())
                .isEqualTo(200);
    }

    /** The trace as Zipkin has it, once that many spans are there. */
    private String trace(Web web, String id, int spans) {
        return Awaitility.await(id)
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> web.get(url(id)).body(), body -> count(body, "\"kind\"") >= spans);
    }

    private String url(String traceId) {
        return "http://127.0.0.1:" + port + "/api/v2/trace/" + traceId;
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    @Shows({
        "Telemetry.tracing.providers",
        "Telemetry.tracing.randomSamplingPercentage",
        "MeshConfig.extensionProviders.zipkin"
    })
    @Test
    void everyHopIsASpanOfTheCallersTraceUnlessSomebodySaysNo() throws Exception {
        port = Ports.free();
        Path edits = Files.createDirectory(directory.resolve("edits"));
        Path meshConfig = Files.writeString(directory.resolve("mesh.yaml"), MESH.replace("PORT", "" + port));
        Files.writeString(edits.resolve("zipkin.yaml"), ZIPKIN.replace("PORT", "" + port));
        Files.writeString(edits.resolve("telemetry.yaml"), TELEMETRY.replace("DISABLED", "false"));
        Files.copy(Project.bookinfo("networking/virtual-service-reviews-v3.yaml"), edits.resolve("reviews.yaml"));
        try (Running zipkin = zipkin(port);
                LocalMesh mesh = Bookinfo.start(edits, "--meshConfig", meshConfig.toString());
                Web web = Web.direct()) {
            ask(web, WANTED, "1");
            assertTrace(trace(web, WANTED, 6));

            ask(web, REFUSED, "0");
            reporting(mesh, false);
            ask(web, UNREPORTED, "1");
            reporting(mesh, true);
            ask(web, LAST, "1");
            trace(web, LAST, 6);
            assertThat(web.status(url(REFUSED))).isEqualTo(404);
            assertThat(web.status(url(UNREPORTED))).isEqualTo(404);
            assertThat(mesh.process().alive() && zipkin.alive()).isTrue();
        }
    }

    /** A call of the proxy's own through the whole mesh: from the gateway and from the pod's own sidecar, with the identity of each. */
    @Test
    void spansReachACollectorThatTakesMutualTlsOnly() throws Exception {
        Path edits = Files.createDirectory(directory.resolve("edits"));
        Path meshConfig = Files.writeString(directory.resolve("mesh.yaml"), """
            extensionProviders:
            - name: zipkin
              zipkin: {service: zipkin.default.svc.cluster.local, port: 9411}
            """);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Files.writeString(
                edits.resolve("zipkin.yaml"),
                STRICT.replace("JAVA", java).replace("ZIPKIN", Peers.zipkin().toString()));
        Files.writeString(edits.resolve("telemetry.yaml"), TELEMETRY.replace("DISABLED", "false"));
        try (LocalMesh mesh = LocalMesh.watchedForLeaks(edits, "--meshConfig", meshConfig.toString());
                Web web = Web.direct()) {
            String gateway = "http://127.0.0.1:8080";
            mesh.process().awaitOutput(Patience.OF_A_START, _ -> web.status(gateway + "/health") == 200);
            String sidecar = "http://" + mesh.pod("zipkin") + ":9411/health";
            assertThat(web.status(sidecar)).as("in clear text nobody gets in").isNotEqualTo(200);
            assertThat(web.get(
                                    gateway + "/health",
                                    "x-b3-traceid",
                                    WANTED,
                                    "x-b3-spanid",
                                    "a2fb4a1d1a96d312",
                                    "x-b3-sampled",
                                    "1")
                            .statusCode())
                    .isEqualTo(200);
            String trace = Awaitility.await(mesh.told())
                    .atMost(Patience.OF_A_CHANGE)
                    .until(
                            () -> web.get(gateway + "/api/v2/trace/" + WANTED).body(),
                            body -> count(body, "\"kind\"") >= 2);
            assertThat(SERVICE.matcher(trace).results().map(found -> found.group(1)))
                    .containsExactlyInAnyOrder("istio-ingressgateway.istio-system", "zipkin.default");
            assertThat(mesh.told()).doesNotContain("LEAK");
        }
    }

    private static void assertTrace(String trace) {
        assertThat(SERVICE.matcher(trace).results().map(found -> found.group(1)).distinct())
                .containsExactlyInAnyOrder(
                        "istio-ingressgateway.istio-system",
                        "productpage.default",
                        "reviews.default",
                        "ratings.default");
        assertThat(count(trace, "\"SERVER\"")).isEqualTo(3);
        assertThat(count(trace, "\"CLIENT\"")).isEqualTo(3);
        assertThat(trace)
                .contains("\"upstream_cluster\":\"outbound|9080|v3|reviews.default.svc.cluster.local\"")
                .contains("\"istio.canonical_revision\":\"v3\"", "\"http.status_code\":\"200\"");
    }

    /** Switches it while requests could come, and waits until every proxy has heard. */
    private void reporting(LocalMesh mesh, boolean on) throws Exception {
        int before = count(mesh.process().output(), CHANGED);
        mesh.apply("telemetry.yaml", TELEMETRY.replace("DISABLED", "" + !on));
        mesh.process().awaitOutput(Patience.OF_A_CHANGE, output -> count(output, CHANGED) > before);
    }

    private static Running zipkin(int port) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Running zipkin = Running.start(
                "zipkin",
                List.of(
                        java,
                        "-Xmx256m",
                        "-jar",
                        Peers.zipkin().toString(),
                        "--server.port=" + port,
                        "--zipkin.ui.enabled=false"),
                Map.of());
        try (Web web = Web.direct()) {
            zipkin.awaitOutput(
                    Patience.OF_A_START, output -> web.status("http://127.0.0.1:" + port + "/health") == 200);
        }
        return zipkin;
    }
}
