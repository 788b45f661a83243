package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Istio's smaller samples with the gateways that come with them: helloworld over HTTP, tcp-echo over plain TCP. */
class SamplesTest {
    private static final String HELLO = "http://127.0.0.1:8080/hello";
    private static final int TCP_PORT = 31400;
    /** The gateway's pod, which is the first of every mesh. */
    private static final String INGRESS = "127.1.0.1";

    @TempDir
    static Path directory;

    private static LocalMesh mesh;
    private static final Web USER = Web.direct();

    @BeforeAll
    static void start() throws Exception {
        Path edits = Files.createDirectory(directory.resolve("edits"));
        // The file's last document is what the sample's next step replaces.
        String all = Files.readString(Project.shared("istio/samples/tcp-echo/tcp-echo-all-v1.yaml"));
        int last = all.lastIndexOf("\n---\n");
        Files.writeString(edits.resolve("gateway.yaml"), all.substring(0, last + 1));
        Files.writeString(edits.resolve("routes.yaml"), all.substring(last + 5));
        mesh = LocalMesh.start(
                edits,
                Project.shared("istio/samples/helloworld/helloworld.yaml"),
                Project.shared("istio/samples/helloworld/helloworld-gateway.yaml"),
                Project.shared("istio/samples/tcp-echo/tcp-echo-services.yaml"));
    }

    @AfterAll
    static void stop() {
        USER.close();
        if (mesh != null) {
            mesh.close();
        }
    }

    /** What tcp-echo answers to a line, on a connection of its own. */
    private static String echo(String line) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), TCP_PORT)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, Long> echoes(int connections) {
        return IntStream.range(0, connections)
                .mapToObj(i -> echo("hi"))
                .collect(Collectors.groupingBy(answer -> answer, Collectors.counting()));
    }

    @Test
    void helloworldAnswersFromBothVersions() throws Exception {
        for (String version : Set.of("v1", "v2")) {
            Awaitility.await(version)
                    .atMost(Patience.OF_A_CHANGE)
                    .until(() -> USER.get(HELLO)
                            .body()
                            .startsWith("Hello version: " + version + ", instance: helloworld-" + version));
        }
        assertThat(USER.status("http://127.0.0.1:8080/")).isEqualTo(404);
    }

    @Shows({"VirtualService.tcp.match.port", "VirtualService.tcp.route"})
    @Test
    void tcpGoesWhereItsRoutesSayAndIsCountedByBothSides() throws Exception {
        assertThat(echoes(20)).isEqualTo(Map.of("one hi\n", 20L));

        mesh.apply("routes.yaml", Project.shared("istio/samples/tcp-echo/tcp-echo-20-v2.yaml"));
        Awaitility.await("version two")
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> echo("hi").equals("two hi\n"));
        Map<String, Long> answers = echoes(400);
        assertThat(answers.keySet()).isEqualTo(Set.of("one hi\n", "two hi\n"));
        // Less than one run in a million would be out of luck.
        double deviation = Math.sqrt(400 * 0.2 * 0.8);
        assertThat((double) answers.getOrDefault("two hi\n", 0L)).isBetween(80 - 5 * deviation, 80 + 5 * deviation);

        Awaitility.await("both count the same").atMost(Patience.OF_A_CHANGE).untilAsserted(() -> {
            for (String pod : Set.of("tcp-echo-v1", "tcp-echo-v2")) {
                String workload = "destination_workload=\"" + pod + "\"";
                Scrape there = Scrape.of(mesh.pod(pod));
                Scrape here = Scrape.of(INGRESS);
                for (String metric : Set.of(
                        "istio_tcp_connections_opened_total",
                        "istio_tcp_connections_closed_total",
                        "istio_tcp_received_bytes_total",
                        "istio_tcp_sent_bytes_total")) {
                    long counted = there.sum(metric, workload, "reporter=\"destination\"");
                    assertThat(counted).as("%s of %s", metric, pod).isPositive();
                    assertThat(here.sum(metric, workload, "reporter=\"source\""))
                            .as("%s of %s", metric, pod)
                            .isEqualTo(counted);
                }
            }
        });
        assertThat(Scrape.of(mesh.pod("tcp-echo-v1"))
                        .sum(
                                "istio_tcp_connections_opened_total",
                                "source_principal=\"spiffe://cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account\"",
                                "source_workload=\"istio-ingressgateway\"",
                                "source_workload_namespace=\"istio-system\"",
                                "connection_security_policy=\"mutual_tls\""))
                .isPositive();
    }

    @Test
    void bothSidesCountTheSameRequests() throws Exception {
        HttpResponse<String> answer = USER.get(HELLO);
        assertThat(answer.statusCode()).isEqualTo(200);
        for (int i = 0; i < 50; i++) {
            assertThat(USER.status(HELLO)).isEqualTo(200);
        }
        Awaitility.await("both count the same").atMost(Patience.OF_A_CHANGE).untilAsserted(() -> {
            Scrape gateway = Scrape.of(INGRESS);
            for (String pod : Set.of("helloworld-v1", "helloworld-v2")) {
                String workload = "destination_workload=\"" + pod + "\"";
                String answered = "response_code=\"200\"";
                Scrape there = Scrape.of(mesh.pod(pod));
                for (String metric : Set.of(
                        "istio_requests_total",
                        "istio_request_bytes_count",
                        "istio_response_bytes_sum",
                        "istio_request_duration_milliseconds_count")) {
                    assertThat(gateway.sum(metric, workload, answered, "reporter=\"source\""))
                            .as("%s of %s", metric, pod)
                            .isPositive()
                            .isEqualTo(there.sum(metric, workload, answered, "reporter=\"destination\""));
                }
            }
        });
    }
}
