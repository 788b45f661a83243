package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.security.AuthorizationPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Authorization policies on gateways with a TCP, a passthrough and an HTTP server: enforced by our gateway and by a stock Envoy alike. */
@SuppressWarnings("InlineFormatString") // a long template reads better on its own
class GatewayAuthorizationTest {
    private static final int NETWORK = 42;

    private static final String CONFIG = """
        apiVersion: v1
        kind: Service
        metadata: {name: backend, namespace: default}
        spec:
          clusterIP: 10.96.43.1
          ports: [{port: 9000, name: tcp}, {port: 9001, name: http}]
          selector: {app: backend}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: backend, namespace: default, labels: {app: backend}}
        spec: {containers: [{name: app, image: app, ports: [{containerPort: 9000}, {containerPort: 9001}]}]}
        status: {phase: Running, podIP: %s, conditions: [{type: Ready, status: "True"}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: g, namespace: default}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - {port: {number: 9100, name: tcp, protocol: TCP}, hosts: ["*"]}
          - {port: {number: 9443, name: tls, protocol: TLS}, hosts: [a.test], tls: {mode: PASSTHROUGH}}
          - {port: {number: 9180, name: http, protocol: HTTP}, hosts: ["*"]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: v, namespace: default}
        spec:
          hosts: ["*"]
          gateways: [g]
          tcp:
          - {match: [{port: 9100}], route: [{destination: {host: backend, port: {number: 9000}}}]}
          http:
          - {route: [{destination: {host: backend, port: {number: 9001}}}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: passed, namespace: default}
        spec:
          hosts: [a.test]
          gateways: [g]
          tls:
          - {match: [{port: 9443, sniHosts: [a.test]}], route: [{destination: {host: backend, port: {number: 9000}}}]}
        """;

    /** @param allowed the calls that are answered: {@code tcp}, {@code tls}, {@code get}, {@code post}, and {@code pod-tcp}, {@code pod-get} from a pod */
    private record Story(String spec, List<String> allowed) {
        Story(String spec, String... allowed) {
            this(spec, List.of(allowed));
        }

        boolean allows(String call) {
            return allowed.contains(call);
        }
    }

    private static final List<String> CALLS = List.of("tcp", "tls", "get", "post", "pod-tcp", "pod-get");
    private static final Story NONE = new Story("", "tcp", "tls", "get", "post", "pod-tcp", "pod-get");

    private static final Map<String, Story> STORIES = Map.of(
            "allow-port",
            new Story("{action: ALLOW, rules: [{to: [{operation: {ports: [\"9100\"]}}]}]}", "tcp", "pod-tcp"),
            "deny-port",
            new Story(
                    "{action: DENY, rules: [{to: [{operation: {ports: [\"9443\"]}}]}]}",
                    "tcp",
                    "get",
                    "post",
                    "pod-tcp",
                    "pod-get"),
            "deny-server-name",
            new Story(
                    "{action: DENY, rules: [{when: [{key: connection.sni, values: [a.test]}]}]}",
                    "tcp",
                    "get",
                    "post",
                    "pod-tcp",
                    "pod-get"),
            "allow-server-name",
            new Story("{action: ALLOW, rules: [{when: [{key: connection.sni, values: [a.test]}]}]}", "tls"),
            "allow-other-server-name",
            new Story("{action: ALLOW, rules: [{when: [{key: connection.sni, values: [b.test]}]}]}"),
            "deny-method",
            new Story("{action: DENY, rules: [{to: [{operation: {methods: [POST]}}]}]}", "get", "pod-get"),
            "allow-address",
            new Story(
                    "{action: ALLOW, rules: [{from: [{source: {ipBlocks: [\"10.231." + NETWORK + ".1\"]}}]}]}",
                    "tcp",
                    "tls",
                    "get",
                    "post"),
            "nothing",
            new Story("{}"));

    @TempDir
    Path directory;

    private PodMesh mesh;

    @BeforeEach
    void begin() throws Exception {
        mesh = new PodMesh(directory, NETWORK);
        mesh.apply(
                "mesh", CONFIG.formatted(mesh.pod("backend", 9, "9000", "9001").address()));
        mesh.pod("client", 12);
        for (PodMesh.Kind kind : PodMesh.Kind.values()) {
            mesh.pod(name(kind), 10 + kind.ordinal());
        }
    }

    @AfterEach
    void end() throws Exception {
        mesh.close();
    }

    private static String name(PodMesh.Kind kind) {
        return "gateway-" + kind.ordinal();
    }

    private void startGateways() throws IOException {
        for (PodMesh.Kind kind : PodMesh.Kind.values()) {
            mesh.proxy(kind, mesh.gateway(name(kind)));
        }
    }

    private void apply(Story story) throws IOException {
        boolean everywhere = story.spec().equals("{}");
        mesh.apply("policy", """
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: story, namespace: default}
            spec: %s
            """.formatted(
                        everywhere
                                ? "{}"
                                : "{selector: {matchLabels: {istio: ingressgateway}}, "
                                        + story.spec().substring(1)));
    }

    private boolean allowed(PodMesh.Kind kind, String call) throws IOException, InterruptedException {
        String address = "10.231." + NETWORK + "." + (10 + kind.ordinal());
        Caller outside = new Caller("outside", PodMesh.outside());
        Caller pod = new Caller("client", mesh.inside("client"));
        return switch (call) {
            case "tcp" -> outside.bytes(address, 9100);
            case "tls" -> Caller.clientHello(address, 9443, "a.test");
            case "get" -> isAnswered(outside.http(address, 9180, "GET", "/", "any.test"));
            case "post" -> isAnswered(outside.http(address, 9180, "POST", "/", "any.test"));
            case "pod-tcp" -> pod.bytes(address, 9100);
            default -> isAnswered(pod.http(address, 9180, "GET", "/", "any.test"));
        };
    }

    private static boolean isAnswered(int status) {
        assertThat(status).isIn(200, 403);
        return status == 200;
    }

    private List<String> wrong(Story story) throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        for (PodMesh.Kind kind : PodMesh.Kind.values()) {
            for (String call : CALLS) {
                if (allowed(kind, call) != story.allows(call)) {
                    wrong.add(kind + " " + call + (story.allows(call) ? " is refused" : " is allowed"));
                }
            }
        }
        return wrong;
    }

    private void awaitVerdicts(String name, Story story) {
        Awaitility.await(name).atMost(Patience.OF_A_CHANGE).untilAsserted(() -> {
            assertThat(wrong(story)).as("wrong verdicts of %s", name).isEmpty();
            for (PodMesh.Kind kind : PodMesh.Kind.values()) {
                assertThat(mesh.istiod().isInSync(mesh.gateway(name(kind)).id()))
                        .as("%s has acknowledged %s", kind, name)
                        .isTrue();
            }
        });
    }

    @Test
    void policiesThatComeAndGoAreEnforcedOnEveryKindOfServer() throws Exception {
        startGateways();
        awaitVerdicts("none", NONE);
        for (Map.Entry<String, Story> story : STORIES.entrySet()) {
            apply(story.getValue());
            awaitVerdicts(story.getKey(), story.getValue());
        }
        mesh.remove("policy");
        awaitVerdicts("none", NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"deny-method", "nothing"})
    void aPolicyThatWasThereFirstIsEnforcedFromTheFirstConnectionOn(String name) throws Exception {
        Story story = requireNonNull(STORIES.get(name), name);
        apply(story);
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> !requireNonNull(mesh.istiod().snapshot())
                        .all(AuthorizationPolicy.class)
                        .isEmpty());
        startGateways();
        assertThat(wrong(story)).as("wrong verdicts of %s", name).isEmpty();
    }
}
