package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.security.AuthorizationPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Authorization policies on workloads with a TCP, an HTTP and an unnamed port, with interception: enforced by our proxy and by a stock Envoy
 * alike, given before a proxy starts or while it runs, for callers inside and outside of the mesh.
 */
class AuthorizationPortsTest {
    @TempDir
    Path directory;

    private PodMesh mesh;

    private static List<AuthorizationStory> stories() {
        return AuthorizationStory.all("10.231.41.12");
    }

    @BeforeEach
    void begin() throws Exception {
        mesh = new PodMesh(directory, 41);
        StringBuilder config = new StringBuilder();
        int last = 10;
        for (PodMesh.Kind kind : PodMesh.Kind.values()) {
            String name = server(kind);
            String address = mesh.pod(
                            name,
                            last,
                            "" + AuthorizationStory.TCP,
                            "" + AuthorizationStory.HTTP,
                            "" + AuthorizationStory.UNNAMED)
                    .intercepted()
                    .address();
            config.append(services(name, last)).append(podYaml(name, "server", address));
            last++;
        }
        String client = mesh.pod("client", last).intercepted().address();
        mesh.apply("mesh", config.append(podYaml("client", "client", client)).toString());
        mesh.proxy(PodMesh.Kind.OURS, mesh.node("client", "client"));
    }

    @AfterEach
    void end() throws Exception {
        mesh.close();
    }

    private static String server(PodMesh.Kind kind) {
        return kind == PodMesh.Kind.OURS ? "ours" : "envoy";
    }

    private static String address(PodMesh.Kind kind) {
        return "10.231.41." + (10 + kind.ordinal());
    }

    private static String services(String name, int last) {
        return """
            apiVersion: v1
            kind: Service
            metadata: {name: %1$s, namespace: default}
            spec:
              clusterIP: 10.96.41.%2$d
              ports: [{port: 9000, name: tcp}, {port: 9001, name: http}]
              selector: {pod: %1$s}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: %1$s-unnamed, namespace: default}
            spec:
              clusterIP: 10.96.42.%2$d
              ports: [{port: 8080}]
              selector: {pod: %1$s}
            ---
            """.formatted(name, last);
    }

    private static String podYaml(String name, String app, String address) {
        return """
            apiVersion: v1
            kind: Pod
            metadata: {name: %1$s, namespace: default, labels: {app: %2$s, pod: %1$s, security.istio.io/tlsMode: istio}}
            spec:
              serviceAccountName: %1$s
              containers: [{name: app, image: app, ports: [{containerPort: 9000}, {containerPort: 9001}, {containerPort: 8080}]}]
            status: {phase: Running, podIP: %3$s, conditions: [{type: Ready, status: "True"}]}
            ---
            """.formatted(name, app, address);
    }

    private boolean allowed(PodMesh.Kind kind, AuthorizationStory.Expected call)
            throws IOException, InterruptedException {
        Caller caller =
                call.inside() ? new Caller("client", mesh.inside("client")) : new Caller("outside", PodMesh.outside());
        // Who is in the mesh calls the Service, who is not calls the pod.
        String address = call.inside()
                ? (call.port() == AuthorizationStory.UNNAMED ? "10.96.42." : "10.96.41.") + (10 + kind.ordinal())
                : address(kind);
        if (call.what().equals("bytes")) {
            return caller.bytes(address, call.port());
        }
        String[] words = call.what().split(" ");
        String host = call.port() == AuthorizationStory.UNNAMED
                ? server(kind) + "-unnamed:8080"
                : server(kind) + ":" + call.port();
        int status = caller.http(address, call.port(), words[0], words[1], host);
        assertThat(status).as("%s at %s", call, kind).isIn(200, 403);
        return status == 200;
    }

    private List<String> wrong(AuthorizationStory story) throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        for (PodMesh.Kind kind : PodMesh.Kind.values()) {
            for (AuthorizationStory.Expected call : story.expected()) {
                if (allowed(kind, call) != call.allowed()) {
                    wrong.add(kind + " " + call);
                }
            }
        }
        return wrong;
    }

    /** Waits until it is so, for each call: nobody tells when an Envoy's workers have what was acknowledged. */
    private void awaitVerdicts(AuthorizationStory story) {
        Awaitility.await(story.name()).atMost(Patience.OF_A_CHANGE).untilAsserted(() -> {
            assertThat(wrong(story)).as("wrong verdicts of %s", story.name()).isEmpty();
            for (PodMesh.Kind kind : PodMesh.Kind.values()) {
                assertThat(mesh.istiod()
                                .isInSync(mesh.node(server(kind), "server").id()))
                        .as("%s has acknowledged %s", kind, story.name())
                        .isTrue();
            }
        });
    }

    private void startServers() throws IOException {
        for (PodMesh.Kind kind : PodMesh.Kind.values()) {
            mesh.proxy(kind, mesh.node(server(kind), "server"));
        }
    }

    @Test
    void policiesThatComeAndGoAreEnforcedOnEveryKindOfPort() throws Exception {
        startServers();
        awaitVerdicts(AuthorizationStory.NOTHING_SAID);
        for (AuthorizationStory story : stories()) {
            mesh.apply("policy", story.yaml());
            awaitVerdicts(story);
        }
        mesh.remove("policy");
        awaitVerdicts(AuthorizationStory.NOTHING_SAID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"allow-ports-and-paths", "deny-path", "nothing", "claims-beside-plain-rules"})
    void aPolicyThatWasThereFirstIsEnforcedFromTheFirstConnectionOn(String name) throws Exception {
        AuthorizationStory story = stories().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow();
        mesh.apply("policy", story.yaml());
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> !requireNonNull(mesh.istiod().snapshot())
                        .all(AuthorizationPolicy.class)
                        .isEmpty());
        startServers();
        assertThat(wrong(story)).as("wrong verdicts of %s", name).isEmpty();
    }
}
