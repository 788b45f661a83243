package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same policies without interception, in a mesh on a laptop: what the terminal says to be in force is in force on every kind of port. */
class AuthorizationInRunTest {
    @TempDir
    Path directory;

    private @Nullable LocalMesh started;

    @AfterEach
    void end() {
        if (started != null) {
            started.close();
        }
    }

    private LocalMesh mesh() {
        return requireNonNull(started, "start() first");
    }

    private static String workload(String name, String... containers) {
        return """
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: %1$s, namespace: default}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: %1$s, namespace: default}
            spec:
              selector: {matchLabels: {app: %1$s}}
              template:
                metadata: {labels: {app: %1$s}}
                spec:
                  serviceAccountName: %1$s
                  containers:
            %2$s
            ---
            """.formatted(name, String.join("\n", containers));
    }

    private static String container(int port) {
        String command = PodApplication.command().stream()
                .map(word -> "\"" + word + "\"")
                .collect(Collectors.joining(", ", "[", "]"));
        return "      - {name: c%1$d, image: example.invalid/app:1, command: %2$s, ports: [{containerPort: %1$d}]}"
                .formatted(port, command);
    }

    private static String manifests() {
        return """
                apiVersion: v1
                kind: Service
                metadata: {name: server, namespace: default}
                spec:
                  selector: {app: server}
                  ports: [{name: tcp, port: 9000}, {name: http, port: 9001}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: server-unnamed, namespace: default}
                spec:
                  selector: {app: server}
                  ports: [{port: 8080}]
                ---
                """
                + workload(
                        "server",
                        container(AuthorizationStory.TCP),
                        container(AuthorizationStory.HTTP),
                        container(AuthorizationStory.UNNAMED))
                + workload("client", container(7000));
    }

    private void start(AuthorizationStory... first) throws IOException {
        Path edits = Files.createDirectories(directory.resolve("edits"));
        Files.writeString(edits.resolve("mesh.yaml"), manifests());
        for (AuthorizationStory story : first) {
            Files.writeString(edits.resolve("policy.yaml"), story.yaml());
        }
        started = LocalMesh.start(edits);
    }

    /** Plain TCP out of a pod needs interception, so bytes come from outside of the mesh alone. */
    private List<String> wrong(AuthorizationStory story) throws IOException, InterruptedException {
        Caller outside = new Caller("outside", PodMesh.outside());
        String server = mesh().pod("server");
        List<String> wrong = new ArrayList<>();
        try (Web client = Web.through(mesh().pod("client"), MeshNode.HTTP_PROXY)) {
            for (AuthorizationStory.Expected call : story.expected()) {
                boolean bytes = call.what().equals("bytes");
                if (bytes && call.inside()) {
                    continue;
                }
                boolean allowed = bytes
                        ? outside.bytes(server, call.port())
                        : isAnswered(call, call.inside() ? inside(client, call) : outside(outside, server, call));
                if (allowed != call.allowed()) {
                    wrong.add(call.toString());
                }
            }
        }
        return wrong;
    }

    private static boolean isAnswered(AuthorizationStory.Expected call, int status) {
        assertThat(status).as(call.toString()).isIn(200, 403);
        return status == 200;
    }

    private static String service(AuthorizationStory.Expected call) {
        return (call.port() == AuthorizationStory.UNNAMED ? "server-unnamed:" : "server:") + call.port();
    }

    private static int inside(Web client, AuthorizationStory.Expected call) throws IOException, InterruptedException {
        String[] words = call.what().split(" ");
        String url = "http://" + service(call) + words[1];
        return (words[0].equals("POST") ? client.post(url, "") : client.get(url)).statusCode();
    }

    private static int outside(Caller caller, String server, AuthorizationStory.Expected call)
            throws IOException, InterruptedException {
        String[] words = call.what().split(" ");
        return caller.http(server, call.port(), words[0], words[1], service(call));
    }

    /** All but those of addresses: on a laptop everybody calls from the same one. */
    private static List<AuthorizationStory> stories() {
        return AuthorizationStory.all("127.0.0.1").stream()
                .filter(story -> !story.name().equals("deny-address"))
                .toList();
    }

    @Test
    void whatIsSaidToBeInForceIsInForceOnEveryKindOfPort() throws Exception {
        start();
        assertThat(wrong(AuthorizationStory.NOTHING_SAID)).isEmpty();
        for (AuthorizationStory story : stories()) {
            mesh().applyInForce("policy.yaml", story.yaml(), "AuthorizationPolicy default/story");
            assertThat(wrong(story))
                    .as(
                            "wrong verdicts of %s:%n%s",
                            story.name(), mesh().process().output())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"allow-ports-and-paths", "deny-path", "nothing", "claims-beside-plain-rules"})
    void aPolicyThatWasThereFirstHoldsFromTheFirstConnectionOn(String name) throws Exception {
        AuthorizationStory story = stories().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        start(story);
        assertThat(wrong(story))
                .as("wrong verdicts of %s:%n%s", name, mesh().process().output())
                .isEmpty();
    }
}
