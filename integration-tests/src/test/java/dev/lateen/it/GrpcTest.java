package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gRPC application in the mesh, called from outside through the ingress gateway. */
class GrpcTest {
    private static final String MANIFEST = """
        apiVersion: v1
        kind: Service
        metadata: {name: echo}
        spec:
          selector: {app: echo}
          ports: [{name: grpc, port: 7070}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: echo}
        spec:
          selector: {matchLabels: {app: echo}}
          template:
            metadata: {labels: {app: echo, version: v1}}
            spec:
              containers:
              - name: echo
                image: echo
                command: [JAVA, -cp, "CLASSES", dev.lateen.it.GrpcEcho]
                ports: [{containerPort: 7070}]
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: grpc}
        spec:
          selector: {istio: ingressgateway}
          servers: [{port: {number: 80, name: grpc, protocol: GRPC}, hosts: ["*"]}]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: grpc}
        spec:
          hosts: ["*"]
          gateways: [grpc]
          http:
          - match: [{uri: {prefix: /lateen.Echo/}}]
            route: [{destination: {host: echo, port: {number: 7070}}}]
        """;

    private static final SocketAddress GATEWAY = SocketAddress.inetSocketAddress(8080, "127.0.0.1");

    @TempDir
    static Path directory;

    private static LocalMesh mesh;
    private static Vertx vertx;
    private static GrpcClient client;

    @BeforeAll
    static void start() throws Exception {
        Path edits = Files.createDirectory(directory.resolve("edits"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Files.writeString(
                edits.resolve("echo.yaml"),
                MANIFEST.replace("JAVA", java).replace("CLASSES", System.getProperty("java.class.path")));
        mesh = LocalMesh.start(edits);
        vertx = Vertx.vertx();
        client = GrpcClient.client(vertx);
        Awaitility.await("the application's start")
                .atMost(Patience.OF_A_START)
                .untilAsserted(() -> assertThat(call("Say", "hello").status())
                        .as(mesh.process().output())
                        .isEqualTo(GrpcStatus.OK));
    }

    @AfterAll
    static void stop() {
        if (vertx != null) {
            Async.done(vertx.close());
        }
        if (mesh != null) {
            mesh.close();
        }
    }

    /** How a call ended. */
    private record Ended(GrpcStatus status, String message, String body, String trailer) {}

    private static Ended call(String method, String message) {
        return call(method, message, request -> request);
    }

    private static Ended call(
            String method, String message, UnaryOperator<GrpcClientRequest<Buffer, Buffer>> settings) {
        return Async.done(client.request(GATEWAY)
                .compose(request -> settings.apply(request.serviceName(ServiceName.create("lateen.Echo"))
                                .methodName(method))
                        .send(Buffer.buffer(message)))
                .compose(GrpcTest::ended));
    }

    private static Future<Ended> ended(GrpcClientResponse<Buffer, Buffer> response) {
        Buffer body = Buffer.buffer();
        Promise<Ended> ended = Promise.promise();
        response.handler(body::appendBuffer);
        response.exceptionHandler(ended::tryFail);
        response.endHandler(end -> ended.tryComplete(new Ended(
                response.status(),
                String.valueOf(response.statusMessage()),
                body.toString(),
                String.valueOf(response.trailers().get("x-end")))));
        return ended.future();
    }

    @Test
    void messagesAndTrailersPassBothHops() {
        assertThat(call("Say", "hello")).isEqualTo(new Ended(GrpcStatus.OK, "null", "hello", "said all"));
    }

    @Test
    void aLongMessagePassesWhole() {
        String message = "0123456789abcdef".repeat(12_000);
        assertThat(call("Say", message).body()).isEqualTo(message);
    }

    @Test
    void theApplicationsStatusIsTheCallersAndIsCounted() throws Exception {
        Ended ended = call("Fail", "hello");
        assertThat(ended.status()).isEqualTo(GrpcStatus.NOT_FOUND);
        assertThat(ended.message()).isEqualTo("nobody is here");
        // A call is counted when it is over, which its caller may know before.
        Awaitility.await("counted").atMost(Patience.OF_A_CHANGE).untilAsserted(() -> {
            Scrape here = Scrape.of(mesh.pod("echo-"));
            assertThat(here.sum("istio_requests_total", "grpc_response_status=\"5\"", "request_protocol=\"grpc\""))
                    .isPositive();
            assertThat(here.sum("istio_requests_total", "grpc_response_status=\"5\"", "response_code=\"200\""))
                    .isPositive();
        });
    }

    @Test
    void aDeadlineEndsTheCallThatIsNeverAnswered() {
        Ended ended = call("Wait", "hello", request -> request.timeout(1, TimeUnit.SECONDS));
        // The status of every request timeout in Envoy, whoever asked for the time.
        assertThat(ended.status()).isEqualTo(GrpcStatus.UNAVAILABLE);
        assertThat(ended.message()).isEqualTo("upstream request timeout");
    }

    @Test
    void aCallWithoutRouteIsUnimplemented() {
        Ended ended = Async.done(client.request(GATEWAY)
                .compose(request -> request.serviceName(ServiceName.create("lateen.Nothing"))
                        .methodName("Say")
                        .send(Buffer.buffer("hello")))
                .compose(GrpcTest::ended));
        assertThat(ended.status()).isEqualTo(GrpcStatus.UNIMPLEMENTED);
    }
}
